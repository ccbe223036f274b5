"""JSON Feed 1 and 1.1 (www.jsonfeed.org/version/1.1): `{"version": "https://jsonfeed.org/version/1", "items": […]}`.

An item has `content_html` or `content_text`, perhaps a `summary`; `authors` (1.1) or `author` (1); `url` is its own
page, `external_url` what it is about, and so the paper's. Its `title` may be missing: such items are rejects.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Any, BinaryIO

from digest.formats import _feed, _json
from digest.formats._head import Head
from digest.papers import Paper, Reject

_VERSION = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version\\?/')


def sniff(head: Head) -> bool:
    """The version is the address of the specification."""
    return head.is_json and bool(_VERSION.search(head.text))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The items of the feed."""
    return _json.papers(dump, _paper, "items[]")


def _paper(where: str, item: dict[str, Any]) -> Paper | Reject:
    people = [*_json.items(item, "authors"), *([] if item.get("authors") else [item.get("author")])]
    told = _json.texts(item, "content_text") + _json.texts(item, "summary")
    return _feed.made(
        where,
        _feed.Entry(
            title=_json.text(item, "title"),
            texts=[*_json.texts(item, "content_html"), *(escape(text, quote=False) for text in told)],
            authors=[name for one in people if (name := _json.text(one, "name"))],
            dates=[_json.text(item, "date_published"), _json.text(item, "date_modified")],
            links=[link for key in ("external_url", "url") for link in _json.texts(item, key)],
            ids=[_json.text(item, "id")],
            categories=list(_json.texts(item, "tags")),
        ),
    )
