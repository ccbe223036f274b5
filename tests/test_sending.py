"""What is due goes out once, when it should, and the ledger says what became of it."""

import itertools
import json
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pytest

from digest.config import load
from digest.sending.desk import COOL
from digest.store import deliveries, open_store
from tests import homes, smtp_server, trials
from tests.smtp_server import Fault, Server, Servers

ISSUE = "daily-2026-11-20"
READERS = ["ann@one.org", "bob@two.org", "cleo@two.org"]


@pytest.fixture
def server(servers: Servers, tmp_path: Path) -> Server:
    return servers.begin(tmp_path / "server")


def at(later: timedelta = timedelta(), **more: int) -> str:
    """So long after the issue was made."""
    return (datetime.fromisoformat(homes.NOW) + later + timedelta(**more)).isoformat()


def settings(server: Server, more: str = "") -> str:
    return f'[smtp]\nfrom = "Papers <papers@example.org>"\nport = {server.port}\n{more}'


def a_home(folder: Path, server: Server, more: str = "", **keys: object) -> Path:
    """A home whose schedule names three readers, with an issue that is not sent yet."""
    made = folder / "home"
    shutil.copytree(_built(json.dumps(keys)), made)
    (made / "digest.toml").write_text(settings(server, more))
    return made


BUILT = TemporaryDirectory(prefix="digest-")


@cache
def _built(keys: str) -> Path:
    """Made once for all tests that want such a schedule."""
    wanted = {"to": READERS, **json.loads(keys)}
    made = homes.make(Path(mkdtemp(dir=BUILT.name), "home"), daily=homes.schedule(homes.EVERYTHING, **wanted))
    homes.drop(made, "first.txt", 1, 2, 3)
    homes.run(made, "build")
    return made


def send(home: Path, *arguments: str, now: str = homes.NOW, code: int = 0) -> dict[str, Any]:
    done = homes.run(home, "send", *arguments, "--json", now=now, code=code)
    found: dict[str, Any] = json.loads(done.stdout)
    return {name: value for name, value in found.items() if value and name != "next"}


def states(home: Path) -> dict[str, str]:
    """Each reader's state."""
    query = "SELECT address, state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber"
    with closing(sqlite3.connect(home / "digest.sqlite3")) as db:
        return dict(db.execute(query).fetchall())


def change(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / "digest.sqlite3")) as db, db:
        db.execute(statement, values)


def came(server: Server) -> list[str]:
    return sorted(one.to for one in server.letters())


# ---- once


def test_build_says_what_is_ready_and_send_sends_it_once(tmp_path: Path, server: Server) -> None:
    made = homes.make(tmp_path / "home", settings(server), daily=homes.schedule(to=READERS))
    homes.drop(made, "first.txt", 1, 2, 3)
    assert "3 deliveries are ready: digest send\n" in homes.run(made, "build").stdout
    assert came(server) == []
    assert homes.run(made, "send").stdout == "3 delivered\n"
    assert homes.run(made, "send", now=at(days=1)).stdout == "nothing is due\n"
    assert came(server) == READERS
    assert set(states(made).values()) == {"accepted"}


def test_a_run_at_its_slot_sends_by_itself(tmp_path: Path, server: Server) -> None:
    made = homes.make(tmp_path / "home", settings(server), daily=homes.schedule(to=READERS))
    homes.drop(made, "first.txt", 1, 2, 3)
    said = homes.run(made, "run", "--once").stdout
    assert "3 deliveries are ready\n3 delivered\n" in said
    assert came(server) == READERS


def test_a_scheduler_that_goes_on_sends_by_itself(tmp_path: Path, server: Server) -> None:
    made = homes.make(tmp_path / "home", settings(server), daily=homes.schedule(to=READERS))
    homes.run(made, "ingest", homes.drop(made, "first.txt", 1, 2, 3))
    program = homes.start(made, "run", now="2026-11-20T06:59:59+00:00")
    try:
        until = time.monotonic() + 30
        while len(server.letters()) < len(READERS) and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        program.terminate()
        said = program.communicate(timeout=homes.DEADLINE)
    assert program.returncode == 0, said
    assert came(server) == READERS
    assert "3 delivered" in said[1]


def test_an_address_that_is_listed_twice_gets_one_mail(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server, to=["Ann@One.org", "ann@one.ORG", "ann@one.org"])
    assert send(made) == {"accepted": 1}


def test_who_is_not_in_the_schedule_any_more_gets_nothing(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server)
    (made / "schedules" / "daily.toml").write_text(homes.schedule(to=READERS[:1]))
    homes.drop(made, "second.txt", 4)
    homes.run(made, "build", now=at(hours=1))
    assert send(made, now=at(hours=1)) == {"accepted": 2, "suppressed": 2}
    assert came(server) == READERS[:1] * 2


def test_an_issue_without_a_mail_goes_to_nobody(tmp_path: Path, server: Server) -> None:
    made = homes.make(tmp_path / "home", settings(server), daily=homes.schedule(to=READERS, outputs=["html"]))
    homes.drop(made, "first.txt", 1)
    assert "ready" not in homes.run(made, "build").stdout


# ---- when


def test_nothing_goes_out_while_an_issue_is_held(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server, hold="30 min")
    said = homes.run(made, "send", now=at(minutes=29)).stdout
    assert said == "nothing is due before 2026-11-20 07:30 UTC\n"
    assert send(made, now=at(minutes=30)) == {"accepted": 3}


def test_who_has_an_hour_gets_it_then(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server, to=[])
    homes.run(made, "subscribers", "add", "daily", "ann@one.org", "--zone", "America/New_York", "--hour", "8")
    homes.run(made, "subscribers", "add", "daily", "bob@two.org", "--hour", "7")
    homes.drop(made, "second.txt", 4)
    homes.run(made, "build")
    assert homes.run(made, "send").stdout == "1 delivered\nnothing more is due before 2026-11-20 13:00 UTC\n"
    assert send(made, now="2026-11-20T12:59+00:00") == {}
    assert send(made, now="2026-11-20T13:00+00:00") == {"accepted": 1}
    assert came(server) == READERS[:2]


def test_what_is_too_old_goes_out_only_if_it_is_named(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server)
    old = at(days=3, minutes=1)
    assert send(made, now=old) == {"expired": 3}
    assert send(made, "daily", now=old) == {}
    assert send(made, ISSUE, now=old) == {"accepted": 3}
    assert came(server) == READERS


def test_what_was_named_goes_out_whoever_sends_meanwhile(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server)
    homes.run(made, "subscribers", "add", "daily", "dan@late.org")
    trials.point_to(made, 9)  # where nobody listens
    homes.run(made, "send", ISSUE, "--missing", now=at(days=3, minutes=1), code=1)
    trials.point_to(made, server.port)
    assert send(made, now=at(days=3, minutes=2)) == {"accepted": 4}
    assert came(server) == [*READERS, "dan@late.org"]


# ---- called back


def test_a_cancelled_issue_does_not_go_out(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server, hold="30 min")
    assert homes.run(made, "cancel", ISSUE).stdout == f"{ISSUE} is cancelled: 3 will not go out\n"
    assert send(made, now=at(hours=1)) == {}
    assert "was cancelled at 2026-11-20 07:00 UTC" in homes.run(made, "send", ISSUE, code=2).stderr
    assert came(server) == []


def test_a_cancel_says_what_was_too_late(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server", [Fault("rcpt", "451", times=1)])
    made = a_home(tmp_path, server, "[delivery]\nconnections = 1\n")
    assert send(made) == {"accepted": 2, "later": 1}
    said = homes.run(made, "cancel", ISSUE).stdout
    assert said == f"{ISSUE} is cancelled: 1 will not go out\n2 had gone out before: digest report {ISSUE}\n"
    assert send(made, now=at(hours=1)) == {}


@pytest.mark.parametrize("how", ["unsubscribed", "erased", "suppressed"])
def test_who_leaves_gets_no_letter_any_more(how: str, tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server)
    if how == "unsubscribed":
        homes.run(made, "subscribers", "remove", "daily", "ann@one.org")
    elif how == "erased":
        homes.run(made, "subscribers", "erase", "ann@one.org")
    else:
        suppress(made, "ann@one.org")
    assert send(made) == {"accepted": 2, "suppressed": 1}
    assert came(server) == READERS[1:]


def suppress(home: Path, address: str) -> None:
    """Only on the list of those who never get mail, whatever the list of subscribers says."""
    from digest.secrets import who
    from digest.store import subscribers

    now = datetime.fromisoformat(homes.NOW)
    with closing(open_store(load(home).store)) as store, store.writing() as db:
        subscribers.suppress(db, [who(subscribers.keys(db, now), address)], "", "complained", now)


def test_who_is_suppressed_when_an_issue_is_made_is_not_even_ready(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server)
    suppress(made, "ann@one.org")
    homes.drop(made, "second.txt", 4)
    assert "2 deliveries are ready" in homes.run(made, "build", now=at(hours=1)).stdout


# ---- tried out


def test_a_test_letter_leaves_no_row(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server)
    before = homes.rows(made)
    said = homes.run(made, "send", ISSUE, "--test", "me@example.org").stdout
    assert said.startswith(f"{ISSUE} to me@example.org: accepted: 250 ")
    assert homes.rows(made) == before
    assert came(server) == ["me@example.org"]


def test_a_test_letter_to_what_is_no_address(tmp_path: Path, server: Server) -> None:
    said = homes.run(a_home(tmp_path, server), "send", ISSUE, "--test", "nonsense", code=2).stderr
    assert "--test: 'nonsense': there has to be a name, one @ and a domain" in said


def test_a_connection_that_is_refused_is_no_failure_where_others_carry_all(
    tmp_path: Path, servers: Servers
) -> None:
    server = servers.begin(tmp_path / "server", [Fault("connect", "421", skip=1)])
    made = a_home(tmp_path, server, "[delivery]\nconnections = 3\n")
    assert homes.run(made, "send").stdout == "3 delivered\n"
    assert came(server) == READERS


def test_a_test_letter_that_is_not_taken_is_an_exit_code(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server", [Fault("rcpt", "550")])
    made = a_home(tmp_path, server)
    said = homes.run(made, "send", ISSUE, "--test", "me@example.org", code=3).stdout
    assert said.startswith(f"{ISSUE} to me@example.org: rejected: 550 ")


def test_who_lacks_an_issue_gets_it_by_missing(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server", [Fault("rcpt", "550", times=1)])
    made = a_home(tmp_path, server, "[delivery]\nconnections = 1\n")
    assert send(made, code=3) == {"accepted": 2, "rejected": 1}
    homes.run(made, "subscribers", "add", "daily", "dora@three.org")
    assert send(made, ISSUE, now=at(hours=1)) == {}
    assert send(made, ISSUE, "--missing", now=at(hours=1)) == {"accepted": 2}
    assert came(server) == [*READERS, "dora@three.org"]


def test_an_issue_of_when_there_was_nobody_goes_out_by_missing(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server, to=[])
    homes.run(made, "subscribers", "add", "daily", "dora@three.org")
    assert "digest send daily-2026-11-20 --missing" in homes.run(made, "send", ISSUE, code=2).stderr
    assert send(made, ISSUE, "--missing") == {"accepted": 1}


# ---- tried again


def test_what_is_put_off_is_tried_for_five_days_and_no_longer(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server, to=READERS[:1])
    begun = now = datetime.fromisoformat(homes.NOW)
    tried: list[timedelta] = []
    with closing(open_store(load(made).store)) as store, store.writing() as db:
        while now < begun + timedelta(days=7):
            for one in deliveries.claim(db, [1], now, 10, str).claims:
                tried.append(now - begun)
                state = deliveries.settle(db, one, "later", "451 not now", now)
            now += timedelta(minutes=1)
    assert state == "rejected"
    assert tried[:4] == [timedelta(minutes=minutes) for minutes in (0, 5, 20, 50)]
    assert max(later - earlier for earlier, later in itertools.pairwise(tried)) == timedelta(hours=12)
    assert tried[-1] == timedelta(days=5)


def test_what_nobody_tried_again_in_time_is_given_up(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server", [Fault("rcpt", "451", times=1)])
    made = a_home(tmp_path, server, to=READERS[:1])
    assert send(made) == {"later": 1}
    assert send(made, now=at(days=30), code=3) == {"rejected": 1}


def test_the_next_issue_goes_out_beside_one_that_is_put_off(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server", [Fault("rcpt", "451", times=1)])
    made = a_home(tmp_path, server, to=READERS[:1])
    assert send(made) == {"later": 1}
    homes.drop(made, "second.txt", 4)
    homes.run(made, "build", now=at(minutes=1))
    assert send(made, now=at(minutes=1)) == {"accepted": 1}
    assert send(made, now=at(minutes=6)) == {"accepted": 1}
    assert came(server) == READERS[:1] * 2


def test_every_attempt_is_the_same_bytes(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server", [Fault("after storing", "drop")])
    made = a_home(tmp_path, server, to=READERS[:1])
    assert send(made, code=3) == {"doubt": 1}
    change(made, "UPDATE deliveries SET state = 'ready'")
    assert send(made, now=at(days=1)) == {"accepted": 1}
    first, second = server.letters()
    assert first.data == second.data


def test_a_server_that_asks_to_wait_is_left_alone_for_its_whole_domain(
    tmp_path: Path, servers: Servers
) -> None:
    server = servers.begin(tmp_path / "server", [Fault("rcpt", "421", times=1, skip=1)])
    made = a_home(tmp_path, server, "[delivery]\nconnections = 1\n")
    assert send(made) == {"accepted": 1, "later": 1}
    assert send(made, now=at(COOL - timedelta(seconds=1))) == {}
    assert send(made, now=at(COOL)) == {"accepted": 2}
    assert came(server) == READERS


# ---- what nobody knows


def test_a_line_that_breaks_behind_the_dot_leaves_a_doubt_that_is_never_sent(
    tmp_path: Path, servers: Servers
) -> None:
    server = servers.begin(tmp_path / "server", [Fault("before storing", "drop")])
    made = a_home(tmp_path, server, to=READERS[:1])
    assert send(made, code=3) == {"doubt": 1}
    assert send(made, now=at(days=2)) == {}
    assert came(server) == []


# ---- ways that are shut


def test_a_server_that_is_down_loses_nothing(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server")
    made = a_home(tmp_path, server)
    servers.end(server)
    said = homes.run(made, "send", code=1).stderr
    assert f"the mail server 127.0.0.1:{server.port}: " in said
    assert "Connection refused" in said
    assert set(states(made).values()) == {"ready"}
    servers.begin(tmp_path / "server", port=server.port)
    assert send(made, now=at(days=1)) == {"accepted": 3}


@pytest.mark.parametrize("fault", [Fault("connect", "554", times=9), Fault("ehlo", "drop", times=9)])
def test_a_server_that_lets_nobody_in_loses_nothing(fault: Fault, tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server", [fault])
    made = a_home(tmp_path, server)
    homes.run(made, "send", code=1)
    assert set(states(made).values()) == {"ready"}


def test_a_run_whose_server_is_down_has_made_its_issue(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server")
    servers.end(server)
    made = homes.make(tmp_path / "home", settings(server), daily=homes.schedule(to=READERS))
    homes.drop(made, "first.txt", 1)
    done = homes.run(made, "run", "--once", code=1)
    assert "3 deliveries are ready" in done.stdout
    assert "Connection refused" in done.stderr


def test_letters_need_somebody_they_are_from(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server)
    (made / "digest.toml").write_text("")
    assert "digest.toml: [smtp] from: is missing" in homes.run(made, "send", code=2).stderr


def test_a_mail_that_is_not_as_it_was_written_is_not_sent(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server)
    mail = made / "outbox" / "daily" / "2026-11-20" / "digest.eml"
    mail.write_bytes(mail.read_bytes() + b"more\r\n")
    assert "digest.eml is not as it was written" in homes.run(made, "send", code=1).stderr
    homes.run(made, "rebuild", ISSUE)
    assert send(made) == {"accepted": 3}


def test_a_password_is_in_nothing_that_is_said(tmp_path: Path, servers: Servers) -> None:
    server = servers.begin(tmp_path / "server", offers=(*smtp_server.OFFERS, "AUTH PLAIN LOGIN"))
    made = a_home(tmp_path, server, 'user = "papers"\npassword_file = "secret"\n')
    assert "password_file" in homes.run(made, "send", code=2).stderr
    (made / "secret").write_text("canary-7\n")
    done = homes.run(made, "send", code=1)
    assert "lets us not in" in done.stderr
    assert "canary-7" not in done.stdout + done.stderr
    assert set(states(made).values()) == {"ready"}


# ---- how many at once


def test_a_domain_gets_so_many_letters_a_minute(tmp_path: Path, server: Server) -> None:
    made = a_home(tmp_path, server, "[delivery]\nper_minute = 60\n")
    began = time.monotonic()
    assert send(made) == {"accepted": 3}
    assert time.monotonic() - began >= 1  # two are to one domain
    assert came(server) == READERS


def test_a_ledger_s_lease_is_longer_than_a_server_may_take() -> None:
    from digest.deliveries import smtp

    assert deliveries.PATIENCE.total_seconds() > smtp.ANSWER
