"""One scheduler a home, and its log for programs; with the real program."""

import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.operating import events
from tests import homes

WITHIN = 60  # seconds in which something has to happen that takes one


@contextmanager
def running(home: Path, *words: str | Path) -> Iterator[subprocess.Popen[str]]:
    """The scheduler, as soon as it has the lock."""
    program = homes.start(home, "run", *words)
    try:
        end = time.monotonic() + WITHIN
        lock = home / "digest.sqlite3.lock"
        while not (lock.exists() and lock.read_text()):
            assert program.poll() is None, program.communicate()
            assert time.monotonic() < end
            time.sleep(0.05)
        yield program
    finally:
        program.kill()
        program.communicate()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return homes.make(tmp_path / "home")


def test_a_second_scheduler_is_refused_and_told_who_the_first_is(home: Path) -> None:
    with running(home) as first:
        said = homes.run(home, "run", code=1).stderr
        assert f"another scheduler works in {home}: process {first.pid}, since 2026-11-20T07:00:00Z" in said
        homes.drop(home, "page.txt", 1)
        homes.run(home, "build")  # by hand is no scheduler
        [state] = homes.objects(homes.run(home, "status", "--json"))
        assert state["daily"]["scheduler"] == {"pid": first.pid, "since": "2026-11-20T07:00:00Z"}


def test_a_line_of_cron_beside_a_scheduler_leaves_the_work_to_it(home: Path) -> None:
    with running(home):
        done = homes.run(home, "run", "--once")
    assert "what is due now is its to do" in done.stderr
    assert done.stdout == ""


def test_a_lock_is_never_stale(home: Path) -> None:
    with running(home) as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert (home / "digest.sqlite3.lock").read_text()  # what it wrote is still there
        homes.run(home, "run", "--once")
    [state] = homes.objects(homes.run(home, "status", "--json"))
    assert state["daily"]["scheduler"] is None


def test_a_lock_that_cannot_be_made_is_told(home: Path) -> None:
    (home / "digest.sqlite3.lock").mkdir()
    assert "the scheduler needs it" in homes.run(home, "run", "--once", code=1).stderr


# --- the log ---


def fields(line: str) -> dict[str, str]:
    """A line of logfmt, read by another program's rules."""
    assert re.fullmatch(r'(?:[a-z_]+=(?:[^\s"=]+|"(?:[^"\\]|\\.)*") ?)+', line), line
    return dict(part.split("=", 1) for part in shlex.split(line))


def test_one_line_an_event_and_no_words(home: Path, tmp_path: Path) -> None:
    homes.drop(home, "page.txt", 1, 2)
    (home / "dumps" / "bad.txt").write_bytes(b"\0\1")
    log = tmp_path / "log"
    done = homes.run(home, "run", "--once", "--log", log, code=3)
    assert (done.stdout, done.stderr) == ("", "")
    lines = [fields(line) for line in log.read_text().splitlines()]
    assert {"dump", "digest"} <= {line["event"] for line in lines}
    [made] = [line for line in lines if line["event"] == "digest"]
    assert (made["level"], made["issue"], made["papers"]) == ("info", "daily-2026-11-20", "2")
    [bad] = [line for line in lines if line.get("origin") == "dumps/bad.txt"]
    assert bad["level"] == "warning"
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["at"]) for line in lines)


def test_on_standard_error_and_moved_away(home: Path, tmp_path: Path) -> None:
    done = homes.run(home, "run", "--once", "--log", "-")
    assert [fields(line)["event"] for line in done.stderr.splitlines()] == ["digest"]
    log, moved = tmp_path / "log", tmp_path / "log.1"
    with running(home, "--log", log) as program:
        wait_for(log, "event=begun")
        log.rename(moved)
        program.send_signal(signal.SIGTERM)
        assert program.wait(WITHIN) == 0
    assert "event=ended" in log.read_text()  # as after logrotate: a new file under the old name
    assert "event=ended" not in moved.read_text()


def wait_for(file: Path, words: str) -> None:
    end = time.monotonic() + WITHIN
    while not (file.exists() and words in file.read_text()):
        assert time.monotonic() < end, f"{words} is not in {file}"
        time.sleep(0.05)


def test_a_log_that_cannot_be_written_is_told(home: Path, tmp_path: Path) -> None:
    assert (
        "name a file that can be written"
        in homes.run(home, "run", "--once", "--log", tmp_path, code=2).stderr
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("550 <ada@example.org> unknown", '"550 <…@example.org> unknown"'),
        ("rcpt=o'hara@example.org: 'me@example.net'", '"…@example.org: …@example.net\'"'),
        ("a" * 200_000 + " <ada@example.org>", "a" * 500 + "…"),
        ("a\nb\x00\u202e", '"a\\nb\\u0000\\u202e"'),
        ('say "no"', '"say \\"no\\""'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ("plain", "plain"),
    ],
)
def test_whatever_is_said_stays_on_its_line_and_names_nobody(said: str, told: str, tmp_path: Path) -> None:
    with events.logged_to(str(tmp_path / "log")):
        events.event("said", reply=said, nothing=None)
    line = (tmp_path / "log").read_text()
    assert line.endswith(f" level=info event=said reply={told}\n")
    assert len(line.splitlines()) == 1
