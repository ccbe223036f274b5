"""What the three feeds share: each paper once and its content rendered once, addresses, moments, and volumes."""

import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment

from digest import volumes
from digest.issue import Card, Entry, Feed, Link
from digest.papers import readable
from digest.renderers._shown import authors, shown
from digest.renderers._xml import held
from digest.templating import MONTHS, fill, web

# The space of feed ids: with another value every feed would be a new one to its readers.
FEEDS = uuid.UUID("0b7c1c52-6b1e-5d0a-9c57-6a6c0c3f9d11")
TOGETHER = 20  # entries of a piece: about 50 kB


def once(feed: Feed) -> Iterator[Entry]:
    """The entries, each id once: a revised paper stands before the same one when it was new."""
    revised: set[str] = set()  # only these can come again, so memory is theirs and not the feed's
    for entry in feed.entries():
        if entry.card.entry not in revised:
            yield entry
        if entry.card.kind == "revised":
            revised.add(entry.card.entry)


class Told(NamedTuple):
    """What all feeds say of a paper."""

    title: str
    link: str  # empty: it has none
    authors: tuple[str, ...]
    also: tuple[str, ...]
    html: str


# All feeds are written side by side, so that each asks for a paper at about the same time.
@lru_cache(maxsize=2 * TOGETHER)
def told(card: Card, templates: Environment) -> Told:
    """The paper in words and in HTML, made once for all feeds."""
    row = shown(card)
    return Told(
        title=row.card.title,
        link=_first(row.card.links),
        authors=tuple(authors(card)),
        also=row.card.also,
        html=held(fill(templates, "entry.html.j2", row=row)),
    )


def joined(before: bytes, entries: Iterable[bytes], between: bytes, after: bytes) -> Iterator[bytes]:
    """A feed of entries that are rendered, in pieces of a few of them."""
    sign = b""
    rest = iter(entries)
    while some := list(islice(rest, TOGETHER)):
        yield b"".join((before, sign, between.join(some)))
        before, sign = b"", between
    yield before + after


def title(feed: Feed) -> str:
    """The feed's name."""
    return readable(feed.title)


def tags(heading: str, also: Iterable[str]) -> list[str]:
    """The headings of the groups that match: the one that a paper stands under, and the others."""
    return list(dict.fromkeys(filter(None, (readable(heading), *also))))


# ---- addresses

_NO_URI = re.compile(r"[^0-9A-Za-z;/?:@&=+$.\-_!~*'()%,#]|%(?![0-9A-Fa-f]{2})")


def _first(links: Iterable[Link]) -> str:
    """The first address, in the letters that RFC 2396 has; empty if there is none."""
    url = next((link.url for link in links), "")
    return _NO_URI.sub(lambda char: quote(char[0]), url)


def feed_id(feed: Feed) -> str:
    """The feed's permanent id, whatever its address; its volumes have the same."""
    return uuid.uuid5(FEEDS, feed.digest).urn


def address(feed: Feed, file: str) -> str:
    """The public address of a file of the digest; empty where the outbox has none."""
    public = web(feed.public or "")
    return f"{public}/{feed.digest}/{file}" if public else ""


def own_file(feed: Feed, file: str) -> str:
    """The file of this document below the digest's folder, if that is the file of the feed itself."""
    return volumes.file(file, feed.volume) if feed.volume else file


def before(feed: Feed, file: str) -> str:
    """The file of the volume before this document; empty: there is none."""
    number = (feed.volume or feed.volumes + 1) - 1
    return volumes.file(file, number) if number else ""


def history(feed: Feed, file: str) -> Iterator[tuple[str, str]]:
    """The links of RFC 5005 §4: relation and file, seen from this document, wherever the outbox is moved."""
    up = "../" if feed.volume else ""
    if feed.volume:
        yield "current", up + file
    if older := before(feed, file):
        yield "prev-archive", up + older
    if feed.volume and feed.volume < feed.volumes:
        yield "next-archive", up + volumes.file(file, feed.volume + 1)


# ---- moments


def updated(feed: Feed) -> datetime:
    """When the feed last changed: with its newest entry."""
    ends = (head.made + timedelta(milliseconds=head.papers - 1) for head in feed.heads if head.papers)
    return max(ends, default=feed.began)


def rfc3339(moment: datetime) -> str:
    """A moment as Atom and JSON Feed write it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def to_the_millisecond(moment: datetime) -> str:
    """The same with its milliseconds, also where they are 0: it sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def rfc5322(moment: datetime) -> str:
    """A moment as mail and RSS write it; strftime would say the days of the machine's language."""
    utc = moment.astimezone(UTC)
    return f"{_DAYS[utc.weekday()]}, {utc.day} {MONTHS[utc.month - 1]} {utc:%Y %H:%M:%S} +0000"
