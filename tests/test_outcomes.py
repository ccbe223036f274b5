"""What is told of deliveries, through the real program: who has an issue, what nobody knows, and what a person says."""

import email
import email.policy
import json
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from digest.store import open_store, outcomes
from tests import homes
from tests.smtp_server import Fault, Server, Servers

ADA, BEN, CAY = "ada@example.org", "ben@example.org", "cay@example.org"
NEXT = "2026-11-23T07:00+00:00"


class Morning(NamedTuple):
    """A home whose issue went to three readers: one may have it, one was refused, one has it."""

    home: Path
    first: Server  # which took it
    server: Server  # which takes what comes

    @property
    def states(self) -> dict[str, str]:
        """What `digest report` says of each reader."""
        done = homes.run(self.home, "report", "daily-2026-11-20", "--json", code=3)
        return {one["address"]: one["state"] for one in homes.objects(done)[1:]}


def settings(server: Server) -> str:
    """One connection: the readers come in the order of the schedule."""
    return f"""\
public = "https://digest.example.org"
[smtp]
port = {server.port}
from = "Papers <papers@example.org>"
[delivery]
connections = 1
"""


@pytest.fixture(scope="module")
def before(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Server]:
    """The home, and the server that answered each of the three otherwise."""
    folder = tmp_path_factory.mktemp("before")
    server = servers.begin(folder / "server", [Fault("after storing", "drop"), Fault("rcpt", "550", skip=1)])
    home = homes.make(folder / "home", settings(server), daily=homes.schedule(to=[ADA, BEN, CAY]))
    homes.drop(home, "first.txt", 1, 2)
    homes.run(home, "build")
    homes.run(home, "send", code=3)
    return home, server


@pytest.fixture
def morning(before: tuple[Path, Server], servers: Servers, tmp_path: Path) -> Morning:
    home = tmp_path / "home"
    shutil.copytree(before[0], home)
    server = servers.begin(tmp_path / "server")
    (home / "digest.toml").write_text(settings(server))
    return Morning(home, before[1], server)


def status(home: Path, code: int = 0, now: str = homes.NOW) -> dict[str, Any]:
    """What `digest status` says of the one digest."""
    [found] = homes.objects(homes.run(home, "status", "--json", now=now, code=code))
    return dict(found["daily"])


def test_status_counts_names_and_says_what_to_do(morning: Morning) -> None:
    found = status(morning.home, code=3)
    assert found["deliveries"] == {"accepted": 1, "doubt": 1, "rejected": 1}
    [doubt] = found["doubts"]
    assert (doubt["issue"], doubt["address"]) == ("daily-2026-11-20", ADA)
    assert BEN in found["last_error"]["what"]
    assert "550" in found["last_error"]["what"]
    assert [need for need in found["needs"] if "digest doubt" in need]
    said = homes.run(morning.home, "status", code=3).stdout
    assert "deliveries  1 accepted, 1 doubt, 1 rejected" in said
    assert f"in doubt    daily-2026-11-20  {ADA}" in said


def test_a_report_names_everybody_and_says_why(morning: Morning) -> None:
    homes.run(morning.home, "subscribers", "add", "daily", "dan@example.org")
    done = homes.run(morning.home, "report", "daily", code=3)
    summary, *lines = done.stdout.splitlines()
    assert summary == "daily-2026-11-20: 3 planned: 1 accepted, 1 doubt, 1 rejected"
    of = {who: line for who in (ADA, BEN, CAY, "dan@example.org") for line in lines if who in line}
    assert of[ADA].split()[0] == "doubt"
    assert "550" in of[BEN]
    assert of[BEN].split()[0] == "rejected"
    assert of[CAY].split()[0] == "accepted"
    assert "came to the list after the issue was made" in of["dan@example.org"]
    assert lines[-1] == of[CAY]  # those who have it come last


def test_a_doubt_that_came_after_all(morning: Morning) -> None:
    [doubt] = homes.objects(homes.run(morning.home, "doubt", "list", "--json"))
    assert (doubt["address"], doubt["issue"]) == (ADA, "daily-2026-11-20")
    assert doubt["message_id"] == morning.first.letters()[0].message_id
    homes.run(morning.home, "doubt", "sent", "daily", ADA)
    assert homes.run(morning.home, "doubt", "list").stdout == "nothing is in doubt\n"
    done = homes.run(morning.home, "report", "daily", "--json")
    assert {one["address"]: one["state"] for one in homes.objects(done)[1:]}[ADA] == "accepted"
    assert homes.run(morning.home, "send").returncode == 0
    assert morning.server.letters() == []


def test_the_log_names_numbers_and_not_addresses(morning: Morning, tmp_path: Path) -> None:
    homes.run(morning.home, "doubt", "resend", "daily", "--all")
    homes.run(morning.home, "run", "--once", "--log", tmp_path / "log")
    log = (tmp_path / "log").read_text()
    [line] = [line for line in log.splitlines() if "event=delivery" in line]
    done = homes.objects(homes.run(morning.home, "report", "daily", "--json"))
    [ada] = [one["subscriber"] for one in done[1:] if one["address"] == ADA]
    assert f"issue=daily-2026-11-20 subscriber={ada} domain=example.org state=accepted" in line
    assert "event=sent accepted=1" in log
    assert "ada" not in log


def test_a_doubt_that_goes_out_once_more(morning: Morning) -> None:
    said = homes.run(morning.home, "doubt", "resend", "daily-2026-11-20", "--all").stdout
    assert said == "1 doubt: ready again: digest send daily-2026-11-20\n"
    homes.run(morning.home, "send", "daily-2026-11-20")
    [again] = morning.server.letters()
    assert again == morning.first.letters()[0]  # byte for byte, under one Message-ID
    assert again.to == ADA


def test_only_what_is_in_doubt_is_settled(morning: Morning) -> None:
    for words in (
        ["sent", "daily", CAY],
        ["resend", "daily", CAY],
        ["sent", "daily"],
        ["sent", "daily", ADA, "--all"],
    ):
        assert homes.run(morning.home, "doubt", *words, code=2).stderr
    assert morning.states == {ADA: "doubt", BEN: "rejected", CAY: "accepted"}


def test_a_doubt_is_settled_once(morning: Morning) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    with closing(open_store(morning.home / "digest.sqlite3")) as store, store.writing() as db:
        found = outcomes.doubts(db)
        assert outcomes.resolve(db, found, 1, "accepted", now) == 1
        assert outcomes.resolve(db, found, 1, "ready", now) == 0


def test_the_next_issue_tells_where_the_one_before_is(morning: Morning) -> None:
    homes.drop(morning.home, "second.txt", 3)
    homes.run(morning.home, "build", now=NEXT)
    homes.run(morning.home, "send", now=NEXT)
    homes.drop(morning.home, "third.txt", 4)
    homes.run(morning.home, "build", now="2026-11-24T07:00+00:00")
    homes.run(morning.home, "send", now="2026-11-24T07:00+00:00")
    told = [(one.to, _text(one.data)) for one in morning.server.letters()]
    page = "https://digest.example.org/daily/2026-11-20/digest.html"
    note = "Issue No. 1 of 2026-11-20 may not have reached you."
    lacking = [who for who, text in told if note in " ".join(text.split()) and page in text]
    assert lacking == [ADA, BEN]  # in the second issue, not again in the third; and CAY has it
    assert len(told) == 3 + 3


def _text(data: bytes) -> str:
    message = email.message_from_bytes(data, policy=email.policy.default)
    part = message.get_body(["plain"])
    assert part
    return str(part.get_content())


def test_what_waits_for_a_person_is_an_exit_code(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", daily=homes.schedule(to=[ADA]))
    homes.drop(home, "first.txt", 1)
    homes.run(home, "build")
    assert status(home)["needs"] == []
    [late] = status(home, code=3, now="2026-11-20T12:00+00:00")["needs"]
    assert "digest send daily" in late


def test_a_slot_that_nobody_kept_is_an_exit_code(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    homes.run(home, "run", "--once")
    assert status(home, now="2026-11-23T07:30+00:00")["needs"] == []
    [late] = status(home, code=3, now="2026-11-23T09:00+00:00")["needs"]
    assert "nothing was done at the slot of 2026-11-23T07:00:00+00:00" in late


def test_a_run_that_failed_is_the_last_error_until_one_does_not(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    homes.drop(home, "first.txt", 1)
    blocked = home / "outbox" / "daily" / "index.html"
    blocked.mkdir(parents=True)
    homes.run(home, "run", "--once", code=1)
    found = status(home, code=3)
    assert str(blocked) in found["last_error"]["what"]
    assert "last error" in homes.run(home, "status", code=3).stdout
    assert [need for need in found["needs"] if "the last run failed" in need]
    blocked.rmdir()
    homes.run(home, "run", "--once")
    assert status(home)["last_error"] is None


def test_an_issue_that_went_to_nobody(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    homes.drop(home, "first.txt", 1)
    homes.run(home, "build")
    assert "was not planned for anybody" in homes.run(home, "report", "daily").stdout
    assert homes.run(home, "report", "weekly", code=2).stderr


MANY = 100_000


def test_what_was_accepted_long_ago_costs_nothing(tmp_path: Path) -> None:
    """Of all issues only what is open is looked at, of one issue each row: that is slower here, with one issue."""
    home = homes.make(tmp_path / "home", daily=homes.schedule(to=[ADA]))
    homes.drop(home, "first.txt", 1)
    homes.run(home, "build")
    with closing(sqlite3.connect(home / "digest.sqlite3")) as raw, raw:
        raw.execute(
            "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO deliveries (issue, subscriber, state, due, domain, attempts, fence, changed, reply) "
            "SELECT 1, i, 'accepted', '2026-11-20T07:00:00Z', 'example.org', 1, 1, '2026-11-20T07:00:00Z', 'ok' FROM n",
            [MANY + 9],
        )
        raw.execute("UPDATE plans SET deliveries = ?", [MANY + 1])
    with closing(open_store(home / "digest.sqlite3")) as store, store.reading() as db:
        began = time.perf_counter()
        assert outcomes.counts(db) == {"daily": {"accepted": MANY, "ready": 1}}
        quick = time.perf_counter() - began
        began = time.perf_counter()
        assert outcomes.counts_of(db, 1) == {"accepted": MANY, "ready": 1}
        slow = time.perf_counter() - began  # of one issue it has to look at each row
    assert quick < slow
    assert json.loads(homes.run(home, "status", "--json").stdout)["daily"]["deliveries"]["accepted"] == MANY
