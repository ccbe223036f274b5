"""Real pages, which are not in the repository: what they hold, and that their order does not matter."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from digest.formats import Head, hf_text, recognise
from digest.issue import DumpRead
from digest.papers import Paper
from digest.pipeline import read
from digest.sources import Dump
from digest.store import Store, open_store, works

FOLDER = os.environ.get("DIGEST_DUMPS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="DIGEST_DUMPS names no folder of real dumps")

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
NAMES = ("000", "001", "004")  # as their files begin


def page(name: str) -> Path:
    (found,) = (Path(FOLDER) / "huggingface_text").glob(f"{name}_*.txt")
    return found


def read_into(store: Store, names: Sequence[str], source: str = "hand") -> list[tuple[int, int, int]]:
    """Read pages; the papers, the new works and the rejects of each."""
    dumps = [Dump(source, name, page(name)) for name in names]
    done: tuple[DumpRead, ...] = read(store, dumps, NOW, lambda _step, _done, _of, _unit: None)
    assert all(one.records == one.papers + one.rejects for one in done)
    return [(one.papers, one.new, one.rejects) for one in done]


def works_in(store: Store) -> set[frozenset[str]]:
    """The works, each as all the keys that it has."""
    found: set[frozenset[str]] = set()
    with store.reading() as db:
        for atoms in works.all_of(db, 1000):
            sets = works.key_sets(db, atoms)
            for work in set(atoms.values()):
                found.add(frozenset(key for atom in atoms if atoms[atom] == work for key in sets[atom]))
        assert works.count(db) == len(found)
    return found


def papers_of(name: str) -> list[Paper]:
    with page(name).open("rb") as file:
        records = list(hf_text.read(file, NOW))
    assert all(isinstance(record, Paper) for record in records)
    return [record for record in records if isinstance(record, Paper)]


def test_the_three_pages_into_one_store(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "digest.sqlite3")) as store:
        assert read_into(store, NAMES) == [(51, 51, 0), (235, 217, 0), (24, 11, 0)]
        assert len(works_in(store)) == 279
        assert read_into(store, NAMES) == [(51, 0, 0), (235, 0, 0), (24, 0, 0)]
        assert [new for _, new, _ in read_into(store, NAMES, source="drop")] == [51, 217, 11]
        assert len(works_in(store)) == 279


def test_every_order_gives_the_same_works(tmp_path: Path) -> None:
    found = []
    for number, names in enumerate(permutations(NAMES)):
        with closing(open_store(tmp_path / f"{number}.sqlite3")) as store:
            assert sum(new for _, new, _ in read_into(store, names)) == 279
            found.append(works_in(store))
    assert len(found) == 6
    assert all(works == found[0] for works in found)


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_recognised_also_without_their_header(name: str) -> None:
    data = page(name).read_bytes()
    assert recognise(Head(data)) == "hf_text"
    body = data.split(b"Subscribe", 1)[1].split(b"\n", 5)[-1]
    assert recognise(Head(body[:65536])) == "hf_text"


@pytest.mark.parametrize("name", NAMES)
def test_titles_and_abstracts_are_what_they_look_like(name: str) -> None:
    found = papers_of(name)
    assert min(len(paper.title) for paper in found) >= 13
    assert max(len(paper.title) for paper in found) <= 176
    assert min(len(paper.abstract) for paper in found) >= 500
    assert len({paper.title for paper in found}) == len(found)
    assert not any(paper.title.startswith(("Subscribe", "•", "·")) for paper in found)


def test_the_glued_title_is_freed() -> None:
    assert papers_of("001")[0].title.startswith("Asymmetrically-powered Neural Image Compression")


def test_pages_without_cards_tell_no_dates() -> None:
    for name in ("000", "001"):
        found = papers_of(name)
        assert not any(paper.published or paper.org or paper.n_authors or paper.comments for paper in found)


def test_the_cards_of_the_last_page() -> None:
    found = papers_of("004")
    assert all(paper.published for paper in found)
    by_org = [paper for paper in found if paper.org]
    assert [(paper.org, paper.n_authors, paper.comments) for paper in by_org] == [("Kyutai", None, 1)]
    assert [paper.published for paper in by_org] == ["2025-10-23"]
    assert sum(paper.n_authors is not None for paper in found) == 23
    assert sorted({paper.n_authors for paper in found if paper.n_authors}) == [1, 3, 4, 5, 6, 7, 10]
    assert sorted(paper.comments for paper in found if paper.comments is not None) == [1, 2]
    assert (found[0].published, found[0].n_authors) == ("2019-10-21", 4)
    assert (found[-1].published, found[-1].n_authors) == ("2022-08-01", 3)


def test_years_left_out_are_those_before_the_page() -> None:
    # The page says Dec 26: that was last in 2025 when it was received in November 2026.
    without_year = [paper.published for paper in papers_of("004") if paper.published >= "2024"]
    assert sorted(without_year) == ["2025-01-27", "2025-03-05", "2025-10-23"]


def test_two_titles_that_begin_alike_are_two_works(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "digest.sqlite3")) as store:
        read_into(store, NAMES)
        with store.reading() as db:
            titles = {row.paper.title for atoms in works.all_of(db, 1000) for row in works.said(db, atoms)}
    assert len([title for title in titles if title.startswith("White-Box Transformers via Sparse Rate")]) == 2
