"""Looking after a home through the real program: what doctor finds, copies made while others write, room made."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from digest import config
from digest.arrivals import Entry, arriving
from digest.operating import doctor
from digest.papers import Paper, without_abstract
from tests import homes, smtp_server
from tests.smtp_server import Fault, Servers

LATER = "2028-01-10T07:00+00:00"


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """The process of the mail servers."""
    with smtp_server.running() as process:
        yield process


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return homes.make(tmp_path / "home")


# --- doctor ---


def looked(home: Path, code: int = 0, now: str = homes.NOW, **more: str) -> dict[str, list[dict[str, str]]]:
    """What doctor finds, by what it looked at."""
    found: dict[str, list[dict[str, str]]] = {}
    for one in homes.objects(homes.run(home, "doctor", "--json", now=now, code=code, **more)):
        assert one["do"] or one["state"] != "bad", one
        found.setdefault(one["what"], []).append(one)
    return found


def bad(found: dict[str, list[dict[str, str]]]) -> list[str]:
    return sorted(what for what, some in found.items() if any(one["state"] == "bad" for one in some))


def test_a_new_home_is_well(home: Path) -> None:
    found = looked(home)
    assert bad(found) == []
    assert set(found) >= {
        "settings",
        "database",
        "permissions",
        "clock",
        "zone data",
        "disk",
        "mail",
        "scheduler",
    }
    assert [one["state"] for one in found["database"]] == ["note"]
    assert sorted(path.name for path in home.iterdir()) == ["dumps", "schedules"]
    homes.run(home, "build")
    assert [one["state"] for one in looked(home)["database"]] == ["well"]


def test_a_store_in_a_folder_that_is_not_there(home: Path) -> None:
    (home / "digest.toml").write_text('store = "sqlite:///no/folder.sqlite3"\n')
    [said] = looked(home, code=3)["database"]
    assert said["state"] == "bad"
    assert "there is no folder" in said["said"]


def test_each_mistake_of_the_settings(home: Path) -> None:
    (home / "digest.toml").write_text('keep = "soon"\nopertor = []\n')
    said = homes.run(home, "doctor", code=3).stdout
    assert "'soon' is not a span of time" in said
    assert "opertor" in said
    (home / "digest.toml").unlink()
    (home / "schedules" / "weekly.toml").write_text("title = ")
    assert bad(looked(home, code=3)) == ["settings"]


def test_a_store_that_is_damaged(home: Path) -> None:
    homes.drop(home, "first.txt", *range(1, 60))
    homes.run(home, "build")
    store = home / "digest.sqlite3"
    data = bytearray(store.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 8192] = b"\xff" * 8192
    store.write_bytes(data)
    [first, *_] = looked(home, code=3)["database"]
    assert first["state"] == "bad"
    assert "restore a backup" in first["do"] + first["said"]
    assert homes.run(home, "backup", home.parent / "copy", code=1).stderr
    assert not list(home.parent.glob("*copy*"))  # what is damaged is no copy


@pytest.fixture
def in_the_open() -> Iterator[Path]:
    """A home that others can come to, unlike all below pytest's own folder."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = homes.make(Path(folder, "home"))
        home.chmod(0o755)
        yield home


def test_who_may_read_addresses_and_secrets(in_the_open: Path) -> None:
    home = in_the_open
    (home / "digest.toml").write_text('[smtp]\nuser = "me"\npassword_file = "secret"\n')
    (home / "secret").write_text("hunter2\n")
    (home / "secret").chmod(0o600)
    assert bad(looked(home)) == []
    homes.run(home, "subscribers", "add", "daily", "ada@example.org")
    assert bad(looked(home)) == []
    (home / "digest.sqlite3").chmod(0o644)
    (home / "secret").chmod(0o640)
    found = looked(home, code=3)["permissions"]
    assert [one["do"] for one in found] == [
        f"chmod 600 {home / name}" for name in ("digest.sqlite3", "secret")
    ]
    assert "hunter2" not in str(found)
    assert bad(looked(home, code=3)) == ["permissions"]
    home.chmod(0o700)  # nobody else comes to them
    assert bad(looked(home)) == []


def test_a_clock_that_went_back(home: Path) -> None:
    homes.run(home, "build")
    assert bad(looked(home, now="2026-11-20T07:01Z")) == []
    assert bad(looked(home, code=3, now="2026-11-19T07:00Z")) == ["clock"]


def test_what_a_mail_server_offers(home: Path, servers: Servers, tmp_path: Path) -> None:
    def at(port: int, more: str = "") -> list[dict[str, str]]:
        smtp = f'[smtp]\nport = {port}\nfrom = "papers@example.org"\n{more}'
        (home / "digest.toml").write_text(smtp)
        done = homes.run(home, "doctor", "--json", code=0 if port == good.port and not more else 3)
        return [one for one in homes.objects(done) if one["what"] == "mail"]

    good = servers.begin(tmp_path / "good", offers=("PIPELINING", "SIZE 10485760", "STARTTLS"))
    [well, starttls] = at(good.port)
    assert "PIPELINING" in well["said"]
    assert "SIZE 10485760" in well["said"]
    assert starttls["state"] == "note"
    small = servers.begin(tmp_path / "small", offers=("SIZE 50000",))
    assert [one["state"] for one in at(small.port)] == ["well", "bad", "note"]
    busy = servers.begin(tmp_path / "busy", [Fault("connect", "421", times=9)])
    [shut] = at(busy.port)
    assert "421" in shut["said"]
    servers.end(busy)
    [gone] = at(busy.port)
    assert "refused" in gone["said"]
    [plain] = at(small.port, 'security = "starttls"\n')
    assert "STARTTLS" in plain["said"]
    assert good.letters() == []


def test_other_ways_out(home: Path) -> None:
    def way(kind: str, path: str, code: int) -> str:
        (home / "digest.toml").write_text(
            f'[smtp]\nfrom = "papers@example.org"\n[delivery]\nkind = "{kind}"\npath = "{path}"\n'
        )
        [one] = looked(home, code=code)["mail"]
        return one["said"]

    assert way("folder", "letters", 0) == "letters leave by folder"
    assert "no such program" in way("sendmail", "nothing", 3)


def test_a_disk_that_is_full_and_zones_that_are_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits themselves are moved: no test fills a disk, or waits for years."""
    loaded = config.load(homes.make(tmp_path / "home"))
    assert {one.state for one in doctor.disk(loaded)} <= {"well", "note"}
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    assert {one.state for one in doctor.disk(loaded)} == {"bad"}
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert [one.state for one in doctor.zones(loaded, (), now)] == ["well"]
    assert [one.state for one in doctor.zones(loaded, (), now.replace(year=2036))] == ["note"]
    assert [one.state for one in doctor.zones(loaded, ("Mars/Olympus",), now)] == ["bad"]


# --- backup ---


def test_a_copy_while_others_write(home: Path) -> None:
    target = home.parent / "backups"
    target.mkdir()
    homes.drop(home, "first.txt", 1, 2)
    homes.run(home, "build")
    with closing(sqlite3.connect(home / "digest.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE digests SET name = 'half done'")
        done = homes.run(home, "backup", target)
        other.execute("ROLLBACK")
    [copy] = target.iterdir()
    assert done.stdout == f"{copy} made\n"
    assert copy.name == "digest-2026-11-20T070000Z.sqlite3"
    assert copy.stat().st_mode & 0o777 == 0o600
    before = homes.rows(home)
    shutil.move(copy, home / "digest.sqlite3")
    assert homes.rows(home) == before
    assert homes.build(home)[0]["issue"] is None


def test_a_copy_takes_no_files_place(home: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    assert "nothing to copy" in homes.run(home, "backup", there, code=2).stderr
    homes.run(home, "build")
    there.write_text("mine")
    assert "stays as it is" in homes.run(home, "backup", there, code=2).stderr
    assert there.read_text() == "mine"
    assert "no copy can be made" in homes.run(home, "backup", tmp_path / "no" / "folder", code=1).stderr
    assert "there is no folder" in homes.run(home, "backup", f"{tmp_path / 'backups'}/", code=2).stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "there"]


# --- prune ---


def store_of(home: Path) -> dict[str, list[tuple[object, ...]]]:
    rows = homes.rows(home)
    return {table: rows[table] for table in rows if table not in {"papers", "runs"}}


def pruned(home: Path, *words: str, now: str = LATER) -> dict[str, int]:
    [found] = homes.objects(homes.run(home, "prune", "--json", *words, now=now))
    return {what: dropped["number"] for what, dropped in found.items()}


def test_old_abstracts_go_and_nothing_comes_again(home: Path) -> None:
    homes.run(home, "build", "--dump", _page(home, 1, 2, 3))
    frozen = homes.tree(home / "outbox")
    before = homes.rows(home)
    everything = {"kept_dumps": 1, "unfinished_copies": 0, "abstracts": 3, "runs": 0}
    assert pruned(home, "--dry-run") == everything
    assert homes.rows(home) == before
    assert len(list((home / "kept").iterdir())) == 1
    assert pruned(home) == everything
    assert store_of(home) == {table: before[table] for table in store_of(home)}  # keys, log, issues, cards
    assert list((home / "kept").iterdir()) == []
    assert not any(b'"abstract"' in row[3] for row in homes.rows(home)["papers"])
    assert pruned(home) == dict.fromkeys(everything, 0)
    homes.run(home, "rebuild")
    assert homes.tree(home / "outbox") == frozen
    [again] = homes.build(home, "--dump", _page(home, 1, 2, 3, 4), now=LATER)
    assert (again["new"], again["carried_before"]) == (1, 0)
    assert len(homes.rows(home)["papers"]) == 4  # and no record is stored once more


def _page(home: Path, *numbers: int) -> Path:
    page = home.parent / "page.txt"
    page.write_text(homes.page(*numbers))
    return page


def test_what_is_young_stays(home: Path) -> None:
    homes.run(home, "build", "--dump", _page(home, 1, 2))
    soon = "2027-02-01T07:00+00:00"
    assert pruned(home, now=soon) == {"kept_dumps": 0, "unfinished_copies": 0, "abstracts": 0, "runs": 0}
    assert pruned(home, "--older-than", "8 weeks", "--dry-run", now=soon)["abstracts"] == 2
    assert "is not a span of time" in homes.run(home, "prune", "--older-than", "long", code=2).stderr
    assert homes.run(home, "prune", now=soon).stdout == "there is nothing to prune\n"


def test_an_abstract_that_tells_a_work_from_another_stays(home: Path) -> None:
    """`Editorial` is no title to know a work by: its key has the abstract in it."""
    dump = home / "dumps" / "list.json"
    dump.write_text(
        json.dumps(
            [
                {"title": "Editorial", "abstract": "On the pebbles of the north, and who counts them."},
                {"title": "A Long Enough Title About Counting Pebbles", "abstract": "We count."},
            ]
        )
    )
    homes.run(home, "build")
    assert pruned(home)["abstracts"] == 1
    [left] = [row for row in homes.rows(home)["papers"] if b'"abstract"' in row[3]]
    assert b"Editorial" in left[3]


@pytest.mark.parametrize(
    ("title", "entries"), [("Counting Pebbles", []), ("Counting Pebbles Twice", [("revised", 2)])]
)
def test_a_new_version_of_what_was_pruned_is_told_by_its_title(
    title: str, entries: list[tuple[str, int]]
) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    first = Paper(where="1", title="Counting Pebbles", abstract="We count.", version=1)
    second = Paper(where="1", title=title, abstract="We count, and count again.", version=2)
    known = [Entry(1, "new", "arxiv", 1, 0, at)]
    assert arriving(second, "arxiv", known, [first], seen=False) == [("revised", 2)]
    assert arriving(second, "arxiv", known, [without_abstract(first)], seen=False) == entries


def test_room_is_given_back(home: Path) -> None:
    homes.run(home, "build", "--dump", _page(home, *range(1, 200)))
    before = (home / "digest.sqlite3").stat().st_size
    homes.run(home, "prune", now=LATER)
    assert (home / "digest.sqlite3").stat().st_size < before


def test_old_runs_and_copies_that_were_begun(home: Path) -> None:
    for day in (16, 17, 18):
        homes.run(home, "build", now=f"2026-11-{day}T07:00Z")
    (home / "kept").mkdir(exist_ok=True)
    part = home / "kept" / ".77.part"
    part.write_bytes(b"half")
    assert pruned(home) == {"kept_dumps": 0, "unfinished_copies": 0, "abstracts": 0, "runs": 2}
    assert part.exists()  # somebody may be at it
    os.utime(part, (time.time() - 90_000,) * 2)
    assert pruned(home)["unfinished_copies"] == 1
    assert not part.exists()
    assert len(homes.rows(home)["runs"]) == 1
