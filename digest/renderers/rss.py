"""The feed of a digest's papers in RSS 2.0, with Atom's links where RSS has none (rssboard.org/rss-profile)."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from jinja2 import Environment

from digest.issue import Entry, Feed
from digest.renderers import _feed
from digest.renderers._xml import empty, leaf, markup

FILE = "feed.rss"
READS: Literal["feed"] = "feed"

_TYPE = "application/rss+xml"


def render(feed: Feed, templates: Environment) -> Iterator[bytes]:
    """The feed, an item for each paper."""
    return joined(feed, (entry(one, templates) for one in _feed.once(feed)))


def joined(feed: Feed, entries: Iterable[bytes]) -> Iterator[bytes]:
    """The feed of items that are rendered."""
    return _feed.joined(_about(feed).encode(), entries, b"", b"</channel>\n</rss>\n")


def entry(one: Entry, templates: Environment) -> bytes:
    """A paper, rendered once for whatever feed it stands in."""
    told = _feed.told(one.card, templates)
    parts = (
        leaf("title", title(told.title)),
        leaf("link", told.link) if told.link else "",
        leaf("guid", one.card.entry, isPermaLink="false"),
        leaf("pubDate", _feed.rfc5322(one.card.arrived)),
        leaf(
            "atom:updated", _feed.to_the_millisecond(one.updated)
        ),  # RSS cannot say that an item has changed
        *(leaf("dc:creator", author) for author in told.authors),
        *(leaf("category", title(tag)) for tag in _feed.tags(one.heading, told.also)),
        markup("description", told.html),
    )
    return f"<item>\n{''.join(parts)}</item>\n".encode()


def _about(feed: Feed) -> str:
    own = _feed.address(feed, _feed.own_file(feed, FILE))
    told = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:fh="http://purl.org/syndication/history/1.0">\n<channel>\n',
        leaf("title", title(_feed.title(feed))),
        # RSS 2.0 requires a link; without a public address the page beside the feed is all there is to link to.
        leaf("link", _feed.address(feed, "index.html") or "index.html"),
        leaf("description", title(f"The papers of {_feed.title(feed)}, newest first")),
        leaf("language", "en"),
        leaf("lastBuildDate", _feed.rfc5322(_feed.updated(feed))),
        empty("atom:link", rel="self", type=_TYPE, href=own) if own else "",
        *(empty("atom:link", rel=rel, type=_TYPE, href=file) for rel, file in _feed.history(feed, FILE)),
        empty("fh:archive") if feed.volume else "",
    )
    return "".join(told)


_LIKE_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w+;")


def title(plain: str) -> str:
    """A title, or a category, for readers that guess.

    RSS 2.0 does not say whether they are text or HTML. Readers take one for HTML when it looks like it, so
    one that does is escaped as HTML, and any other stands as text.
    """
    return html.escape(plain, quote=False) if _LIKE_MARKUP.search(plain) else plain
