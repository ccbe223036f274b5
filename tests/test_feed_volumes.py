"""Volumes: what falls out of a feed lies in one of them, for good, and readers find the way back."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import volumes
from digest.volumes import LEAST
from tests import homes
from tests.feed_findings import NS, findings, strict

SIZES = st.lists(st.integers(0, 450), max_size=40)


@given(SIZES)
def test_every_issue_is_in_the_feed_or_in_one_volume(papers: list[int]) -> None:
    parts = volumes.parted(papers)
    places = [place for part in parts for place in part]
    assert places == list(range(len(places)))
    assert sum(papers[len(places) :]) >= min(LEAST, sum(papers))


@given(SIZES)
def test_a_volume_has_enough_and_not_an_issue_more(papers: list[int]) -> None:
    for part in volumes.parted(papers):
        sizes = [papers[place] for place in part]
        assert sum(sizes) >= LEAST > sum(sizes[:-1])


@given(SIZES)
def test_a_feed_is_bounded(papers: list[int]) -> None:
    """By what it has to have, and by what can lie in a volume that is not yet one; the first volume waits longer."""
    parts = volumes.parted(papers)
    if parts:
        rest = papers[parts[-1].stop :]
        assert sum(rest) <= 2 * LEAST + 2 * max(papers)


@given(SIZES, st.integers(0, 450))
def test_a_volume_never_changes(papers: list[int], more: int) -> None:
    before = volumes.parted(papers)
    assert volumes.parted([*papers, more])[: len(before)] == before


def test_volumes_lie_beside_their_feed() -> None:
    assert volumes.file("feed.atom", 7) == "feed/0007.atom"
    assert volumes.parted([LEAST] * 2) == []
    assert volumes.parted([LEAST] * 3) == [range(1), range(1, 2)]


# --- as files ---

EACH = LEAST + 1  # papers of an issue: one fills a volume
PUBLIC = "https://digest.example.org"
FEEDS = {"atom": "feed.atom", "rss": "feed.rss", "jsonfeed": "feed.json"}


def issue(home: Path, day: int, papers: int = EACH) -> None:
    first = day * EACH
    homes.drop(home, f"{day}.txt", *range(first, first + papers))
    homes.run(home, "build", now=f"2026-11-{day:02}T07:00+00:00")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three issues, not to be changed."""
    schedule = homes.schedule(outputs=list(FEEDS))
    home = homes.make(tmp_path_factory.mktemp("made") / "home", f'public = "{PUBLIC}"\n', daily=schedule)
    for day in (1, 2, 3):
        issue(home, day)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def files(home: Path) -> dict[str, bytes]:
    return {path: data for path, data in homes.tree(home / "outbox" / "daily").items() if "feed" in path}


def ids(name: str, data: bytes) -> list[str]:
    if name == "jsonfeed":
        return [item["id"] for item in json.loads(data)["items"]]
    path = "a:entry/a:id" if name == "atom" else "channel/item/guid"
    return [str(node.text) for node in strict(data).iterfind(path, NS)]


def links(name: str, data: bytes) -> dict[str, str]:
    """The links to other documents, seen from this one."""
    if name == "jsonfeed":
        url = json.loads(data).get("next_url")
        return {"prev-archive": url} if url else {}
    found = strict(data).findall(".//a:link", NS)
    return {one.get("rel"): one.get("href") for one in found if one.get("rel") not in {"self", "alternate"}}


def test_the_files_that_are_there(made: Path) -> None:
    endings = ("atom", "json", "rss")
    assert sorted(files(made)) == sorted(
        [*(f"feed.{end}" for end in endings), *(f"feed/000{n}.{end}" for n in (1, 2) for end in endings)]
    )


@pytest.mark.parametrize("name", FEEDS)
def test_no_paper_is_missing_and_none_is_told_twice(name: str, made: Path) -> None:
    there, end = files(made), FEEDS[name].partition(".")[2]
    told = [ids(name, there[file]) for file in (f"feed.{end}", f"feed/0002.{end}", f"feed/0001.{end}")]
    assert [len(one) for one in told] == [EACH, EACH, EACH]
    assert len({one for part in told for one in part}) == 3 * EACH


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_reader_walks_back_and_forth(name: str, made: Path) -> None:
    there, end = files(made), FEEDS[name].partition(".")[2]
    assert links(name, there[f"feed.{end}"]) == {"prev-archive": f"feed/0002.{end}"}
    assert links(name, there[f"feed/0002.{end}"]) == {
        "current": f"../feed.{end}",
        "prev-archive": f"../feed/0001.{end}",
    }
    assert links(name, there[f"feed/0001.{end}"]) == {
        "current": f"../feed.{end}",
        "next-archive": f"../feed/0002.{end}",
    }


def test_json_feed_names_addresses(made: Path) -> None:
    there = files(made)
    assert links("jsonfeed", there["feed.json"]) == {"prev-archive": f"{PUBLIC}/daily/feed/0002.json"}
    assert links("jsonfeed", there["feed/0002.json"]) == {"prev-archive": f"{PUBLIC}/daily/feed/0001.json"}
    assert links("jsonfeed", there["feed/0001.json"]) == {}


@pytest.mark.parametrize("name", FEEDS)
def test_a_validator_finds_nothing(name: str, made: Path) -> None:
    end = FEEDS[name].partition(".")[2]
    for path in (f"feed.{end}", f"feed/0001.{end}", f"feed/0002.{end}"):
        assert findings(name, files(made)[path], f"{PUBLIC}/daily/{path}") == []


def test_a_volume_is_written_once_and_linked_once(home: Path) -> None:
    before, entries = times(home), ids("atom", files(home)["feed/0002.atom"])
    issue(home, 4, papers=5)
    assert changed(home, before) == {"feed"}
    before = times(home)
    issue(home, 5)
    assert changed(home, before) == {"feed", "feed/0003", "feed/0002"}
    assert links("atom", files(home)["feed/0002.atom"])["next-archive"] == "../feed/0003.atom"
    assert ids("atom", files(home)["feed/0002.atom"]) == entries


def times(home: Path) -> dict[str, int]:
    outbox = home / "outbox" / "daily"
    return {path: (outbox / path).stat().st_mtime_ns for path in files(home)}


def changed(home: Path, before: dict[str, int]) -> set[str]:
    """The documents that were written since, without their endings."""
    return {path.rpartition(".")[0] for path, at in times(home).items() if before.get(path) != at}


def test_a_new_address_does_not_touch_what_is_there(home: Path) -> None:
    before = files(home)
    (home / "digest.toml").write_text('public = "https://elsewhere.example"\n')
    issue(home, 4, papers=5)
    after = files(home)
    assert {path for path in before if before[path] != after[path]} == set(FEEDS.values())
    assert b"https://elsewhere.example/daily/feed.atom" in after["feed.atom"]


def test_rebuilding_gives_the_same_bytes(home: Path) -> None:
    before = files(home)
    shutil.rmtree(home / "outbox")
    [done] = homes.objects(homes.run(home, "rebuild", "--json"))
    assert {one["why"] for one in done["differences"]} == {"it was missing"}
    assert {one["path"].removeprefix("daily/") for one in done["differences"]} >= set(before)
    assert files(home) == before
    [done] = homes.objects(homes.run(home, "rebuild", "daily-2026-11-01", "--json"))
    assert done["differences"] == []
    (home / "outbox/daily/feed/0001.rss").write_text("gone")
    [done] = homes.objects(homes.run(home, "rebuild", "daily-2026-11-03", "--json"))
    assert done["differences"] == [
        {"path": "daily/feed/0001.rss", "why": "it had been changed since it was written"}
    ]
    assert files(home) == before


def test_a_feed_that_is_asked_for_late_has_all_its_volumes(home: Path) -> None:
    outbox, schedule = home / "outbox" / "daily", home / "schedules" / "daily.toml"
    for file in outbox.rglob("*.rss"):
        file.unlink()
    forget(home, "%.rss")
    schedule.write_text(homes.schedule(outputs=["atom"]))
    issue(home, 4, papers=5)
    assert not list(outbox.rglob("*.rss"))
    schedule.write_text(homes.schedule(outputs=["atom", "rss"]))
    issue(home, 5)
    assert sorted(path for path in files(home) if path.endswith(".rss")) == [
        "feed.rss",
        "feed/0001.rss",
        "feed/0002.rss",
        "feed/0003.rss",
    ]


def forget(home: Path, like: str) -> None:
    import sqlite3

    with sqlite3.connect(home / "digest.sqlite3") as db:
        db.execute("DELETE FROM files WHERE path LIKE ?", (like,))
    db.close()


@pytest.mark.parametrize("point", ["file renamed", "archive written"])
def test_a_crash_leaves_no_volume_out(point: str, home: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(home, whole)
    issue(whole, 4)
    homes.drop(home, "4.txt", *range(4 * EACH, 5 * EACH))
    homes.run(home, "build", now="2026-11-04T07:00+00:00", code=-9, DIGEST_CRASH_AT=point)
    assert files(home) != files(whole)
    homes.run(home, "build", now="2026-11-04T08:00+00:00")
    assert files(home) == files(whole)


def test_an_entry_says_when_it_changed_and_not_when_it_was_written(home: Path) -> None:
    before = updated(files(home)["feed.atom"])
    assert b"The method is slow" in files(home)["feed.atom"]
    (home / "templates").mkdir()
    (home / "templates" / "entry.html.j2").write_text("<p>{{ row.card.title }}</p>")
    homes.run(home, "rebuild", "daily-2026-11-03", now="2027-01-01T00:00+00:00")
    assert b"The method is slow" not in files(home)["feed.atom"]
    assert updated(files(home)["feed.atom"]) == before
    issue(home, 4, papers=5)
    after = updated(files(home)["feed.atom"])
    assert {one: after[one] for one in before if one} == {one: before[one] for one in before if one}
    assert before[""] < after[""] == max(after.values())


def updated(data: bytes) -> dict[str, str]:
    """When each entry was last updated; under "" the feed."""
    root: Any = strict(data)
    told = {
        one.findtext("a:id", "", NS): one.findtext("a:updated", "", NS)
        for one in root.iterfind("a:entry", NS)
    }
    assert re.fullmatch(r"2026-11-\d\dT07:00:0\d\.\d{3}Z", max(told.values()))
    return told | {"": root.findtext("a:updated", "", NS)}
