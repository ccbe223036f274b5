"""A dry run shows what a build would show, and leaves every file and every row as it was."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import homes, pages

THURSDAY = "2026-11-19T07:00+00:00"


def everything(home: Path) -> dict[str, Any]:
    """Names, bytes and times of all files and folders of a home."""
    return {
        path.relative_to(home).as_posix(): (
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else None,
        )
        for path in (home, *home.rglob("*"))
    }


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A home with an issue, and with news in its drop folder."""
    home = homes.make(tmp_path / "home", daily=homes.schedule(), odd=homes.schedule(title="Odd"))
    homes.drop(home, "first.txt", 1, 2)
    homes.run(home, "build", now=THURSDAY)
    homes.drop(home, "second.txt", 2, 3)
    (tmp_path / "by hand.txt").write_text(homes.page(3, 4))
    return home


ARGUMENTS = [
    ("build",),
    ("build", "odd"),
    ("build", "--dump", "../by hand.txt"),
    ("build", "daily", "--since", "2026-11-01"),
]


def placed(home: Path, arguments: Sequence[str]) -> list[str]:
    """The arguments with the path of the dump by hand."""
    return [str(home.parent / "by hand.txt") if word.startswith("../") else word for word in arguments]


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_nothing_is_changed(arguments: Sequence[str], as_json: bool, used: Path) -> None:
    before, rows = everything(used), homes.rows(used)
    homes.run(used, *placed(used, arguments), "--dry-run", *(["--json"] if as_json else []))
    assert everything(used) == before
    assert homes.rows(used) == rows


@pytest.mark.parametrize("arguments", ARGUMENTS[:-1])
def test_what_it_shows_is_what_the_build_makes(arguments: Sequence[str], used: Path) -> None:
    words = placed(used, arguments)
    shown = homes.run(used, *words, "--dry-run").stdout
    told = homes.objects(homes.run(used, *words, "--dry-run", "--json"))
    assert homes.objects(homes.run(used, *words, "--json")) == told
    made = [issue["issue"] for issue in told if issue["issue"]]
    assert made
    assert shown.startswith("\n".join(homes.run(used, "show", name).stdout for name in made))


def test_what_changed_rules_would_have_brought(used: Path) -> None:
    """On Thursday papers 1 and 2 were carried, on Friday 3 (the only one on pruning)."""
    homes.run(used, "build", "daily")
    (used / "schedules" / "daily.toml").write_text(homes.schedule([{"heading": "Now", "match": "pruning"}]))
    friday = homes.run(used, "build", "daily", "--since", "2026-11-20", "--dry-run").stdout
    assert pages.paper(3)[0] in " ".join(friday.split())
    all_of_it = homes.run(used, "build", "daily", "--since", "2026-11-01", "--dry-run", "--json")
    [told] = homes.objects(all_of_it)
    assert (told["arrivals"], told["new"], told["carried_before"], told["ungrouped"]) == (3, 3, 0, 2)
    [really] = homes.build(used, "daily", "--since", "2026-11-01")
    assert (really["new"], really["carried_before"]) == (0, 3)


def test_in_a_home_without_a_store(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    homes.drop(home, "first.txt", 1, 2)
    before = everything(home)
    shown = homes.run(home, "build", "--dry-run").stdout
    assert everything(home) == before
    assert not (home / "digest.sqlite3").exists()
    homes.run(home, "build")
    assert shown.startswith(homes.run(home, "show", "daily").stdout)


def test_with_nothing_new(used: Path) -> None:
    homes.run(used, "build")
    before = everything(used)
    assert "nothing new" in homes.run(used, "build", "--dry-run").stdout
    assert [made["issue"] for made in homes.build(used, "--dry-run")] == [None, None]
    assert everything(used) == before


def test_what_another_process_has_written_is_seen(used: Path) -> None:
    """Rows that stand in the write-ahead log only count as much as any others."""
    other = sqlite3.connect(used / "digest.sqlite3")
    try:
        other.execute("PRAGMA wal_autocheckpoint = 0")
        other.execute("DELETE FROM cursors WHERE digest = 'daily'")
        other.execute("DELETE FROM carried WHERE digest = 'daily'")
        other.commit()
        before = {name: data for name, (_, data) in everything(used).items() if not name.endswith("-shm")}
        found = homes.build(used, "daily", "--dry-run")
        assert found[0]["new"] == 3
        after = {name: data for name, (_, data) in everything(used).items() if not name.endswith("-shm")}
        assert after == before
    finally:
        other.close()


def test_the_log_that_a_kill_left_stays(used: Path) -> None:
    homes.run(used, "build", code=-9, DIGEST_CRASH_AT="issue committed")
    left = everything(used)
    assert left["digest.sqlite3-wal"][1]
    told = homes.build(used, "--dry-run")
    after = everything(used)
    assert {name for name in left if left[name] != after.get(name)} <= {".", "digest.sqlite3-shm"}
    assert after.keys() == left.keys()
    assert told == homes.build(used)


def test_a_broken_dump_is_told(used: Path) -> None:
    (used / "dumps" / "third.txt").write_bytes(b"\0\1\2")
    before = everything(used)
    done = homes.run(used, "build", "--dry-run", code=3)
    assert "third.txt: not read: it looks like binary data" in done.stdout + done.stderr
    assert everything(used) == before
