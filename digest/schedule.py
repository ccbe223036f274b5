"""What is due, and the alarm clock that wakes us; the only file that imports APScheduler.

Whether an issue is due is never APScheduler's to say: its cron skips and repeats days when the clocks change, and
counts Monday as 0. It only wakes us every second; then a pure function of cron, zone and the latest slot answers.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from digest import config, outbox, rehearsal, slots
from digest.config import Digest, Home
from digest.errors import ConfigError, DigestError, StoreError
from digest.fetching.due import Visit
from digest.freezing import Occasion
from digest.ingesting import Tell
from digest.issue import DumpRead
from digest.operating.events import event, problem
from digest.pipeline import Ready, Run, begin, build, fetch, look, record
from digest.sending import posting, telling
from digest.sending import rounds as sending
from digest.sending.desk import Clock
from digest.sending.posting import Tries
from digest.sending.sent import Sent
from digest.sources import Found
from digest.store import Store, issues, log, open_store
from digest.verdicts import BAD
from digest.watch import STILL, Watch

LATE = timedelta(hours=1)  # after its slot an issue counts as missed, where `catch_up = "skip"`
EVERY = 1  # seconds between two looks at the clock and at the drop folders
PATIENCE = 60  # seconds that `once` waits for files that somebody is writing

Say = Callable[[str], None]


class Due(NamedTuple):
    """What becomes of the slots that came due."""

    skipped: tuple[datetime, ...]
    slot: datetime | None  # at which an issue is to be made now


def due(came: Sequence[datetime], digest: Digest, now: datetime) -> Due:
    """After an outage one issue is made with all that was missed, or, where `catch_up = "skip"`, none but on time."""
    if not came:
        return Due((), None)
    if digest.catch_up == "skip" and now - came[-1] > LATE:
        return Due(tuple(came), None)
    return Due(tuple(came[:-1]), came[-1])


def came_due(store: Store, digest: Digest, now: datetime) -> list[datetime]:
    """The slots of a digest after its latest one; of a new digest, from the beginning of the day it was first seen."""
    with store.reading() as db:
        latest = issues.latest_slot(db, digest.name)
        began = log.began(db, digest.name) or now
    after = latest.slot if latest else slots.local_midnight(digest.zone, began) - timedelta(seconds=1)
    return list(slots.between(digest.cron, digest.zone, after, now))


def run_due(home: Home, store: Store, now: datetime, say: Say, tell: Tell, ready: Ready) -> Run:
    """Read what is ready at the sources, and make every issue that is due."""
    refused = begin(home, store, home.digests, now)
    begun = [digest for digest in home.digests if digest.name not in refused]
    slot_of = {digest.name: _settle_skipped(store, digest, now) for digest in begun}
    wanted = [(one, Occasion(now=now, slot=slot)) for one in begun if (slot := slot_of[one.name])]
    if wanted:
        run = build(home, store, rehearsal.in_force(home), wanted, (), now, tell, ready)
    else:
        left_out = outbox.write_expected(store, home, rehearsal.templates(home))
        for head in left_out:  # its slot is settled: no build would come by
            say(f"{head.name}: an interrupted run had not written all its files; they are written now")
            problem("unwritten", issue=head.name)
        fetched = fetch(home, store, now, tell, ready)
        run = Run(dumps=fetched.dumps, made=(), visits=fetched.visits)
        if run.visits or any(dump.records for dump in run.dumps) or _has_failed(store):
            record(store, now, "run", run)
    return msgspec.structs.replace(run, refused=(*home.mistakes, *refused.values()))


def _has_failed(store: Store) -> bool:
    """Whether the last run came to no end: this one does, and says so."""
    with store.reading() as db:
        return issues.last_failure(db) is not None


def _settle_skipped(store: Store, digest: Digest, now: datetime) -> datetime | None:
    """Settle the slots that have no issue of their own; the slot at which one is to be made now."""
    skipped, slot = due(came_due(store, digest, now), digest, now)
    if skipped:
        with store.writing() as db:
            issues.skip(db, digest.name, skipped, now)
    return slot


def once(home: Home, store: Store, now: datetime, clock: Clock, say: Say, tell: Tell) -> Run:
    """Everything that is due now; files that somebody is still writing are waited for.

    Sending takes its time: its leases need a clock that goes on.
    """
    watch, began = Watch(), time.monotonic()
    settled: set[Path] = set()
    while time.monotonic() - began < PATIENCE:
        waiting = [dump.found for dump in look(home, store)[0] if dump.found]
        settled |= {found.path for found in waiting if watch.ready(found, time.monotonic())}
        if all(found.path in settled for found in waiting):
            break
        time.sleep(STILL / 4)
    else:
        say(f"some files are still being written after {PATIENCE} seconds; the next run reads them")
    try:
        done = run_due(home, store, now, say, tell, lambda found: found.path in settled)
    except DigestError as error:
        _remember(store, now, error)
        raise
    return msgspec.structs.replace(done, sent=_sent(home, store, clock, tell))


def _sent(home: Home, store: Store, now: Clock, tell: Tell) -> Sent:
    """What became of the letters that are due; a server that is down undoes no issue."""
    try:
        telling.send(home, store, now())
        with stopped_by_signals() as stop:  # whoever is ended between a dot and its answer leaves a doubt
            return sending.send(home, store, None, now, tell, stop=stop)
    except DigestError as error:
        _remember(store, now(), error)
        return Sent(problems=(str(error),))


def _remember(store: Store, now: datetime, error: DigestError) -> None:
    """For `digest status`; where it is the store that fails, nobody can be told but who hears us now."""
    problem("failed", problem=str(error))
    if not isinstance(error, StoreError):
        with suppress(StoreError), store.writing() as db:
            issues.record_failure(db, now, str(error))


def run(path: Path, clock: Callable[[], datetime], say: Say, told: Callable[[Run], None]) -> None:
    """Go on until SIGINT or SIGTERM, or until a bug of ours stops it with its traceback."""
    with stopped_by_signals() as stop:  # from the first moment on
        # APScheduler 3 ships no types
        from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
        from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

        looks = _Looks(path, clock, say, told, stop)
        posts = posting.Posts(looks.home, looks.store, clock, say, stop, looks.remember)
        bugs: list[Exception] = []
        scheduler = BackgroundScheduler(timezone="UTC")
        for job in (looks.job, posts.job):
            scheduler.add_job(
                partial(_until_a_bug, job, stop, bugs),
                IntervalTrigger(seconds=EVERY, timezone="UTC"),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.start()
        say(f"digest runs in {path}; Ctrl-C ends it")
        event("begun", home=path)
        looks.say_what_comes()
        try:
            stop.wait()
        finally:
            scheduler.shutdown(wait=True)  # a build that has begun ends first
            looks.close()
            event("ended")
    if bugs:
        raise bugs[0]


def _until_a_bug(job: Callable[[], None], stop: threading.Event, bugs: list[Exception]) -> None:
    """What APScheduler calls."""
    try:
        job()
    except Exception as error:  # any bug: a thread would end in silence, so `run` raises it again
        bugs.append(error)
        problem("bug", problem=f"{type(error).__name__}: {error}")
        stop.set()
        raise


class _Looks:
    """One look at the clock and the folders, every second, in a thread of the scheduler's."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime],
        say: Say,
        told: Callable[[Run], None],
        stop: threading.Event,
    ) -> None:
        self.path, self.clock, self.say, self.told, self.stop = path, clock, say, told, stop
        self._stamp = config.stamp(path)  # before they are read: no change may slip in between
        self._home = config.load(path)
        self._said: set[str] = set()
        self.store = open_store(self._home.store)
        self._watch = Watch()
        self._problems: set[DumpRead] = set()  # told already
        self._bad: dict[str, bool] = {}  # sources, at their last visit
        self._tries = Tries()

    def job(self) -> None:
        """A look, and after a failure none for a while."""
        if self.stop.is_set() or self._tries.wait():
            return
        try:
            self._look()
            self._tries.went_well()
        except DigestError as error:
            pause = self._tries.failed()
            self._watch = Watch()  # what was offered has perhaps not been read
            self.say(f"{error}\nnext try in {pause} seconds")
            self.remember(error)

    def _look(self) -> None:
        if (stamp := config.stamp(self.path)) != self._stamp:
            self._stamp = stamp
            self._read_again()
        run = run_due(self._home, self.store, self.clock(), self._say_once, posting.quiet, self._ready)
        for words in run.refused:
            self._say_once(words)
        problems = {dump for dump in run.dumps if dump.format is None}
        turned = [visit for visit in run.visits if self._turned(visit)]
        if run.made or turned or set(run.dumps) - self._problems:
            self.told(run)
        self._problems = problems

    def _read_again(self) -> None:
        """Take up changed settings and schedules; a mistake in one of them stops no other digest."""
        try:
            self._home = config.load(self.path)
        except ConfigError as error:
            self.say(f"{error}\nwhat was read before stays in force until that is mended")
            problem("settings", problem=str(error))
        else:
            self._said.clear()
            self.say("settings and schedules were read again")
            event("settings")
            self.say_what_comes()

    def home(self) -> Home:
        """The settings in force."""
        return self._home

    def remember(self, error: DigestError) -> None:
        """For `digest status`."""
        _remember(self.store, self.clock(), error)

    def say_what_comes(self) -> None:
        """The next slot of each digest, in its own time."""
        for digest in self._home.digests:
            slot = slots.following(digest.cron, digest.zone, self.clock()).astimezone(digest.zone)
            self.say(f"{digest.name}: the next slot is {slot:%a %Y-%m-%d %H:%M} {digest.zone.key}")
            event("waits", digest=digest.name, slot=slot.isoformat())

    def _turned(self, visit: Visit) -> bool:
        """Whether a source is bad now and was well at the last visit, or the other way round."""
        before = self._bad.get(visit.source, False)
        self._bad[visit.source] = visit.verdict in BAD
        return before != self._bad[visit.source]

    def _say_once(self, words: str) -> None:
        """A problem that is still there at the next look is no news."""
        if words not in self._said:
            self._said.add(words)
            self.say(words)

    def _ready(self, found: Found) -> bool:
        return self._watch.ready(found, time.monotonic())

    def close(self) -> None:
        """Give the store back."""
        self.store.close()


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """SIGINT or SIGTERM asks to end; once more after a second does not wait for what is being done.

    Within that second it is the same wish: a terminal and `timeout` send it to the process and to its group.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    stop, asked = threading.Event(), list[float]()

    def ask(_number: int, _frame: object) -> None:
        asked.append(time.monotonic())
        if asked[-1] - asked[0] > 1:
            raise KeyboardInterrupt
        stop.set()

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
