"""Looking after a home: what keeps it from working, a copy of it, room."""

from pathlib import Path

import click

from digest.cli.place import AS_JSON, Place, opened
from digest.errors import ConfigError
from digest.terminal import echo_lines, finish, print_json


@click.command(epilog="Example: digest doctor")
@AS_JSON
@click.pass_obj
def doctor(place: Place, as_json: bool) -> None:
    """What keeps this home from working, or will, and what to do about it.

    Settings, database, permissions, clock, zone data, disk, mail server, scheduler. The exit code is 3 where something
    is bad; notes alone: 0.
    """
    from digest.operating import doctor

    bad = False
    for one in doctor.look(place.path, place.now):
        bad |= one.state == "bad"
        if as_json:
            print_json(one._asdict())
        else:
            click.echo(doctor.line(one))
    finish(bad)


@click.command(
    epilog="Example, as a line of cron: 30 3 * * * digest --home /srv/papers backup /var/backups/papers/"
)
@click.argument("target", metavar="FILE|DIR", type=click.Path())
@click.pass_obj
def backup(place: Place, target: str) -> None:
    """Copy the store while it is in use; the copy is looked through before it has its name.

    Settings, schedules, templates and secrets are files of the home: copy them as you copy files.
    """
    from digest.operating import backup

    file = Path(target)
    if target.endswith("/") and not file.is_dir():
        raise ConfigError(f"there is no folder {target}: make it first")
    click.echo(f"{backup.make(place.home(only=()), file, place.now)} made")


@click.command(epilog="Example: digest prune --dry-run")
@click.option(
    "--older-than", "age", default="365 days", show_default=True, help="Abstracts and runs of before."
)
@click.option("--dry-run", is_flag=True, help="Say what would be free; change nothing.")
@AS_JSON
@click.pass_obj
def prune(place: Place, age: str, dry_run: bool, as_json: bool) -> None:
    """Drop kept dumps that are older than `keep`, and abstracts of old papers.

    Keys, log, issues and deliveries stay: nothing that was shown or sent comes again.
    """
    from digest.operating import pruning
    from digest.values import duration

    try:
        older_than = duration(age)
    except ValueError as error:
        raise click.UsageError(f"--older-than: {error}") from error
    home = place.home(only=())
    with opened(home) as store:
        found = pruning.prune(home, store, older_than, place.now, dry=dry_run)
    if as_json:
        print_json({what.replace(" ", "_"): dropped._asdict() for what, dropped in found.items()})
    else:
        echo_lines(pruning.lines(found, dry=dry_run))
