"""Letters: sent, tried out, called back."""

import sys

import click

from digest.cli.place import AS_JSON, Place, opened
from digest.errors import ConfigError
from digest.terminal import echo_lines, echo_problem, finish, print_json, progress


@click.command(epilog="Example: digest send   (or: digest send daily-2026-11-21 --test me@example.org)")
@click.argument("names", nargs=-1, metavar="[DIGEST|ISSUE]...")
@click.option(
    "--missing", is_flag=True, help="Also those who were refused the issue, or have subscribed since."
)
@click.option(
    "--test", "address", metavar="ADDRESS", help="Send it to this address only; nothing is recorded."
)
@AS_JSON
@click.pass_obj
def send(place: Place, names: tuple[str, ...], missing: bool, address: str | None, as_json: bool) -> None:
    """Deliver what is due: each issue once to each subscriber.

    An issue that is older than three days goes out only if it is named. The exit code is 3 where a letter was
    refused or is in doubt, and where a letter of --test was not taken.
    """
    from digest import homes, outbox, schedule
    from digest.operating import events
    from digest.sending import ledger, telling
    from digest.sending import rounds as sending
    from digest.sending.sent import following, lines
    from digest.subscribers import addresses

    home = place.home(strict=False)
    try:
        to = addresses.parse(address) if address else None
    except ValueError as error:
        raise click.BadParameter(f"{address!r}: {error}", param_hint="--test") from error
    if (missing or address) and not names:
        raise click.UsageError("name the issue, for instance daily-2026-11-21")
    with opened(home) as store:
        outbox.write_expected(store, home, homes.templates(home))
        wanted = homes.stored(store, names) if names else None
        if to:
            came_short = False
            for one in wanted or ():
                outcome = sending.test(home, store, one, to, place.now)
                click.echo(f"{one.head.name} to {address}: {outcome.kind}: {outcome.reply}")
                came_short |= outcome.kind != "accepted"
            finish(came_short)
            return
        named = [one for one in wanted or () if one.head.name in names]
        ledger.take_up_again(home, store, named, place.now, missing=missing)
        numbers = [one.id for one in named]
        if not names:
            telling.send(home, store, place.now)
        waits = events.told("unwritten", lambda problem: echo_problem(f"digest: {problem}"))
        with progress() as tell, schedule.stopped_by_signals() as stop, waits:
            sent = sending.send(home, store, wanted, place.clock(), tell, named=numbers, stop=stop)
    if as_json:
        print_json(sent)
    else:
        echo_lines([*lines(sent), *following(sent, place.now)])
    for line in sent.problems:
        echo_problem(f"digest: {line}")
    if sent.problems:
        sys.exit(1)
    finish(bool(sent.rejected or sent.doubt))


@click.command(epilog="Example: digest cancel daily-2026-11-21")
@click.argument("issue")
@click.pass_obj
def cancel(place: Place, issue: str) -> None:
    """Let nothing of an issue go out any more; `hold` in a schedule gives time for it."""
    from digest import homes
    from digest.sending import ledger

    with opened(place.home(only=())) as store:
        one = homes.stored(store, [issue])[0]
        if one.head.name != issue:
            raise ConfigError(f"{issue!r} is a digest: name the issue, such as {one.head.name}")
        echo_lines(ledger.cancel(store, one, place.now))
