"""Works of Crossref in JSON (api.crossref.org/swagger-ui): an answer with a list or with one work, `message.items`
alone, a file of the yearly public data (`{"items": […]}`), one work, one work a line.

    {"status": "ok", "message-type": "work-list", "message": {"items": [{"DOI", "title": […], "author": [{"given",
     "family", "affiliation": […]}], "issued": {"date-parts": [[2024, 5]]}, "abstract": "<jats:p>…" …}]}}

Titles are lists, also empty ones; dates may be `[[null]]`; most works have no abstract, those that have one have it in
JATS. `relation` (has-preprint, is-preprint-of …) and `update-to` name other works: a retraction notice is not the
retracted paper; that one has the notice in `updated-by`. What doi.org gives as CSL-JSON has the same keys with a plain
title, and is read too. Journals, issues, figures (`component`), reviews and grants have a DOI but are no papers.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject, reject

_ANSWER = re.compile(r'"message-type"\s*:\s*"work(?:-list)?"')
_LISTED = re.compile(r'"title"\s*:\s*\[')
_OWN = (
    "indexed",
    "reference-count",
    "references-count",
    "is-referenced-by-count",
    "content-domain",
    "member",
)
_NO_PAPERS = {
    "book-series", "book-set", "component", "grant", "journal", "journal-issue", "journal-volume", "peer-review",
    "proceedings-series", "report-series",
}  # fmt: skip
_WITHDRAWALS = {"retraction", "withdrawal", "removal"}


def sniff(head: Head) -> bool:
    """An answer about works, or a DOI beside what only Crossref has: titles in lists too, where CSL's `id` is not."""
    if not head.is_json:
        return False
    if _ANSWER.search(head.text) and head.has("message-type", "message"):
        return True
    listed = bool(_LISTED.search(head.text)) and not head.has("DOI", "title", "id")
    return any(head.has("DOI", name) for name in _OWN) or (listed and head.has("DOI", "title"))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The works."""
    return _catalogue.papers(dump, _made, "message.items", "message", "items")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    title = _catalogue.with_subtitle(_json.text(record, "title"), _json.text(record, "subtitle"))
    kind = _json.text(record, "type")
    if kind in _NO_PAPERS:
        return reject(where, f"a {kind}, not a paper", f"{_json.text(record, 'DOI')} {title}")
    return papers.paper(
        where,
        title,
        _json.text(record, "abstract"),
        ids=[identifiers.doi(_json.text(record, "DOI"))],
        resolve=markup.words,
        authors=_names.known(map(_name, _json.items(record, "author"))),
        org=_catalogue.first(_json.text(record, "author", 0, "affiliation", 0, "name")),
        venue=_catalogue.first(
            _json.text(record, "container-title"),
            _json.text(record, "event", "name"),
            _json.text(record, "institution", 0, "name"),
        ),
        categories=_catalogue.each([*_json.texts(record, "subject"), *_json.texts(record, "group-title")]),
        published=_published(record),
        links=_links(record),
        withdrawn=_catalogue.taken_back(title) or _is_withdrawn(record),
    )


def _name(author: dict[str, Any]) -> str:
    parts = (_json.text(author, part) for part in ("given", "family", "suffix"))
    name = _names.joined(*parts) or _json.text(author, "name") or _json.text(author, "literal")
    return markup.plain(name)


def _published(record: dict[str, Any]) -> str:
    """The first day that it was public, as far as told. `created` is when the DOI was made: of an old paper, late."""
    for name in ("published", "posted", "issued", "published-online", "published-print", "published-other"):
        parts = _json.at(record, name, "date-parts", 0)
        if isinstance(parts, list) and (day := _dates.ymd(*(*parts, None, None, None)[:3])):
            return day
    return ""


def _links(record: dict[str, Any]) -> tuple[str, ...]:
    files = [
        _json.text(one, "URL")
        for one in _json.items(record, "link")
        if "pdf" in _json.text(one, "content-type")
        and _json.text(one, "intended-application") == "unspecified"
    ]
    return _catalogue.web(_json.text(record, "resource", "primary", "URL"), *files, _json.text(record, "URL"))


def _is_withdrawn(record: dict[str, Any]) -> bool:
    return any(_json.text(one, "type").lower() in _WITHDRAWALS for one in _json.items(record, "updated-by"))
