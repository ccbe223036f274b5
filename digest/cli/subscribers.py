"""Subscribers: who gets a digest, how they come and how they go."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.place import AS_JSON, Place, opened
from digest.errors import ConfigError, DigestError
from digest.terminal import echo_lines, echo_problem, finish, print_json

if TYPE_CHECKING:
    from digest.config import Home
    from digest.store import Store
    from digest.subscribers.addresses import Address
    from digest.subscribers.enrolling import Enrolled
    from digest.subscribers.lists import Kind, Refused
    from digest.subscribers.subscribing import Subscriber

REFUSED_SHOWN = 20  # lines of an import on the terminal; --json has them all

HOW = click.option("--how", metavar="WORDS", help="How they came to want it, for the record of consent.")


@click.group(epilog="Example: digest subscribers add daily me@example.org")
def subscribers() -> None:
    """Who gets a digest by mail."""


@subscribers.command(epilog="Example: digest subscribers add daily me@example.org --zone Asia/Tokyo --hour 7")
@click.argument("digest")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--zone", default="", help="Their time zone.  [default: the digest's]")
@click.option("--hour", default="", help="The hour of their day at which they get it.  [default: at once]")
@click.option("--again", is_flag=True, help="Also those who had left: they asked for it again.")
@HOW
@AS_JSON
@click.pass_obj
def add(
    place: Place,
    digest: str,
    addresses: tuple[str, ...],
    zone: str,
    hour: str,
    again: bool,
    how: str | None,
    as_json: bool,
) -> None:
    """Put addresses on the list of a digest."""
    from digest.subscribers import enrolling, subscribing

    home = place.home(strict=False)
    home.digest(digest)
    wishes = []
    for address in addresses:
        try:
            wishes.append(subscribing.wish(address, zone, hour))
        except ValueError as error:
            raise ConfigError(str(error)) from error
    wanted = [wish.address for wish in wishes]
    with opened(home) as store, store.writing() as db:
        left = dict(enrolling.kept_out(db, digest, wanted, place.now))
        if left and not again:
            raise ConfigError(
                *(
                    f"{address} gets nothing of {digest} since {why.at:%Y-%m-%d} ({why.reason}); "
                    "if they ask for it themselves: --again"
                    for address, why in left.items()
                )
            )
        enrolling.again(
            db, digest, [one for one in wanted if one.written in left], how or "by hand", place.now
        )
        enrolled = enrolling.enrol(db, digest, wishes, how or "by hand", place.now)
    _tell(digest, enrolled, (), as_json)


@subscribers.command(epilog="Example: digest subscribers remove daily me@example.org")
@click.argument("digest")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@HOW
@click.pass_obj
def remove(place: Place, digest: str, addresses: tuple[str, ...], how: str | None) -> None:
    """Take addresses off the list of a digest; no import brings them back."""
    from digest.store import subscribers as stored
    from digest.subscribers import enrolling

    wanted = {one.folded: one for one in map(_address, addresses)}
    with opened(place.home(only=())) as store, store.writing() as db:
        there = stored.among_folded(db, wanted, digest)
        missing = [
            one.written for one in wanted.values() if one.folded not in {each.folded for each in there}
        ]
        if missing:
            raise ConfigError(*(f"{address} is not on the list of {digest}" for address in missing))
        for one in there:
            enrolling.leave(db, one, "unsubscribed", how or "by hand", place.now)
    echo_lines(f"{one.address} gets no more of {digest}" for one in there)


@subscribers.command("import", epilog="Example: digest subscribers import daily readers.csv")
@click.argument("digest")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True))
@HOW
@AS_JSON
@click.pass_obj
def import_(place: Place, digest: str, file: Path, how: str | None, as_json: bool) -> None:
    """Put the addresses of a file on the list: CSV with a column `address`, or JSON.

    Columns `zone`, `hour` and `status` are read too. Lines that are no address are refused and told; who has left, or
    was suppressed, is never brought back. `-` is the standard input, CSV or JSON.
    """
    from digest.subscribers import enrolling, lists

    home = place.home(strict=False)
    home.digest(digest)
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    found = lists.read(data, _kind(file, data), str(file))
    with opened(home) as store, store.writing() as db:
        enrolled = enrolling.enrol(
            db, digest, found.wishes, how or f"imported from {file.name}", place.now, event="imported"
        )
    _tell(digest, enrolled, found.refused, as_json)
    finish(bool(found.refused))


@subscribers.command(epilog="Example: digest subscribers export daily readers.csv")
@click.argument("digest")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@AS_JSON
@click.pass_obj
def export(place: Place, digest: str, file: Path | None, as_json: bool) -> None:
    """Write the list of a digest as CSV or JSON, by the file's ending; `import` reads it again."""
    import os

    from digest.store import subscribers as stored
    from digest.subscribers import lists

    kind: Kind = "json" if as_json or (file and file.suffix.lower() == ".json") else "csv"
    home = place.home(only=())
    with opened(home) as store, store.reading() as db:
        _refuse_unheard(home, store, digest)
        lines = lists.written(stored.every(db, digest), kind)
        if file is None:
            for line in lines:
                click.echo(line, nl=False)
            return
        try:  # only its owner reads what people have entrusted to us
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.fchmod(descriptor, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
                out.writelines(lines)
        except OSError as error:
            raise DigestError(f"{file}: {error.strerror}") from error


@subscribers.command("list", epilog="Example: digest subscribers list daily")
@click.argument("digest", required=False)
@AS_JSON
@click.pass_obj
def list_(place: Place, digest: str | None, as_json: bool) -> None:
    """Who is on the list of a digest, or of all."""
    from digest.store import subscribers as stored

    home = place.home(only=())
    with opened(home) as store, store.reading() as db:
        if digest:
            _refuse_unheard(home, store, digest)
        for one in stored.every(db, digest):
            if as_json:
                print_json(one._asdict())
            else:
                click.echo(f"{one.digest}  {one.status:12}  {one.address}{_when(one)}")


@subscribers.command(epilog="Example: digest subscribers history me@example.org")
@click.argument("address")
@AS_JSON
@click.pass_obj
def history(place: Place, address: str, as_json: bool) -> None:
    """Why we write to an address, or do not: all that is known of it."""
    from digest.subscribers import enrolling

    with opened(place.home(only=())) as store, store.writing() as db:
        known = enrolling.history(db, _address(address), place.now)
    if as_json:
        lists = [one._asdict() for one in known.on_lists]
        record = [{"at": at, "digest": c.digest, "event": c.event, "how": c.how} for at, c in known.consents]
        print_json({"lists": lists, "record": record})
        return
    echo_lines(f"{one.digest}: {one.status}{_when(one)}" for one in known.on_lists)
    echo_lines(f"{at:%Y-%m-%d %H:%M}  {c.digest or 'all'}: {c.event}, {c.how}" for at, c in known.consents)
    if not known.on_lists and not known.consents:
        click.echo("nothing is known of it")


@subscribers.command(epilog="Example: digest subscribers erase me@example.org")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.pass_obj
def erase(place: Place, addresses: tuple[str, ...]) -> None:
    """Forget addresses in all digests, and never write to them again, also if they are imported anew."""
    from digest.subscribers import enrolling

    for address in [_address(text) for text in addresses]:  # all are looked at before the first is gone
        with opened(place.home(only=())) as store, store.writing() as db:
            digests = enrolling.erase(db, address, place.now)
        was = f"was on the list of {', '.join(digests)}" if digests else "was on no list"
        click.echo(f"{address.written} is forgotten; it {was}")


@subscribers.command(epilog="Example: digest subscribers leave TOKEN")
@click.argument("token")
@click.pass_obj
def leave(place: Place, token: str) -> None:
    """Take off the list whom a token for leaving speaks of; for the program that answers `unsubscribe`."""
    from digest.subscribers import enrolling

    with opened(place.home(only=())) as store, store.writing() as db:
        one = enrolling.leave_by(db, token, place.now)
    if one is None:
        raise DigestError("no subscriber can be found by this token")
    click.echo(f"{one.address} gets no more of {one.digest}")


@subscribers.command(epilog="Example: digest subscribers rotate --distrust")
@click.option("--distrust", is_flag=True, help="A key got out: believe no link and no bounce made before.")
@click.pass_obj
def rotate(place: Place, distrust: bool) -> None:
    """Sign links and return addresses with a new key; the older ones hold on."""
    from digest.store import subscribers as stored

    with opened(place.home(only=())) as store, store.writing() as db:
        stored.keys(db, place.now)
        stored.add_key(db, place.now, distrust=distrust)
    click.echo("a new key signs" + (", and no older one is believed any more" if distrust else ""))


def _refuse_unheard(home: "Home", store: "Store", digest: str) -> None:
    """ConfigError for a digest that has neither a schedule nor readers: an empty list would seem to be its list."""
    from digest.store import subscribers as stored

    with store.reading() as db:
        known = digest in home.names or any(stored.every(db, digest))
    if not known:
        home.digest(digest)  # says which there are


def _address(text: str) -> "Address":
    from digest.subscribers import addresses

    try:
        return addresses.parse(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no address: {error}") from error


def _kind(file: Path, data: bytes) -> "Kind":
    if file.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return "json"
    return "json" if str(file) == "-" and data.lstrip()[:1] in (b"[", b"{") else "csv"


def _when(one: "Subscriber") -> str:
    return "".join((f", {one.hour}:00" if one.hour is not None else "", f", {one.zone}" if one.zone else ""))


def _tell(digest: str, enrolled: "Enrolled", refused: "Iterable[Refused]", as_json: bool) -> None:
    problems = list(refused)
    if as_json:
        print_json(
            {"digest": digest} | enrolled._asdict() | {"refused": [each._asdict() for each in problems]}
        )
        return
    echo_lines(_lines(digest, enrolled))
    for each in problems[:REFUSED_SHOWN]:
        echo_problem(f"line {each.line}: {each.why}")
    more = len(problems) - REFUSED_SHOWN
    if more > 0:
        echo_problem(f"and {more:,} more lines; --json has them all")


def _lines(digest: str, told: "Enrolled") -> Iterator[str]:
    more = (
        (told.changed, "changed"),
        (told.already, "there already"),
        (told.twice, "said twice"),
        (told.left, "as having left"),
    )
    yield f"{digest}: {told.added:,} added" + "".join(
        f", {number:,} {what}" for number, what in more if number
    )
    if told.kept_out:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in sorted(told.kept_out.items()))
        yield f"{digest}: {sum(told.kept_out.values()):,} kept out ({reasons}): no import brings back who has left"
