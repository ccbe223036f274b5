"""A full disk, a store that nobody may write, another program's lock, a mail server that is away for a day.

Nothing is lost, nothing goes out twice, the operator is told, and it goes on by itself when the cause is gone.
"""

import socket
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests import history, homes, trials
from tests.smtp_server import Fault, Servers

ALL = dict.fromkeys(trials.READERS, "accepted")


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Another program writes into the store, and does not come to an end."""
    with closing(sqlite3.connect(place / "digest.sqlite3", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


def test_another_programs_lock_is_waited_for(before: Path, servers: Servers, tmp_path: Path) -> None:
    place, server = trials.begun(before, servers, tmp_path, [])
    with locked(place):
        sending = homes.start(place, "send")
        time.sleep(1)
        assert sending.poll() is None
        assert server.letters() == []
    _, said = sending.communicate(timeout=homes.DEADLINE)
    assert sending.returncode == 0, said
    assert trials.judged(place, server).wrongs == []
    assert history.ledger(place / "digest.sqlite3") == ALL


def test_a_lock_while_the_servers_answer_is_on_its_way(
    before: Path, servers: Servers, tmp_path: Path
) -> None:
    place, server = trials.begun(before, servers, tmp_path, [Fault("after storing", "slow", seconds=0.5)])
    sending = homes.start(place, "send")
    until = time.monotonic() + homes.DEADLINE
    while not server.letters() and time.monotonic() < until:
        time.sleep(0.01)
    with locked(place):
        time.sleep(1)
    _, said = sending.communicate(timeout=homes.DEADLINE)
    assert sending.returncode == 0, said
    assert trials.judged(place, server).wrongs == []
    assert history.ledger(place / "digest.sqlite3") == ALL


@pytest.mark.parametrize("command", [["send"], ["run", "--once"]], ids=" ".join)
def test_who_asks_it_to_end_leaves_no_doubt(
    command: list[str], before: Path, servers: Servers, tmp_path: Path
) -> None:
    place, server = trials.begun(before, servers, tmp_path, [Fault("after storing", "slow", seconds=1)])
    trials.point_to(place, server.port, connections=1)
    sending = homes.start(place, *command)
    until = time.monotonic() + homes.DEADLINE
    while not server.letters() and time.monotonic() < until:
        time.sleep(0.01)
    sending.terminate()
    said = sending.communicate(timeout=homes.DEADLINE)
    assert sending.returncode == 0, said
    assert Counter(history.ledger(place / "digest.sqlite3").values()) == {"accepted": 1, "ready": 4}
    assert trials.to_its_end(place) == []
    assert trials.judged(place, server).wrongs == []
    assert history.ledger(place / "digest.sqlite3") == ALL


def test_a_store_that_nobody_may_write(before: Path, servers: Servers, tmp_path: Path) -> None:
    within = homes.POWERLESS
    place, server = trials.begun(before, servers, tmp_path, [])
    read_only = [place / "digest.sqlite3", place]
    for path in read_only:
        path.chmod(path.stat().st_mode & ~0o222)
    if subprocess.run([*within, "/usr/bin/test", "-w", str(place)], check=False).returncode == 0:
        pytest.skip("here the permissions of files do not hold for the user of the tests")
    said = homes.run(place, "send", code=1, within=within).stderr
    assert "cannot be written" in said
    assert str(place) in said
    assert server.steps() == []
    for path in read_only:
        path.chmod(path.stat().st_mode | 0o200)
    homes.run(place, "send", within=within)
    assert trials.judged(place, server).wrongs == []
    assert history.ledger(place / "digest.sqlite3") == ALL


@pytest.mark.parametrize("room", [0, 12_000, 24_000, 28_000, 32_000, 36_000])
def test_a_disk_that_is_full_at_any_moment(room: int, before: Path, servers: Servers, tmp_path: Path) -> None:
    """Without letters on their way it ends with a message; else it waits for room, here until somebody kills it."""
    place, server = trials.begun(before, servers, tmp_path, [])
    sending = subprocess.Popen(
        # No file grows beyond that, so not the log of the store.
        [*homes.limited(room), *homes.command(place, "send")],
        cwd=place.parent,
        env=homes.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, said = sending.communicate(timeout=6)
        assert sending.returncode == (1 if "the disk is full" in said else 0)
        assert sending.returncode == 1 or room > 24_000
    except subprocess.TimeoutExpired:
        sending.kill()
        _, said = sending.communicate()
        assert "the disk is full" in said
    assert "Traceback" not in said
    assert trials.to_its_end(place) == []
    assert trials.judged(place, server).wrongs == []


def test_a_mail_server_that_is_away_for_a_day(before: Path, servers: Servers, tmp_path: Path) -> None:
    place, server = trials.begun(before, servers, tmp_path, [])
    servers.end(server)
    for hours in (0, 1, 5, 12, 23):
        done = trials.send(place, hours * 60)
        assert "Traceback" not in done.stderr
        assert str(server.port) in done.stdout + done.stderr, done
        assert set(history.ledger(place / "digest.sqlite3").values()) == {"ready"}
    servers.begin(server.folder, port=server.port)
    trials.send(place, 24 * 60 + 61)
    assert trials.judged(place, server).wrongs == []
    assert history.ledger(place / "digest.sqlite3") == ALL


def test_a_server_that_never_answers_is_given_up(before: Path, servers: Servers, tmp_path: Path) -> None:
    """Nothing is held for ever by a host that accepts connections and says nothing."""
    place, server = trials.begun(before, servers, tmp_path, [])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        trials.point_to(place, silent.getsockname()[1])
        sending = homes.start(place, "send")
        time.sleep(1)
        sending.terminate()  # five minutes are the server's right (RFC 5321 §4.5.3.2)
        time.sleep(1.5)
        sending.terminate()  # who asks twice does not wait for it
        _, said = sending.communicate(timeout=10)
    assert "Traceback" not in said
    trials.point_to(place, server.port)
    assert trials.to_its_end(place) == []
    assert trials.judged(place, server).wrongs == []
    assert history.ledger(place / "digest.sqlite3") == ALL
