"""Answers of the bioRxiv and medRxiv API (api.biorxiv.org): `details`, and `pubs`, which tells what became articles.

    {"messages": [{"status": "ok", "cursor", "count", "total"}], "collection": [{"title", "authors": "Last, F.; …",
     "author_corresponding_institution", "doi", "date", "version": "2", "type", "category", "jatsxml", "abstract",
     "published": "NA", "server"}]}

A row for each version of a preprint, with the same DOI; `date` is that version's day, so only the row of version 1
tells when the preprint was published. `published` is the DOI of the journal's article. A withdrawal is a version of
its own (`type`: withdrawn). Answers come 30 or 100 rows at a time; nothing found is an empty or missing `collection`.
The rows of `pubs` have other names (`preprint_title`, `biorxiv_doi`, `published_doi`, `published_journal`).
`jatsxml` is no page for people, and mostly locked: it is no link.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject

_NOTHING = re.compile(r'"status"\s*:\s*"no (?:posts|articles|papers) found', re.IGNORECASE)
_WITHDRAWN = re.compile(r"\s*(?:withdraw|retract)", re.IGNORECASE)


def sniff(head: Head) -> bool:
    """The collection, a row of it, or the message that nothing was found."""
    rows = head.has("doi", "version", "jatsxml") or head.has("preprint_title", "published_doi")
    found = head.has("collection", "messages[].status")
    return rows or found or (head.has("messages[].status") and bool(_NOTHING.search(head.text)))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The rows: each version of a preprint is a paper."""
    return _catalogue.papers(dump, _made, "collection")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject | None:
    if "messages" in record and "title" not in record:
        return None  # nothing was found

    def told(*names: str) -> str:
        return next((said for name in names if (said := _json.text(record, name)) not in {"", "NA"}), "")

    version = _json.number(record, "version") or None
    title = told("title", "preprint_title")
    return papers.paper(
        where,
        title,
        told("abstract", "preprint_abstract"),
        ids=[
            identifiers.doi(told("doi", "biorxiv_doi", "medrxiv_doi", "preprint_doi")),
            identifiers.doi(told("published", "published_doi")),
        ],
        resolve=markup.words,
        authors=_authors(record),
        org=_catalogue.first(
            told("author_corresponding_institution", "preprint_author_corresponding_institution")
        ),
        venue=_catalogue.first(told("published_journal")),
        categories=_catalogue.each([told("category", "preprint_category")]),
        published=_dates.iso(told("date", "preprint_date")) if (version or 1) == 1 else "",
        withdrawn=bool(_WITHDRAWN.match(told("type"))) or _catalogue.taken_back(title),
        version=version,
    )


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    names = _json.texts(record, "authors") or _json.texts(record, "preprint_authors")
    return _names.listed(markup.plain(";".join(names)), ";")
