"""The feed of a digest's papers in JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from jinja2 import Environment

from digest.issue import Archive, Card, Head
from digest.papers import readable
from digest.renderers import _feed
from digest.renderers._shown import authors
from digest.templating import PIECE

FILE = "feed.json"
READS: Literal["archive"] = "archive"


def render(archive: Archive, templates: Environment) -> Iterator[str]:
    """The feed, an item for each paper."""
    text = _json(_about(archive)).removesuffix("}") + ',"items":['
    between = "\n"
    for head, card in _feed.once(archive):
        text += between + _json(_item(head, card, templates))
        between = ",\n"
        if len(text) >= PIECE:
            yield text
            text = ""
    yield text + "\n]}\n"


def _about(archive: Archive) -> dict[str, object]:
    title = _feed.title(archive)
    addresses = (("home_page_url", "index.html"), ("feed_url", FILE))
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        **{key: _feed.address(archive, file) for key, file in addresses if archive.public},
        "description": f"The papers of {title}, newest first",
        "language": "en",
        "authors": [{"name": title}],
    }


def _item(head: Head, card: Card, templates: Environment) -> dict[str, object]:
    link = _feed.link(card)
    names = [{"name": name} for name in authors(card)]
    return {
        "id": card.entry,
        **({"url": link} if link else {}),
        "title": readable(card.title),
        "content_html": _feed.content(card, templates),
        "date_published": _feed.rfc3339(card.arrived),
        "date_modified": _feed.rfc3339(head.made),
        **({"authors": names} if names else {}),
    }


def _json(value: dict[str, object]) -> str:
    return msgspec.json.encode(value).decode()
