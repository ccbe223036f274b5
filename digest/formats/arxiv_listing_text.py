"""Listing pages of arXiv copied as text, /list/cs.CL/new or /recent (no real copy was at hand; the layout is that of
the page, see arxiv_listing_page):

    Showing new listings for Friday, 2 January 2026
    New submissions (showing 1 of 1 entries)
    [1] arXiv:2601.00001 (cross-list from cs.LG) [pdf, html, other]
    Title: …
    Ada Quill, Bo Tanaka, et al. (17 additional authors not shown)      or `Authors: …`
    Comments: …                      Journal-ref:, Subjects: Computation and Language (cs.CL); …
    the abstract, one paragraph, on /new only

A label may stand on a line of its own, `[1]` and `[pdf, html, other]` too; there may be blank lines anywhere.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import BinaryIO

from digest import identifiers
from digest.formats import _arxiv, _dates, _text
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import LONGEST_ABSTRACT, Paper, Reject, paper, readable, reject

LONG = 300  # characters: a line without a label that is no line of authors

_TERM = re.compile(
    r"(?:[-*]\s+)?(?:\[\d{1,5}\]\s*)?arXiv:(\S{7,40})((?:\s*\([^()]{1,60}\)){0,2})\s*(?:\[[^\]]{0,80}\])?",
    re.IGNORECASE,
)
_FORMATS = re.compile(r"\[(?:\d{1,5}|(?:pdf|ps|html|other|abs|view|src|v\d)[^\]]{0,60})\]", re.IGNORECASE)
_FIELD = re.compile(
    r"(Title|Authors?|Comments?|Journal[- ]ref|Subjects|Report[- ]no|DOI|(?:MSC|ACM)[- ]class(?:es)?):\s*(.*)"
)
_HEADING = re.compile(
    r"(?:(New|Cross|Replacement)[ -](?:submissions|lists)|(Showing new listings)"
    r"|([A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4}\b)|Total of \d"
    r"|\[ ?total of|\[?Showing |Links to:|About$|Help$|contact arXiv|Copyright$)"
)
_DAY = re.compile(
    r"(?:listings? for |submissions for |^)(?:[A-Z][a-z]{2,8},? )?(\d{1,2} [A-Z][a-z]{2,8} \d{2,4})\b"
)


def sniff(head: Head) -> bool:
    """An id alone on its line, as the page writes it, and the label of the title below it."""
    lines = [line for line in head.lines if not _FORMATS.fullmatch(line)]
    return any(below.startswith("Title:") and _TERM.fullmatch(line) for line, below in pairwise(lines))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the page."""
    entry: _Entry | None = None
    new, day, shown = False, "", _arxiv.Shown()
    for line in _text.lines(dump):
        said = readable(line.text) if len(line.text) <= 2 * LONGEST_ABSTRACT else line.text
        if found := _TERM.fullmatch(said):
            if entry:
                yield entry.paper()
            entry = _Entry(line.where, found[1], new and not found[2], day)
            shown.one()
        elif heading := _HEADING.match(said):
            if entry and not entry.is_open():
                yield entry.paper()
                entry = None
            if entry is None:
                new = heading[1] == "New" or bool(heading[3]) or (new and not heading[1] and not heading[2])
                day = _day(said) or day
                yield from shown.under(said)
        elif entry and not _FORMATS.fullmatch(said):
            entry.take(said)
    if entry:
        yield entry.paper()
    yield from shown.end()


def _day(heading: str) -> str:
    found = _DAY.search(heading)
    return _dates.iso(re.sub(r" (\d\d)$", r" 20\1", found[1])) if found else ""


class _Entry:
    """A paper as it is read line by line."""

    def __init__(self, where: str, identifier: str, new: bool, day: str) -> None:
        self._where = where
        self._own = identifiers.arxiv(identifier)
        self._identifier = identifier
        self._new = new
        self._day = day
        self._fields: dict[str, str] = {}
        self._label = ""  # of the field whose words are still to come
        self._over = False

    def is_open(self) -> bool:
        """Whether words must follow: a line that looks like a heading is one of its fields."""
        return bool(self._label) or "Title" not in self._fields

    def take(self, said: str) -> None:
        """Take a line of it."""
        if not said:
            self._over = "Abstract" in self._fields
        elif self._over:
            return
        elif "Abstract" not in self._fields and (found := _FIELD.match(said)):
            self._label = found[1].replace(" ", "-")
            self._label = {"Authors": "Author", "Comments": "Comment"}.get(self._label, self._label)
            if found[2] and found[2] != "Subjects:":
                self._add(self._label, found[2])
        elif self._label:
            self._add(self._label, said)
        elif "Subjects" in self._fields or len(said) >= LONG:
            self._add("Abstract", said)
        else:
            self._add("Author", said)

    def _add(self, field: str, said: str) -> None:
        before = self._fields.get(field, "")
        if len(before) <= LONGEST_ABSTRACT:
            self._fields[field] = f"{before} {said}".strip()
        self._label = ""

    def paper(self) -> Paper | Reject:
        """What it tells."""
        told = self._fields.get
        if not self._fields:
            return reject(self._where, "cut off: an id and nothing below it", self._identifier)
        names = _arxiv.authors(told("Author", ""))
        comments, abstract = told("Comment", ""), told("Abstract", "")
        month = _arxiv.month(self._own.key) if self._own else ""
        return paper(
            self._where,
            told("Title", ""),
            abstract,
            ids=(self._own, *_arxiv.dois(told("DOI", ""))),
            resolve=latex.plain,
            version=self._own.version if self._own and self._own.version else 1 if self._new else None,
            authors=names,
            n_authors=_arxiv.n_authors(told("Author", ""), names),
            venue=_arxiv.venue(told("Journal-ref", ""), comments),
            categories=_arxiv.codes(told("Subjects", "")),
            published=_arxiv.announced(self._day, self._own.key) if self._new and self._own else month,
            links=_arxiv.links(comments, abstract),
            withdrawn=_arxiv.withdrawn(comments, abstract),
        )
