"""Trials of sending: a server that misbehaves, a program that is killed or paused, and what both of them leave.

Each trial has a home with one issue for five readers, and a server of its own. The program is struck once; then it is
run again, later and later, until nothing is left to be done. tests/history.py says whether that was right.
"""

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle, product
from pathlib import Path
from typing import NamedTuple

from digest.crash import SENDING
from tests import history, homes, warm
from tests.smtp_server import DOES, PHASES, Fault, Server, Servers

READERS = tuple(f"reader{number}@{'one' if number % 2 else 'two'}.example.org" for number in range(5))
# Minutes after the first run at which the program is run again: leases end, back-off is over.
AGAIN = (30, 60, 180, 600, 1440, 2880)
LEASES_ARE_OVER = 30  # minutes
CODES = ("421", "451", "550")
NOT_NOW = (Fault("rcpt", "451"),)  # a failure to be written down, by who wakes, of what is another's by now


class Trial(NamedTuple):
    """What strikes: the program at a point, and the server in a phase."""

    point: str  # empty: nothing kills the program
    faults: tuple[Fault, ...] = ()

    def __str__(self) -> str:
        told = [f"{one.does} at {one.at} after {one.skip}, {one.times} times" for one in self.faults]
        return f"killed at {self.point or 'no point'}; {'; '.join(told) or 'a good server'}"


class Left(NamedTuple):
    """What a trial came to."""

    wrongs: list[str]
    states: dict[str, str]
    copies: int
    struck: bool  # killed; or both of two were paused


def faults() -> Iterator[Fault]:
    """Every fault that there is, once."""
    for at, does in product(PHASES, (*DOES, *CODES)):
        lie = at == "after storing" or (at == "body" and does != "421")
        if not (does.isdigit() and lie):
            yield Fault(at, does, seconds=0.2)


def drawn(seed: int, number: int) -> list[Trial]:
    """So many trials: every fault before any comes again, each point in turn, at the first letter or a later one."""
    chance = random.Random(seed)
    points = ["", *(f"{point}:{letter}" for point in SENDING for letter in (1, 2, 4))]
    found: list[Trial] = []
    while len(found) < number:
        some = [*faults(), None]
        chance.shuffle(some)
        chance.shuffle(points)
        for fault, point in zip(some, cycle(points), strict=False):
            wrong = (
                (replace(fault, skip=chance.randrange(4), times=chance.choice((1, 1, 3))),) if fault else ()
            )
            found.append(Trial(point, wrong))
    return found[:number]


def home(folder: Path) -> Path:
    """A home with an issue that nobody has got yet."""
    place = homes.make(folder, daily=homes.schedule(to=READERS))
    homes.drop(place, "papers.txt", 1, 2, 3)
    homes.run(place, "build")
    return place


def run(
    before: Path, servers: Servers, folder: Path, trial: Trial, *, idle: float = 60, program: str = "digest"
) -> Left:
    """A trial from its beginning to its end; `program`: a variant, which is to be seen to fail."""
    place, server = begun(before, servers, folder, trial.faults, idle=idle)
    struck = send(place, 0, program, DIGEST_CRASH_AT=trial.point)
    ended = to_its_end(place, program)
    left = judged(place, server, struck.returncode == -signal.SIGKILL)
    return left._replace(wrongs=ended + left.wrongs)


def begun(
    before: Path, servers: Servers, folder: Path, faults: Sequence[Fault], *, idle: float = 60
) -> tuple[Path, Server]:
    """A copy of the home, and the server that it sends to."""
    place = folder / "home"
    shutil.copytree(before, place)
    server = servers.begin(folder / "server", faults, idle=idle)
    point_to(place, server.port)
    return place, server


def point_to(place: Path, port: int, connections: int = 5) -> None:
    """Let the home send to this port."""
    lines = ["[smtp]", f"port = {port}", 'from = "Papers <papers@example.org>"']
    lines += ["[delivery]", f"connections = {connections}"]
    (place / "digest.toml").write_text("\n".join(lines) + "\n")


def send(
    place: Path, minutes: float, program: str = "digest", **more: str
) -> subprocess.CompletedProcess[str]:
    """`digest send`, so many minutes after the issue was made."""
    line = _line(place, minutes, program)
    return warm.run(line[3:], place.parent, homes.environment(**more), homes.DEADLINE, program)


def _line(place: Path, minutes: float, program: str) -> list[str]:
    now = (datetime.fromisoformat(homes.NOW) + timedelta(minutes=minutes)).isoformat()
    line = homes.command(place, "send", now=now)
    line[2] = program
    return line


def to_its_end(place: Path, program: str = "digest") -> list[str]:
    """Run again until nothing is left to be done; the tracebacks that were seen."""
    found = []
    for minutes in AGAIN:
        done = send(place, minutes, program)
        if "Traceback" in done.stderr or done.returncode < 0:
            found.append(f"the program failed with {done.returncode}: {done.stderr}")
        if not history.OPEN & set(history.ledger(place / "digest.sqlite3").values()):
            break
    return found


def judged(place: Path, server: Server, struck: bool = False) -> Left:
    """What is wrong now."""
    states, letters = history.ledger(place / "digest.sqlite3"), server.letters()
    wrongs = history.wrongs(states, letters, history.attempts(server.steps()))
    if set(states) != set(READERS):
        wrongs.append(f"planned for {sorted(states)}")
    return Left(wrongs, states, len(letters), struck)


def pause(
    before: Path,
    servers: Servers,
    folder: Path,
    first: str,
    second: str,
    *,
    faults: Sequence[Fault] = (),
    program: str = "digest",
    idle: float = 0.2,
) -> Left:
    """One sender stops at a point; another, when the first one's leases are over, at another; the first wakes, then
    the second. The server ends connections on which nothing came for `idle` seconds.
    """
    place, server = begun(before, servers, folder, faults, idle=idle)
    point_to(
        place, server.port, connections=1
    )  # more of them could stop in the middle of a write, and hold its lock
    one = _paused(place, 0, first, program)
    other = _paused(place, LEASES_ARE_OVER, second, program)
    paused = _state(one.pid) == _state(other.pid) == "T"
    time.sleep(2 * idle)
    said = _woken(one) + _woken(other)
    ended = [f"a program failed: {said}"] if "Traceback" in said else []
    ended += to_its_end(place, program)
    left = judged(place, server, paused)
    return left._replace(wrongs=ended + left.wrongs)


def _paused(place: Path, minutes: float, point: str, program: str) -> subprocess.Popen[str]:
    """A program that has stopped at this point, or has ended without coming by."""
    line = _line(place, minutes, program)
    process = subprocess.Popen(
        line,
        cwd=place.parent,
        env=homes.environment(DIGEST_STOP_AT=point),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + homes.DEADLINE
    while time.monotonic() < until and process.poll() is None and _state(process.pid) != "T":
        time.sleep(0.01)
    return process


def _woken(process: subprocess.Popen[str]) -> str:
    """Let it go on to its end; what it said."""
    process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=homes.DEADLINE)
    return out + err


def _state(pid: int) -> str:
    """The letter that Linux has for what a process does; T is stopped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return ""
