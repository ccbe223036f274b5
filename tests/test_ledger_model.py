"""The ledger against a model of thirty lines, in any order of what workers, servers, clocks and people do.

Workers are paused, killed and woken between any two steps. The model knows what only a test can know: how many copies
the server has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection

from digest.store import Store, deliveries, open_store, outcomes, subscribers
from digest.store.deliveries import LEASE, PATIENCE, PAUSES, TRIED_FOR, Claim
from digest.subscribers.addresses import Address
from digest.subscribers.subscribing import Wish

BEGAN = datetime(2026, 11, 20, 7, tzinfo=UTC)
ISSUE, READERS = 1, 4
# Where no disk is waited for: what holds after a loss of power is not asked here.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
STEPS = (
    "dot",
    "dot",
    "dot",
    "accepted",
    "accepted",
    "unknown",
    "later",
    "lost",
    "lost",
    "killed",
    "rejected",
)


@dataclass
class Row:
    """A delivery, as the model has it."""

    state: str = "ready"
    due: datetime = BEGAN
    fence: int = 0
    attempts: int = 0
    begun: datetime = BEGAN
    lease: datetime = BEGAN
    copies: int = 0

    def claimed(self, now: datetime) -> None:
        self.begun = self.begun if self.attempts else now
        self.state, self.lease = "sending", now + LEASE
        self.fence, self.attempts = self.fence + 1, self.attempts + 1

    def settled(self, answer: str, fence: int, attempts: int, begun: datetime, now: datetime) -> None:
        heard = answer in {"accepted", "later", "rejected"}
        open_to = {"sending", "dot", "doubt"} if heard else {"sending", "dot"}
        if fence != self.fence or self.state not in open_to:
            return
        if answer in {"unknown", "lost"} and self.state == "dot":
            self.state = "doubt"
        elif answer in {"later", "lost"}:
            last, pause = begun + TRIED_FOR, timedelta(minutes=PAUSES[min(attempts, len(PAUSES)) - 1])
            self.state, self.due = ("ready", min(last, now + pause)) if now < last else ("rejected", self.due)
        elif heard:
            self.state = answer

    def recovered(self, now: datetime) -> None:
        if self.state in {"sending", "dot"} and self.lease <= now:
            self.state = "ready" if self.state == "sending" else "doubt"


@dataclass
class Held:
    """A worker's claim, and how far it has come with it."""

    claim: Claim
    marked: bool = False


class Ledger(RuleBasedStateMachine):
    """The real store, and beside it the model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(dir=IN_MEMORY)
        self.store: Store = open_store(Path(self.folder.name, "store.sqlite3"))
        self.now = BEGAN
        self.rows = {number: Row() for number in range(1, READERS + 1)}
        self.held: list[Held] = []
        self.left: set[int] = set()
        self.cancelled = False

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @initialize()
    def planned(self) -> None:
        wishes = [
            Wish(Address(f"r{n}@example.org", f"r{n}@example.org", "example.org")) for n in range(READERS)
        ]
        with self.store.writing() as db:
            key = subscribers.keys(db, self.now).newest.id
            subscribers.put(db, "daily", wishes, self.now)
            db.exec_driver_sql("INSERT INTO issues VALUES (1, 'daily', 1, 'daily-2026-11-20', x'', 0)")
            deliveries.begin_plan(db, ISSUE, self.now, self.now, key)
            assert deliveries.plan(db, ISSUE, "daily", {("", None): self.now}, self.now) == READERS

    @rule(minutes=st.sampled_from((0, 0, 1, 11, 25, 60, 800, 7190, -60)), limit=st.integers(1, READERS))
    def a_sender_begins(self, minutes: int, limit: int) -> None:
        """Some time later, or earlier by a clock that was put back."""
        self.now += timedelta(minutes=minutes)
        self.claims_are_recovered()
        with self.store.writing() as db:
            brought = deliveries.claim(db, [ISSUE], self.now, limit, str)
        ready = [n for n, row in self.rows.items() if row.state == "ready" and row.due <= self.now]
        ready = [] if self.cancelled or self.now < BEGAN else ready  # held until it was planned
        assert len(brought.claims) + brought.suppressed == min(limit, len(ready))
        for claim in brought.claims:
            assert claim.to.id in set(ready) - self.left
            self.rows[claim.to.id].claimed(self.now)
            self.held.append(Held(claim))
        gone = [n for n, state in self.states().items() if state == "suppressed"]
        assert set(gone) <= self.left
        for number in gone:
            self.rows[number].state = "suppressed"

    @precondition(lambda self: self.held)
    @rule(what=st.sampled_from(STEPS), taken=st.booleans(), data=st.data())
    def a_sender_goes_on(self, what: str, taken: bool, data: st.DataObject) -> None:
        """One of the claims that anybody holds, however old, comes one step further, or to its end."""
        held = data.draw(st.sampled_from(self.held))
        row = self.rows[held.claim.to.id]
        if what == "killed":
            row.copies += taken and held.marked
            self.held.remove(held)
        elif not held.marked and what in {"lost", "later", "rejected"}:
            self.settle(held, what)
        elif not held.marked:
            self.mark(held, row)
        else:
            answer = "unknown" if what in {"dot", "lost"} else what
            row.copies += answer == "accepted" or (answer == "unknown" and taken)
            self.settle(held, answer)

    def mark(self, held: Held, row: Row) -> None:
        mine = row.state == "sending" and row.fence == held.claim.fence
        may = mine and held.claim.to.id not in self.left and not self.cancelled
        assert self.write(lambda db: deliveries.dot(db, held.claim, self.now)) == may
        if may:
            row.state, row.lease, held.marked = "dot", self.now + PATIENCE, True
        else:
            self.held.remove(held)

    def settle(self, held: Held, answer: Any) -> None:
        claim = held.claim
        self.held.remove(held)
        self.write(lambda db: deliveries.settle(db, claim, answer, "", self.now))
        self.rows[claim.to.id].settled(answer, claim.fence, claim.attempts, claim.begun, self.now)

    def claims_are_recovered(self) -> None:
        self.write(lambda db: deliveries.recover(db, self.now))
        for row in self.rows.values():
            row.recovered(self.now)

    @rule(what=st.integers(0, 120), state=st.sampled_from(("accepted", "ready")))
    def people_do_something(self, what: int, state: Literal["accepted", "ready"]) -> None:
        """Seldom: what ends everything for a reader is not to come in every history."""
        if what in self.rows:
            self.write(lambda db: subscribers.mark(db, [what], "unsubscribed", self.now))
            self.left.add(what)
        elif what == 120:
            self.write(lambda db: deliveries.cancel(db, ISSUE, self.now))
            self.cancelled = True
            for row in self.rows.values():
                row.state = "expired" if row.state in {"ready", "sending"} else row.state
        elif what > 60 and not any(held.marked for held in self.held):
            self.doubts_are_settled(state)

    def doubts_are_settled(self, state: Literal["accepted", "ready"]) -> None:
        def settled(db: Connection) -> int:
            return outcomes.resolve(db, outcomes.doubts(db), ISSUE, state, self.now)

        doubtful = [row for row in self.rows.values() if row.state == "doubt"]
        assert self.write(settled) == len(doubtful)
        for row in doubtful:
            row.state, row.fence = state, row.fence + 1
            row.due, row.attempts = (self.now, 0) if state == "ready" else (row.due, row.attempts)
            row.copies = 1 if state == "accepted" else 0  # it is the person's word from now on

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        if states := self.states():
            assert states == {number: row.state for number, row in self.rows.items()}

    @invariant()
    def nobody_has_two_and_who_is_accepted_has_one(self) -> None:
        for row in self.rows.values():
            assert row.copies <= 1
            if row.state == "accepted":
                assert row.copies == 1
            if row.state in {"ready", "sending", "rejected", "suppressed", "expired"}:
                assert row.copies == 0

    def write(self, what: Callable[[Connection], object]) -> object:
        with self.store.writing() as db:
            return what(db)

    def states(self) -> dict[int, str]:
        with self.store.reading() as db:
            return {row[0]: row[1] for row in db.exec_driver_sql("SELECT subscriber, state FROM deliveries")}


TestLedger = Ledger.TestCase
TestLedger.settings = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
