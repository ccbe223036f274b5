"""Letters on their way: a lane is a thread with one open channel; what there is to do is shared by all lanes.

A lane writes nothing down. It says what it needs or what came of it, and one writer, who hears all lanes, commits
for several of them at once: so eight connections cost hardly more commits than one.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import NamedTuple

from digest import crash
from digest.config import Home
from digest.deliveries import CUT_OFF, Channel, Outcome, delivery
from digest.errors import DeliveryError
from digest.sending.letters import Letter
from digest.store.deliveries import Claim

DEPTH = 16  # claims of one domain that wait in memory, where a domain has a limit
TOGETHER = 100  # are written down in one transaction at most
COMPANY = 0.002  # seconds that a mark waits for those of other lanes
LINGER = 0.02  # seconds that results wait for company: alone, they are worth no commit

Compose = Callable[[Claim], Letter]


class Asked(NamedTuple):
    """A lane wants to send the dot."""

    claim: Claim
    answer: "SimpleQueue[bool]"


class Done(NamedTuple):
    """What came of a claim."""

    claim: Claim
    outcome: Outcome


class Back(NamedTuple):
    """A claim with which nothing was begun."""

    claim: Claim


class Ended(NamedTuple):
    """A lane is at its end."""

    error: BaseException | None


Said = Asked | Done | Back | Ended
Says = SimpleQueue[Said]


class Work:
    """Claims that wait for a lane, so many at once of a domain, and so many a minute, as the settings allow."""

    def __init__(self, per_domain: int | None = None, per_minute: int | None = None) -> None:
        self._per_domain, self._pause = per_domain, 60 / per_minute if per_minute else 0.0
        limited = per_domain or per_minute
        # What waits for its minute must not wait longer than its lease.
        self._depth = min(DEPTH, 2 * per_minute if per_minute else DEPTH) if limited else None
        self._waiting: dict[str, deque[Claim]] = {}
        self._running: Counter[str] = Counter()
        self._busy = 0
        self._not_before: dict[str, float] = {}
        self._change = threading.Condition()
        self._closed = False

    def add(self, claims: Iterable[Claim]) -> None:
        """More to do."""
        with self._change:
            for claim in claims:
                self._waiting.setdefault(claim.to.domain, deque()).append(claim)
            self._change.notify_all()

    def take(self) -> Claim | None:
        """The next claim whose domain has room, waited for; None: there will be none any more."""
        with self._change:
            while not self._closed:
                domain, wait = self._next()
                if domain is not None:
                    return self._taken(domain)
                self._change.wait(wait)
        return None

    def _next(self) -> tuple[str | None, float | None]:
        """The first domain that has room; else the seconds until one may have, or None: something must change."""
        soonest, now = None, time.monotonic()
        for domain in self._waiting:
            if self._per_domain and self._running[domain] >= self._per_domain:
                continue
            wait = self._not_before.get(domain, 0.0) - now
            if wait <= 0:
                return domain, None
            soonest = wait if soonest is None else min(soonest, wait)
        return None, soonest

    def _taken(self, domain: str) -> Claim:
        claims = self._waiting.pop(domain)
        claim = claims.popleft()
        if claims:  # behind the other domains: each has its turn
            self._waiting[domain] = claims
        self._running[domain] += 1
        self._busy += 1
        if self._pause:
            self._not_before[domain] = time.monotonic() + self._pause
        return claim

    def done(self, claim: Claim) -> None:
        """A lane has no more to do with it."""
        with self._change:
            self._busy -= 1
            self._running[claim.to.domain] -= 1
            if not self._running[claim.to.domain]:
                del self._running[claim.to.domain]
            if self._per_domain:
                self._change.notify_all()

    def withdraw(self, domain: str | None = None) -> list[Claim]:
        """Take back the claims of a domain, or all, that no lane has begun with."""
        with self._change:
            domains = list(self._waiting) if domain is None else [domain]
            return [claim for each in domains for claim in self._waiting.pop(each, ())]

    def close(self) -> list[Claim]:
        """Let each lane end after what it does now; the claims that are left."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        return self.withdraw()

    def waiting(self) -> int:
        """How many claims wait."""
        with self._change:
            return sum(map(len, self._waiting.values()))

    def busy(self) -> int:
        """How many lanes are at something."""
        return self._busy

    def idle(self) -> bool:
        """Whether nothing waits and no lane is at anything."""
        with self._change:
            return not self._waiting and not self._busy

    def full(self) -> frozenset[str]:
        """The domains of which no more should be claimed for now."""
        if self._depth is None:
            return frozenset()
        with self._change:
            return frozenset(d for d, claims in self._waiting.items() if len(claims) >= (self._depth or 0))


def start(
    home: Home, work: Work, compose: Compose, now: Callable[[], datetime], says: Says, count: int
) -> None:
    """So many lanes, which end with `Ended` when the work is closed, or when their way is shut."""
    for number in range(count):
        # daemon: who asks to end for the second time does not wait for a server's answer
        threading.Thread(
            target=_lane, args=(home, work, compose, now, says), name=f"lane {number}", daemon=True
        ).start()


def _lane(home: Home, work: Work, compose: Compose, now: Callable[[], datetime], says: Says) -> None:
    error: BaseException | None = None
    try:
        with delivery(home.delivery.kind).opened(home) as channel:
            while claim := work.take():
                try:
                    _carry(channel, claim, work, compose, now, says)
                finally:
                    work.done(claim)
    except BaseException as caught:  # a thread would end in silence: the one who writes raises it again
        error = caught
    says.put(Ended(error))


def _carry(
    channel: Channel, claim: Claim, work: Work, compose: Compose, now: Callable[[], datetime], says: Says
) -> None:
    """One letter, from its claim to what came of it."""
    if now() >= claim.lease:  # it has waited too long: somebody else may have it
        says.put(Back(claim))
        return
    try:
        letter = compose(claim)
    except ValueError as error:
        says.put(Done(claim, Outcome("rejected", None, f"no letter can be written: {error}")))
        return
    crash.point("letter composed")
    answer: SimpleQueue[bool] = SimpleQueue()

    def dot() -> bool:
        says.put(Asked(claim, answer))
        return answer.get()

    try:
        outcome = channel.deliver(letter, dot)
    except DeliveryError:
        says.put(Back(claim))
        raise
    says.put(Back(claim) if outcome is CUT_OFF else Done(claim, outcome))
    if outcome.whole_domain:
        for other in work.withdraw(claim.to.domain):
            says.put(Back(other))


def gathered(says: Says, patience: float, busy: int) -> list[Said]:
    """What lanes have said. Of `busy` lanes those that wait for their dot are waited for, for a moment: a commit
    takes as long for eight as for one.
    """
    heard: list[Said] = []
    asked = 0
    with suppress(Empty):
        while len(heard) < TOGETHER and (asked < busy or not asked):
            pause = COMPANY if asked else LINGER if heard else patience
            one = says.get(timeout=pause)
            heard.append(one)
            asked += isinstance(one, Asked)
            if isinstance(one, Back | Ended):
                break
        while len(heard) < TOGETHER:
            heard.append(says.get_nowait())
    return heard
