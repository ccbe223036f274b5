"""An issue again: every file byte for byte, and what differs with its reason."""

import json
import shutil
from pathlib import Path
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types
import pytest

from digest import templating
from tests import homes

THURSDAY, FRIDAY = "2026-11-19T07:00+00:00", "2026-11-20T07:00+00:00"
ISSUE = "daily/2026-11-19"
GROUPS = ({"heading": "Pruning", "match": "prun*"}, *homes.EVERYTHING)


def filled(path: Path) -> Path:
    """A home with two issues of one digest and one of another."""
    home = homes.make(
        path,
        'public = "https://digest.example.org"\n',
        daily=homes.schedule(GROUPS, note="note.md", timezone="Europe/Berlin"),
        mine=homes.schedule(sources=["hand"]),
    )
    (home / "note.md").write_text("Read *slowly*.")
    homes.drop(home, "first.txt", 1, 2, 3)
    homes.run(home, "build", now=THURSDAY)
    by_hand = home.parent / "by hand.txt"
    by_hand.write_text(homes.page(3, 4))
    homes.run(home, "build", "--dump", by_hand, now=FRIDAY)
    return home


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a home, not to be changed."""
    return filled(tmp_path_factory.mktemp("made") / "home")


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def rebuild(home: Path, *names: str) -> dict[str, str]:
    """What differed, and why."""
    [done] = homes.objects(homes.run(home, "rebuild", *names, "--json", now="2027-01-01T00:00Z"))
    return {difference["path"]: difference["why"] for difference in done["differences"]}


def test_every_file_byte_for_byte(home: Path) -> None:
    before = homes.tree(home / "outbox")
    assert {path.rpartition("/")[2] for path in before} == {
        "issue.json",
        "digest.md",
        "digest.html",
        "digest.txt",
        "digest.eml",
        "digest.bib",
        "digest.ris",
        "index.html",
        "search.js",
        "feed.atom",
        "feed.rss",
        "feed.json",
    }
    assert rebuild(home) == {}
    assert homes.tree(home / "outbox") == before
    shutil.rmtree(home / "outbox")
    assert rebuild(home) == dict.fromkeys(before, "it was missing")
    assert homes.tree(home / "outbox") == before


def test_the_same_dumps_elsewhere_give_the_same_files(made: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "quite another" / "place")
    assert homes.tree(other / "outbox") == homes.tree(made / "outbox")


def test_neither_language_nor_zone_nor_hash_seed_of_the_machine_matter(made: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(made, home)
    shutil.rmtree(home / "outbox")
    homes.run(home, "rebuild", TZ="Pacific/Apia", LC_ALL="C", PYTHONHASHSEED="17", PYTHONUTF8="0")
    assert homes.tree(home / "outbox") == homes.tree(made / "outbox")


def test_the_store_is_not_needed_where_it_was_made(made: Path, tmp_path: Path) -> None:
    """A home that moves takes everything with it, also the knowledge of what it has read."""
    shutil.copytree(made, tmp_path / "moved")
    assert [built["issue"] for built in homes.build(tmp_path / "moved")] == [None, None]
    assert homes.tree(tmp_path / "moved" / "outbox") == homes.tree(made / "outbox")


@pytest.mark.parametrize("file", ["digest.html", "digest.eml", "issue.json"])
def test_a_file_that_somebody_changed(file: str, home: Path) -> None:
    before = homes.tree(home / "outbox")
    path = home / "outbox" / ISSUE / file
    path.write_bytes(path.read_bytes() + b" ")
    assert rebuild(home) == {f"{ISSUE}/{file}": "it had been changed since it was written"}
    assert homes.tree(home / "outbox") == before
    assert rebuild(home) == {}


def test_a_file_that_somebody_removed(home: Path) -> None:
    before = homes.tree(home / "outbox")
    (home / "outbox" / ISSUE / "digest.md").unlink()
    (home / "outbox" / "daily" / "feed.atom").unlink()
    assert rebuild(home, "daily") == {
        f"{ISSUE}/digest.md": "it was missing",
        "daily/feed.atom": "it was missing",
    }
    assert homes.tree(home / "outbox") == before


def test_a_template_of_its_own(home: Path) -> None:
    before = homes.tree(home / "outbox")
    override = home / "templates" / "digest.md.j2"
    override.parent.mkdir()
    shipped = (templating.shipped("templates") / "digest.md.j2").read_text()
    override.write_text(shipped + "\nWith love.\n")
    files = ["daily/2026-11-19/digest.md", "daily/2026-11-20/digest.md", "mine/2026-11-20/digest.md"]
    assert rebuild(home) == dict.fromkeys(files, "the templates have changed")
    after = homes.tree(home / "outbox")
    assert {path for path in before if before[path] != after[path]} == set(files)
    assert after[files[0]].endswith(b"With love.\n")
    assert rebuild(home) == {}
    override.unlink()
    assert rebuild(home) == dict.fromkeys(files, "the templates have changed")
    assert homes.tree(home / "outbox") == before


def test_only_what_is_named_is_written_again(home: Path) -> None:
    before = homes.tree(home / "outbox")
    for path in before:
        (home / "outbox" / path).write_bytes(b"gone")
    rebuild(home, "mine")
    after = homes.tree(home / "outbox")
    assert {path for path in before if after[path] == before[path]} == {
        p for p in before if p.startswith("mine/")
    }
    rebuild(home, "daily-2026-11-19")
    after = homes.tree(home / "outbox")
    assert [path for path in before if after[path] != before[path] and "2026-11-20" not in path] == []
    assert after["daily/2026-11-20/digest.md"] == b"gone"
    assert "no issue 'daily-2026-11-18'" in homes.run(home, "rebuild", "daily-2026-11-18", code=2).stderr


def test_what_was_frozen_stays_whatever_changes_later(home: Path) -> None:
    """Schedule, note and settings count when an issue is made, not when it is written again."""
    before = homes.tree(home / "outbox")
    (home / "note.md").write_text("Read fast.")
    (home / "digest.toml").write_text("")
    (home / "schedules" / "daily.toml").write_text(homes.schedule(title="Changed", outputs=["markdown"]))
    (home / "schedules" / "mine.toml").unlink()
    shutil.rmtree(home / "dumps")
    assert rebuild(home) == {}
    assert homes.tree(home / "outbox") == before


def feed(home: Path) -> dict[str, Any]:
    """Ids and times of the entries of the Atom feed, in their order."""
    parsed = feedparser.parse(str(home / "outbox" / "daily" / "feed.atom"))
    assert not parsed.bozo
    return {entry.id: (entry.title, entry.published, entry.updated) for entry in parsed.entries}


def test_ids_and_dates_of_the_feeds_never_change(home: Path) -> None:
    before = feed(home)
    json_before = json.loads((home / "outbox" / "daily" / "feed.json").read_text())["items"]
    assert len(before) == 4
    homes.drop(home, "later.txt", 2, 5)
    homes.run(home, "build", now="2026-11-23T07:00+00:00")
    rebuild(home)
    after = feed(home)
    assert list(after.items())[1:] == list(before.items())
    json_after = json.loads((home / "outbox" / "daily" / "feed.json").read_text())["items"]
    assert json_after[1:] == json_before
    assert [item["id"] for item in json_after] == list(after)
    rss = feedparser.parse(str(home / "outbox" / "daily" / "feed.rss"))
    assert not rss.bozo
    assert [entry.id for entry in rss.entries] == list(after)
