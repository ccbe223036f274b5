"""Every real dump that is at hand: how many papers and rejects it holds, in which format; and all of them in one store.

`samples.tsv` has the figures. They were compared with counts made in another way (grep, jq, lxml, the publisher's own
total), and the papers looked at; `-` stands for a document that is no dump of papers and is refused.
"""

import os
import random
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import DumpError
from digest.identity import NUMBERS
from digest.issue import DumpRead
from digest.papers import Paper, Reject
from digest.pipeline import read
from digest.reading import Begun, records
from digest.sources import Dump
from digest.store import Store, open_store, works
from tests.test_formats import check

FOLDER = os.environ.get("DIGEST_DUMPS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="DIGEST_DUMPS names no folder of real dumps")

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("samples.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


def sample(name: str) -> Path:
    path = Path(FOLDER) / name
    if not path.exists():
        # The samples are other people's data and not ours to ship; CI has them, and fails on this very line.
        pytest.skip(f"DIGEST_DUMPS has no {name}")
    return path


@pytest.mark.parametrize(("name", "format_", "papers", "rejects"), ROWS, ids=[row[0] for row in ROWS])
def test_a_sample_holds_what_was_counted(name: str, format_: str, papers: str, rejects: str) -> None:
    path = sample(name)
    with path.open("rb", buffering=1 << 18) as file:
        found = records(file, path.stat().st_size, path.name, NOW)
        if format_ == "-":
            with pytest.raises(DumpError):
                list(found)
            return
        all_of_it = list(found)
    assert [one.format for one in all_of_it if isinstance(one, Begun)] == [format_]
    read_as_papers = [one for one in all_of_it if isinstance(one, Paper)]
    assert len(read_as_papers) == int(papers)
    assert sum(isinstance(one, Reject) for one in all_of_it) == int(rejects)
    for paper in read_as_papers:
        check(paper)


def read_into(store: Store, names: Sequence[str]) -> list[DumpRead]:
    """Read samples, each from a source of its folder's name."""
    dumps = [Dump(name.partition("/")[0], name, sample(name)) for name in names]
    return list(read(store, dumps, NOW, lambda _step, _done, _of, _unit: None))


def works_in(store: Store) -> set[frozenset[frozenset[str]]]:
    """The works, each as the sets of keys of its papers."""
    found: dict[int, set[frozenset[str]]] = {}
    with store.reading() as db:
        for atoms in works.all_of(db, 5000):
            sets = works.key_sets(db, atoms)
            for atom, work in atoms.items():
                found.setdefault(work, set()).add(frozenset(sets[atom]))
    return set(map(frozenset, found.values()))


def test_all_of_them_in_one_store_in_any_order(tmp_path: Path) -> None:
    names = [row[0] for row in ROWS]
    with closing(open_store(tmp_path / "1.sqlite3")) as store:
        done = read_into(store, names)
        assert sum(one.papers for one in done) == sum(int(row[2]) for row in ROWS)
        assert all(one.records == one.papers + one.rejects for one in done)
        first = works_in(store)
        assert sum(one.new for one in read_into(store, names)) == 0
    for work in first:
        for kind in NUMBERS:
            assert len({key for atom in work for key in atom if key.startswith(f"{kind}:")}) <= 1
    random.Random(20261121).shuffle(names)
    with closing(open_store(tmp_path / "2.sqlite3")) as store:
        read_into(store, names)
        assert works_in(store) == first
