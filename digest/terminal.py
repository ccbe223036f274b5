"""Results and progress → standard output and standard error; and the exit code that tells how the sources were."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from digest.errors import ConfigError, DigestError

if TYPE_CHECKING:
    from digest.ingesting import Tell
    from digest.pipeline import Run

SOURCE_CAME_SHORT = 3  # all is done, but a source was partial, stale or broken


@contextmanager
def progress() -> "Iterator[Tell]":
    """A bar on a terminal, with megabytes and their rate where bytes are counted; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _of, _unit: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[amount]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, amount="")

        def tell(step: str, done: int, of: int, unit: str) -> None:
            amount = ""
            if unit == "bytes":
                speed = bar.tasks[0].speed or 0
                amount = f"{done / 1e6:,.0f} of {of / 1e6:,.0f} MB, {speed / 1e6:,.1f} MB/s"
            bar.update(task, description=step, completed=done, total=of or None, amount=amount)

        yield tell


def print_json(thing: object) -> None:
    """One object on one line."""
    import msgspec

    click.echo(msgspec.json.encode(thing).decode())


def echo_lines(lines: Iterable[str]) -> None:
    """Lines for people."""
    for line in lines:
        click.echo(line)


def echo_problem(problem: str) -> None:
    """What the operator should know, beside the result."""
    click.echo(problem, err=True)


def echo_run(run: "Run", as_json: bool, *, written: bool = True, by_hand: bool = False) -> None:
    """What a run did; `written`: with the files that it wrote; `by_hand`: with what is to be done now."""
    from digest import reporting

    if as_json:
        for made in run.made:
            print_json(reporting.made_object(made, run))
    else:
        echo_lines(reporting.visit_lines(run.visits))
        echo_lines(reporting.dump_lines(run.dumps))
        for made in run.made:
            echo_lines(reporting.made_lines(made, written))
        echo_lines(reporting.sent_lines(run, by_hand=by_hand))
    for line in (*reporting.bad_sources(run.made), *run.warnings):
        echo_problem(line)


def report(
    run: "Run", as_json: bool, *, written: bool = True, quiet: bool = False, by_hand: bool = False
) -> None:
    """What a run did, unless `quiet` in JSON only, and the exit code of its digests and its sources."""
    from digest import reporting
    from digest.verdicts import BAD

    if as_json or not quiet:
        echo_run(run, as_json, written=written, by_hand=by_hand)
        for problem in run.refused:
            echo_problem(f"digest: {problem}")
    unsent = run.sent.problems if run.sent else ()
    for problem in unsent:
        echo_problem(f"digest: {problem}")
    if run.refused:
        sys.exit(ConfigError.exit_code)
    if unsent:
        sys.exit(DigestError.exit_code)
    finish(
        reporting.is_bad(run.dumps)
        or bool(reporting.bad_sources(run.made))
        or any(visit.verdict in BAD for visit in run.visits)
        or bool(run.sent and (run.sent.rejected or run.sent.doubt))
    )


def finish(came_short: bool) -> None:
    """End with the exit code that says how the sources were."""
    if came_short:
        sys.exit(SOURCE_CAME_SHORT)
