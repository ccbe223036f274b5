"""What lanes are about to do and what came of it, written down.

A transaction is made when no lane can go on without one, and has the marks of all letters that wait for theirs, each
before its own dot. Results are in no hurry: they go with the next marks, and wait in memory where the store cannot be
written.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import NamedTuple

import gevent
from gevent.event import AsyncResult, Event
from gevent.hub import Hub
from sqlalchemy import Connection

from digest import crash
from digest.config import Home
from digest.deliveries import Outcome
from digest.errors import DeliveryError, DigestError, StoreError
from digest.operating.events import event, problem
from digest.secrets import Secrets, who
from digest.sending import lanes
from digest.sending.lanes import Compose
from digest.sending.work import Work
from digest.store import Store, deliveries
from digest.store.deliveries import Claim, Claimed
from digest.subscribers import bouncing

AT_ONCE = 128  # claims in memory
COOL = timedelta(minutes=15)  # for a domain that said 421
# Seconds that results wait for marks to go with; and between two looks at whether all is done
PATIENCE = 0.02
KEPT_FOR = 600  # seconds that results wait for a store that cannot be written

# Who asks twice to end has it raised to us; gevent need not print it before.
Hub.NOT_ERROR = (*Hub.NOT_ERROR, KeyboardInterrupt)

Clock = Callable[[], datetime]


class Done(NamedTuple):
    """What came of a claim."""

    claim: Claim
    outcome: Outcome


class Back(NamedTuple):
    """A claim with which nothing was begun."""

    claim: Claim


class _Asked(NamedTuple):
    """A lane waits to hear whether it may send the dot."""

    claim: Claim
    may: "AsyncResult[bool]"


class Desk:
    """Delivers what is due of some issues; `tally` counts what became of it."""

    def __init__(
        self,
        home: Home,
        store: Store,
        issues: Mapping[int, str],  # their names, by number
        compose: Compose,
        secrets: Secrets,
        now: Clock,
        stop: threading.Event,
    ) -> None:
        self._home, self._store, self._issues = home, store, issues
        self._writing: Callable[[], AbstractContextManager[Connection]] = store.writing
        self._compose, self._secrets = compose, secrets
        self._now, self._stop = now, stop
        self._work = Work(home.delivery.per_domain, home.delivery.per_minute)
        self._asked: list[_Asked] = []
        self._kept: list[Done | Back] = []  # what is not written down yet
        self._open = 0  # lanes
        self._change = Event()  # a lane wants something, or is at its end
        self._closed = False
        self._dry: frozenset[str] | None = None  # nothing more was due, these domains left out
        self._errors: list[BaseException] = []
        self._unwritten: StoreError | None = None
        self.tally: Counter[str] = Counter()

    def work_off(self, tell: Callable[[int], None]) -> list[str]:
        """Deliver all that is due, and say what kept some of it from going out; that, as an error, if it was all."""
        with self._store.batches() as self._writing:
            self._turn()
            self._open = min(self._home.delivery.connections, self._work.waiting())
            lanes.start(self._home, self._work, self._compose, self._now, self, self._open)
            try:
                while self._open:
                    self._wait()
                    self._turn()
                    tell(sum(self.tally.values()))
            finally:
                self._close()
            self._clear()
        return self._problems()

    def _wait(self) -> None:
        """Until a lane waits for its mark and none can do anything meanwhile; or for a moment."""
        if not self._asked:
            self._change.clear()
            self._change.wait(PATIENCE)
        gevent.idle()
        if self._stop.is_set():
            self._close()
        for error in self._errors:
            if isinstance(error, KeyboardInterrupt):  # it is raised in whatever lane goes on just then
                raise error

    # ---- what lanes say

    def dot(self, claim: Claim) -> bool:
        """Whether the last byte of this letter may go out; the mark of it is on the disk then."""
        asked = _Asked(claim, AsyncResult())
        self._asked.append(asked)
        self._change.set()
        return bool(asked.may.get())

    def done(self, claim: Claim, outcome: Outcome) -> None:
        """What came of a claim."""
        self._kept.append(Done(claim, outcome))
        if self._work.is_last():  # there will be no mark for it to go with
            self._change.set()

    def back(self, claim: Claim) -> None:
        """With this claim nothing was begun."""
        self._kept.append(Back(claim))

    def ended(self, error: BaseException | None) -> None:
        """A lane is at its end."""
        self._open -= 1
        if error:
            self._errors.append(error)
            problem("lane", problem=str(error))
        self._change.set()

    # ---- writing down

    def _turn(self) -> None:
        """Write down what there is, answer those who wait for it, and see that there is something to do."""
        asked, self._asked = self._asked, []
        answers = [False] * len(asked)
        try:
            if asked or self._kept or self._wants_more():
                answers = self._write_down([one.claim for one in asked])
        except StoreError as error:
            self._hold(error)
        finally:
            for one, may in zip(asked, answers, strict=True):
                one.may.set(may)
        if self._dry is not None and self._work.idle() and not self._kept:
            self._close()

    def _write_down(self, asked: Sequence[Claim]) -> list[bool]:
        """One transaction: results, marks, claims; whether each of those who asked may send its dot."""
        now, kept, claimed = self._now(), self._kept, None
        done = [one for one in kept if isinstance(one, Done)]
        back = [one.claim for one in kept if isinstance(one, Back)]
        full = self._work.full()
        with self._writing() as db:
            deliveries.let_go(db, back, now)
            states = [
                deliveries.settle(db, one.claim, one.outcome.kind, one.outcome.reply, now) for one in done
            ]
            for one in done:
                if one.outcome.whole_domain:
                    deliveries.cool(db, one.claim.to.domain, now + COOL, one.outcome.reply)
                if one.outcome.kind == "rejected" and one.outcome.code is not None:
                    bouncing.refused(db, one.claim.to, one.claim.issue, one.outcome.reply, now)
            answers = [deliveries.dot(db, one, now) for one in asked]
            if self._wants_more():
                room = AT_ONCE - self._work.waiting()
                claimed = deliveries.claim(db, list(self._issues), now, room, self._hidden, full)
        self._kept, self._unwritten = [], None
        self._count(done, states)
        if back:
            self._dry = None  # they may be due
        if claimed is not None:
            self._take(claimed, room, full)
        return answers

    def _hidden(self, folded: str) -> str:
        return who(self._secrets, folded)

    def _wants_more(self) -> bool:
        if self._closed or self._work.waiting() > AT_ONCE // 2:
            return False
        return self._dry is None or self._dry != self._work.full()

    def _take(self, claimed: Claimed, room: int, full: frozenset[str]) -> None:
        if claimed.claims:
            crash.point("deliveries claimed")
        self._work.add(claimed.claims)
        self.tally["suppressed"] += claimed.suppressed
        enough = len(claimed.claims) + claimed.suppressed == room
        self._dry = None if enough else full

    def _count(self, done: Sequence[Done], states: Sequence[str]) -> None:
        for one, state in zip(done, states, strict=True):
            _log(self._issues[one.claim.issue], one.claim, state, one.outcome.reply)
            if state:
                self.tally["later" if state == "ready" else state] += 1
        if done:
            crash.point("outcomes recorded")

    def _hold(self, error: StoreError) -> None:
        """Begin nothing more, and keep what came of the rest until it can be written down."""
        if self._unwritten is None:
            problem("unwritten", problem=f"{error}; what became of letters on their way is kept until then")
            self._errors.append(error)
        self._unwritten = error
        self._close()

    def _close(self) -> None:
        self._closed = True
        self._kept += map(Back, self._work.close())

    def _clear(self) -> None:
        """Write down what is left."""
        until = time.monotonic() + KEPT_FOR
        self._turn()
        while self._kept and time.monotonic() < until:
            time.sleep(1)
            self._turn()
        if self._unwritten:
            raise self._unwritten

    def _problems(self) -> list[str]:
        for error in self._errors:
            if not isinstance(error, DigestError) or not any(self.tally.values()):
                raise error
        # A server that takes fewer connections than we asked for kept nothing from going out, if others carried it all.
        all_went = self._dry is not None
        kept = [one for one in self._errors if not (all_went and isinstance(one, DeliveryError))]
        return list(dict.fromkeys(map(str, kept)))


def _log(issue: str, claim: Claim, state: str, reply: str) -> None:
    tell = event if state == "accepted" else problem
    fields = {"issue": issue, "subscriber": claim.to.id, "domain": claim.to.domain}
    tell("delivery", **fields, state=state or "taken over", attempt=claim.attempts, reply=reply)
