"""Sending that is killed anywhere, to servers that fail anyhow: who got an issue twice, and who was forgotten?

    python -m benchmarks.kill [--trials 300] [--moments 40] [--pairs 100] [--seed 1]

Each trial has five readers, one fault of a server (tests/smtp_server.py) and one `kill -9` at one of the points of
digest/crash.py, at the first letter or a later one. Then a second part kills at chance moments. Then a third pauses
two senders against each other (SIGSTOP, SIGCONT), with a good server, with one that told the first of them to come
later, and with that one once more without the fence. Prints every trial in which something was wrong, and the counts:
there may be no duplicate, no loss, and nothing unknown that is not in doubt, but without the fence there have to be.
"""

import argparse
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from digest.crash import SENDING
from tests import homes, smtp_server, trials
from tests.smtp_server import Fault, Servers
from tests.trials import Left


class Counted:
    """What trials came to, together."""

    def __init__(self, name: str) -> None:
        self.name, self.began = name, perf_counter()
        self.trials = self.struck = 0
        self.states: Counter[str] = Counter()
        self.wrongs: Counter[str] = Counter()
        self.taken_in_doubt = 0

    def add(self, trial: object, left: Left) -> None:
        """One more; what was wrong in it is printed."""
        self.trials += 1
        self.struck += left.struck
        self.states.update(left.states.values())
        self.wrongs.update(wrong.partition(":")[0] for wrong in left.wrongs)
        self.taken_in_doubt += left.copies - list(left.states.values()).count("accepted")
        if left.wrongs:
            print(f"{trial}:", *left.wrongs, sep="\n    ", flush=True)

    def told(self) -> str:
        """The counts."""
        wrongs = {
            name: self.wrongs[name] for name in ("duplicate", "lost", "unknown", "unended")
        } | self.wrongs
        return (
            f"{self.name}: {self.trials} trials, {self.struck} struck, {perf_counter() - self.began:.0f} s; "
            f"{dict(self.states)}, {self.taken_in_doubt} of those in doubt were taken; {wrongs}"
        )


def killed_at_points(before: Path, servers: Servers, folder: Path, count: int, seed: int) -> Counted:
    """At a point, with a fault."""
    counted = Counted("at points")
    for number, trial in enumerate(trials.drawn(seed, count)):
        counted.add(trial, trials.run(before, servers, folder / f"point {number}", trial))
    return counted


def killed_at_moments(before: Path, servers: Servers, folder: Path, count: int, seed: int) -> Counted:
    """At a moment, with a fault, while the server is slow enough for it to be in the middle of something."""
    counted, chance = Counted("at moments"), random.Random(seed)
    for number, trial in enumerate(trials.drawn(seed + 1, count)):
        slow = (*trial.faults, smtp_server.Fault("after storing", "slow", times=9, seconds=0.05))
        place, server = trials.begun(before, servers, folder / f"moment {number}", slow)
        sending = homes.start(place, "send")
        try:
            sending.communicate(timeout=chance.uniform(0.3, 1.2))
        except subprocess.TimeoutExpired:
            sending.kill()
            sending.communicate()
        ended = trials.to_its_end(place)
        left = trials.judged(place, server, sending.returncode == -signal.SIGKILL)
        counted.add(trial, left._replace(wrongs=ended + left.wrongs))
    return counted


def paused(
    before: Path, servers: Servers, folder: Path, count: int, program: str, faults: Sequence[Fault]
) -> Counted:
    """Two senders, each stopped at a point."""
    counted = Counted(f"paused, {program}, {'told: not now' if faults else 'a good server'}")
    pairs = list(product(SENDING, SENDING))
    random.Random(0).shuffle(pairs)
    for first, second in pairs[:count]:
        place = folder / f"{counted.name} {first} {second}"
        left = trials.pause(before, servers, place, first, second, faults=faults, program=program)
        counted.add(f"{first} and {second}", left)
    return counted


def main() -> None:
    """Kill and count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--moments", type=int, default=40)
    parser.add_argument("--pairs", type=int, default=len(SENDING) ** 2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory() as name, smtp_server.running() as servers:
        folder = Path(name)
        before = trials.home(folder / "before")
        print(killed_at_points(before, servers, folder, asked.trials, asked.seed).told(), flush=True)
        print(killed_at_moments(before, servers, folder, asked.moments, asked.seed).told(), flush=True)
        for program, faults in (
            ("digest", ()),
            ("digest", trials.NOT_NOW),
            ("tests.unfenced", trials.NOT_NOW),
        ):
            print(paused(before, servers, folder, asked.pairs, program, faults).told(), flush=True)


if __name__ == "__main__":
    main()
