"""Writing rules: what one would have brought, why a paper is where it is, what is likely wrong."""

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.place import AS_JSON, Place, opened
from digest.errors import ConfigError
from digest.moments import Moment, utc
from digest.terminal import echo_lines, echo_problem, finish, print_json, progress

if TYPE_CHECKING:
    from digest.asking.excerpts import Marks
    from digest.asking.known import Known
    from digest.asking.trying import Trial
    from digest.papers import Reject

# `-survey` is a part of a rule, and `-h` may be one of its letters
_QUERY = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
MONTH = timedelta(days=30)


@click.group(epilog="Example: digest rules try 'diffusion -survey' --against diffusion")
def rules() -> None:
    """Write rules: try them, see why a paper is where it is, find what is likely wrong."""


@rules.command(
    "try",
    epilog="Example: digest rules try '(quantiz* OR \"low rank\") -survey' --since 2026-11-01",
    context_settings=_QUERY,
)
@click.argument("query", nargs=-1, required=True)
@click.option("--since", type=Moment(), help="Only what arrived since then.")
@click.option("--dump", type=_FILE, help="Not what is known, but this dump, which is only read.")
@click.option("--against", metavar="QUERY", help="Another rule: show what is gained and lost beside it.")
@AS_JSON
@click.pass_obj
def try_(
    place: Place,
    query: tuple[str, ...],
    since: datetime | None,
    dump: Path | None,
    against: str | None,
    as_json: bool,
) -> None:
    """Show what a rule would have brought: how much, when, and some of the papers with the words that were found.

    With --json each paper that was found is a line, and the last line is the sum.
    """
    from digest.asking.trying import Trial
    from digest.reporting import count
    from digest.rules import parse

    if since and dump:
        raise ConfigError(
            "--since asks when papers arrived, and those of a --dump have not: leave one of the two out"
        )
    trial = Trial(parse(" ".join(query)), parse(against) if against is not None else None)
    if dump:
        rejects = _try_dump(trial, dump, place.now, as_json)
        if rejects:
            told = f"{count(len(rejects), 'record')} of {dump} cannot be read; the first: {rejects[0].reason}"
            echo_problem(told)
        _tell(trial, f"papers of {dump.name}", "published", as_json)
        return
    with opened(place.home(only=())) as store, nullcontext(_silent) if as_json else progress() as tell:
        from digest.asking import known

        _look(trial, known.in_store(store, utc(since) if since else None, tell), as_json)
    what = "known papers" + (f" that arrived since {since:%Y-%m-%d}" if since else "")
    _tell(trial, what, "first arrived", as_json)
    if not trial.of:
        echo_problem(
            "nothing to try a rule on: read a dump first (digest ingest FILE), or name one: --dump FILE"
        )


def _silent(_step: str, _done: int, _of: int, _unit: str) -> None:
    """Objects and a bar do not go on one screen."""


def _try_dump(trial: "Trial", dump: Path, now: datetime, as_json: bool) -> "list[Reject]":
    from digest.asking import known

    rejects: list[Reject] = []
    with nullcontext(_silent) if as_json else progress() as tell:
        _look(trial, known.in_dump(dump, now, rejects, tell), as_json)
    return rejects


def _look(trial: "Trial", papers: "Iterable[Known]", as_json: bool) -> None:
    from digest.asking import trying

    for one in papers:
        hit = trial.look(one)
        if hit and as_json:
            print_json(trying.hit_object(hit))


def _tell(trial: "Trial", what: str, came: str, as_json: bool) -> None:
    from digest.asking import trying

    if as_json:
        print_json(trying.sum_object(trial))
    else:
        echo_lines(trying.lines(trial, what, came, _marks()))


def _marks() -> "Marks":
    """How words are lit up where the output goes."""
    import os
    import shutil

    from digest.asking import excerpts

    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        return excerpts.on_terminal(shutil.get_terminal_size().columns)
    return excerpts.PLAIN


@rules.command(epilog="Example: digest rules explain 2401.00001 --digest daily")
@click.argument("paper", nargs=-1, required=True)
@click.option("--digest", "name", metavar="NAME", help="Only this digest.")
@AS_JSON
@click.pass_obj
def explain(place: Place, paper: tuple[str, ...], name: str | None, as_json: bool) -> None:
    """Say for every group of every digest why its rule matches a paper, or why not.

    PAPER is a number as `digest papers` prints it, an id (arXiv, DOI and the like), or words of the title.
    """
    from digest.asking import explained
    from digest.cli.making import chosen

    home = place.home(only=[name] if name else None)
    chosen(home, (name,) if name else ())
    with opened(home) as store:
        with progress() as tell:
            number = explained.find(store, " ".join(paper), tell)
        one, found = explained.of_work(store, home, number)
    if as_json:
        for thing in explained.objects(one, found):
            print_json(thing)
    else:
        echo_lines(explained.lines(one, found))


@rules.command(epilog="Example: digest rules check daily")
@click.argument("digest", required=False)
@AS_JSON
@click.pass_obj
def check(place: Place, digest: str | None, as_json: bool) -> None:
    """Find what is likely wrong with the rules of a digest, or of all, by what is known.

    Each finding has the number behind it and, where there is one, a better rule. The exit code is 3 where
    something is likely wrong; notes alone, which may be as they should, leave it at 0.
    """
    from digest.asking import findings as rule_findings
    from digest.asking import known
    from digest.asking import tallies as rule_tallies
    from digest.cli.making import chosen

    home = place.home(only=[digest] if digest else None)
    month = (place.now - MONTH).date().isoformat()
    tallies = [rule_tallies.begun(one, month) for one in chosen(home, (digest,) if digest else ())]
    with opened(home) as store, progress() as tell:
        for one in known.in_store(store, None, tell):
            for tally in tallies:
                tally.look(one)
    found = [one for tally in tallies for one in rule_findings.findings(tally)]
    if as_json:
        for finding in found:
            print_json(finding)
    else:
        echo_lines(rule_findings.lines(found))
        for tally in tallies:
            echo_lines(rule_findings.summary(tally, found))
    finish(rule_findings.is_wrong(found))
