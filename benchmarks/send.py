"""What sending costs, beside bare smtplib in the same run; and what a ledger costs that has grown large.

    python -m benchmarks.send [--letters 20000] [--turns 3]     against smtp-sink, of Debian's package postfix
    python -m benchmarks.send --plan [--subscribers 100000]
    python -m benchmarks.send --ledger FOLDER                  a ledger of 10 million rows is built there, once

Letters of 20 kB, all durable markers on. `digest send` is the whole program, from its start to its exit; smtplib's
`sendmail` has nothing to do but send the same letter, on one connection. They take turns, and the median counts.
To reach: 0.5 of it on one connection, 1.3 on eight, 200 MB; 100,000 planned in 3 s; `digest status` in 0.6 s.
"""

import argparse
import os
import resource
import shutil
import smtplib
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from multiprocessing import Process
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from digest import config, planning
from digest.store import issues, open_store, subscribers
from digest.subscribers.addresses import Address
from digest.subscribers.subscribing import Wish
from tests import homes, smtp_server, trials

PORT = 2525
SINK = "smtp-sink"
PAPERS = 14  # make a letter of 20 kB
NOW = datetime.fromisoformat(homes.NOW)
ROWS, ISSUES = 10_000_000, 100
DOMAINS = 200


class Sent(NamedTuple):
    """A run: letters a second, and the most memory that it had, in megabytes."""

    rate: float
    megabytes: float


@contextmanager
def sink() -> Iterator[None]:
    """A mail server that takes everything and keeps nothing, at PORT."""
    program = shutil.which(SINK) or shutil.which(SINK, path="/usr/sbin")
    if not program:
        raise SystemExit(f"there is no {SINK}: install Debian's package postfix")
    other = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    process = subprocess.Popen([program, *other, f"127.0.0.1:{PORT}", "1000"])
    try:
        until = time.monotonic() + 5
        while not _listens() and time.monotonic() < until:
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _listens() -> bool:
    try:
        smtplib.SMTP("127.0.0.1", PORT, timeout=1).close()
    except OSError:
        return False
    return True


def _address(number: int) -> Address:
    """One of many subscribers at a few domains."""
    domain = f"d{number % DOMAINS}.example.org"
    return Address(f"reader{number}@{domain}", f"reader{number}@{domain}", domain)


def a_home(folder: Path, count: int) -> Path:
    """A home with an issue, planned for so many subscribers."""
    home = homes.make(folder, daily=homes.schedule())
    store = open_store(config.load(home).store)
    with store.writing() as db:
        subscribers.put(db, "daily", [Wish(_address(number)) for number in range(count)], NOW)
    store.close()
    homes.drop(home, "papers.txt", *range(PAPERS))
    homes.run(home, "build")
    return home


# --- speed


def bare(letter: bytes, count: int) -> Sent:
    """smtplib and one connection."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", PORT) as client:
        for number in range(count):
            client.sendmail("papers@example.org", [_address(number).written], letter)
    return Sent(count / (time.perf_counter() - began), 0)


def with_digest(before: Path, folder: Path, connections: int, count: int) -> Sent:
    """The whole program."""
    home = folder / "home"
    shutil.copytree(before, home)
    trials.point_to(home, PORT, connections)
    began = time.perf_counter()
    process = homes.start(home, "send")
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    said = process.communicate()
    counted = states(home)
    shutil.rmtree(home)
    assert process.returncode == 0, said
    assert counted == {"accepted": count}, counted
    return Sent(count / seconds, used.ru_maxrss / 1024)


def states(home: Path) -> dict[str, int]:
    """How many deliveries are in each state."""
    with closing(sqlite3.connect(home / "digest.sqlite3")) as db:
        return dict(db.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())


def a_letter(before: Path, folder: Path) -> bytes:
    """The first letter of this home, as a server gets it."""
    home = folder / "first"
    shutil.copytree(before, home)
    with smtp_server.running() as servers:
        server = servers.begin(folder / "server")
        trials.point_to(home, server.port, 1)
        homes.run(home, "send")
        return server.letters()[0].data


def speed(count: int, turns: int) -> None:
    """Take turns, and print the medians."""
    with TemporaryDirectory() as name, sink():
        folder = Path(name)
        letter = a_letter(a_home(folder / "one", 1), folder)
        before = folder / "before"
        # Elsewhere: of a process that was started, Linux counts in the memory of the one that started it.
        making = Process(target=a_home, args=(before, count))
        making.start()
        making.join()
        print(f"{count:,} letters of {len(letter):,} bytes, {turns} turns")
        runs: dict[str, list[Sent]] = {"smtplib": [], "digest, 1": [], "digest, 8": []}
        for _ in range(turns):
            runs["smtplib"].append(bare(letter, count))
            runs["digest, 1"].append(with_digest(before, folder, 1, count))
            runs["digest, 8"].append(with_digest(before, folder, 8, count))
    base = median(one.rate for one in runs["smtplib"])
    for who, sent in runs.items():
        rate = median(one.rate for one in sent)
        print(
            f"{who:>10}: {rate:7,.0f} letters/s, {rate / base:.2f} of smtplib ({_range(sent)}),"
            f" {max(one.megabytes for one in sent):.0f} MB"
        )


def _range(sent: Sequence[Sent]) -> str:
    rates = [one.rate for one in sent]
    return f"{min(rates):,.0f} to {max(rates):,.0f}"


# --- planning


def plan(count: int) -> None:
    """The transaction that plans an issue for so many."""
    with TemporaryDirectory() as name:
        home = a_home(Path(name, "home"), count)
        store = open_store(config.load(home).store)
        with store.writing() as db:
            db.exec_driver_sql("DELETE FROM deliveries")
            db.exec_driver_sql("DELETE FROM plans")
            [stored] = issues.of_digest(db, "daily")
        [digest] = config.load(home).digests
        began = time.perf_counter()
        with store.writing() as db:
            planning.plan(db, digest, stored.id, stored.head)
        seconds = time.perf_counter() - began
        store.close()
        assert states(home) == {"ready": count}
        print(f"{count:,} subscribers planned in {seconds:.2f} s")


# --- a large ledger

_GROWN = """
INSERT INTO deliveries (issue, subscriber, state, due, domain, attempts, fence, lease, changed, reply)
SELECT :issue, id, CASE WHEN id % 1000 = :issue % 1000 THEN :odd ELSE 'accepted' END, :at, domain, 1, 1, NULL, :at,
       '250 2.0.0 Ok: queued as 4bRtHk2QzVz1x' || id
FROM subscribers
"""


def ledger(folder: Path) -> None:
    """Build the ledger if it is not there, and look at it with the program."""
    home = folder / "home"
    if not home.exists():
        _grow(home)
    with closing(sqlite3.connect(home / "digest.sqlite3")) as db:
        [rows] = db.execute("SELECT count(*) FROM deliveries").fetchone()
    took = []
    for _ in range(5):
        began = time.perf_counter()
        done = subprocess.run(
            homes.command(home, "status"),
            env=homes.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        took.append(time.perf_counter() - began)
    print(done.stdout + done.stderr)
    size = (home / "digest.sqlite3").stat().st_size / 1e9
    print(
        f"{rows:,} deliveries ({size:.1f} GB): digest status in {median(took):.2f} s (median of {len(took)})"
    )


def _grow(home: Path) -> None:
    each = ROWS // ISSUES
    a_home(home, each)
    with closing(sqlite3.connect(home / "digest.sqlite3", isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        [number, name, head] = db.execute("SELECT id, name, head FROM issues").fetchone()
        [at, held, secret] = db.execute("SELECT at, held, secret FROM plans").fetchone()
        db.execute("DELETE FROM deliveries WHERE issue = ?", [number])
        for issue in range(number, number + ISSUES):
            db.execute("BEGIN")
            if issue > number:
                day = (NOW + timedelta(days=issue - number)).date().isoformat()
                new = head.decode().replace(name, f"daily-{day}").replace('"number":1', f'"number":{issue}')
                db.execute(
                    "INSERT INTO issues SELECT ?, digest, ?, ?, ?, entries FROM issues WHERE id = ?",
                    [issue, issue, f"daily-{day}", new.encode(), number],
                )
                db.execute("INSERT INTO plans VALUES (?, ?, ?, ?, ?, NULL)", [issue, at, held, each, secret])
            odd = ("doubt", "rejected", "expired", "suppressed")[issue % 4]
            db.execute(_GROWN, {"issue": issue, "odd": odd, "at": at})
            db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def main() -> None:
    """Measure what was asked for."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--letters", type=int, default=20_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--plan", action="store_true")
    parser.add_argument("--subscribers", type=int, default=100_000)
    parser.add_argument("--ledger", type=Path)
    asked = parser.parse_args()
    if asked.plan:
        plan(asked.subscribers)
    elif asked.ledger:
        ledger(asked.ledger)
    else:
        speed(asked.letters, asked.turns)


if __name__ == "__main__":
    main()
