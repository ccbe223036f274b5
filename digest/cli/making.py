"""Issues: made now, made at their slots."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.place import AS_JSON, DUMP, Place, by_hand, opened
from digest.errors import ConfigError
from digest.moments import Moment, utc
from digest.terminal import echo_lines, echo_problem, echo_run, progress, report

if TYPE_CHECKING:
    from digest.config import Digest, Home
    from digest.pipeline import Run


def chosen(home: "Home", names: tuple[str, ...]) -> list["Digest"]:
    """The digests of these names, or all; ConfigError if there is none."""
    if not names and not home.digests and not home.mistakes:
        raise ConfigError(f"{home.path / 'schedules'} has no schedule: digest init makes a sample")
    return [home.digest(name) for name in names] or list(home.digests)


@click.command(epilog="Example: digest build daily --dump ~/Downloads/papers.txt")
@click.argument("digests", nargs=-1, metavar="[DIGEST]...")
@click.option("--dump", "dumps", multiple=True, type=DUMP, help="Read this dump first; may be given again.")
@click.option("--dry-run", is_flag=True, help="Show the issue; change nothing at all.")
@click.option("--open", "in_browser", is_flag=True, help="In a dry run: look at the issue in the browser.")
@click.option(
    "--since",
    type=Moment(),
    help="An extra issue of works since then that no issue carried; in a dry run, as if none had been made since.",
)
@AS_JSON
@click.pass_obj
def build(
    place: Place,
    digests: tuple[str, ...],
    dumps: tuple[Path, ...],
    dry_run: bool,
    in_browser: bool,
    since: datetime | None,
    as_json: bool,
) -> None:
    """Read what is new, and make an issue of it for each digest."""
    from digest import homes, pipeline
    from digest.config import HAND
    from digest.freezing import Occasion

    if in_browser and not dry_run:
        raise click.UsageError(
            "--open is for a dry run; the page of an issue that was made lies in the outbox"
        )
    home = place.home(only=digests or None)
    wanted = [
        (digest, Occasion(now=place.now, since=utc(since, digest.zone) if since else None))
        for digest in chosen(home, digests)
    ]
    for digest, _ in wanted if dumps else ():
        if digest.sources and HAND not in digest.sources:
            there = ", ".join(digest.sources)
            echo_problem(f"{digest.name} does not read dumps that are given by hand: its sources are {there}")
    with (
        homes.copy(home) if dry_run else nullcontext(home) as used,
        opened(used) as store,
        progress() as tell,
    ):
        for digest, occasion in wanted if dry_run else ():
            if occasion.since:
                homes.forget(store, digest, occasion.since)
        given = by_hand(used, dumps, HAND)
        run = pipeline.build(used, store, homes.templates(home), wanted, given, place.now, tell)
        if dry_run and not as_json:
            echo_lines(homes.texts(used, run))
        for line in homes.look_at(used, run) if in_browser else ():
            echo_problem(line)
    if dry_run:
        echo_problem("a dry run: nothing was changed")
    report(run, as_json, written=not dry_run, by_hand=not dry_run)


@click.command(epilog="Example: digest start weekly --from now")
@click.argument("digest")
@click.option("--from", "begin", required=True, metavar="now|all|DATE", help="Where it goes on reading.")
@click.pass_obj
def start(place: Place, digest: str, begin: str) -> None:
    """Say where a digest begins, when more than 500 works are unread."""
    from digest import homes

    home = place.home(only=[digest])
    named = home.digest(digest)
    moment = None if begin in {"now", "all"} else utc(Moment().convert(begin, None, None), named.zone)
    with opened(home) as store:
        click.echo(homes.start(home, store, named, begin, moment, place.now))


@click.command(epilog="Example, as a line of cron: 5 * * * * digest --home /srv/papers run --once")
@click.option("--once", is_flag=True, help="Do what is due now, then exit.")
@click.option(
    "--log", "log", metavar="FILE", help="One line an event in place of words; FILE or -, which is stderr."
)
@AS_JSON
@click.pass_obj
def run(place: Place, once: bool, log: str | None, as_json: bool) -> None:
    """The scheduler: an issue at every slot of every schedule, and what is dropped is read.

    With --now the clock begins at that time and goes on.
    """
    from digest.errors import LockError
    from digest.operating import events, scheduler_lock

    home = place.home(strict=not once)
    chosen(home, ())
    with opened(home):
        pass  # a store that cannot be used is told before anything is made beside it
    with events.logged_to(log) if log else nullcontext():
        try:
            with scheduler_lock.held(home, place.now):
                if once:
                    _run_once(home, place, quiet=bool(log), as_json=as_json)
                else:
                    _run_on(place, quiet=bool(log), as_json=as_json)
        except LockError as error:
            events.problem("refused", problem=str(error))
            if not once:
                raise
            echo_problem(f"{error}; what is due now is its to do")  # no failure: a line of cron comes again


def _run_once(home: "Home", place: Place, *, quiet: bool, as_json: bool) -> None:
    from digest import schedule
    from digest.operating import run_events

    say, clock = _silent if quiet else echo_problem, place.clock()
    with opened(home) as store, progress() as tell:
        done = schedule.once(home, store, place.now, clock, say, tell)
    run_events.log(done)
    report(done, as_json, quiet=quiet)


def _run_on(place: Place, *, quiet: bool, as_json: bool) -> None:
    from digest import schedule
    from digest.operating import run_events

    def told(done: "Run") -> None:
        run_events.log(done)
        if as_json or not quiet:
            echo_run(done, as_json)

    ahead = place.now - datetime.now(UTC)
    ahead = ahead if abs(ahead) > timedelta(seconds=2) else timedelta()
    clock = lambda: (datetime.now(UTC) + ahead).replace(microsecond=0)  # noqa: E731
    schedule.run(place.path, clock, _silent if quiet else echo_problem, told)
    if not quiet:
        echo_problem("digest has ended")


def _silent(_words: str) -> None:
    """Who has the log needs no words."""
