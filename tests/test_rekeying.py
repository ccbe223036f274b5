"""A store of the first schema, whose keys were made another way, is as if its dumps had been read today."""

import hashlib
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from alembic import command
from sqlalchemy import create_engine

from digest import identity
from digest.papers import Paper
from digest.preparing import prepared
from digest.sources import Dump
from digest.store import log, migrations, open_store
from digest.store.schema import REVISION
from digest.storing import store as store_papers
from tests import homes

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
AT = "2026-11-20T07:00:00Z"
OLD_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"})


def old_folded(text: str) -> str:
    """As titles were folded at first: TeX by its letters, no sign by its name."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold()).translate(OLD_LETTERS)
    return "".join(filter(str.isalnum, text.lower()))


def old_keys(paper: Paper) -> frozenset[str]:
    """As keys were made at first: no marks."""
    name = old_folded(paper.title)
    if len(name) < 24:
        name += " " + (
            old_folded(paper.abstract)[:200] or old_folded("".join(paper.authors) + paper.published)
        )
    return frozenset((*paper.ids, f"title:{hashlib.blake2b(name.encode(), digest_size=16).hexdigest()}"))


def a_paper(
    title: str, *ids: str, author: str = "Ada Example", year: str = "2024", abstract: str = ""
) -> Paper:
    return Paper(where="line 1", title=title, ids=ids, authors=(author,), published=year, abstract=abstract)


TEX = "Sparse Regression with $\\mathbf{\\ell}_1$ Norms for Everyone"
SIGN = "Sparse Regression with ℓ1 Norms for Everyone"


class Case(NamedTuple):
    """Dumps of an old store: the source of each, and its papers; and which works of that store were joined."""

    dumps: tuple[tuple[str, tuple[Paper, ...]], ...]
    joined: tuple[tuple[int, int], ...] = ()  # atoms by number, from 1 in the order of their first papers
    arrivals: int = 0  # that are to be left of those that the old store has
    more: int = 0  # of works that were part of another one


CASES = {
    "ordinary": Case(
        (
            (
                "arxiv",
                (a_paper("Counting the Lighthouses of the Sea", "arxiv:2401.00001"), a_paper("Editorial")),
            ),
            ("hand", (a_paper("Counting the Lighthouses of the Sea", "arxiv:2401.00001"),)),
        ),
        arrivals=3,
    ),
    "joined by title": Case(
        (
            ("arxiv", (a_paper("Counting the Lighthouses of the Sea", "arxiv:2401.00001"),)),
            ("hand", (a_paper("Counting the Lighthouses of the Sea!"),)),
        ),
        joined=((2, 1),),
        arrivals=2,
    ),
    "TeX and its sign are one now": Case(
        (("arxiv", (a_paper(TEX),)), ("hand", (a_paper(SIGN),))),
        arrivals=2,
    ),
    "one source showed both": Case(
        (
            ("hand", (a_paper(TEX),)),
            ("hand", (a_paper(SIGN), a_paper("Something Else, Long Enough to Tell"))),
        ),
        arrivals=2,  # the second would be a repeat
    ),
    "joined through a third": Case(
        (
            ("arxiv", (a_paper(TEX, "arxiv:2401.00001"), a_paper(SIGN, "doi:10.5555/x"))),
            ("hand", (a_paper(TEX, "arxiv:2401.00001", "doi:10.5555/x"),)),
        ),
        joined=((2, 1), (3, 1)),
        arrivals=2,
    ),
    "other first authors part": Case(
        (
            ("arxiv", (a_paper("Counting the Lighthouses of the Sea", "arxiv:2401.00001"),)),
            ("hand", (a_paper("Counting the Lighthouses of the Sea", author="Bo Sample"),)),
        ),
        joined=((2, 1),),
        arrivals=2,
    ),
    "one atom was two works": Case(
        (
            ("arxiv", (a_paper("Counting the Lighthouses of the Sea"),)),
            ("hand", (a_paper("Counting the Lighthouses of the Sea", author="Bo Sample"),)),
            ("hand", (a_paper("Counting the Lighthouses of the Sea"),)),
        ),
        arrivals=2,
        more=1,
    ),
    "one source showed two works as one": Case(
        (
            ("hand", (a_paper("Counting the Lighthouses of the Sea"),)),
            ("hand", (a_paper("Counting the Lighthouses of the Sea", author="Bo Sample"),)),
        ),
        arrivals=1,
        more=1,
    ),
    "one source showed two that were joined": Case(
        (
            ("hand", (a_paper("Counting the Lighthouses of the Sea", "doi:10.5555/x"),)),
            ("hand", (a_paper("Counting the Lighthouses of the Sea", year="1998"),)),
        ),
        joined=((2, 1),),
        arrivals=1,
        more=1,
    ),
    "years apart": Case(
        (
            ("arxiv", (a_paper("Counting the Lighthouses of the Sea", "arxiv:2401.00001", year="2024-01"),)),
            ("hand", (a_paper("Counting the Lighthouses of the Sea", year="1998"),)),
        ),
        joined=((2, 1),),
        arrivals=2,
    ),
}


def old_store(path: Path, case: Case) -> None:
    """A store of the first schema with these dumps, as its program has written it."""
    engine = create_engine(f"sqlite:///{path}")
    config = migrations._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(path)) as db, db:
        ids: dict[frozenset[str], int] = {}
        into = dict(case.joined)
        announced = set()
        for number, (source, papers) in enumerate(case.dumps, start=1):
            counts = (len(papers), len(papers), 0)
            db.execute(
                "INSERT INTO dumps VALUES (?, ?, ?, ?, ?, 'table', '', ?, ?, ?)",
                (number, source, f"{number:064}", f"{number}.csv", AT, *counts),
            )
            for paper in papers:
                atom = old_keys(paper)
                if atom not in ids:
                    ids[atom] = len(ids) + 1
                    db.execute("INSERT INTO works VALUES (?, ?)", (ids[atom], "\n".join(sorted(atom))))
                    db.executemany("INSERT INTO keys VALUES (?, ?)", [(key, ids[atom]) for key in atom])
                record = msgspec.json.encode(paper)
                db.execute(
                    "INSERT INTO papers (work, dump, record) VALUES (?, ?, ?)", (ids[atom], number, record)
                )
                work = into.get(ids[atom], ids[atom])
                if (source, work) not in announced:
                    announced.add((source, work))
                    _arrival(db, "new", source, ids[atom], number)
            _arrival(db, "read", source, None, number)
        db.executemany("INSERT INTO joins VALUES (?, ?, ?)", [(a, b, AT) for a, b in case.joined])


def _arrival(db: sqlite3.Connection, kind: str, source: str, work: int | None, dump: int) -> None:
    db.execute(
        "INSERT INTO arrivals (kind, source, work, version, dump, at) VALUES (?, ?, ?, 0, ?, ?)",
        (kind, source, work, dump, AT),
    )


def todays(path: Path, case: Case) -> None:
    """A store that has read the same papers today."""
    with closing(open_store(path)) as store:
        for number, (source, papers) in enumerate(case.dumps, start=1):
            with store.writing() as db:
                dump = Dump(source, f"{number}.csv", path)
                stored = log.open_dump(db, dump, f"{number:064}", NOW)
                store_papers(db, [prepared(paper) for paper in papers], dump, stored, NOW, False)


class Left(NamedTuple):
    """What a store says, without the numbers of its atoms."""

    works: set[str]
    keys: set[tuple[str, str]]
    joined: set[frozenset[str]]
    news: set[tuple[str, frozenset[str]]]
    papers: list[tuple[str, bytes]]


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def left(path: Path) -> Left:
    works: dict[int, str] = dict(rows(path, "SELECT id, key_set FROM works"))
    into: dict[int, int] = dict(rows(path, "SELECT from_work, into_work FROM joins"))
    whole: dict[int, set[str]] = {}
    for number, key_set in works.items():
        whole.setdefault(into.get(number, number), set()).add(key_set)
    return Left(
        set(works.values()),
        {(key, works[work]) for key, work in rows(path, "SELECT key, work FROM keys")},
        {frozenset(key_sets) for key_sets in whole.values()},
        {
            (source, frozenset(whole[into.get(work, work)]))
            for source, work in rows(path, "SELECT source, work FROM arrivals WHERE kind = 'new'")
        },
        sorted((works[work], record) for work, record in rows(path, "SELECT work, record FROM papers")),
    )


each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@each_case
def test_it_is_as_if_the_dumps_had_been_read_today(case: Case, tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    old_store(old, case)
    before = left(old)
    open_store(old).close()
    todays(new, case)
    found, expected = left(old), left(new)
    assert found.works == expected.works != before.works
    assert found.keys == expected.keys
    assert found.joined == expected.joined
    assert found.news == expected.news
    records = {record for _, record in found.papers}
    assert records == {record for _, record in before.papers}
    assert all(
        key_set == "\n".join(sorted(identity.keys(_paper(record)))) for key_set, record in found.papers
    )


def _paper(record: bytes) -> Paper:
    return msgspec.json.decode(record, type=Paper)


@each_case
def test_the_log_keeps_its_sequence(case: Case, tmp_path: Path) -> None:
    """No arrival is lost but those that are repeats now; each keeps its number, its dump and its time."""
    path = tmp_path / "old.sqlite3"
    old_store(path, case)
    said = "SELECT seq, kind, source, version, dump, at FROM arrivals ORDER BY seq"
    before = rows(path, said)
    open_store(path).close()
    after = rows(path, said)
    kept = [row for row in after if row[0] <= before[-1][0]]
    assert set(kept) <= set(before)
    assert [row for row in kept if row[1] == "read"] == [row for row in before if row[1] == "read"]
    assert len([row for row in kept if row[1] == "new"]) == case.arrivals
    assert [row[1] for row in after if row not in kept] == ["new"] * case.more


@each_case
def test_every_row_points_at_a_row(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    old_store(path, case)
    open_store(path).close()
    assert rows(path, "PRAGMA foreign_key_check") == []
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(path, "SELECT version_num FROM alembic_version") == [(REVISION,)]
    assert rows(path, "SELECT key FROM keys WHERE key LIKE 'by:%' OR key LIKE 'in:%'") == []


@each_case
def test_opened_again_nothing_is_done(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    old_store(path, case)
    open_store(path).close()
    with closing(sqlite3.connect(path)) as db:
        before = list(db.iterdump())
    open_store(path).close()
    with closing(sqlite3.connect(path)) as db:
        assert list(db.iterdump()) == before


# --- a whole home ---


OF_SENDING = (
    "deliveries",
    "plans",
    "coolings",
    "notices",
    "bounces",
    "subscribers",
    "consents",
    "suppressions",
    "secrets",
)


def aged(home: Path) -> None:
    """Let the store be as the first schema's program would have left it."""
    with closing(sqlite3.connect(home / "digest.sqlite3")) as db, db:
        for number, record in db.execute("SELECT work, record FROM papers ORDER BY id DESC").fetchall():
            atom = old_keys(_paper(record))
            db.execute("UPDATE works SET key_set = ? WHERE id = ?", ("\n".join(sorted(atom)), number))
            db.execute("DELETE FROM keys WHERE work = ?", (number,))
            db.executemany("INSERT INTO keys VALUES (?, ?)", [(key, number) for key in atom])
        for later in ("sources", "batches", *OF_SENDING):
            db.execute(f"DROP TABLE {later}")
        db.execute("UPDATE alembic_version SET version_num = '0001'")


def table(papers: Iterable[Sequence[str]]) -> str:
    lines = ("Title,Authors,Year,DOI", *(",".join(f'"{cell}"' for cell in paper) for paper in papers))
    return "\n".join(lines) + "\n"


KNOWN = [
    ("Counting the Lighthouses of the Northern Sea", "Ada Example", "2024", "10.5555/p.1"),
    ("Sparse Regression with $\\\\alpha$-Norms for Everyone", "Bo Sample", "2024", ""),
    ("Editorial", "Chidi Sample", "2023", ""),
    ("Graphs of the Quarry: A Study of Stones and Their Use", "", "", ""),
]
SAME = [("Sparse Regression with α-Norms for Everyone", "Bo Sample", "2024", "")]
FRESH = [("Mapping the Orchards of the Southern Hills in Spring", "Ada Example", "2025", "10.5555/p.9")]


def test_a_digest_goes_on_without_repeating(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", '[sources.drop]\nfolder = "dumps"\n')
    (home / "dumps" / "first.csv").write_text(table(KNOWN))
    assert homes.build(home, now="2026-11-19T07:00+00:00")[0]["new"] == len(KNOWN)
    unread = home.parent / "unread.csv"
    unread.write_text(table([("Waiting for a Digest to Be Built of It", "Ada Example", "2024", "")]))
    homes.run(home, "ingest", unread)
    aged(home)
    before = {name: homes.rows(home)[name] for name in ("carried", "cursors", "cards", "issues", "arrivals")}
    homes.run(home, "status")
    after = homes.rows(home)
    assert {name: after[name] for name in before} == before
    again = home.parent / "again.csv"
    again.write_text(table([*KNOWN, *SAME, *FRESH]))
    (made,) = homes.build(home, "--dump", again)
    assert made["new"] == 2
    assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == {
        "Waiting for a Digest to Be Built of It",
        FRESH[0][0],
    }
    assert homes.build(home)[0]["issue"] is None


def test_a_store_of_before_formulas_were_read_knows_their_papers(tmp_path: Path) -> None:
    """The second way of making keys folded `$\\sim$20` to `sim20`; no signs say `∼20` so."""
    path = tmp_path / "old.sqlite3"
    written, read = (
        "Kites of the Northern Sea in $\\sim$20 Seconds",
        "Kites of the Northern Sea in ∼20 Seconds",
    )
    todays(path, Case((("hand", (a_paper(written),)),), arrivals=1))
    with closing(sqlite3.connect(path)) as db, db:
        name = "kitesofthenorthernseainsim20seconds"
        key = f"title:{hashlib.blake2b(name.encode(), digest_size=16).hexdigest()}"
        db.execute("UPDATE works SET key_set = ?", ("\n".join(sorted((key, "by:ada example", "in:2024"))),))
        db.execute("UPDATE keys SET key = ?", (key,))
        for later in OF_SENDING:
            db.execute(f"DROP TABLE {later}")
        db.execute("UPDATE alembic_version SET version_num = '0003'")
    with closing(open_store(path)) as store, store.writing() as connection:
        dump = Dump("hand", "again.csv", path)
        stored = log.open_dump(connection, dump, "1" * 64, NOW)
        store_papers(connection, [prepared(a_paper(read))], dump, stored, NOW, False)
    assert len(rows(path, "SELECT id FROM works")) == 1
    assert rows(path, "SELECT kind FROM arrivals WHERE kind = 'new'") == [("new",)]
