"""The dumps that Papers with Code left (copies: hf.co/pwc-archive): one array of half a million.

    papers-with-abstracts          {"paper_url", "arxiv_id", "openreview_id", "title", "abstract", "url_abs", "url_pdf",
                                    "proceeding": "NeurIPS 2018 12", "authors": […], "tasks": […], "date", "methods"}
    links-between-papers-and-code  {"paper_url", "paper_title", "paper_arxiv_id", "paper_url_abs", "repo_url",
                                    "is_official", …}: a row for each repository

Anything may be null. `url_abs` has the version, `date` is the first one's. Abstracts are arXiv's, with TeX and line
breaks. `methods` is full of spam and is not read. The site is closed: its own pages are no links.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject

_MONTH = re.compile(r"(.+ (?:19|20)\d\d) (?:0?[1-9]|1[0-2])")


def sniff(head: Head) -> bool:
    """A page of the site beside the paper's own."""
    return head.has("paper_url", "title", "url_abs") or head.has("paper_url", "paper_title", "repo_url")


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers."""
    return _json.papers(dump, _made, "", "[]")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    def told(name: str) -> str:
        return _json.text(record, name) or _json.text(record, f"paper_{name}")

    pages = (told("url_abs"), told("conference_url_abs"))
    return papers.paper(
        where,
        told("title"),
        told("abstract"),
        ids=[
            identifiers.arxiv(told("arxiv_id")),
            identifiers.openreview(told("openreview_id")),
            *_catalogue.ids_of(*pages),
        ],
        resolve=_resolved,
        authors=_names.known(map(_resolved, _json.texts(record, "authors"))),
        venue=_venue(told("proceeding")),
        categories=_catalogue.each(_json.texts(record, "tasks")),
        published=_dates.iso(told("date")),
        links=_catalogue.web(told("repo_url"), *pages, told("conference_url_pdf"), told("url_pdf")),
    )


def _resolved(text: str) -> str:
    return markup.words(text)


def _venue(proceeding: str) -> str:
    """Without the month: `NeurIPS 2018 12` → `NeurIPS 2018`."""
    venue = _catalogue.words(proceeding)
    found = _MONTH.fullmatch(venue)
    return found[1] if found else venue
