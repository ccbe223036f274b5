"""The feed of a digest's papers in JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from jinja2 import Environment

from digest.issue import Entry, Feed
from digest.renderers import _feed

FILE = "feed.json"
READS: Literal["feed"] = "feed"


def render(feed: Feed, templates: Environment) -> Iterator[bytes]:
    """The feed, an item for each paper."""
    return joined(feed, (entry(one, templates) for one in _feed.once(feed)))


def joined(feed: Feed, entries: Iterable[bytes]) -> Iterator[bytes]:
    """The feed of items that are rendered."""
    about = msgspec.json.encode(_about(feed)).removesuffix(b"}") + b',"items":[\n'
    return _feed.joined(about, entries, b",\n", b"\n]}\n")


def entry(one: Entry, templates: Environment) -> bytes:
    """A paper, rendered once for whatever feed it stands in."""
    told = _feed.told(one.card, templates)
    item = {
        "id": one.card.entry,
        "url": told.link,
        "title": told.title,
        "content_html": told.html,
        "date_published": _feed.rfc3339(one.card.arrived),
        "date_modified": _feed.to_the_millisecond(one.updated),
        "authors": [{"name": name} for name in told.authors],
        "tags": _feed.tags(one.heading, told.also),
    }
    return msgspec.json.encode({key: value for key, value in item.items() if value})


def _about(feed: Feed) -> dict[str, object]:
    title = _feed.title(feed)
    before = _feed.before(feed, FILE)
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": _feed.address(feed, "index.html"),
        "feed_url": _feed.address(feed, _feed.own_file(feed, FILE)),
        # An address from its beginning, since nobody says what another would be relative to.
        "next_url": _feed.address(feed, before) if before else "",
        "description": f"The papers of {title}, newest first",
        "language": "en",
        "authors": [{"name": title}],
    }
    return {key: value for key, value in told.items() if value}
