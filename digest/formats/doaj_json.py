"""Articles of the DOAJ (doaj.org/api, doaj.org/docs/public-data-dump): answers of the API, the array of the public data
dump, one article a line.

    {"total", "page", "pageSize", "query", "results": [{"id", "created_date", "last_updated", "bibjson": {"title",
     "abstract", "author": [{"name", "affiliation"}], "year": "2021", "month": "9", "journal": {"title"}, "identifier":
     [{"type": "doi", "id"}], "link": [{"type": "fulltext", "url"}], "keywords", "subject": [{"term"}]}}]}

The day is not told. The type of an identifier is `doi` or `DOI`. Journals have a `bibjson` with a title too, but no
authors, and are rejects.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject, reject

_NOTHING = re.compile(r'"results"\s*:\s*\[\s*\]')
_OF_JOURNALS = ("oa_start", "eissn", "pissn", "preservation", "apc", "editorial")


def sniff(head: Head) -> bool:
    """A `bibjson` with a title; or a search that found nothing."""
    if head.has("bibjson.title"):
        return True
    return head.has("total", "page", "pageSize", "query", "results") and bool(_NOTHING.search(head.text))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The articles."""
    return _catalogue.papers(dump, _made, "results")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    said = _json.at(record, "bibjson")
    title = _json.text(said, "title")
    if isinstance(said, dict) and "author" not in said and any(name in said for name in _OF_JOURNALS):
        return reject(where, "a journal, not an article", title)
    authors = _json.items(said, "author")
    dois = (
        one for one in _json.items(said, "identifier") if _json.text(one, "type").strip().lower() == "doi"
    )
    return papers.paper(
        where,
        title,
        _json.text(said, "abstract"),
        ids=[identifiers.doi(_json.text(one, "id")) for one in dois],
        resolve=markup.words,
        authors=_names.known(_names.natural(markup.plain(_json.text(one, "name"))) for one in authors),
        org=_catalogue.first(*(_json.text(one, "affiliation") for one in authors[:1])),
        venue=_catalogue.first(_json.text(said, "journal", "title")),
        categories=_catalogue.each(_json.text(one, "term") for one in _json.items(said, "subject")),
        published=_dates.ymd(_json.text(said, "year"), _json.text(said, "month")),
        links=_catalogue.web(*(_json.text(one, "url") for one in _json.items(said, "link"))),
        withdrawn=_catalogue.taken_back(title),
    )
