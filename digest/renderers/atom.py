"""The feed of a digest's papers in Atom (RFC 4287)."""

from collections.abc import Iterator
from typing import Literal

from jinja2 import Environment

from digest.issue import Archive, Card, Head
from digest.papers import readable
from digest.renderers import _feed
from digest.renderers._shown import authors

FILE = "feed.atom"
READS: Literal["archive"] = "archive"


def render(archive: Archive, templates: Environment) -> Iterator[str]:
    """The feed, an entry for each paper."""
    xml = _feed.Xml()
    with xml.element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"}):
        _about(xml, archive)
        for head, card in _feed.once(archive):
            with xml.element("entry"):
                _entry(xml, head, card)
                xml.leaf("content", _feed.content(card, templates), {"type": "html"})
            yield from xml.taken()
    yield from xml.taken(0)


def _about(xml: _feed.Xml, archive: Archive) -> None:
    xml.leaf("title", _feed.title(archive))
    xml.leaf("id", _feed.feed_id(archive))
    xml.leaf("updated", _feed.rfc3339(_feed.updated(archive)))
    with xml.element("author"):  # RFC 4287 §4.1.1: of every entry that names nobody
        xml.leaf("name", _feed.title(archive))
    for relation, kind, file in (
        ("self", "application/atom+xml", FILE),
        ("alternate", "text/html", "index.html"),
    ):
        if address := _feed.address(archive, file):
            xml.leaf("link", "", {"rel": relation, "type": kind, "href": address})


def _entry(xml: _feed.Xml, head: Head, card: Card) -> None:
    xml.leaf("title", readable(card.title))
    xml.leaf("id", card.entry)
    xml.leaf("published", _feed.rfc3339(card.arrived))
    xml.leaf("updated", _feed.rfc3339(head.made))
    if link := _feed.link(card):
        xml.leaf("link", "", {"rel": "alternate", "href": link})
    for author in authors(card):
        with xml.element("author"):
            xml.leaf("name", author)
