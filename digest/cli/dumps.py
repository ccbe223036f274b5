"""Dumps into the store, without an issue."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.place import AS_JSON, DUMP, Place, by_hand, opened
from digest.terminal import echo_lines, finish, print_json, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.issue import DumpRead


@click.command(epilog="Example: digest ingest --source arxiv ~/Downloads/*.txt")
@click.argument("dumps", nargs=-1, required=True, type=DUMP)
@click.option("--source", default="hand", show_default=True, help="The source that shows these papers.")
@click.option("--seen", is_flag=True, help="Known from now on, and news to nobody.")
@AS_JSON
@click.pass_obj
def ingest(place: Place, dumps: tuple[Path, ...], source: str, seen: bool, as_json: bool) -> None:
    """Read dumps into the store; make no issue."""
    from digest import pipeline

    home = place.home(only=())
    with opened(home) as store, progress() as tell:
        read = pipeline.read(store, by_hand(home, dumps, source), place.now, tell, seen=seen)
        pipeline.record(store, place.now, "ingest", pipeline.Run(dumps=read, made=()))
    _report(read, as_json)


@click.command(epilog="Example, after an update of this program: digest reread --rejects")
@click.argument("dumps", nargs=-1, metavar="[DUMP]...")
@click.option("--rejects", is_flag=True, help="Only dumps of which something could not be read.")
@AS_JSON
@click.pass_obj
def reread(place: Place, dumps: tuple[str, ...], rejects: bool, as_json: bool) -> None:
    """Read dumps again with today's readers: what becomes a paper arrives now.

    A DUMP is named as `digest ingest` and `digest build` told it; without any, all are read again.
    """
    from digest import keeping, pipeline

    home = place.home(only=())
    with opened(home) as store, progress() as tell:
        found, gone = keeping.stored(home, store, dumps, rejects=rejects)
        read = (*gone, *pipeline.reread(store, found, place.now, tell))
        pipeline.record(store, place.now, "reread", pipeline.Run(dumps=read, made=()))
    _report(read, as_json)


def _report(read: "Sequence[DumpRead]", as_json: bool) -> None:
    from digest import reporting

    if as_json:
        print_json({"dumps": [reporting.dump_object(dump) for dump in read]})
    else:
        echo_lines(reporting.dump_lines(read))
    finish(reporting.is_bad(read))
