"""Bounces: what comes back of letters."""

from pathlib import Path

import click

from digest.cli.place import AS_JSON, Place, opened
from digest.terminal import print_json


@click.group(epilog="Example: digest bounces read ~/Maildir/.bounces")
def bounces() -> None:
    """Letters that came back."""


@bounces.command(epilog="Example: digest bounces read ~/Maildir/.bounces")
@click.argument("mailboxes", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@AS_JSON
@click.pass_obj
def read(place: Place, mailboxes: tuple[Path, ...], as_json: bool) -> None:
    """Read Maildirs and mbox files: who cannot be reached, complains or asks to leave gets no more mail.

    Only mails to an address that we made are believed. The mailboxes stay as they are; a mail counts once.
    """
    from digest.subscribers import bouncing

    with opened(place.home(only=())) as store:
        tally = bouncing.read_all(store, mailboxes, place.now)
    if as_json:
        print_json(tally._asdict() | {"gone": [each._asdict() for each in tally.gone]})
        return
    counts = {"read before": tally.before, "of strangers": tally.strange, "of the erased": tally.erased}
    told = (f", {number:,} {what}" for what, number in (tally.kinds | counts).items() if number)
    click.echo(f"{tally.mails:,} mails{''.join(told)}")
    for each in tally.gone:
        click.echo(f"{each.address} gets no more of {each.digest}: {each.reason} ({each.why})")
