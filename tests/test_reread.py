"""Dumps given by hand are kept, once; read again they bring what could not be read before, and nothing twice."""

import hashlib
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests import homes, pages

THURSDAY = "2026-11-19T07:00+00:00"
LATER = "2026-12-15T07:00+00:00"
PACKED = ".zst"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return homes.make(tmp_path / "home", '[sources.drop]\nfolder = "dumps"\n')


def by_hand(home: Path, name: str, *numbers: int) -> Path:
    file = home.parent / name
    file.write_text(homes.page(*numbers))
    return file


def kept(home: Path) -> dict[str, bytes]:
    """What is kept: the name of each copy, and what is in it."""
    folder = home / "kept"
    files = sorted(folder.iterdir()) if folder.exists() else []
    return {
        file.name: zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes())
        for file in files
    }


def named(*data: bytes) -> dict[str, bytes]:
    return {hashlib.sha256(one).hexdigest() + PACKED: one for one in data}


def piped(home: Path, data: bytes, *arguments: str) -> str:
    """Run the program with this on its standard input; what it says."""
    done = subprocess.run(
        homes.command(home, *arguments),
        input=data,
        cwd=home.parent,
        env=homes.environment(),
        capture_output=True,
        timeout=homes.DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def reread(home: Path, *arguments: str, code: int = 0, now: str = homes.NOW) -> list[dict[str, Any]]:
    """What `digest reread` says of each dump."""
    (said,) = homes.objects(homes.run(home, "reread", *arguments, "--json", code=code, now=now))
    dumps = said["dumps"]
    assert isinstance(dumps, list)
    return dumps


def change(home: Path, *statements: str, **values: str) -> None:
    """Change the store by hand; `:name` in a statement is the value of that name."""
    with closing(sqlite3.connect(home / "digest.sqlite3")) as db, db:
        for statement in statements:
            db.execute(statement, {name: value for name, value in values.items() if f":{name}" in statement})


def log(home: Path) -> list[tuple[Any, ...]]:
    """What has arrived: kind, source and work of each entry but the reads."""
    return [
        (kind, source, work) for _, kind, source, work, *_ in homes.rows(home)["arrivals"] if kind != "read"
    ]


# --- what is kept ---


def test_dumps_by_hand_are_kept_packed(home: Path) -> None:
    one, two = by_hand(home, "one.txt", 1, 2), by_hand(home, "two.txt", 3)
    homes.run(home, "ingest", one)
    assert kept(home) == named(one.read_bytes())
    homes.run(home, "build", "--dump", two)
    assert kept(home) == named(one.read_bytes(), two.read_bytes())


def test_the_same_bytes_are_kept_once(home: Path) -> None:
    one = by_hand(home, "one.txt", 1)
    homes.run(home, "ingest", one)
    other = by_hand(home, "other name.txt", 1)
    homes.run(home, "ingest", other, "--source", "elsewhere")
    homes.run(home, "build", "--dump", one)
    assert kept(home) == named(one.read_bytes())


def test_the_standard_input_is_kept(home: Path) -> None:
    one, two = homes.page(1, 2).encode(), homes.page(3).encode()
    assert piped(home, one, "ingest", "-").startswith("standard input: 2 papers, 2 new (hf_text)")
    assert kept(home) == named(one)
    assert "daily-2026-11-20: 3 papers" in piped(home, two, "build", "--dump", "-")
    assert kept(home) == named(one, two)
    assert [dump["papers"] for dump in reread(home)] == [2, 1]


def test_a_packed_dump_is_kept_as_it_came(home: Path) -> None:
    data = zstandard.ZstdCompressor().compress(homes.page(1, 2).encode())
    assert piped(home, data, "ingest", "-").startswith("standard input: 2 papers")
    assert kept(home) == named(data)
    assert [dump["papers"] for dump in reread(home)] == [2]


def test_dumps_in_folders_stay_where_they_are(home: Path) -> None:
    file = homes.drop(home, "first.txt", 1, 2)
    homes.run(home, "build")
    assert kept(home) == {}
    assert [(dump["origin"], dump["papers"], dump["new"]) for dump in reread(home)] == [
        ("dumps/first.txt", 2, 0)
    ]
    file.write_text(homes.page(3))
    (gone,) = reread(home, code=3)
    assert "its bytes are gone" in gone["problem"]


def test_a_dry_run_keeps_nothing(home: Path) -> None:
    homes.run(home, "build", "--dump", by_hand(home, "one.txt", 1), "--dry-run")
    assert kept(home) == {}
    assert not (home / "kept").exists()


def test_what_nobody_can_read_is_kept_for_a_better_reader(home: Path) -> None:
    bad = home.parent / "bad.bin"
    bad.write_bytes(bytes(range(256)))
    homes.run(home, "ingest", bad, code=3)
    assert kept(home) == named(bad.read_bytes())
    (said,) = reread(home, "--rejects", code=3)
    assert said["problem"].startswith("it looks like binary data")


def test_copies_older_than_keep_are_deleted(home: Path) -> None:
    (home / "digest.toml").write_text('keep = "20 days"\n[sources.drop]\nfolder = "dumps"\n')
    old, new = by_hand(home, "old.txt", 1), by_hand(home, "new.txt", 2)
    homes.run(home, "ingest", old, now=THURSDAY)
    homes.run(home, "build", "--dump", new, now="2026-12-09T07:00+00:00")
    assert kept(home) == named(old.read_bytes(), new.read_bytes())  # 20 days to the second
    homes.run(home, "build", now="2026-12-09T07:00:01+00:00")
    assert kept(home) == named(new.read_bytes())
    assert homes.titles(next(iter(homes.frozen(home).values()))) == homes.title(1, 2)
    said = {dump["origin"]: dump for dump in reread(home, code=3, now=LATER)}
    assert "its bytes are gone" in said["old.txt"]["problem"]
    assert said["new.txt"]["papers"] == 1
    homes.run(home, "ingest", old, now=LATER)
    assert reread(home, "old.txt", now=LATER)[0]["papers"] == 1


def test_a_copy_that_another_source_brought_lately_stays(home: Path) -> None:
    (home / "digest.toml").write_text('keep = "20 days"\n')
    one = by_hand(home, "one.txt", 1)
    homes.run(home, "ingest", one, now=THURSDAY)
    homes.run(home, "ingest", one, "--source", "elsewhere", now=LATER)
    homes.run(home, "build", now=LATER)
    assert kept(home) == named(one.read_bytes())


# --- what is read again ---


def test_nothing_is_new_where_nothing_was_worse(home: Path) -> None:
    homes.run(home, "ingest", by_hand(home, "one.txt", 1, 2), by_hand(home, "two.txt", 2, 3))
    before = homes.rows(home)
    assert [(dump["origin"], dump["papers"], dump["new"]) for dump in reread(home)] == [
        ("one.txt", 2, 0),
        ("two.txt", 2, 0),
    ]
    after = homes.rows(home)
    assert after.pop("runs") != before.pop("runs")
    assert after == before


def test_by_name(home: Path) -> None:
    homes.run(home, "ingest", by_hand(home, "one.txt", 1), by_hand(home, "two.txt", 2))
    assert [dump["origin"] for dump in reread(home, "two.txt")] == ["two.txt"]
    assert [dump["origin"] for dump in reread(home, "two.txt", "one.txt")] == ["one.txt", "two.txt"]


def test_an_unknown_name(home: Path) -> None:
    homes.run(home, "ingest", by_hand(home, "one.txt", 1))
    before = homes.rows(home)
    done = homes.run(home, "reread", "one.txt", "three.txt", "two.txt", code=2)
    assert "no dump is known as three.txt, two.txt; digest ingest and build tell their names" in done.stderr
    assert homes.rows(home) == before


def test_only_dumps_with_rejects(home: Path) -> None:
    cut = by_hand(home, "cut.txt", 1, 2)
    cut.write_text(cut.read_text()[:-300])
    homes.run(home, "ingest", by_hand(home, "whole.txt", 3), cut, code=3)
    assert [dump["origin"] for dump in reread(home, "--rejects", code=3)] == ["cut.txt"]
    assert [dump["origin"] for dump in reread(home, code=3)] == ["whole.txt", "cut.txt"]
    assert reread(home, "whole.txt", "--rejects") == []


def test_bytes_that_are_gone(home: Path) -> None:
    homes.run(home, "ingest", by_hand(home, "one.txt", 1), by_hand(home, "two.txt", 2))
    (home / "kept" / next(iter(named(homes.page(1).encode())))).unlink()
    said = {dump["origin"]: dump for dump in reread(home, code=3)}
    assert said["one.txt"]["problem"].endswith("no copy is kept; give it by hand once more")
    assert said["two.txt"]["papers"] == 1
    shown = homes.run(home, "reread", code=3).stdout
    assert "one.txt: not read: its bytes are gone" in shown


def test_a_dump_that_nobody_could_read_arrives_now(home: Path) -> None:
    """The store of an older program, which knew the bytes but not the format."""
    one = by_hand(home, "one.txt", 1, 2)
    other = homes.make(home.parent / "other")
    homes.run(other, "ingest", one)
    homes.run(home, "ingest", by_hand(home, "two.txt", 2, 3), now=THURSDAY)
    homes.run(home, "build", now=THURSDAY)
    shutil.copytree(other / "kept", home / "kept", dirs_exist_ok=True)
    sha256 = hashlib.sha256(one.read_bytes()).hexdigest()
    change(
        home,
        "INSERT INTO dumps (source, sha256, origin, received, format, problem, records, papers, rejects) "
        "VALUES ('hand', :sha256, 'one.txt', '2026-11-19T06:00:00Z', NULL, 'nobody knows it', 0, 0, 0)",
        sha256=sha256,
    )
    (said,) = reread(home, "--rejects")
    assert (said["origin"], said["format"], said["papers"], said["new"]) == ("one.txt", "hf_text", 2, 1)
    made = homes.build(home)[0]
    assert (made["new"], made["carried_before"]) == (1, 0)
    assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == homes.title(1)
    assert reread(home, "--rejects") == []
    before = log(home)
    assert reread(home)[0]["new"] == 0
    assert log(home) == before
    assert homes.build(home)[0]["issue"] is None


def test_a_paper_that_was_overlooked_arrives_now(home: Path) -> None:
    whole, part = by_hand(home, "whole.txt", 1, 2, 3), by_hand(home, "part.txt", 1, 3)
    homes.run(home, "ingest", part, now=THURSDAY)
    homes.run(home, "build", now=THURSDAY)
    other = homes.make(home.parent / "other")
    homes.run(other, "ingest", whole)
    shutil.copytree(other / "kept", home / "kept", dirs_exist_ok=True)
    change(home, "UPDATE dumps SET sha256 = :sha256", sha256=hashlib.sha256(whole.read_bytes()).hexdigest())
    (said,) = reread(home, "part.txt")
    assert (said["records"], said["papers"], said["new"]) == (3, 3, 1)
    assert homes.build(home)[0]["new"] == 1
    assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == homes.title(2)
    assert reread(home)[0]["new"] == 0
    assert len([kind for kind, _, _ in log(home) if kind == "new"]) == 3


def test_a_reject_that_is_a_paper_now_is_no_reject_any_more(home: Path) -> None:
    one = by_hand(home, "one.txt", 1, 2)
    homes.run(home, "ingest", one)
    change(
        home,
        "UPDATE dumps SET records = 3, rejects = 1",
        "INSERT INTO rejects (dump, place, reason, raw) VALUES (1, 'line 13', 'nobody could read it', 'x')",
    )
    assert reread(home, "--rejects")[0]["rejects"] == 0
    rows = homes.rows(home)
    assert rows["rejects"] == []
    assert rows["dumps"][0][-3:] == (2, 2, 0)
    assert reread(home, "--rejects") == []


def test_works_that_were_declared_known_stay_nobodys_news(home: Path) -> None:
    """Also those that only today's reader finds in that dump."""
    whole, part = by_hand(home, "whole.txt", 1, 2), by_hand(home, "part.txt", 1)
    homes.run(home, "ingest", part, "--seen")
    other = homes.make(home.parent / "other")
    homes.run(other, "ingest", whole)
    shutil.copytree(other / "kept", home / "kept", dirs_exist_ok=True)
    change(home, "UPDATE dumps SET sha256 = :sha256", sha256=hashlib.sha256(whole.read_bytes()).hexdigest())
    (said,) = reread(home)
    assert (said["papers"], said["new"]) == (2, 0)
    assert {kind for kind, _, _ in log(home)} == {"seen"}
    assert len(log(home)) == 2
    homes.run(home, "ingest", by_hand(home, "more.txt", 1, 2, 4))
    homes.build(home)
    assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == homes.title(4)
    assert pages.paper(4)[0] in homes.run(home, "show", "daily").stdout


def test_a_killed_reread_is_repeated(home: Path) -> None:
    homes.run(home, "ingest", by_hand(home, "one.txt", 1, 2))
    change(home, "DELETE FROM papers", "DELETE FROM arrivals", "DELETE FROM keys", "DELETE FROM works")
    homes.run(home, "reread", code=-9, DIGEST_CRASH_AT="dump closed")
    assert log(home) == []
    assert reread(home)[0]["new"] == 2
    assert reread(home)[0]["new"] == 0
    assert len(log(home)) == 2
