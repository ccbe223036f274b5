"""What always holds: the program against a model of a few lines, through random weeks of a home."""

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from digest import config, homes, pipeline, schedule, templating
from digest.freezing import Made, Occasion
from digest.issue import Account
from digest.sources import Dump
from digest.store import issues, log, open_store, schema
from tests import pages

BEGIN = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = 6  # o'clock UTC: the hour of every slot

RULES: dict[str, Callable[[int, bool], bool]] = {
    "*": lambda n, _longer: True,
    "pruning": lambda n, _longer: n % 3 == 0,
    "NOT title:diffusion": lambda n, _longer: n % 3 != 1,
    "retrieval OR addendum": lambda n, longer: n % 3 == 2 or longer,
}

Told = Mapping[int, bool]  # the papers of a page by their numbers; whether it tells them at length
Keys = Mapping[str, Any]  # of a schedule


class Model:
    """What every digest promises, in words.

    A dump is read once from each source, and a source shows a work once: by the first of its dumps that tells of it.
    A digest keeps a mark for each source, and a build reads what its sources have shown behind the marks. Each work of
    that is in the issue if no issue of this digest has carried it, nobody has declared it seen, and the rule matches
    what all dumps together tell of it; nothing else is. The marks move to the end of the log, also where there was
    nothing to show, but not while a slot waits for more papers. An extra issue reads from a time on and moves none.
    Slots come due after the last one that has a row, at first from midnight of the day on which the digest was first
    seen. All but the last are skipped; that too, where the digest wants none that is late by more than an hour.
    """

    def __init__(self) -> None:
        self.log: list[tuple[datetime, str, int]] = []
        self.read: set[tuple[str, str]] = set()
        self.shown: set[tuple[str, int]] = set()
        self.seen: set[int] = set()
        self.longer: set[int] = set()
        self.marks: dict[str, dict[str, int]] = {}
        self.issues: dict[str, list[set[int]]] = {}
        self.slots: dict[str, dict[datetime, str]] = {}
        self.began: dict[str, datetime] = {}

    def take(self, source: str, page: str, told: Told, now: datetime, seen: bool = False) -> None:
        if seen or (source, page) not in self.read:
            fresh = [n for n in told if (source, n) not in self.shown and not seen]
            self.log += [(now, source, n) for n in fresh]
            self.shown |= {(source, n) for n in told}
            self.seen |= set(told) if seen else set()
            self.longer |= {n for n in told if told[n]}
        self.read.add((source, page))

    def build(self, name: str, keys: Keys, on: Occasion) -> tuple[Account, str]:
        self.began.setdefault(name, on.now)
        marks, made = self.marks.setdefault(name, {}), self.issues.setdefault(name, [])
        works = {
            n
            for place, (at, source, n) in enumerate(self.log)
            if source in (keys["sources"] or [source])
            and (at >= on.since if on.since else place >= marks.get(source, 0))
        }
        new = works - self.seen - {n for issue in made for n in issue}
        papers = {n for n in new if RULES[keys["match"]](n, n in self.longer)}
        state = self.state(name, keys, len(papers), on.slot)
        if state == "made":
            made.append(papers)
        if state != "waiting" and not on.since:
            marks |= dict.fromkeys(keys["sources"] or {source for source, _ in self.read}, len(self.log))
        if on.slot:
            self.slots.setdefault(name, {})[on.slot] = state
        carried, ungrouped = len(works - new), len(new - papers)
        return Account(arrivals=len(works), carried_before=carried, new=len(new), ungrouped=ungrouped), state

    def state(self, name: str, keys: Keys, papers: int, slot: datetime | None) -> str:
        if papers == 0 and not (slot and keys["empty"] == "send"):
            return "empty"
        rows = {at: state for at, state in self.slots.get(name, {}).items() if state != "skipped"}
        done = [at for at, state in rows.items() if state != "waiting"]
        waiting = [at for at in rows if at > max(done, default=BEGIN - 9 * DAY)]
        patient = slot and (not waiting or slot - min(waiting) < keys["wait"] * DAY)
        return "waiting" if patient and 0 < papers < keys["minimum"] else "made"

    def due(self, name: str, keys: Keys, now: datetime) -> datetime | None:
        first = self.began.setdefault(name, now).replace(hour=AT, minute=0, second=0)
        rows = self.slots.setdefault(name, {})
        came = [at for n in range(99) if max(rows, default=BEGIN - DAY) < (at := first + n * DAY) <= now]
        late = came and keys["catch_up"] == "skip" and now - came[-1] > HOUR
        rows |= dict.fromkeys(came if late else came[:-1], "skipped")
        return came[-1] if came and not late else None


FOLDERS, SOURCES, DIGESTS = ("one", "two"), ("ants", "bees", "cats"), ("daily", "weekly")
told = st.dictionaries(st.integers(0, 9), st.booleans(), max_size=5)
stray = st.sampled_from(["", "A line that is nobody's\n"])
keys_of_a_digest = st.fixed_dictionaries(
    {
        "match": st.sampled_from(sorted(RULES)),
        "sources": st.lists(st.sampled_from([*SOURCES, "hand"]), max_size=3, unique=True),
        "minimum": st.sampled_from([1, 1, 3]),
        "wait": st.sampled_from([1, 3]),
        "empty": st.sampled_from(["skip", "skip", "send"]),
        "catch_up": st.sampled_from(["latest", "latest", "skip"]),
    }
)


def text_of(told: Told, stray: str) -> str:
    return pages.page([pages.paper(n, longer=told[n]) for n in sorted(told)]) + stray


def quiet(*_said: object) -> None:
    """Nobody is told anything."""


class Home(RuleBasedStateMachine):
    """A home to which anything may happen; the model has to know what its digests carry."""

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(mkdtemp(prefix="laws-"))
        self.model, self.now, self.files = Model(), BEGIN, 0
        self.sources: dict[str, str] = {}
        self.digests: dict[str, Keys] = {}
        self.lying: dict[Path, tuple[str, Told]] = {}
        for folder in (*FOLDERS, "given", "schedules"):
            (self.path / folder).mkdir()
        self.change_the_sources({"ants": "one"})
        self.templates = templating.environment(self.home.templates)
        self.store = open_store(self.home.store)

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.path)

    # --- what may happen ---

    @initialize(keys=keys_of_a_digest)
    def begin_with_a_digest(self, keys: Keys) -> None:
        self.change_a_digest("daily", keys)

    @rule(sources=st.dictionaries(st.sampled_from(SOURCES), st.sampled_from(FOLDERS), max_size=3))
    def change_the_sources(self, sources: dict[str, str]) -> None:
        """Added, removed, renamed, or another folder under an old name."""
        self.sources = sources
        tables = [f'[sources.{name}]\nfolder = "{folder}"\n' for name, folder in sources.items()]
        (self.path / "digest.toml").write_text("".join(tables) or "[sources]\n")
        self.home = config.load(self.path)

    @rule(name=st.sampled_from(DIGESTS), keys=keys_of_a_digest)
    def change_a_digest(self, name: str, keys: Keys) -> None:
        """Added, or another rule, other sources, other manners."""
        self.digests[name] = keys
        (self.path / "schedules" / f"{name}.toml").write_text(
            f'title = "Papers"\ncron = "0 {AT} * * *"\noutputs = []\nsources = {keys["sources"]}\n'
            f'minimum = {keys["minimum"]}\nwait = "{keys["wait"]} days"\nempty = "{keys["empty"]}"\n'
            f'catch_up = "{keys["catch_up"]}"\n[[groups]]\nheading = "Some"\nmatch = "{keys["match"]}"\n'
        )
        self.home = config.load(self.path)

    @rule(hours=st.sampled_from([1, 7, 18, 24, 60]))
    def wait(self, hours: int) -> None:
        """Time passes, and if slots came due meanwhile, it was an outage."""
        self.now += hours * HOUR

    @rule(folder=st.sampled_from(FOLDERS), told=told, stray=stray)
    def drop(self, folder: str, told: Told, stray: str) -> None:
        self.lying[self.write(folder, text_of(told, stray))] = text_of(told, stray), told

    @rule(source=st.sampled_from([*SOURCES, "hand"]), told=told, stray=stray, seen=st.booleans())
    def ingest(self, source: str, told: Told, stray: str, seen: bool) -> None:
        page = text_of(told, stray)
        dump = Dump(source, "given.txt", self.write("given", page))
        pipeline.read(self.store, [dump], self.now, quiet, seen=seen)
        self.model.take(source, page, told, self.now, seen)

    @rule(names=st.sets(st.sampled_from(DIGESTS)), told=st.none() | told, hours=st.sampled_from([0, 0, 30]))
    def build(self, names: set[str], told: Told | None, hours: int) -> None:
        """By hand, perhaps with a dump, perhaps an extra issue of the last hours."""
        self.now += timedelta(seconds=1)
        occasion = Occasion(now=self.now, since=self.now - hours * HOUR if hours else None)
        wanted = [(one, occasion) for one in self.home.digests if one.name in names]
        given = [] if told is None else [Dump("hand", "given.txt", self.write("given", text_of(told, "")))]
        run = pipeline.build(self.home, self.store, self.templates, wanted, given, self.now, quiet)
        self.look()
        if told is not None:
            self.model.take("hand", text_of(told, ""), told, self.now)
        for (one, _), made in zip(wanted, run.made, strict=True):
            self.compare(made, self.model.build(one.name, self.digests[one.name], occasion))

    @rule()
    def run_what_is_due(self) -> None:
        self.now += timedelta(seconds=1)
        run = schedule.run_due(self.home, self.store, self.now, quiet, quiet, pipeline.at_once)
        self.look()
        made = list(run.made)
        for name, keys in sorted(self.digests.items()):
            if slot := self.model.due(name, keys, self.now):
                self.compare(made.pop(0), self.model.build(name, keys, Occasion(self.now, slot)))
        assert not made

    @rule(name=st.sampled_from(DIGESTS), begin=st.sampled_from(["now", "all"]))
    def start(self, name: str, begin: str) -> None:
        if name in self.digests:
            homes.start(self.home, self.store, self.home.digest(name), begin, None, self.now)
            mark = len(self.model.log) if begin == "now" else 0
            self.model.began.setdefault(name, self.now)
            sources = self.digests[name]["sources"] or {source for source, _ in self.model.read}
            self.model.marks.setdefault(name, {}).update(dict.fromkeys(sources, mark))

    # --- what it comes to ---

    def write(self, folder: str, page: str) -> Path:
        self.files += 1
        path = self.path / folder / f"{self.files:04}.txt"
        path.write_text(page)
        return path

    def look(self) -> None:
        """The model reads what lies in the folders, as every run does."""
        for source, folder in self.sources.items():
            for path, (page, told) in sorted(self.lying.items()):
                if path.parent.name == folder:
                    self.model.take(source, page, told, self.now)

    def compare(self, made: Made, wanted: tuple[Account, str]) -> None:
        assert (made.account, made.state) == wanted

    @invariant()
    def every_issue_carries_what_the_model_says(self) -> None:
        for name in self.digests:
            with self.store.reading() as db:
                made = issues.of_digest(db, name)[::-1]
            carried = [{card.title for card in issues.cards_of(self.store, one.id)(0)} for one in made]
            wanted = self.model.issues.get(name, [])
            assert carried == [{pages.paper(n)[0] for n in issue} for issue in wanted]
            assert sum(one.head.papers for one in made) == len(set().union(*carried))
            assert [one.head.number for one in made] == list(range(1, len(made) + 1))
            for account, papers in ((one.head.account, one.head.papers) for one in made):
                fates = account.carried_before, account.withdrawn, account.new, account.revised
                assert account.arrivals == sum(fates)
                assert account.new + account.revised == papers + account.ungrouped

    @invariant()
    def every_slot_has_one_row(self) -> None:
        with self.store.reading() as db:
            rows = list(db.execute(select(schema.slots.c.digest, schema.slots.c.slot, schema.slots.c.state)))
        wanted = [(name, at, state) for name, rows in self.model.slots.items() for at, state in rows.items()]
        assert sorted(map(tuple, rows)) == sorted(wanted)

    @invariant()
    def no_record_disappears(self) -> None:
        with self.store.reading() as db:
            for row in db.execute(select(schema.dumps)):
                assert row.records == row.papers + row.rejects
                assert len(list(log.rejected(db, row.id))) == row.rejects


Home.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
TestHome = Home.TestCase
