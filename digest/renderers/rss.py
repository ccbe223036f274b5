"""The feed of a digest's papers in RSS 2.0."""

import html
import re
from collections.abc import Iterator
from typing import Literal

from jinja2 import Environment

from digest.issue import Archive, Card
from digest.papers import readable
from digest.renderers import _feed
from digest.renderers._shown import authors

FILE = "feed.rss"
READS: Literal["archive"] = "archive"

_SPACES = {
    "version": "2.0",
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


def render(archive: Archive, templates: Environment) -> Iterator[str]:
    """The feed, an item for each paper."""
    xml = _feed.Xml()
    with xml.element("rss", _SPACES), xml.element("channel"):
        _about(xml, archive)
        for _, card in _feed.once(archive):
            with xml.element("item"):
                _item(xml, card)
                xml.leaf("description", _feed.content(card, templates))
            yield from xml.taken()
    yield from xml.taken(0)


def _about(xml: _feed.Xml, archive: Archive) -> None:
    xml.leaf("title", title(archive.title))
    # RSS 2.0 requires a link; without a public address the page beside this file is all there is to link to.
    xml.leaf("link", _feed.address(archive, "index.html") or "index.html")
    xml.leaf("description", f"The papers of {_feed.title(archive)}, newest first")
    xml.leaf("language", "en")
    xml.leaf("lastBuildDate", _feed.rfc5322(_feed.updated(archive)))
    if address := _feed.address(archive, FILE):
        xml.leaf("atom:link", "", {"rel": "self", "type": "application/rss+xml", "href": address})


def _item(xml: _feed.Xml, card: Card) -> None:
    xml.leaf("title", title(card.title))
    if link := _feed.link(card):
        xml.leaf("link", link)
    xml.leaf("guid", card.entry, {"isPermaLink": "false"})
    xml.leaf("pubDate", _feed.rfc5322(card.arrived))
    for author in authors(card):
        xml.leaf("dc:creator", author)


_LIKE_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w+;")


def title(text: str) -> str:
    """The title for readers that guess.

    RSS 2.0 does not say whether a title is text or HTML. Readers take one for HTML when it looks like it, so
    one that does is escaped as HTML, and any other stands as text.
    """
    plain = readable(text)
    return html.escape(plain, quote=False) if _LIKE_MARKUP.search(plain) else plain
