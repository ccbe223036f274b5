"""What the three feeds share: each paper once, its content, addresses and moments."""

import io
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from jinja2 import Environment

from digest.issue import Archive, Card, Head
from digest.papers import readable
from digest.renderers._shown import shown
from digest.templating import PIECE, stream, web

# The space of feed ids: with another value every feed would be a new one to its readers.
FEEDS = uuid.UUID("0b7c1c52-6b1e-5d0a-9c57-6a6c0c3f9d11")


def once(archive: Archive) -> Iterator[tuple[Head, Card]]:
    """The entries, each id once: a revised paper stands before the same one when it was new."""
    revised: set[str] = set()  # only these can come again, so memory is theirs and not the feed's
    for head, card in archive.entries():
        if card.entry not in revised:
            yield head, card
        if card.kind == "revised":
            revised.add(card.entry)


def content(card: Card, templates: Environment) -> str:
    """The paper as HTML, the same in every feed."""
    return "".join(stream(templates, "entry.html.j2", row=shown(card)))


def link(card: Card) -> str:
    """The paper's first link of the web; empty if it has none."""
    return next(filter(None, (web(link.url) for link in card.links)), "")


def feed_id(archive: Archive) -> str:
    """The feed's permanent id, whatever its address."""
    return uuid.uuid5(FEEDS, archive.digest).urn


def address(archive: Archive, file: str) -> str:
    """The public address of a file of the digest; empty where the outbox has none."""
    public = web(archive.public or "")
    return f"{public}/{archive.digest}/{file}" if public else ""


def updated(archive: Archive) -> datetime:
    """When the feed last changed: with the newest issue that has papers."""
    return max((head.made for head in archive.heads if head.papers), default=archive.began)


def rfc3339(moment: datetime) -> str:
    """A moment as Atom and JSON Feed write it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc5322(moment: datetime) -> str:
    """A moment as mail and RSS write it; strftime would say the days of the machine's language."""
    utc = moment.astimezone(UTC)
    return f"{_DAYS[utc.weekday()]}, {utc.day} {_MONTHS[utc.month - 1]} {utc:%Y %H:%M:%S} +0000"


# Besides these, XML 1.0 §2.2 lets all characters stand.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Xml:
    """An XML document that is handed out piece by piece while it is written."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._out = XMLGenerator(self._text, "utf-8", short_empty_elements=True)
        self._out.startDocument()

    def leaf(self, name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> None:
        """An element with text; what XML cannot hold is left out of it."""
        with self.element(name, attributes):
            self._out.characters(_NOT_XML.sub("", text))

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """An element around what is written meanwhile."""
        clean = {key: _NOT_XML.sub("", value) for key, value in (attributes or {}).items()}
        self._out.startElement(name, AttributesImpl(clean))
        yield
        self._out.endElement(name)

    def taken(self, least: int = PIECE) -> Iterator[str]:
        """What has been written since, once it is enough for a piece."""
        if self._text.tell() >= least:
            yield self._text.getvalue()
            self._text.seek(0)
            self._text.truncate()


def title(archive: Archive) -> str:
    """The feed's name."""
    return readable(archive.title)
