"""What is, what was made, what is known."""

from datetime import datetime

import click

from digest.cli.place import AS_JSON, Place, opened
from digest.moments import Moment
from digest.terminal import echo_lines, echo_problem, finish, print_json


@click.command(epilog="Example: digest status --json")
@AS_JSON
@click.pass_obj
def status(place: Place, as_json: bool) -> None:
    """What comes next, what came last, how sources and deliveries are.

    The exit code is 3 where something needs a person.
    """
    from digest import standing

    home = place.home(strict=False)
    with opened(home) as store:
        digests = standing.of(home, store, place.now)
    for problem in home.mistakes:
        echo_problem(f"digest: {problem}")
    if as_json:
        print_json(digests)
    else:
        echo_lines(standing.lines(digests))
    finish(bool(home.mistakes) or any(told["needs"] for told in digests.values()))


@click.command(epilog="Example: digest issues daily")
@click.argument("digest", required=False)
@AS_JSON
@click.pass_obj
def issues(place: Place, digest: str | None, as_json: bool) -> None:
    """What was made, newest first."""
    from digest import homes, reporting

    with opened(place.home(only=())) as store:
        stored = homes.stored(store, [digest] if digest else ())
    if as_json:
        for one in stored:
            print_json(reporting.head_object(one.head))
    else:
        echo_lines(reporting.head_lines([one.head for one in stored]))


@click.command(epilog="Example: digest show daily-2026-11-21   (or: digest show daily, the newest)")
@click.argument("issue")
@click.option("--why", is_flag=True, help="What put each paper where it stands in its group.")
@AS_JSON
@click.pass_obj
def show(place: Place, issue: str, why: bool, as_json: bool) -> None:
    """An issue again, as text or as it was frozen."""
    from digest import homes

    home = place.home(only=())
    with opened(home) as store:
        if why and as_json:
            raise click.UsageError(
                "--why tells in words what the frozen cards have: leave one of the two out"
            )
        if why:
            echo_lines(homes.ranked(store, issue))
            return
        for piece in homes.shown(home, store, issue, frozen=as_json):
            click.echo(piece, nl=False)


@click.command(epilog="Example: digest rebuild daily")
@click.argument("names", nargs=-1, metavar="[DIGEST|ISSUE]...")
@AS_JSON
@click.pass_obj
def rebuild(place: Place, names: tuple[str, ...], as_json: bool) -> None:
    """Write the files of issues again, and say what differs and why."""
    from digest import homes, outbox, reporting

    home = place.home(only=())
    with opened(home) as store:
        chosen = homes.stored(store, names)
        found = outbox.rebuild(store, home, chosen, homes.templates(home))
    if as_json:
        print_json({"issues": len(chosen), "differences": [one._asdict() for one in found]})
    else:
        echo_lines(f"outbox/{path}: {why}" for path, why in found)
        click.echo(
            f"{reporting.count(len(chosen), 'issue')} written again, {reporting.count(len(found), 'file')} differed"
        )


@click.command(
    epilog="Example: digest papers '\"knowledge distillation\" OR prun*'",
    # `-survey` is a part of a rule, and `-h` may be one of its letters
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@click.argument("query", nargs=-1, required=True)
@click.option("--why", is_flag=True, help="The keys of each work, and every record of it.")
@AS_JSON
@click.pass_obj
def papers(place: Place, query: tuple[str, ...], why: bool, as_json: bool) -> None:
    """Search what is known, in the rule language."""
    from digest import rules
    from digest.asking import search

    rule = rules.parse(" ".join(query))
    found = 0
    with opened(place.home(only=())) as store:
        for hit in search.matching(store, rule):
            found += 1
            if as_json:
                print_json(search.work_object(hit, why))
            else:
                echo_lines(search.work_lines(hit, why))
        of = search.count(store)
    if not as_json:
        echo_problem(f"{found:,} of {of:,} works")


@click.command(epilog="Example: digest stats --since 2026-01-01")
@click.option("--since", type=Moment(), help="From this day on; else the last month.")
@AS_JSON
@click.pass_obj
def stats(place: Place, since: datetime | None, as_json: bool) -> None:
    """Papers by day: what each source brought, and what each group carried."""
    from digest import stats

    home = place.home(only=())
    with opened(home) as store:
        found = stats.of(store, since.date() if since else None, place.now)
    if as_json:
        print_json(found)
    else:
        echo_lines(stats.lines(found))
