"""What is due and what becomes of it: `run --once` for a line of cron, and the real scheduler with its signals."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from digest import schedule
from digest.operating import events
from digest.sending import telling
from tests import homes

THURSDAY, FRIDAY = "2026-11-19", "2026-11-20"
SATURDAY, MONDAY, TUESDAY = "2026-11-21", "2026-11-23", "2026-11-24"
WITHIN = 60  # seconds in which something has to happen that takes three


def once(home: Path, now: str, code: int = 0) -> list[dict[str, Any]]:
    """What is due at this time."""
    return homes.objects(homes.run(home, "run", "--once", "--json", now=now, code=code))


def ingest(home: Path, *numbers: int, now: str) -> None:
    """Papers by hand: nobody waits for a file to stand still."""
    dump = home.parent / "by hand.txt"
    dump.write_text(homes.page(*numbers))
    homes.run(home, "ingest", dump, now=now)


def slots(home: Path) -> list[tuple[str, str]]:
    """Each slot that came due, and what became of it."""
    return sorted((slot, state) for _, slot, state, _, _ in homes.rows(home)["slots"])


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """A home with one digest that was first seen on Thursday, an hour before its slot."""

    def made(**keys: Any) -> Path:
        home = homes.make(tmp_path / "home", daily=homes.schedule(**keys))
        homes.run(home, "run", "--once", now=f"{THURSDAY}T06:00Z")
        return home

    return made


# --- run --once ---


def test_due_at_its_slot_and_once(make: Callable[..., Path]) -> None:
    home = make()
    ingest(home, 1, 2, now=f"{THURSDAY}T06:30Z")
    assert once(home, f"{THURSDAY}T06:59:59Z") == []
    assert homes.frozen(home) == {}
    [made] = once(home, f"{THURSDAY}T07:00Z")
    assert (made["issue"], made["new"], made["state"]) == ("daily-2026-11-19", 2, "made")
    assert homes.frozen(home)["daily/2026-11-19"]["slot"] == "2026-11-19T07:00:00Z"
    assert once(home, f"{THURSDAY}T07:01Z") == []
    assert once(home, f"{THURSDAY}T23:59Z") == []
    assert slots(home) == [("2026-11-19T07:00:00Z", "made")]


def test_files_in_the_drop_folder_are_read_first(make: Callable[..., Path]) -> None:
    home = make()
    homes.drop(home, "page.txt", 1, 2)
    for name in (".hidden.txt", "page.txt.part", "page.txt.CRDOWNLOAD", "page.tmp"):
        homes.drop(home, name, 3)
    [made] = once(home, f"{THURSDAY}T07:00Z")
    assert [dump["origin"] for dump in made["dumps"]] == ["dumps/page.txt"]
    assert made["new"] == 2


def test_a_file_that_somebody_is_writing_is_waited_for(make: Callable[..., Path]) -> None:
    home = make()
    text = homes.page(1, 2, 3)
    with (home / "dumps" / "page.txt").open("w") as file:
        file.write(text[:700])
        file.flush()
        program = homes.start(home, "run", "--once", "--json", now=f"{THURSDAY}T07:00Z")
        wait((home / "digest.sqlite3-wal").exists, "the program has opened its store", program)
        file.write(text[700:])
    said, problems = program.communicate(timeout=WITHIN)
    assert program.returncode == 0, problems
    assert '"new":3' in said


@pytest.mark.parametrize(
    ("catch_up", "missed", "made"),
    [("latest", "skipped", "daily-2026-11-24"), ("skip", "skipped", None)],
)
def test_after_an_outage_of_days(
    catch_up: str, missed: str, made: str | None, make: Callable[..., Path]
) -> None:
    home = make(catch_up=catch_up)
    ingest(home, 1, now=f"{THURSDAY}T06:30Z")
    found = once(home, f"{TUESDAY}T09:00Z")  # two hours after its slot, four slots after the last run
    assert [one["issue"] for one in found] == ([made] if made else [])
    days = [THURSDAY, FRIDAY, MONDAY, TUESDAY]
    states = [missed] * 3 + ["made" if made else "skipped"]
    assert slots(home) == [(f"{day}T07:00:00Z", state) for day, state in zip(days, states, strict=True)]
    assert once(home, f"{TUESDAY}T10:00Z") == []
    ingest(home, 2, now=f"{TUESDAY}T11:00Z")
    [following] = once(home, "2026-11-25T07:00:30Z")
    assert following["new"] == (1 if made else 2)


def test_a_little_late_is_not_missed(make: Callable[..., Path]) -> None:
    home = make(catch_up="skip")
    ingest(home, 1, now=f"{THURSDAY}T06:30Z")
    assert [made["issue"] for made in once(home, f"{THURSDAY}T07:59Z")] == ["daily-2026-11-19"]


@pytest.mark.parametrize("empty", ["skip", "send"])
def test_a_slot_without_news(empty: str, make: Callable[..., Path]) -> None:
    home = make(empty=empty)
    [made] = once(home, f"{THURSDAY}T07:00Z")
    assert made["issue"] == ("daily-2026-11-19" if empty == "send" else None)
    assert slots(home) == [(f"{THURSDAY}T07:00:00Z", "made" if empty == "send" else "empty")]
    assert list(homes.frozen(home)) == (["daily/2026-11-19"] if empty == "send" else [])
    assert once(home, f"{THURSDAY}T07:05Z") == []


def test_too_little_waits_until_there_is_enough(make: Callable[..., Path]) -> None:
    home = make(minimum=3)
    ingest(home, 1, 2, now=f"{THURSDAY}T06:30Z")
    [made] = once(home, f"{THURSDAY}T07:00Z")
    assert (made["issue"], made["state"]) == (None, "waiting")
    ingest(home, 3, now=f"{THURSDAY}T08:00Z")
    [made] = once(home, f"{FRIDAY}T07:00Z")
    assert (made["issue"], made["new"]) == ("daily-2026-11-20", 3)
    assert slots(home) == [(f"{THURSDAY}T07:00:00Z", "waiting"), (f"{FRIDAY}T07:00:00Z", "made")]


def test_too_little_waits_no_longer_than_said(make: Callable[..., Path]) -> None:
    home = make(minimum=3, wait="4 days")
    ingest(home, 1, now=f"{THURSDAY}T06:30Z")
    found = [once(home, f"{day}T07:00Z") for day in (THURSDAY, FRIDAY, SATURDAY, MONDAY)]
    assert [[made["issue"] for made in made_then] for made_then in found] == [
        [None],
        [None],
        [],
        ["daily-2026-11-23"],
    ]
    assert [state for _, state in slots(home)] == ["waiting", "waiting", "made"]


def test_the_slot_is_that_of_the_zone(make: Callable[..., Path]) -> None:
    home = make(timezone="Asia/Tokyo", cron="0 7 * * *")  # 22:00 UTC of the day before
    ingest(home, 1, now=f"{THURSDAY}T06:30Z")
    [made] = once(home, f"{THURSDAY}T22:00Z")
    assert made["issue"] == "daily-2026-11-20"
    assert slots(home)[-1] == (f"{THURSDAY}T22:00:00Z", "made")


def test_a_new_digest_begins_with_the_day_on_which_it_is_first_seen(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    homes.drop(home, "page.txt", 1)
    assert [made["issue"] for made in once(home, f"{THURSDAY}T15:00Z")] == ["daily-2026-11-19"]
    (home / "schedules" / "evening.toml").write_text(homes.schedule(cron="0 20 * * *"))
    assert once(home, f"{FRIDAY}T06:00Z") == []
    assert slots(home) == [(f"{THURSDAY}T07:00:00Z", "made")]


def test_what_was_built_by_hand_is_no_news_at_the_slot(make: Callable[..., Path]) -> None:
    home = make()
    ingest(home, 1, now=f"{THURSDAY}T06:30Z")
    assert homes.build(home, now=f"{THURSDAY}T06:40Z")[0]["issue"] == "daily-2026-11-19"
    ingest(home, 1, 2, now=f"{THURSDAY}T06:50Z")
    [made] = once(home, f"{THURSDAY}T07:00Z")
    assert (made["issue"], made["new"]) == ("daily-2026-11-19-2", 1)


def test_two_at_once_make_one_issue(make: Callable[..., Path]) -> None:
    home = make()
    ingest(home, 1, 2, now=f"{THURSDAY}T06:30Z")
    programs = [homes.start(home, "run", "--once", now=f"{THURSDAY}T07:00Z") for _ in range(2)]
    for program in programs:
        _, problems = program.communicate(timeout=WITHIN)
        assert program.returncode == 0, problems
    assert list(homes.frozen(home)) == ["daily/2026-11-19"]
    assert slots(home) == [(f"{THURSDAY}T07:00:00Z", "made")]


def test_a_source_that_is_broken_is_told_though_no_issue_is_made(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    (home / "dumps" / "bad.txt").write_bytes(b"\0\1")
    [made] = once(home, f"{THURSDAY}T07:00Z", code=3)
    assert (made["issue"], made["sources"]) == (None, {"drop": "broken"})


# --- the scheduler ---


def wait(happened: Callable[[], Any], what: str, program: subprocess.Popen[str]) -> None:
    """Go on as soon as something has happened."""
    end = time.monotonic() + WITHIN
    while not happened():
        assert program.poll() is None, f"{what}: it ended with {program.returncode}"
        assert time.monotonic() < end, f"{what}: not within {WITHIN} seconds"
        time.sleep(0.05)


@contextmanager
def running(home: Path, now: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """The scheduler, whose words go to files; it has to end cleanly."""
    with (home.parent / "said").open("w") as said, (home.parent / "problems").open("w") as problems:
        program = subprocess.Popen(
            homes.command(home, "run", now=now),
            cwd=home.parent,
            env=homes.environment(PYTHONUNBUFFERED="1"),
            stdout=said,
            stderr=problems,
            text=True,
        )
    try:
        wait(lambda: "digest runs in" in heard(home, "problems"), "it runs", program)
        yield program
        if program.poll() is None:
            program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=WITHIN) == 0, heard(home, "problems")
        assert "Traceback" not in heard(home, "problems")
        assert heard(home, "problems").endswith("digest has ended\n")
    finally:
        program.kill()
        program.wait()
    assert not [path for path in homes.tree(home) if path.endswith(("-wal", "-shm", ".html.tmp"))]


def heard(home: Path, name: str) -> str:
    """What the program has said so far."""
    return (home.parent / name).read_text()


def test_an_issue_at_its_slot(make: Callable[..., Path]) -> None:
    home = make()
    ingest(home, 1, now=f"{THURSDAY}T06:30Z")
    with running(home, f"{THURSDAY}T06:59:57Z") as program:
        wait(lambda: "daily-2026-11-19: 1 paper" in heard(home, "said"), "the issue is made", program)
    issue = homes.frozen(home)["daily/2026-11-19"]
    assert issue["slot"] == "2026-11-19T07:00:00Z"
    assert issue["made"] >= issue["slot"]
    assert homes.titles(issue) == homes.title(1)


def test_a_dropped_file_is_read_when_it_stands_still(make: Callable[..., Path]) -> None:
    home = make()
    text = homes.page(1, 2, 3)
    for name in (".hidden.txt", "page.txt.part", "page.crdownload", "page.tmp"):
        homes.drop(home, name, 4)
    with running(home, f"{THURSDAY}T12:00Z") as program:
        page = home / "dumps" / "page.txt"
        with page.open("w") as file:
            for at in range(0, len(text), 400):  # never still for two seconds, and in all for longer
                file.write(text[at : at + 400])
                file.flush()
                time.sleep(0.5)
                assert "page.txt" not in heard(home, "said")
        wait(lambda: "dumps/page.txt: 3 papers, 3 new" in heard(home, "said"), "the page is read", program)
        still = time.time() - page.stat().st_mtime
    assert still >= 2
    assert [row[3] for row in homes.rows(home)["dumps"]] == ["dumps/page.txt"]
    assert homes.rows(home)["issues"] == []  # read, not sent
    assert "4 new" not in heard(home, "said")


def test_a_changed_schedule_is_picked_up(make: Callable[..., Path]) -> None:
    home = make()
    ingest(home, 1, now=f"{THURSDAY}T06:30Z")
    with running(home, f"{THURSDAY}T12:00Z") as program:
        wait(lambda: "daily-2026-11-19: 1 paper" in heard(home, "said"), "the missed issue is made", program)
        weekly = home / "schedules" / "weekly.toml"
        weekly.write_text("title =")
        wait(
            lambda: "schedules/weekly.toml: is not TOML" in heard(home, "problems"),
            "the mistake is told",
            program,
        )
        assert "stays in force until that is mended" in heard(home, "problems")
        weekly.write_text(homes.schedule(cron="0 11 * * *"))
        wait(
            lambda: "weekly-2026-11-19: 1 paper" in heard(home, "said"), "the new slot has come due", program
        )
    assert "settings and schedules were read again" in heard(home, "problems")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_cleanly(number: signal.Signals, make: Callable[..., Path]) -> None:
    home = make()
    with running(home, f"{THURSDAY}T06:00Z") as program:
        program.send_signal(number)
        assert program.wait(timeout=WITHIN) == 0


@pytest.mark.parametrize("where", [(schedule, "run_due"), (telling, "send")], ids=["a look", "sending"])
def test_a_bug_ends_it_with_its_traceback_and_a_line_in_the_log(
    where: tuple[ModuleType, str], make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    home = make()
    monkeypatch.setattr(*where, bug)
    now = datetime.fromisoformat(f"{THURSDAY}T06:00Z")
    with events.logged_to(str(home / "log")), pytest.raises(RuntimeError, match="a bug of ours"):
        schedule.run(home, lambda: now, lambda _words: None, lambda _run: None)
    assert "event=bug" in (home / "log").read_text()


def test_a_signal_during_a_build_lets_it_end(make: Callable[..., Path]) -> None:
    home = make()
    ingest(home, *range(1, 400), now=f"{THURSDAY}T06:30Z")
    with running(home, f"{THURSDAY}T07:00Z") as program:
        wait((home / "outbox" / "daily").exists, "files are being written", program)
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=WITHIN) == 0
    assert set(homes.tree(home / "outbox" / "daily")) >= {"index.html", "2026-11-19/digest.eml"}


def test_without_now_the_clock_is_that_of_the_machine(tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=70)
    home = homes.make(tmp_path / "home", daily=homes.schedule(cron=f"{soon.minute} {soon.hour} * * *"))
    homes.run(home, "ingest", "--seen", homes.drop(home, "page.txt", 1), now=None)
    with running(home):
        assert homes.rows(home)["issues"] == []
    state = homes.objects(homes.run(home, "status", "--json", now=None))[0]["daily"]
    assert datetime.fromisoformat(state["next_slot"]) - datetime.now(UTC) < timedelta(minutes=2)


def test_a_failure_is_told_and_tried_again_later(make: Callable[..., Path]) -> None:
    home = make()
    ingest(home, 1, now=f"{THURSDAY}T06:30Z")
    blocked = home / "outbox" / "daily" / "index.html"
    blocked.mkdir(parents=True)
    with running(home, f"{THURSDAY}T07:00Z") as program:
        wait(lambda: "next try in 60 seconds" in heard(home, "problems"), "the failure is told", program)
        blocked.rmdir()
    assert str(blocked) in heard(home, "problems")
    assert once(home, f"{THURSDAY}T07:02Z") == []
    assert homes.titles(homes.frozen(home)["daily/2026-11-19"]) == homes.title(1)
    assert blocked.is_file()


def test_a_new_digest_with_too_much_to_read_is_told_once(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    ingest(home, *range(1, 502), now=f"{THURSDAY}T06:30Z")
    with running(home, f"{THURSDAY}T07:00Z") as program:
        wait(lambda: "digest start daily --from" in heard(home, "problems"), "it is told", program)
        homes.drop(home, "page.txt", 600)
        wait(lambda: "dumps/page.txt: 1 paper, 1 new" in heard(home, "said"), "others go on", program)
    assert heard(home, "problems").count("501 unread works") == 1
    assert homes.rows(home)["issues"] == []
