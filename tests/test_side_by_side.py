"""All outputs of an issue, a piece of each in turn: what they make of a paper together is the same, and made once."""

import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from itertools import repeat, zip_longest
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace

from digest import citations, config, homes, outbox, plugins, templating
from digest.errors import ConfigError
from digest.issue import Card, GroupHead, Issue, Link
from digest.renderers import _feed, _shown
from digest.store import issues as stored_issues
from digest.store import open_store
from digest.writing import side_by_side
from tests import homes as tested
from tests import issues

TEMPLATES = templating.environment(None)
ALL = [plugins.load("renderers", name) for name in plugins.names("renderers")]
OF_ISSUE = [one for one in ALL if one.READS == "issue"]


def forget() -> None:
    for kept in (_shown.shown, _feed.told, citations._told):
        kept.cache_clear()


def streams(issue: Issue, renderers: list[ModuleType]) -> Iterator[Iterator[str | bytes]]:
    for one in renderers:
        yield one.render(issues.read_by(one.READS, issue), TEMPLATES)


def together(issue: Issue, renderers: list[ModuleType]) -> list[bytes]:
    """These outputs as the outbox writes them."""
    made = [b""] * len(renderers)
    for pieces in zip_longest(*streams(issue, renderers), fillvalue=b""):
        for place, piece in enumerate(pieces):
            made[place] += piece.encode() if isinstance(piece, str) else piece
    return made


def alone(issue: Issue, renderer: ModuleType) -> bytes:
    forget()
    return together(issue, [renderer])[0]


OTHER: dict[str, Any] = {
    "kind": "revised",
    "title": "Another title",
    "abstract": "Another abstract.",
    "authors": ("Ada Other",),
    "n_authors": 9,
    "org": "Another",
    "published": "2019",
    "comments": 0,
    "upvotes": 1,
    "links": (Link("DOI", "https://doi.org/10.1/2"),),
    "matched": ("Part",),
    "in_title": ((0, 4),),
    "in_abstract": ((0, 4),),
    "also": (),
    "arrived": issues.NOW - timedelta(days=1),
}


def alike() -> tuple[Card, ...]:
    """Papers that differ in one thing each, beside one another."""
    first = issues.card(1)
    return (first, *(replace(first, **{field: value}) for field, value in OTHER.items()), *issues.hostile())


def test_papers_that_are_alike_are_not_taken_for_one_another() -> None:
    papers = 2 * alike()
    forget()
    assert list(map(_shown.shown, papers)) == list(map(_shown.shown.__wrapped__, papers))
    assert list(map(citations._told, papers)) == list(map(citations._told.__wrapped__, papers))


def test_side_by_side_or_alone_outputs_are_the_same() -> None:
    issue = issues.issue(("Alike", alike()), ("Once more", alike()[::-1]))
    apart = [alone(issue, one) for one in ALL]
    forget()
    assert together(issue, ALL) == apart
    assert together(issue, ALL) == apart


def test_a_paper_is_read_once_for_all_outputs() -> None:
    """But for the text, which reads it again for its addresses, and the mail, which reads ahead."""
    papers = [
        replace(card, abstract=card.abstract.strip()) for card in issues.cards(300)
    ]  # as dumps are read
    forget()
    together(issues.issue(("One", tuple(papers[:150])), ("Two", tuple(papers[150:]))), OF_ISSUE)
    assert _shown.shown.cache_info().misses <= 3 * 300
    assert citations._told.cache_info().misses == 300


def test_memory_is_flat_however_many_papers() -> None:
    """Without the mail, which holds what it has room for, about 400 names."""
    outputs = [one for one in OF_ISSUE if one.FILE != "digest.eml"]

    def peak(number: int) -> int:
        issue = Issue(issues.head(GroupHead("Many", number)), lambda _: map(issues.card, range(number)))
        forget()
        tracemalloc.start()
        for _ in zip_longest(*streams(issue, outputs)):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # fills the cache of templates
    assert peak(600) < peak(100) + 500_000  # bytes: 500 papers held are 2 MB


def test_cost_is_that_of_the_papers() -> None:
    """The aim is 50 ms for 50 papers, and 110 times that for 5,000: benchmarks/rendering.py. A busy machine takes up to
    four times as long; what grew with the square would take 256 times as long for 16 times the papers.
    """

    def took(number: int) -> float:
        issue = issues.issue(("Many", issues.cards(number)))
        every = []
        for _ in range(3):
            forget()
            begun = process_time()
            for _ in zip_longest(*streams(issue, ALL)):
                pass
            every.append(process_time() - begun)
        return min(every)

    took(5)  # compiles the templates
    few = took(50)
    assert few < 0.2
    assert took(800) < 16 * 4 * few


# ---- as files


def test_what_stops_one_file_leaves_no_half_of_another(tmp_path: Path) -> None:
    def stopped() -> Iterator[str]:
        yield "half of one"
        raise ConfigError("a template is wrong")

    home = config.load(tested.make(tmp_path / "home"))
    with pytest.raises(ConfigError) as kept:  # as whoever tells of it keeps it
        side_by_side(home, {"a.txt": repeat("x"), "b.txt": stopped(), "c.txt": repeat("x")}, "")
    assert tested.tree(home.outbox) == {}, kept


# ---- from the store


OUTPUTS = [name for name in plugins.names("renderers") if plugins.load("renderers", name).READS != "archive"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an issue of five papers in two groups, and a group that has none."""
    groups = [
        {"heading": "None", "match": "nothing"},
        {"heading": "Pruning", "match": "prun*"},
        *tested.EVERYTHING,
    ]
    made = tested.make(tmp_path / "home", daily=tested.schedule(groups, outputs=OUTPUTS))
    tested.drop(made, "page.txt", 1, 2, 3, 4, 5)
    tested.run(made, "build")
    return made


@pytest.mark.parametrize("streamed", [1, 2, 4, 5, 6])
def test_cards_in_memory_and_cards_from_the_store_are_the_same(
    home: Path, streamed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_issues, "STREAMED", streamed)
    before = tested.tree(home / "outbox")
    loaded, store = config.load(home), open_store(home / "digest.sqlite3")
    assert outbox.rebuild(store, loaded, homes.stored(store, []), homes.templates(loaded)) == []
    assert tested.tree(home / "outbox") == before
    assert len([path for path in before if path.endswith("digest.bib")]) == 1
