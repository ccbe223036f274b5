"""What became of deliveries: who has an issue, and what nobody knows."""

import click

from digest.cli.place import AS_JSON, Place, opened
from digest.terminal import echo_lines, finish, print_json


@click.command(epilog="Example: digest report daily-2026-11-21   (or: digest report daily, the newest)")
@click.argument("issue")
@AS_JSON
@click.pass_obj
def report(place: Place, issue: str, as_json: bool) -> None:
    """Who has an issue, and who has not and why.

    The exit code is 3 where a delivery is in doubt.
    """
    from digest import homes
    from digest.sending import report as issue_report

    with opened(place.home(only=())) as store:
        stored = homes.stored(store, [issue])[0]
        summary = issue_report.summary(store, stored)
        if as_json:
            print_json(summary)
        else:
            echo_lines(issue_report.summary_lines(summary))
        for one in issue_report.objects(store, stored):
            if as_json:
                print_json(one)
            else:
                click.echo(issue_report.line(one))
    finish("doubt" in summary["states"])


@click.group(epilog="Example: digest doubt list")
def doubt() -> None:
    """Deliveries of which nobody knows whether they came: the connection was lost with the server's last answer.

    They are never sent again by themselves. Look into the mail server's log for the Message-ID, or ask the reader.
    """


@doubt.command("list", epilog="Example: digest doubt list daily-2026-11-21")
@click.argument("issue", required=False)
@AS_JSON
@click.pass_obj
def list_(place: Place, issue: str | None, as_json: bool) -> None:
    """Every delivery in doubt, or those of one issue."""
    from digest import homes
    from digest.sending import doubting

    home = place.home(only=())
    with opened(home) as store:
        chosen = homes.stored(store, [issue])[0] if issue else None
        found = list(doubting.doubts(home, store, chosen, place.now))
    for one in found:
        if as_json:
            print_json(one)
        else:
            click.echo(doubting.line(one))
    if not found and not as_json:
        click.echo("nothing is in doubt")


_ALL = click.option("--all", "every", is_flag=True, help="Of all who are in doubt, in place of addresses.")


@doubt.command(epilog="Example: digest doubt sent daily-2026-11-21 ada@example.org")
@click.argument("issue")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@_ALL
@click.pass_obj
def sent(place: Place, issue: str, addresses: tuple[str, ...], every: bool) -> None:
    """Say that these came after all."""
    click.echo(f"{_settled(place, issue, addresses, every, came=True)}: they have it")


@doubt.command(epilog="Example: digest doubt resend daily-2026-11-21 ada@example.org")
@click.argument("issue")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@_ALL
@click.pass_obj
def resend(place: Place, issue: str, addresses: tuple[str, ...], every: bool) -> None:
    """Let these go out once more, under the same Message-ID; whoever had it has it twice."""
    click.echo(f"{_settled(place, issue, addresses, every, came=False)}: ready again: digest send {issue}")


def _settled(place: Place, name: str, addresses: tuple[str, ...], every: bool, *, came: bool) -> str:
    from digest import homes
    from digest.reporting import count
    from digest.sending import doubting

    if bool(addresses) == every:
        raise click.UsageError("name the addresses, or say --all")
    with opened(place.home(only=())) as store:
        issue = homes.stored(store, [name])[0]
        return count(
            doubting.settle(store, issue, addresses, "accepted" if came else "ready", place.now), "doubt"
        )
