"""What nobody can read, and what nobody can write: told with its place, nothing lost, nothing half-written."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import homes, pages

GOOD = homes.page(1, 2)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one readable page."""
    home = homes.make(tmp_path / "home")
    (home / "dumps" / "good.txt").write_text(GOOD)
    return home


@pytest.fixture
def powerless(tmp_path: Path) -> tuple[str, ...]:
    """A command that runs a command to whom the permissions of files apply, also where the tests are root."""
    within = homes.POWERLESS
    secret = tmp_path / "secret"
    secret.touch(mode=0)
    opened = subprocess.run(
        [*within, sys.executable, "-c", f"open({str(secret)!r})"], capture_output=True, check=False
    )
    if opened.returncode == 0:
        # Root that may not give up its rights (some containers): there is no file that it cannot read.
        pytest.skip("here the permissions of files do not hold for the user of the tests")
    return within


# --- dumps ---

TITLE, ABSTRACT = pages.paper(3)
PAGE = homes.page(3)
BAD_DUMPS = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n\t\n", "it is empty"),
    "binary": (bytes(range(256)) * 40, "looks like binary data"),
    "gzip": (b"\x1f\x8b\x08" + bytes(50), "its gzip data is cut off or broken"),
    "header only": ("\n".join(pages.HEADER).encode(), "a page without a paper"),
    "latin-1": (PAGE.replace("We look", "Wé look").encode("latin-1"), "1 reject"),
    "cut off": (PAGE[: PAGE.index("The method is slow")].encode(), "1 reject"),
    "only a title": (PAGE[: PAGE.index(TITLE) + len(TITLE)].encode(), "1 reject"),
    "long line": (b"x" * 50_000_000, "one line"),
}


def bad(name: str) -> tuple[bytes, str]:
    return BAD_DUMPS[name]


@pytest.mark.parametrize("name", [name for name in BAD_DUMPS if name != "long line"])
def test_a_dump_in_the_drop_folder(name: str, home: Path) -> None:
    data, words = bad(name)
    dump = home / "dumps" / "bad.txt"
    dump.write_bytes(data)
    done = homes.run(home, "build", code=3)
    told = [line for line in done.stdout.splitlines() if line.startswith("dumps/bad.txt: ")]
    assert len(told) == 1
    assert words in told[0]
    assert "source drop: partial" in done.stderr
    issue = homes.frozen(home)["daily/2026-11-20"]
    assert homes.titles(issue) == homes.title(1, 2)
    assert issue["sources"] == {"drop": "partial"}
    again = homes.run(home, "build")
    assert (again.stdout, again.stderr) == ("daily: nothing new\n", "")  # it is tried again, and told once
    dump.write_text(PAGE)
    assert homes.build(home)[0]["new"] == 1
    assert homes.titles(homes.frozen(home)["daily/2026-11-20-2"]) == {TITLE}


@pytest.mark.parametrize("name", ["empty", "header only", "cut off"])
@pytest.mark.parametrize("command", [["ingest"], ["build", "--dump"]])
def test_a_dump_by_hand(name: str, command: list[str], home: Path) -> None:
    data, words = bad(name)
    dump = home / "bad.txt"
    dump.write_bytes(data)
    done = homes.run(home, *command, dump, code=3)
    assert any(line.startswith("bad.txt: ") and words in line for line in done.stdout.splitlines())
    dump.write_text(PAGE)
    homes.run(home, *command, dump)
    assert homes.objects(homes.run(home, "papers", "*", "--json"))[-1]["title"] == TITLE


@pytest.mark.parametrize(
    ("name", "place", "reason"),
    [
        ("latin-1", "line 15", "byte 2 of the line (0xe9) is not UTF-8"),
        ("cut off", "line 13", "cut off"),
        ("only a title", "line 13", "a title without an abstract"),
    ],
)
def test_a_reject_is_kept_with_its_place(name: str, place: str, reason: str, home: Path) -> None:
    (home / "dumps" / "bad.txt").write_bytes(bad(name)[0])
    homes.run(home, "build", code=3)
    [(_, _, kept, why, raw)] = homes.rows(home)["rejects"]
    assert kept == place
    assert raw.startswith(TITLE)
    assert reason in why
    [dump] = [dump for dump in homes.frozen(home)["daily/2026-11-20"]["dumps"] if dump["rejects"]]
    assert (dump["records"], dump["papers"], dump["rejects"]) == (1, 0, 1)


@pytest.mark.parametrize("alone", [True, False])
def test_a_line_of_50_megabytes(alone: bool, home: Path) -> None:
    dump = home / "dumps" / "bad.txt"
    data, _ = bad("long line")
    dump.write_bytes(data if alone else PAGE.encode() + b"\n" + data + b"\n\n" + homes.page(4).encode())
    [made] = homes.build(home, code=3)
    dumps = {dump["origin"]: dump for dump in made["dumps"]}
    read = dumps["dumps/bad.txt"]
    assert read["records"] == read["papers"] + read["rejects"]
    assert (read["format"] is None and "not" in read["problem"]) if alone else read["papers"] == 2
    assert made["new"] == (2 if alone else 4)
    if not alone:
        assert "a line of 50,000,001 bytes" in homes.rows(home)["rejects"][0][3]


def test_a_folder_given_as_a_dump(home: Path) -> None:
    for command in (["ingest"], ["build", "--dump"]):
        done = homes.run(home, *command, home / "dumps", code=2)
        assert str(home / "dumps") in done.stderr
        assert "is a directory" in done.stderr
    assert not (home / "digest.sqlite3").exists()


def test_a_dump_that_is_not_there(home: Path) -> None:
    assert "no such page.txt" in homes.run(home, "ingest", home / "no such page.txt", code=2).stderr


def test_a_folder_in_the_drop_folder_is_looked_into(home: Path) -> None:
    (home / "dumps" / "more.txt").mkdir()
    (home / "dumps" / "more.txt" / "page.txt").write_text(PAGE)
    assert homes.build(home)[0]["new"] == 3


# Linux has such a file; elsewhere nothing opens and then fails without a broken disk.
@pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="there is no file here that opens and cannot be read"
)
def test_a_file_that_fails_while_it_is_read(home: Path) -> None:
    bad_file = home / "dumps" / "bad.txt"
    bad_file.symlink_to("/proc/self/mem")
    for turn in range(2):
        done = homes.run(home, "build", code=3)
        assert "dumps/bad.txt: not read: it cannot be read: Input/output error" in done.stdout, turn
    assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == homes.title(1, 2)
    bad_file.unlink()
    bad_file.write_text(PAGE)
    assert homes.build(home)[0]["new"] == 1


def test_an_unreadable_file(home: Path, powerless: tuple[str, ...]) -> None:
    dump = home / "dumps" / "bad.txt"
    dump.write_text(PAGE)
    dump.chmod(0)
    done = homes.run(home, "build", code=3, within=powerless)
    assert "dumps/bad.txt: not read: it cannot be read: Permission denied" in done.stdout
    assert "bad.txt" in homes.run(home, "ingest", dump, code=2, within=powerless).stderr
    dump.chmod(0o644)
    assert homes.build(home, within=powerless)[0]["new"] == 1


@pytest.mark.parametrize("instead", ["nothing", "a file"])
def test_no_drop_folder(instead: str, home: Path) -> None:
    (home / "digest.toml").write_text('[sources.drop]\nfolder = "dumps"\n')
    shutil.move(home / "dumps", home / "elsewhere")
    if instead == "a file":
        (home / "dumps").touch()
    done = homes.run(home, "build", code=3)
    assert f"drop: not read: {home / 'dumps'}" in done.stdout
    assert "source drop: broken" in done.stderr
    (home / "dumps").unlink(missing_ok=True)
    shutil.move(home / "elsewhere", home / "dumps")
    assert homes.build(home)[0]["new"] == 2


# --- settings, schedules, templates ---

WRONG = {
    "unknown key": (
        homes.schedule(titel="x"),
        ["schedules/daily.toml: unknown key 'titel' (did you mean 'title'?)", "cron"],
    ),
    "unknown key of a group": (
        homes.schedule([{"heading": "All", "match": "*", "limits": 3}]),
        [
            "schedules/daily.toml: [[groups]] 1: unknown key 'limits' (did you mean 'limit'?)",
            "heading, limit, match",
        ],
    ),
    "time zone": (
        homes.schedule(timezone="Europe/Berln"),
        ["schedules/daily.toml: timezone: ", "Europe/Berln", "Europe/Berlin"],
    ),
    "number of a week day": (homes.schedule(cron="0 7 * * 1-5"), ["schedules/daily.toml: cron: ", "mon"]),
    "cron": (homes.schedule(cron="61 7 * * *"), ["schedules/daily.toml: cron: ", "'61'", "0-59"]),
    "rule": (
        homes.schedule([{"heading": "All", "match": 'sparse AND (prun* OR "open'}]),
        ["schedules/daily.toml: [[groups]] 1 'All' match: column ", '    sparse AND (prun* OR "open', "^"],
    ),
    "kind": (
        homes.schedule(minimum="three"),
        ["minimum: 'three' is not a whole number, 1 at least"],
    ),
    "choice": (
        homes.schedule(empty="never"),
        ["schedules/daily.toml: empty: 'never' is not one of 'send', 'skip'"],
    ),
    "output": (homes.schedule(outputs=["pdf"]), ["schedules/daily.toml: outputs: ", "'pdf'", "markdown"]),
    "address": (homes.schedule(to=["a@b.org, c@d.org"]), ["schedules/daily.toml: to: 'a@b.org, c@d.org'"]),
    "note": (homes.schedule(note="notes/daily.md"), ["schedules/daily.toml: note: ", "notes/daily.md"]),
    "span": (homes.schedule(wait="soon"), ["schedules/daily.toml: wait: 'soon'", "7 days"]),
    "no group": (homes.schedule([]), ["schedules/daily.toml: the key 'groups' is missing"]),
    "no TOML": ("title = \ncron = 1", ["schedules/daily.toml: is not TOML: ", "line 1"]),
    "not UTF-8": (homes.schedule(title="caf") + "# \udce9", ["schedules/daily.toml: byte ", "not UTF-8"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_schedule(name: str, home: Path) -> None:
    text, words = WRONG[name]
    file = home / "schedules" / "daily.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    for command in ("check", "build"):
        done = homes.run(home, command, code=2)
        assert [word for word in words if word not in done.stderr] == [], done.stderr
        assert done.stdout == ""
    assert not (home / "digest.sqlite3").exists()
    file.write_text(homes.schedule())
    assert homes.build(home)[0]["new"] == 2


WEEKLY_IS_WRONG = "schedules/weekly.toml: cron: "


@pytest.mark.parametrize("command", [["check"], ["build"], ["run"], ["build", "weekly"]])
def test_nothing_is_done_with_a_wrong_schedule(command: list[str], home: Path) -> None:
    (home / "schedules" / "weekly.toml").write_text(homes.schedule(cron="daily"))
    assert WEEKLY_IS_WRONG in homes.run(home, *command, code=2).stderr
    assert not (home / "digest.sqlite3").exists()


@pytest.mark.parametrize(
    "command", [["build", "daily"], ["ingest", "x.txt"], ["issues"], ["rebuild"], ["papers", "*"], ["status"]]
)
def test_a_wrong_schedule_is_no_concern_of_others(command: list[str], home: Path) -> None:
    (home / "schedules" / "weekly.toml").write_text(homes.schedule(cron="daily"))
    (home / "x.txt").write_text(PAGE)
    words = (home / word if word == "x.txt" else word for word in command)
    done = homes.run(home, *words, code=3 if command == ["status"] else 0)
    assert (WEEKLY_IS_WRONG in done.stderr) == (command == ["status"])


def test_a_line_of_cron_makes_the_digests_that_are_right(home: Path) -> None:
    (home / "schedules" / "weekly.toml").write_text(homes.schedule(cron="daily"))
    done = homes.run(home, "run", "--once", code=2, now="2026-11-20T08:00Z")
    assert WEEKLY_IS_WRONG in done.stderr
    assert "daily-2026-11-20: 2 papers" in done.stdout


def test_every_mistake_of_a_schedule_is_told_at_once(home: Path) -> None:
    (home / "schedules" / "daily.toml").write_text(
        'titel = "x"\ncron = 7\ntimezone = "Europe/Berln"\nto = "me@example.org"\nwait = "soon"\n'
        '[[groups]]\nheading = "A"\nmatch = "a and b"\n'
    )
    said = homes.run(home, "check", code=2).stderr
    for part in (
        "unknown key 'titel' (did you mean 'title'?)",
        "the key 'title' is missing",
        "cron: 7 is not text in quotes",
        "did you mean Europe/Berlin",
        "to: 'me@example.org' is not a list",
        "wait: 'soon' is not a span of time",
        "[[groups]] 1 'A' match: column 3: ",
    ):
        assert part in said


def test_a_name_that_is_no_utf_8(home: Path) -> None:
    name = os.fsdecode(b"b\xe9ta.txt")
    (home / "dumps" / name).write_text(PAGE)
    (home / name).write_text("nothing of a page\n")
    done = homes.run(home, "build", "--dump", home / name, code=3)
    assert r"dumps/b\xe9ta.txt: 1 paper, 1 new" in done.stdout
    assert r"b\xe9ta.txt: not read: " in done.stdout
    assert homes.run(home, "build").stdout == "daily: nothing new\n"


def test_the_caret_stands_under_the_mistake(home: Path) -> None:
    (home / "schedules" / "daily.toml").write_text(
        homes.schedule([{"heading": "All", "match": "sparse AND )"}])
    )
    lines = homes.run(home, "check", code=2).stderr.splitlines()
    shown = next(number for number, line in enumerate(lines) if line.strip() == "sparse AND )")
    assert lines[shown][lines[shown + 1].index("^")] == ")"
    assert "column 12" in lines[shown - 1]


def test_every_mistake_is_told_at_once(home: Path) -> None:
    (home / "digest.toml").write_text(
        'public = "x"\n[sources.drop]\nfolder = "dumps"\nstale_after = "often"\n'
    )
    (home / "schedules" / "daily.toml").write_text(homes.schedule(timezone="Mars", cron="daily"))
    (home / "schedules" / "Week ly.toml").write_text(homes.schedule())
    said = homes.run(home, "check", code=2).stderr
    for words in (
        "public: ",
        "[sources.drop] stale_after",
        "timezone: ",
        "cron: ",
        "schedules/Week ly.toml: ",
    ):
        assert words in said


def test_two_digests_of_one_name(home: Path) -> None:
    other = home / "schedules" / "DAILY.toml"
    if other.exists():
        # macOS and Windows: two files cannot have names that differ in case, so two digests cannot either.
        pytest.skip("this file system does not tell capitals from small letters")
    other.write_text(homes.schedule())
    said = homes.run(home, "build", code=2).stderr
    assert "schedules/daily.toml: DAILY.toml has the same name" in said
    other.unlink()
    assert homes.build(home)[0]["new"] == 2


def test_a_folder_in_place_of_a_schedule(home: Path) -> None:
    (home / "schedules" / "weekly.toml").mkdir()
    assert "schedules/weekly.toml: cannot be read: Is a directory" in homes.run(home, "build", code=2).stderr


def test_no_schedule(home: Path) -> None:
    (home / "schedules" / "daily.toml").unlink()
    assert "has no schedule: digest init makes a sample" in homes.run(home, "build", code=2).stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "\n{% include 'nowhere.html.j2' %}",
            ["line 2", "there is no template 'nowhere.html.j2'", "looked in"],
        ),
        ("\n\n{% if head %}", ["line 3", "TemplateSyntaxError"]),
        ("{{ heading_of_all }}", ["no renderer gives 'heading_of_all'", "known: "]),
    ],
)
def test_a_template(text: str, words: list[str], home: Path) -> None:
    file = home / "templates" / "digest.html.j2"
    file.parent.mkdir()
    file.write_text(text)
    for command in (["check"], ["build"], ["run", "--once"]):
        said = homes.run(home, *command, code=2).stderr
        assert [word for word in (str(file), *words) if word not in said] == [], said
    assert not (home / "outbox").exists()
    file.unlink()
    assert homes.build(home)[0]["new"] == 2
    assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == homes.title(1, 2)


def test_a_note_that_cannot_be_read(home: Path) -> None:
    (home / "schedules" / "daily.toml").write_text(homes.schedule(note="note.md"))
    (home / "note.md").write_bytes(b"caf\xe9")
    assert str(home / "note.md") in homes.run(home, "build", code=2).stderr
    (home / "note.md").write_text("Good morning.")
    assert homes.build(home)[0]["new"] == 2


# --- the store ---


def test_a_store_of_a_newer_version(home: Path) -> None:
    homes.run(home, "build")
    db = sqlite3.connect(home / "digest.sqlite3")
    [(revision,)] = db.execute("SELECT version_num FROM alembic_version")
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.commit()
    db.close()
    before = homes.tree(home)
    for command in (["build"], ["build", "--dry-run"], ["status"], ["run", "--once"], ["rebuild"]):
        said = homes.run(home, *command, code=2).stderr
        assert "digest.sqlite3 was written by a newer digest (its schema is 9999" in said
        assert homes.tree(home) == before
    db = sqlite3.connect(home / "digest.sqlite3")
    db.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    db.commit()
    db.close()
    assert homes.build(home)[0]["issue"] is None


@pytest.mark.parametrize("command", [["build"], ["build", "--dry-run"], ["status"]])
def test_a_store_that_is_none(command: list[str], home: Path) -> None:
    (home / "digest.sqlite3").write_text("a letter to the editor\n" * 100)
    before = homes.tree(home)
    said = homes.run(home, *command, code=1).stderr
    assert str(home / "digest.sqlite3") in said
    assert "not a store" in said
    assert homes.tree(home) == before


def test_a_folder_in_place_of_the_store(home: Path) -> None:
    (home / "digest.sqlite3").mkdir()
    said = homes.run(home, "build", code=1).stderr
    assert str(home / "digest.sqlite3") in said
    (home / "digest.sqlite3").rmdir()
    assert homes.build(home)[0]["new"] == 2


def test_a_home_that_is_not_there(tmp_path: Path) -> None:
    assert "digest init" in homes.run(tmp_path / "nowhere", "build", code=2).stderr


# --- the disk ---


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The outbox after a build that had all the room it wanted."""
    home = homes.make(tmp_path_factory.mktemp("expected") / "home")
    (home / "dumps" / "good.txt").write_text(GOOD)
    homes.run(home, "build")
    return homes.tree(home / "outbox")


def test_a_folder_in_place_of_a_file_of_the_outbox(home: Path, expected: dict[str, bytes]) -> None:
    page = home / "outbox" / "daily" / "index.html"
    page.mkdir(parents=True)
    for _ in range(2):
        said = homes.run(home, "build", code=1).stderr
        assert f"{page}: cannot be written" in said
        assert "safe in the store" in said
    page.rmdir()
    assert homes.build(home)[0]["issue"] == "daily-2026-11-20"
    assert homes.tree(home / "outbox") == expected


def test_a_file_in_place_of_the_outbox(home: Path, expected: dict[str, bytes]) -> None:
    (home / "outbox").touch()
    assert str(home / "outbox") in homes.run(home, "build", code=1).stderr
    (home / "outbox").unlink()
    homes.run(home, "build")
    assert homes.tree(home / "outbox") == expected


# Only Linux has it; the small disk below does the same where one can be mounted.
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk here that is always full")
@pytest.mark.parametrize("file", ["2026-11-20/digest.html", "feed.atom"])
@pytest.mark.parametrize("command", [["build"], ["run", "--once"]])
def test_a_disk_that_is_full_when_the_files_are_written(
    command: list[str], file: str, home: Path, expected: dict[str, bytes]
) -> None:
    target = home / "outbox" / "daily" / file
    target.parent.mkdir(parents=True)
    target.with_name(f".{target.name}.tmp").symlink_to("/dev/full")
    said = homes.run(home, *command, code=1).stderr
    assert f"{target}: cannot be written: No space left on device" in said
    assert not target.exists()
    homes.run(home, *command)
    if command == ["build"]:
        assert homes.tree(home / "outbox") == expected
    else:
        assert homes.tree(home / "outbox").keys() == expected.keys()


@pytest.mark.parametrize("kilobytes", [1, 20, 60, 120, 180])
def test_a_limit_on_the_size_of_files(kilobytes: int, home: Path, expected: dict[str, bytes]) -> None:
    done = homes.run(home, "build", code=1, within=homes.limited(kilobytes * 1024))
    assert str(home) in done.stderr
    assert "mend that" in done.stderr or "make room" in done.stderr
    for path, data in homes.tree(home / "outbox").items():
        assert data == expected[path], path
    homes.run(home, "build")
    assert homes.tree(home / "outbox") == expected


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    line = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)]
    if not mounted or subprocess.run(line, capture_output=True, check=False).returncode:
        # Mounting takes root; /dev/full above stands for a full disk where that is not ours.
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk(small_disk: Path, expected: dict[str, bytes]) -> None:
    home = homes.make(small_disk / "home")
    (home / "dumps" / "good.txt").write_text(GOOD)
    ballast = small_disk / "ballast"
    failures = set()
    for free in range(0, 700, 60):
        ballast.write_bytes(bytes(1024))
        room = shutil.disk_usage(small_disk).free
        if room > free * 1024:
            ballast.write_bytes(bytes(room - free * 1024))
        done = subprocess.run(
            homes.command(home, "build"),
            cwd="/",
            env=homes.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            break
        assert done.returncode == 1, done.stderr
        assert str(home) in done.stderr
        assert "Traceback" not in done.stderr
        failures.add(done.stderr)
        assert all(data == expected[path] for path, data in homes.tree(home / "outbox").items())
        ballast.unlink()
    assert failures
    ballast.unlink(missing_ok=True)
    homes.run(home, "build")
    assert homes.tree(home / "outbox") == expected


def test_a_read_only_home(home: Path, powerless: tuple[str, ...], expected: dict[str, bytes]) -> None:
    home.chmod(0o555)
    said = homes.run(home, "build", code=1, within=powerless).stderr
    assert str(home / "digest.sqlite3") in said
    assert "cannot be" in said
    home.chmod(0o755)
    assert "digest.sqlite3" not in homes.tree(home)
    homes.run(home, "build", within=powerless)
    assert homes.tree(home / "outbox") == expected


def test_a_home_that_became_read_only(
    home: Path, powerless: tuple[str, ...], expected: dict[str, bytes]
) -> None:
    homes.run(home, "build", within=powerless)
    (home / "dumps" / "more.txt").write_text(PAGE)
    before = homes.tree(home)
    read_only = [home / "digest.sqlite3", home / "outbox", home]
    for path in read_only:
        path.chmod(path.stat().st_mode & ~0o222)
    for command in (["build"], ["run", "--once"], ["ingest", home / "dumps" / "more.txt"], ["rebuild"]):
        said = homes.run(home, *command, code=1, within=powerless).stderr
        assert str(home) in said
        assert "cannot be" in said
        assert homes.tree(home) == before
    for command in (["status"], ["issues"], ["show", "daily"], ["papers", "*"], ["check"]):
        assert homes.run(home, *command, within=powerless).stdout
        assert homes.tree(home) == before
    for path in read_only:
        path.chmod(path.stat().st_mode | 0o200)
    assert homes.build(home, within=powerless)[0]["new"] == 1


def test_an_outbox_that_nobody_may_write_to(
    home: Path, powerless: tuple[str, ...], expected: dict[str, bytes]
) -> None:
    (home / "outbox").mkdir(mode=0o555)
    assert str(home / "outbox") in homes.run(home, "build", code=1, within=powerless).stderr
    (home / "outbox").chmod(0o755)
    assert homes.build(home, within=powerless)[0]["issue"] == "daily-2026-11-20"
    assert homes.tree(home / "outbox") == expected


def test_a_home_is_not_made_where_nobody_may_write(tmp_path: Path, powerless: tuple[str, ...]) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o555)
    said = homes.run(place / "home", "init", code=2, within=powerless).stderr
    assert str(place / "home") in said
    assert list(place.iterdir()) == []


def test_a_dump_of_nothing_but_rejects_is_refused_as_a_whole(home: Path) -> None:
    lines = homes.page(8).splitlines() + [f"line {number}" for number in range(20_000)]
    (home / "dumps" / "flood.txt").write_text("\n".join(lines))
    done = homes.run(home, "build", code=3)
    assert (
        "dumps/flood.txt: not read: more than 10,000 of its records cannot be read; the first is line "
        in done.stdout
    )
    assert homes.rows(home)["rejects"] == []
    assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == homes.title(1, 2)


def test_a_store_that_somebody_else_writes_is_read_with_its_log(
    home: Path, powerless: tuple[str, ...]
) -> None:
    homes.run(home, "build", within=powerless)
    with closing(sqlite3.connect(home / "digest.sqlite3")) as writer:  # its log stays as long as it is open
        writer.execute("SELECT count(*) FROM works").fetchall()
        (home / "dumps" / "more.txt").write_text(PAGE)
        homes.run(home, "build")
        read_only = [home / "digest.sqlite3", home]
        for path in read_only:
            path.chmod(path.stat().st_mode & ~0o222)
        assert (home / "digest.sqlite3-wal").stat().st_size > 0
        assert "of 3 works" in homes.run(home, "status", within=powerless).stdout
        for path in read_only:
            path.chmod(path.stat().st_mode | 0o200)
