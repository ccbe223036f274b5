"""The commands: words of the user → calls, and results → words. The clock, the home and the exit code are decided here.

Nothing but click is imported before a command runs: `digest --help` has to answer at once.
"""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from digest import VERSION
from digest.errors import ConfigError, DigestError
from digest.moments import Moment, utc
from digest.terminal import echo_lines, echo_problem, echo_run, finish, print_json, progress, report

if TYPE_CHECKING:
    from digest.config import Digest, Home
    from digest.sources import Dump
    from digest.store import Store


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a command works."""

    path: Path
    now: datetime  # aware, UTC, whole seconds

    def home(self, only: Collection[str] | None = None, *, strict: bool = True) -> "Home":
        """The home with its settings and all its digests, or only these; ConfigError with all their mistakes."""
        from digest import config, crash

        home = config.load(self.path, only=only, strict=strict)
        crash.point("home loaded")
        return home


FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="JSON, one object a line, for programs.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="digest")
@click.option(
    "--home",
    envvar="DIGEST_HOME",
    default=".",
    show_default="this folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds everything.",
)
@click.option("--now", type=Moment(), help="Fix the clock, for instance 2026-11-21T07:00+01:00.")
@click.pass_context
def cli(context: click.Context, home: Path, now: datetime | None) -> None:
    """Exactly the new papers that you care about: once, never twice, never missed.

    \b
    Begin with:
      digest init papers && cd papers
      cp ~/Downloads/papers-of-today.txt dumps/
      digest build
    """
    context.obj = Place(home.absolute(), utc(now) if now else datetime.now(UTC).replace(microsecond=0))


def main() -> NoReturn:
    """The program: what the operator can mend is a message and an exit code, never a traceback."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; nothing is lost: run the same command again to go on", err=True)
        sys.exit(130)
    except DigestError as error:
        for line in str(error).split("\n"):
            click.echo(f"digest: {line}" if not line.startswith(" ") else line, err=True)
        sys.exit(error.exit_code)
    sys.exit(0)


@contextmanager
def opened(home: "Home") -> "Iterator[Store]":
    """The home's store, given back whatever happens."""
    from digest import crash
    from digest.store import open_store

    store = open_store(home.store)
    crash.point("store opened")
    try:
        yield store
    finally:
        store.close()


def by_hand(paths: tuple[Path, ...], source: str) -> list["Dump"]:
    """Dumps that were named on the command line."""
    from digest.sources import Dump, named
    from digest.values import NAME_RULE, is_name

    if not is_name(source):
        raise ConfigError(f"{source!r} cannot be a source's name: {NAME_RULE}")
    return [Dump(source, named(path.name), path.absolute()) for path in paths]


def chosen(home: "Home", names: tuple[str, ...]) -> list["Digest"]:
    """The digests of these names, or all; ConfigError if there is none."""
    if not names and not home.digests and not home.mistakes:
        raise ConfigError(f"{home.path / 'schedules'} has no schedule: digest init makes a sample")
    return [home.digest(name) for name in names] or list(home.digests)


@cli.command(epilog="Example: digest init ~/papers")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def init(place: Place, folder: Path | None) -> None:
    """Make a home with a sample schedule."""
    from digest import homes

    for line in homes.make(folder.absolute() if folder else place.path):
        click.echo(line)


@cli.command(epilog="Example: digest check")
@click.pass_obj
def check(place: Place) -> None:
    """Find every mistake in settings, schedules, rules and templates."""
    from digest import homes

    for line in homes.check(place.home(), place.now):
        click.echo(line)


@cli.command(epilog="Example: digest ingest --source arxiv ~/Downloads/*.txt")
@click.argument("dumps", nargs=-1, required=True, type=FILE)
@click.option("--source", default="hand", show_default=True, help="The source that shows these papers.")
@click.option("--seen", is_flag=True, help="Known from now on, and news to nobody.")
@AS_JSON
@click.pass_obj
def ingest(place: Place, dumps: tuple[Path, ...], source: str, seen: bool, as_json: bool) -> None:
    """Read dumps into the store; make no issue."""
    from digest import pipeline, reporting

    given = by_hand(dumps, source)
    with opened(place.home(only=())) as store, progress() as tell:
        read = pipeline.read(store, given, place.now, tell, seen=seen)
        pipeline.record(store, place.now, "ingest", pipeline.Run(dumps=read, made=()))
    if as_json:
        print_json({"dumps": [reporting.dump_object(dump) for dump in read]})
    else:
        echo_lines(reporting.dump_lines(read))
    finish(reporting.is_bad(read))


@cli.command(epilog="Example: digest build daily --dump ~/Downloads/papers.txt")
@click.argument("digests", nargs=-1, metavar="[DIGEST]...")
@click.option("--dump", "dumps", multiple=True, type=FILE, help="Read this dump first; may be given again.")
@click.option("--dry-run", is_flag=True, help="Show the issue; change nothing at all.")
@click.option("--since", type=Moment(), help="An extra issue of works since then that no issue carried.")
@AS_JSON
@click.pass_obj
def build(
    place: Place,
    digests: tuple[str, ...],
    dumps: tuple[Path, ...],
    dry_run: bool,
    since: datetime | None,
    as_json: bool,
) -> None:
    """Read what is new, and make an issue of it for each digest."""
    from digest import homes, pipeline
    from digest.config import HAND
    from digest.freezing import Occasion

    home, given = place.home(only=digests or None), by_hand(dumps, HAND)
    wanted = [
        (digest, Occasion(now=place.now, since=utc(since, digest.zone) if since else None))
        for digest in chosen(home, digests)
    ]
    for digest, _ in wanted if given else ():
        if digest.sources and HAND not in digest.sources:
            there = ", ".join(digest.sources)
            echo_problem(f"{digest.name} does not read dumps that are given by hand: its sources are {there}")
    with (
        homes.copy(home) if dry_run else nullcontext(home) as used,
        opened(used) as store,
        progress() as tell,
    ):
        run = pipeline.build(used, store, homes.templates(home), wanted, given, place.now, tell)
        if dry_run and not as_json:
            echo_lines(homes.texts(used, run))
    if dry_run:
        echo_problem("a dry run: nothing was changed")
    report(run, as_json, written=not dry_run)


@cli.command(epilog="Example: digest start weekly --from now")
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


@cli.command(epilog="Example, as a line of cron: 5 * * * * digest --home /srv/papers run --once")
@click.option("--once", is_flag=True, help="Do what is due now, then exit.")
@AS_JSON
@click.pass_obj
def run(place: Place, once: bool, as_json: bool) -> None:
    """The scheduler: an issue at every slot of every schedule, and what is dropped is read.

    With --now the clock begins at that time and goes on.
    """
    from digest import schedule

    if once:
        home = place.home(strict=False)
        chosen(home, ())
        with opened(home) as store, progress() as tell:
            done = schedule.once(home, store, place.now, echo_problem, tell)
        report(done, as_json)
        return
    chosen(place.home(), ())
    ahead = place.now - datetime.now(UTC)
    ahead = ahead if abs(ahead) > timedelta(seconds=2) else timedelta()
    schedule.run(
        place.path,
        lambda: (datetime.now(UTC) + ahead).replace(microsecond=0),
        echo_problem,
        lambda done: echo_run(done, as_json),
    )
    click.echo("digest has ended", err=True)


@cli.command(epilog="Example: digest status --json")
@AS_JSON
@click.pass_obj
def status(place: Place, as_json: bool) -> None:
    """What comes next, what came last, and how the sources are."""
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


@cli.command(epilog="Example: digest issues daily")
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


@cli.command(epilog="Example: digest show daily-2026-11-21   (or: digest show daily, the newest)")
@click.argument("issue")
@AS_JSON
@click.pass_obj
def show(place: Place, issue: str, as_json: bool) -> None:
    """An issue again, as text or as it was frozen."""
    from digest import homes

    home = place.home(only=())
    with opened(home) as store:
        for piece in homes.shown(home, store, issue, frozen=as_json):
            click.echo(piece, nl=False)


@cli.command(epilog="Example: digest rebuild daily")
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


@cli.command(
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
    from digest import rules, search

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
