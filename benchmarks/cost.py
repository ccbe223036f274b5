"""What whole processes of the program cost, beside `python -c pass` and beside each other.

    python -m benchmarks.cost

Prints a table: medians of the wall time of a few runs, the greatest memory, and the ratio to the rival of the same run.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from tests import pages

RUNS = 5
NOW = "2026-11-21T07:00Z"
THREE_PAGES = (51, 235, 24)  # papers: the sizes of three real pages


class Cost(NamedTuple):
    """Medians over the runs."""

    seconds: float  # wall
    megabytes: float  # the greatest resident memory


def measured(command: list[str], prepare: Callable[[], None] = lambda: None, runs: int = RUNS) -> Cost:
    """What a command costs as a whole process; the first run only warms up."""
    seconds, kilobytes = [], []
    for run in range(runs + 1):
        prepare()
        began = perf_counter()
        quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        process = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
        _, status, usage = os.wait4(process, 0)
        if os.waitstatus_to_exitcode(status):
            raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
        if run:
            seconds.append(perf_counter() - began)
            kilobytes.append(usage.ru_maxrss)
    return Cost(median(seconds), median(kilobytes) / 1024)


@contextmanager
def home(*sizes: int) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A home with a page of each size in its drop folder, and what puts it back to where it was before a build."""
    with TemporaryDirectory() as folder:
        fresh, used = Path(folder, "fresh"), Path(folder, "used")
        measured([*DIGEST, "init", str(fresh)], runs=1)
        first = 0
        for number, size in enumerate(sizes):
            papers = [pages.paper(n) for n in range(first, first + size)]
            (fresh / "dumps" / f"page-{number}.txt").write_text(pages.page(papers), encoding="utf-8")
            first += size

        def again() -> None:
            shutil.rmtree(used, ignore_errors=True)
            shutil.copytree(fresh, used)

        yield used, again


DIGEST = [sys.executable, "-m", "digest"]


def building(*sizes: int, runs: int = RUNS) -> Cost:
    """A build of pages of these sizes, from cold process to written outbox."""
    with home(*sizes) as (folder, again):
        return measured([*DIGEST, "--home", str(folder), "--now", NOW, "build"], again, runs)


def main() -> None:
    """Measure, and print the table."""
    nothing = measured([sys.executable, "-c", "pass"])
    help_text = measured([*DIGEST, "--help"])
    three = building(*THREE_PAGES)
    empty, few, many = building(), building(250), building(25_000, runs=2)
    print(f"{'command':44} {'s':>8} {'MB':>6}  ratio")
    row("python -c pass", nothing, "1")
    row(
        "digest --help", help_text, f"{help_text.seconds / nothing.seconds:.1f} x python -c pass (at most 10)"
    )
    row(
        "build of three pages, 310 papers",
        three,
        f"{three.seconds / nothing.seconds:.0f} x python -c pass (at most 100)",
    )
    row("build of nothing", empty, f"{empty.seconds / nothing.seconds:.0f} x python -c pass")
    row("build of 250 papers", few, f"{few.seconds / empty.seconds:.2f} x the build of nothing")
    above = (many.seconds - empty.seconds) / (few.seconds - empty.seconds)
    row(
        "build of 25,000 papers",
        many,
        f"{above:.0f} x 250 papers, above the build of nothing (at most 110; under 300 MB)",
    )


def row(name: str, cost: Cost, ratio: str) -> None:
    """A line of the table."""
    print(f"{name:44} {cost.seconds:8.3f} {cost.megabytes:6.0f}  {ratio}")


if __name__ == "__main__":
    main()
