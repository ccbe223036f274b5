"""The commands: words of the user → calls, and results → words. The clock, the home and the exit code are decided here.

Nothing but click is imported before a command runs: `digest --help` has to answer at once.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from digest import VERSION
from digest.cli import (
    bounces,
    delivering,
    dumps,
    making,
    outcomes,
    rules,
    showing,
    sources,
    subscribers,
    upkeep,
)
from digest.cli.place import Place
from digest.errors import DigestError
from digest.moments import Moment, utc


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


@cli.command(epilog="Example: digest init ~/papers")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--templates", "with_templates", is_flag=True, help="Copy the templates too, to change them.")
@click.pass_obj
def init(place: Place, folder: Path | None, with_templates: bool) -> None:
    """Make a home with a sample schedule."""
    from digest import homes

    for line in homes.make(folder.absolute() if folder else place.path, with_templates=with_templates):
        click.echo(line)


@cli.command(epilog="Example: digest check")
@click.pass_obj
def check(place: Place) -> None:
    """Find every mistake in settings, schedules, rules and templates."""
    from digest import homes

    for line in homes.check(place.home(), place.now):
        click.echo(line)


for command in (
    dumps.ingest,
    dumps.reread,
    making.build,
    making.start,
    making.run,
    showing.status,
    showing.issues,
    showing.show,
    showing.rebuild,
    showing.papers,
    showing.stats,
    rules.rules,
    sources.sources,
    subscribers.subscribers,
    bounces.bounces,
    delivering.send,
    delivering.cancel,
    outcomes.report,
    outcomes.doubt,
    upkeep.doctor,
    upkeep.backup,
    upkeep.prune,
):
    cli.add_command(command)
