"""The feed of a digest's papers in Atom (RFC 4287), its older ones in volumes (RFC 5005)."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from jinja2 import Environment

from digest.issue import Entry, Feed
from digest.renderers import _feed
from digest.renderers._xml import empty, leaf, markup

FILE = "feed.atom"
READS: Literal["feed"] = "feed"

_TYPE = "application/atom+xml"


def render(feed: Feed, templates: Environment) -> Iterator[bytes]:
    """The feed, an entry for each paper."""
    return joined(feed, (entry(one, templates) for one in _feed.once(feed)))


def joined(feed: Feed, entries: Iterable[bytes]) -> Iterator[bytes]:
    """The feed of entries that are rendered."""
    return _feed.joined(_about(feed).encode(), entries, b"", b"</feed>\n")


def entry(one: Entry, templates: Environment) -> bytes:
    """A paper, rendered once for whatever feed it stands in."""
    told = _feed.told(one.card, templates)
    parts = (
        _title(told.title),
        leaf("id", one.card.entry),
        leaf("published", _feed.rfc3339(one.card.arrived)),
        leaf("updated", _feed.to_the_millisecond(one.updated)),
        empty("link", rel="alternate", href=told.link) if told.link else "",
        *map(_author, told.authors),
        *(empty("category", term=tag) for tag in _feed.tags(one.heading, told.also)),
        markup("content", told.html, type="html"),
    )
    return f"<entry>\n{''.join(parts)}</entry>\n".encode()


def _about(feed: Feed) -> str:
    own = _feed.address(feed, _feed.own_file(feed, FILE))
    page = _feed.address(feed, "index.html")
    told = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0"'
        ' xml:lang="en">\n',
        _title(_feed.title(feed)),
        leaf("id", _feed.feed_id(feed)),
        leaf("updated", _feed.to_the_millisecond(_feed.updated(feed))),
        _author(_feed.title(feed)),  # RFC 4287 §4.1.1: of every entry that names nobody
        empty("link", rel="self", type=_TYPE, href=own) if own else "",
        empty("link", rel="alternate", type="text/html", href=page) if page else "",
        *(empty("link", rel=rel, type=_TYPE, href=file) for rel, file in _feed.history(feed, FILE)),
        empty("fh:archive") if feed.volume else "",
    )
    return "".join(told)


_LIKE_MARKUP = re.compile(r"</\w+>|&#?\w+;")
_MAIL = re.compile(r"\s*<[^<>\s]+@[^<>\s]+>")


def _title(text: str) -> str:
    """A title; one that looks like markup is said to be none by being it."""
    if _LIKE_MARKUP.search(text):
        return leaf("title", html.escape(text, quote=False), type="html")
    return leaf("title", text)


def _author(name: str) -> str:
    """A person by name only: RFC 4287 §3.2 has another place for addresses, and nobody gave us leave to print them."""
    return f"<author>\n{leaf('name', _MAIL.sub('', name) or name)}</author>\n"
