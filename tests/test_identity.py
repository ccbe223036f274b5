"""Which papers are one work, whatever the order in which they come, alone and through the store."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise, permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.identity import (
    ABSTRACT_READ,
    KINDS,
    NUMBERS,
    SHORT_TITLE,
    Atom,
    folded,
    keys,
    merged,
    partition,
    strongest,
)
from digest.papers import Paper
from digest.preparing import prepared
from digest.sources import Dump
from digest.store import Store, log, open_store, works
from digest.storing import store as store_papers
from tests import pages

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
LONG_TITLE = "Counting the Lighthouses of the Northern Sea"
ABSTRACT = pages.paper(1)[1]


def a_paper(
    title: str = LONG_TITLE, abstract: str = ABSTRACT, *ids: str, version: int | None = None
) -> Paper:
    return Paper(where="line 1", title=title, abstract=abstract, ids=ids, version=version)


def works_of(*papers: Paper) -> set[frozenset[Atom]]:
    return set(partition(keys(paper) for paper in papers))


# --- keys ---


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Schrödinger's Cat", "schrodingers cat"),
        ("Schrödinger’s CAT!", "schrodingers cat"),
        ("Scho\u0308n", "Schön"),
        ("Tromsø and Łódź", "Tromso and Lodz"),
        ("Straße", "STRASSE"),
        ("ﬁne-ﬂow", "fineflow"),
        ("𝐁old\u00a0Letters", "bold letters"),
        ("Ｗｉｄｅ", "wide"),
        ("œuvre, Encyclopædia", "oeuvre encyclopaedia"),
        ("state-of-the-art", "state of the art"),
    ],
)
def test_folding_makes_them_the_same(text: str, same: str) -> None:
    assert folded(text) == folded(same)
    assert folded(text)


@pytest.mark.parametrize(("text", "other"), [("GPT-3", "GPT-4"), ("数学", "化学"), ("alpha", "alpina")])
def test_folding_keeps_them_apart(text: str, other: str) -> None:
    assert folded(text) != folded(other)


def test_a_long_title_is_a_name_whatever_the_abstract_says() -> None:
    assert (
        len(works_of(a_paper(), a_paper(LONG_TITLE.upper() + ".", "Other words."), a_paper(abstract=""))) == 1
    )


def test_a_title_and_its_longer_brother_are_two_works() -> None:
    longer = a_paper(LONG_TITLE + ": Is Counting All There Is?")
    assert len(works_of(a_paper(), longer)) == 2


@pytest.mark.parametrize("letters", [SHORT_TITLE - 1, SHORT_TITLE])
def test_where_a_title_begins_to_be_a_name(letters: int) -> None:
    title = "Attention " + "x" * (letters - len("Attention"))
    assert len(works_of(a_paper(title, pages.paper(1)[1]), a_paper(title, pages.paper(2)[1]))) == (
        1 if letters >= SHORT_TITLE else 2
    )


def test_a_short_title_needs_the_same_beginning_of_the_abstract() -> None:
    begin = "An orchard is a place. " * 12
    assert len(folded(begin)) > ABSTRACT_READ
    assert (
        len(works_of(a_paper("Orchards", begin + "One."), a_paper("ORCHARDS", begin.upper() + "Two."))) == 1
    )
    assert len(works_of(a_paper("Orchards", begin), a_paper("Orchards", "No. " + begin))) == 2


def test_a_short_title_without_abstract_is_told_by_its_authors() -> None:
    first = Paper(where="", title="Editorial", authors=("Ada Orchard",), published="2026")
    other = Paper(where="", title="Editorial", authors=("Bob Quarry",), published="2026")
    assert keys(first) != keys(other)


@given(st.text(max_size=60), st.text(max_size=60))
def test_there_are_always_keys(title: str, abstract: str) -> None:
    found = keys(a_paper(title, abstract))
    assert len(found) == 1
    assert all(key.startswith("title:") and len(key) == len("title:") + 32 for key in found)


def test_ids_are_keys_and_those_of_unknown_kinds_a_bug() -> None:
    ids = [f"{kind}:1" for kind in KINDS]
    assert keys(a_paper(LONG_TITLE, "", *ids)) > set(ids)
    assert strongest(keys(a_paper(LONG_TITLE, "", "doi:10.1/x", "arxiv:2401.00001"))) == "arxiv:2401.00001"
    assert strongest(keys(a_paper(LONG_TITLE, "", "s2:7"))) == "s2:7"
    with pytest.raises(ValueError, match="line 1: ids of an unknown kind: isbn:1"):
        keys(a_paper(LONG_TITLE, "", "isbn:1"))


# --- partition ---

T, U = "title:t", "title:u"


@pytest.mark.parametrize(
    ("atoms", "count"),
    [
        ([{T}, {T, "arxiv:1"}], 1),
        ([{T, "arxiv:1"}, {U, "arxiv:1"}], 1),  # a new version with a new title
        ([{T, "arxiv:1"}, {T, "arxiv:2"}], 2),
        ([{T, "arxiv:1"}, {T, "arxiv:2"}, {T}], 3),  # by title alone it fits two: it joins none
        ([{T, "arxiv:1"}, {T, "doi:1"}], 1),
        ([{T, "arxiv:1", "doi:1"}, {U, "arxiv:2", "doi:1"}], 2),
        ([{T, "arxiv:1"}, {U, "arxiv:1", "doi:1"}, {"title:v", "doi:1"}], 1),  # by way of the second
        ([{T, "arxiv:1"}, {T, "doi:1"}, {U, "doi:1", "arxiv:2"}], 2),  # the id is believed, not the title
        ([{T, "arxiv:1"}, {U, "arxiv:1"}, {T, "pmid:1"}, {U, "pmid:2"}], 2),
        ([], 0),
    ],
)
def test_partitions(atoms: Sequence[set[str]], count: int) -> None:
    for order in permutations(map(frozenset, atoms)):
        assert len(partition(order)) == count


_IDS = [f"{kind}:{value}" for kind in ("arxiv", "doi", "preprint", "pmid") for value in (1, 2)]
_TITLES = [pages.paper(n)[0] for n in range(3)] + ["Orchards", "Quarries"]


def _told_once(ids: Iterable[str]) -> tuple[str, ...]:
    """No record has two ids of one kind."""
    return tuple(sorted({key.partition(":")[0]: key for key in ids}.values()))


papers = st.lists(
    st.builds(
        a_paper,
        st.sampled_from(_TITLES),
        st.sampled_from([pages.paper(n)[1] for n in range(2)]),
    ).flatmap(
        lambda paper: st.lists(st.sampled_from(_IDS), max_size=3).map(
            lambda ids: msgspec.structs.replace(paper, ids=_told_once(ids))
        )
    ),
    max_size=14,
)


@settings(max_examples=400, deadline=None)
@given(papers)
def test_a_work_never_has_two_values_of_one_kind(some: list[Paper]) -> None:
    atoms = [keys(paper) for paper in some]
    found = partition(atoms)
    assert sorted(map(sorted, frozenset().union(*found))) == sorted(map(sorted, set(atoms)))
    assert sum(map(len, found)) == len(set(atoms))
    for work in found:
        for kind in NUMBERS:
            assert len({key for atom in work for key in atom if key.startswith(f"{kind}:")}) <= 1
    assert set(partition(reversed(atoms))) == set(partition(sorted(atoms, key=sorted))) == set(found)


# --- through the store ---


def put(store: Store, batch: Sequence[Paper], name: str, source: str = "hand") -> int:
    """Take a batch of papers into the store as a dump does; how many were new."""
    dump = Dump(source, name, Path(name))
    with store.writing() as db:
        number = log.open_dump(db, dump, name, NOW)
        return store_papers(db, [prepared(one) for one in batch], dump, number, NOW, seen=False).new


def stored(store: Store) -> set[frozenset[Atom]]:
    """The works as the store has them."""
    found: set[frozenset[Atom]] = set()
    with store.reading() as db:
        for atoms in works.all_of(db, 3):
            sets = works.key_sets(db, atoms)
            assert works.of(db, atoms) == atoms
            for work in set(atoms.values()):
                found.add(frozenset(frozenset(sets[atom]) for atom in atoms if atoms[atom] == work))
        assert works.count(db) == len(found)
    return found


def unannounced(store: Store) -> set[tuple[int, str]]:
    """The works that a source has shown without an arrival: no digest of that source would ever see them."""
    with store.reading() as db:
        work_of = {atom: work for some in works.all_of(db, 100) for atom, work in some.items()}
        shown = {(work_of[row.atom], row.source) for row in works.said(db, work_of)}
        return shown - {(work_of[entry.atom], entry.source) for entry in log.entries(db, work_of)}


@settings(max_examples=80, deadline=None)
@given(papers, st.lists(st.integers(0, 14), max_size=5), st.data())
def test_any_order_and_any_batches_give_the_same_works(
    some: list[Paper], cuts: list[int], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(some))
    edges = [0, *sorted(cuts), len(shuffled)]
    with TemporaryDirectory() as folder, closing(open_store(Path(folder, "s.sqlite3"))) as store:
        for number, (begin, end) in enumerate(pairwise(edges)):
            put(store, shuffled[begin:end], str(number))
        assert stored(store) == works_of(*some)
        assert unannounced(store) == set()


def test_a_join_that_a_later_paper_makes_impossible_is_undone(tmp_path: Path) -> None:
    bare, first, second = a_paper(), a_paper(LONG_TITLE, "", "arxiv:1"), a_paper(LONG_TITLE, "", "arxiv:2")
    with closing(open_store(tmp_path / "s.sqlite3")) as store:
        assert put(store, [bare], "1") == 1
        assert put(store, [first], "2") == 0
        assert len(stored(store)) == 1
        assert put(store, [second], "3") == 2  # and the first, which was no work of its own when it was shown
        assert stored(store) == works_of(bare, first, second)
        assert len(stored(store)) == 3
        assert unannounced(store) == set()


def test_works_that_are_found_to_be_one_are_joined(tmp_path: Path) -> None:
    first, second = a_paper(LONG_TITLE, "", "arxiv:1"), a_paper(pages.paper(0)[0], "", "doi:1")
    both = a_paper(pages.paper(1)[0], "", "arxiv:1", "doi:1")
    with closing(open_store(tmp_path / "s.sqlite3")) as store:
        assert put(store, [first, second], "1") == 2
        assert put(store, [both], "2") == 0
        assert len(stored(store)) == 1
        assert put(store, [first, second, both], "3", source="drop") == 1


# --- which record wins ---


def a_number() -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, 3)


_words = st.sampled_from(["", "Kites", "Kites and More", "Ponds"])
_records = st.builds(
    Paper,
    where=_words,
    title=_words,
    abstract=_words,
    authors=st.lists(st.sampled_from(["Ada", "Bob", "Cy"]), max_size=2).map(tuple),
    n_authors=a_number(),
    org=_words,
    published=st.sampled_from(["", "2019", "2020", "2019-10", "2019-10-21", "2019-10-20"]),
    comments=a_number(),
    upvotes=a_number(),
    links=st.lists(st.sampled_from(["https://a.org", "https://b.org"]), max_size=2).map(tuple),
    ids=st.lists(st.sampled_from(["arxiv:1", "doi:1"]), max_size=2, unique=True).map(tuple),
    version=a_number(),
    withdrawn=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_records, min_size=1, max_size=6), st.data())
def test_merging_does_not_depend_on_order(some: list[Paper], data: st.DataObject) -> None:
    assert merged(data.draw(st.permutations(some))) == merged(some)
    assert merged([*some, *some]) == merged(some)


def test_what_is_believed_field_by_field() -> None:
    old = Paper(
        where="1", title="Kites", abstract="Long words about kites.", published="2020", comments=7, version=1
    )
    new = Paper(
        where="2", title="Kites!", abstract="Short.", published="2020-05-02", comments=2, version=2, org="Sea"
    )
    other = Paper(where="3", title="KITES", published="2020-05-01", authors=("Ada", "Bob"), n_authors=2)
    work = merged([old, new, other])
    assert (work.title, work.abstract, work.version, work.org) == ("Kites!", "Short.", 2, "Sea")
    assert (work.published, work.comments, work.authors, work.n_authors) == (
        "2020-05-01",
        7,
        ("Ada", "Bob"),
        2,
    )
    assert not work.withdrawn
    assert merged([old, msgspec.structs.replace(new, withdrawn=True)]).withdrawn
