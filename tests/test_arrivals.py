"""What makes an entry of the log, and what becomes of it in an issue: as tables, and through a frozen issue."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import config
from digest.arrivals import Arrival, Entry, Fate, Kind, arriving, by_work, fate, gathered
from digest.freezing import Made, Occasion, freeze
from digest.identity import merged
from digest.papers import Paper
from digest.preparing import prepared
from digest.sources import Dump
from digest.store import Store, log, open_store
from digest.storing import store as store_papers
from tests import pages

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
TITLE, ABSTRACT = pages.paper(1)
OTHER_ABSTRACT = pages.paper(3)[1]


def told(
    version: int | None = None, abstract: str = ABSTRACT, *, title: str = TITLE, withdrawn: bool = False
) -> Paper:
    """What a source says of one work, arxiv:1."""
    return Paper(
        where="record 1",
        title=title,
        abstract=abstract,
        ids=("arxiv:1",),
        version=version,
        withdrawn=withdrawn,
    )


def entry(kind: Kind, source: str = "arxiv", version: int = 0, atom: int = 1, seq: int = 1) -> Entry:
    return Entry(seq, kind, source, atom, version, NOW + timedelta(seconds=seq))


# --- arriving ---

NEW, NEW_ELSEWHERE = entry("new"), entry("new", "hf")
SEEN, SEEN_ELSEWHERE = entry("seen"), entry("seen", "hf")
REVISED_2, WITHDRAWN_2 = entry("revised", version=2), entry("withdrawn", version=2)
V1, V2, V3 = told(1), told(2, OTHER_ABSTRACT), told(3)


@pytest.mark.parametrize(
    ("paper", "earlier", "said", "entries"),
    [
        (V1, [], [], [("new", 0)]),
        (told(), [], [], [("new", 0)]),
        (V2, [], [], [("new", 0)]),  # first shown as v2: new, not revised
        (told(2, withdrawn=True), [], [], [("new", 0)]),
        # again
        (V1, [NEW], [V1], []),
        (told(), [NEW], [told()], []),
        (
            told(None, OTHER_ABSTRACT),
            [NEW],
            [told()],
            [],
        ),  # other words, but nobody says that it is a version
        # a second source
        (V1, [NEW_ELSEWHERE], [], [("new", 0)]),
        (V2, [NEW_ELSEWHERE], [], [("new", 0)]),
        (V1, [NEW, NEW_ELSEWHERE], [V1], []),
        # a higher version
        (V2, [NEW], [V1], [("revised", 2)]),
        (told(2), [NEW], [V1], []),  # in the same words
        (told(2, ABSTRACT.upper()), [NEW], [V1], []),
        (told(2, title=TITLE + " Revisited"), [NEW], [V1], [("revised", 2)]),
        (V2, [NEW, REVISED_2], [V1, V2], []),
        (V3, [NEW, REVISED_2], [V1, V2], [("revised", 3)]),
        (V1, [NEW], [V2], []),  # an old one, late
        (V2, [NEW], [V1, V3], []),
        (V2, [NEW], [told()], []),  # versions were not told before: who knows what was shown
        (V2, [NEW, NEW_ELSEWHERE], [V1], [("revised", 2)]),
        # withdrawn
        (told(withdrawn=True), [NEW], [told()], [("withdrawn", 0)]),
        (told(2, withdrawn=True), [NEW], [V1], [("withdrawn", 2)]),
        (
            told(2, "Withdrawn by the authors.", withdrawn=True),
            [NEW],
            [V1],
            [("revised", 2), ("withdrawn", 2)],
        ),
        (told(2, withdrawn=True), [NEW, WITHDRAWN_2], [V1, told(2, withdrawn=True)], []),
        # known from some time on
        (V1, [SEEN], [V1], []),
        (V1, [SEEN_ELSEWHERE], [], [("new", 0)]),
        (V2, [SEEN], [V1], [("revised", 2)]),
    ],
)
def test_what_a_paper_enters_into_the_log(
    paper: Paper, earlier: Sequence[Entry], said: Sequence[Paper], entries: list[tuple[Kind, int]]
) -> None:
    assert arriving(paper, "arxiv", earlier, said, seen=False) == entries


@pytest.mark.parametrize(
    ("earlier", "entries"),
    [([], [("seen", 0)]), ([NEW], [("seen", 0)]), ([SEEN], []), ([SEEN_ELSEWHERE], [("seen", 0)])],
)
def test_what_is_to_be_known_from_now_on(earlier: Sequence[Entry], entries: list[tuple[Kind, int]]) -> None:
    assert arriving(V1, "arxiv", earlier, [], seen=True) == entries


# --- gathered ---


def test_the_works_of_unread_entries_each_once_in_order() -> None:
    unread = [
        entry("new", atom=3, seq=1),
        entry("new", atom=1, seq=2),
        entry("new", "hf", atom=4, seq=3),  # an atom of the same work as 3
        entry("revised", atom=1, version=2, seq=4),
        entry("revised", "hf", atom=1, version=3, seq=5),
        entry("withdrawn", atom=5, seq=6),
    ]
    assert gathered(unread, {1: 1, 3: 3, 4: 3, 5: 5}) == [
        Arrival(3, unread[0].at, frozenset()),
        Arrival(1, unread[1].at, frozenset({2, 3})),
        Arrival(5, unread[5].at, frozenset()),
    ]
    assert by_work(unread, {1: 1, 3: 3, 4: 3, 5: 5})[3] == [unread[0], unread[2]]
    assert gathered([], {}) == []


# --- fate ---

GONE = told(2, withdrawn=True)


@pytest.mark.parametrize(
    ("papers", "revisions", "carried", "seen", "skipped", "shown"),
    [
        ([V1], (), (), False, "new", "new"),
        ([V1, V2], (2,), (), False, "new", "new"),  # never carried: new, whatever its version
        ([V1], (), (0, 1), False, "carried", "carried"),
        ([V1, V2], (2,), (0, 1), False, "carried", "revised"),
        ([V1, V2], (2,), (0, 2), False, "carried", "carried"),  # was carried as it is now
        ([V1, V2, V3], (2, 3), (0, 2), False, "carried", "revised"),
        ([V1, V2], (), (0, 1), False, "carried", "carried"),
        ([V1, V2], (2,), (0,), False, "carried", "revised"),  # carried when nobody told versions
        ([V1], (), (), True, "carried", "carried"),
        ([V1, V2], (2,), (0, 1), True, "carried", "carried"),
        ([V1, GONE], (), (), False, "withdrawn", "withdrawn"),
        ([V1, GONE], (), (0, 1), False, "withdrawn", "withdrawn"),
        ([V1, GONE], (2,), (), True, "withdrawn", "withdrawn"),
        ([GONE, V3], (3,), (0, 1), False, "carried", "revised"),  # withdrawn, and back
    ],
)
def test_what_becomes_of_an_arrival(
    papers: Sequence[Paper],
    revisions: Sequence[int],
    carried: Sequence[int],
    seen: bool,
    skipped: Fate,
    shown: Fate,
) -> None:
    arrival, work = Arrival(1, NOW, frozenset(revisions)), merged(papers)
    assert fate(arrival, work, carried, seen, shows_revised=False) == skipped
    assert fate(arrival, work, carried, seen, shows_revised=True) == shown


# --- all of it, through the store ---


class Desk:
    """A home with two digests, which are built after every dump of papers that sources have told."""

    def __init__(self, path: Path) -> None:
        (path / "schedules").mkdir()
        (path / "dumps").mkdir()
        for name, keys in (("all", 'revised = "show"\n'), ("arxiv", 'sources = ["arxiv"]\n')):
            (path / "schedules" / f"{name}.toml").write_text(
                f'title = "Papers"\ncron = "0 7 * * *"\noutputs = []\n{keys}'
                '[[groups]]\nheading = "Everything"\nmatch = "NOT glaciers"\n'
            )
        self.home = config.load(path)
        self.store: Store = open_store(self.home.store)
        self.dumps = 0

    def tell(self, source: str, *papers: Paper, seen: bool = False) -> None:
        self.dumps += 1
        dump, now = Dump(source, f"{self.dumps}.txt", Path("nowhere")), NOW + timedelta(hours=self.dumps)
        with self.store.writing() as db:
            store_papers(
                db,
                [prepared(one) for one in papers],
                dump,
                log.open_dump(db, dump, str(self.dumps), now),
                now,
                seen,
            )

    def build(self, digest: str) -> Made:
        occasion = Occasion(now=NOW + timedelta(hours=self.dumps))
        return freeze(self.store, self.home, self.home.digest(digest), occasion, (), lambda _done, _of: None)

    def accounts(self, digest: str) -> dict[str, int]:
        """What stands in the account of a build but for zeros."""
        account = self.build(digest).account
        found = {name: getattr(account, name) for name in account.__struct_fields__}
        assert account.arrivals == account.carried_before + account.withdrawn + account.new + account.revised
        return {name: count for name, count in found.items() if count}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    yield found
    found.store.close()


def test_a_version_is_shown_once_and_only_where_the_digest_says_so(desk: Desk) -> None:
    desk.tell("arxiv", told(1, OTHER_ABSTRACT))
    assert desk.accounts("all") == desk.accounts("arxiv") == {"arrivals": 1, "new": 1}
    desk.tell("arxiv", told(2, ABSTRACT + " More."))
    assert desk.accounts("all") == {"arrivals": 1, "revised": 1}
    assert desk.accounts("arxiv") == {"arrivals": 1, "carried_before": 1}
    desk.tell("hf", told(2, ABSTRACT + " More."))
    assert desk.accounts("all") == {"arrivals": 1, "carried_before": 1}
    assert desk.accounts("arxiv") == {}
    desk.tell("hf", told(3, ABSTRACT + " And more."))
    desk.tell("arxiv", told(3, ABSTRACT + " And more."))
    assert desk.accounts("all") == {"arrivals": 1, "revised": 1}
    assert desk.accounts("all") == {}


def test_a_work_of_another_source_is_new_to_the_digest_that_does_not_read_it(desk: Desk) -> None:
    desk.tell("hf", told())
    assert desk.accounts("all") == {"arrivals": 1, "new": 1}
    assert desk.accounts("arxiv") == {}
    desk.tell("arxiv", told(1))
    assert desk.accounts("arxiv") == {"arrivals": 1, "new": 1}
    assert desk.accounts("all") == {"arrivals": 1, "carried_before": 1}


def test_a_withdrawn_work_is_counted_and_not_shown(desk: Desk) -> None:
    desk.tell("arxiv", told(1), Paper(where="2", title=pages.paper(3)[0], abstract=pages.paper(3)[1]))
    desk.tell("arxiv", told(2, withdrawn=True))
    made = desk.build("all")
    assert (made.account.arrivals, made.account.withdrawn, made.account.new) == (2, 1, 1)
    assert made.issue
    assert made.issue.papers == 1
    assert desk.accounts("arxiv") == {"arrivals": 2, "withdrawn": 1, "new": 1}


def test_what_is_seen_is_news_to_nobody_even_if_it_was_not_read_before(desk: Desk) -> None:
    desk.tell("arxiv", told(1))
    desk.tell("hand", told(1), seen=True)
    assert desk.accounts("all") == {"arrivals": 1, "carried_before": 1}
    desk.tell("hf", told(1))
    assert desk.accounts("all") == {"arrivals": 1, "carried_before": 1}


def test_a_work_under_no_group_is_counted_once(desk: Desk) -> None:
    title, abstract = pages.paper(2)  # of glaciers
    desk.tell("arxiv", Paper(where="1", title=title, abstract=abstract))
    assert desk.accounts("all") == {"arrivals": 1, "new": 1, "ungrouped": 1}
    assert desk.accounts("all") == {}
