r"""arXiv's mails and text listings: `new`, `pastweek`, monthly files of the 1990s
(info.arxiv.org/help/subscribe; github.com/arXiv/arxiv-browse, parse_new_listing_file.py).

    a line of dashes
    \\
    arXiv:2401.00001 (*cross-listing*)            in the 1990s: `Paper (*cross-listing*): hep-th/9712001`, `From: …`
    Date: Mon, 1 Jan 2024 18:00:00 GMT  (9kb,D)   or `replaced with revised version …`; `Date (revised v2): …`

    Title: …                                      Authors:, Categories:, Comments:, Journal-ref:, DOI: …;
    \\                                            a line that begins no field goes on with the last
      the abstract
    \\ ( https://arxiv.org/abs/2401.00001 , 9kb)

A replacement has no abstract: its fields end at the last line. A line of `%` and `-` stands before each part of a mail.
Mail programs quote with `> `, break lines anew, make `\` of `\\`, and leave `=20`, `=3D` and `=` at line ends.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers
from digest.formats import _arxiv, _dates, _text
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import LONGEST_ABSTRACT, Paper, Reject, paper, readable, reject

_HEADER = re.compile(
    r"(?:arXiv:|Paper(?: ?\([^()]{0,40}\))?:)\s*(\S{7,40})\s*(?:[(<].{0,100}|replaced.{0,100})?",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:Date(?: ?\((?:revised )?v(\d{1,3})\))?:|replaced with revised version|From:)", re.IGNORECASE
)
_FIELD = re.compile(
    r"(Title|Authors?|Categories|Comments?|Report-no|Journal-ref|DOI|MSC-class|ACM-class|Subj-class|Proxy|License|From"
    r"|Date(?: ?\((?:revised )?v\d{1,3}\))?|replaced with revised version):?(?:\s+(.*)|$)"
)
_RULE = re.compile(r"[> ]*(?:-{20,}|[%-]{30,})")
_END = re.compile(r"\\\\?\s*\(")
_MAIL = re.compile(r"Send any comments regarding submissions directly to submitter")
_QUOTES = re.compile(r"(?:>[ \t]?)+")
_SENTENCE_ENDS = (".", "!", "?", ")", "$", "}", '"', "]")


def sniff(head: Head) -> bool:
    """Below a line of two backslashes or of dashes an id, and below that a date; or the head of a mail without any."""
    lines = [_QUOTES.sub("", line, count=1).strip() for line in head.lines]
    return any(_begins(lines, at) or _MAIL.match(line) for at, line in enumerate(lines))


def _begins(lines: list[str], at: int) -> bool:
    above = lines[at - 1] if at else "\\\\"
    return bool(
        _opens(above)
        and _HEADER.fullmatch(lines[at])
        and any(_DATED.match(below) for below in lines[at + 1 : at + 4])
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of a listing; a reject for one that breaks off."""
    block: _Block | None = None
    before = "\\\\"
    for number, line in _lines(dump):
        said = line.strip()
        if _opens(before) and (found := _HEADER.fullmatch(said)):
            if block:
                yield block.paper()
            block = _Block(f"line {number}", found[1], found[0])
        elif block and block.ends(line):
            yield block.paper()
            block = None
        before = said or before
    if block:
        yield block.last()


def _opens(line: str) -> bool:
    """Whether a record may begin below this line."""
    return line in {"\\\\", "\\"} or _is_rule(line)


def _is_rule(line: str) -> bool:
    return len(line) >= 20 and bool(_RULE.fullmatch(line))


def _lines(dump: BinaryIO) -> Iterator[tuple[int, str]]:
    """The lines without quote marks, as many as the last rule had, and without what quoted-printable leaves."""
    quotes, start, begun = 0, 0, ""
    for number, text in _text.lines(dump):
        if _is_rule(text.rstrip()):
            quotes = text.count(">")
        line = re.sub(rf"^(?: ?>){{1,{quotes}}} ?", "", text) if quotes else text
        start = start if begun else number
        if line.endswith("=") and 68 <= len(line) <= 77 and len(begun) < 1000:
            begun += line[:-1]
            continue
        whole, begun = begun + line, ""
        if "=" in whole:
            whole = re.sub(r"(?:=20){1,9}$", "", whole).replace("=3D", "=")
        yield start, whole
    if begun:
        yield start, begun


class _Block:
    """A record as it is read line by line: fields, then perhaps an abstract."""

    def __init__(self, where: str, identifier: str, header: str) -> None:
        self._where = where
        self._identifier = identifier
        self._replaced = "replaced" in header.lower()
        self._crossed = "cross" in header.lower()
        self._fields: dict[str, list[str]] = {}  # their lines
        self._revisions = [0]
        self._field = ""
        self._abstract: list[str] | None = None
        self._size = 0

    def ends(self, line: str) -> bool:
        """Take a line of it; whether it was the last."""
        said = line.strip()
        if _is_rule(said) or _END.match(said):
            return True
        if said in {"\\\\", "\\"}:
            if self._abstract is not None:
                return True
            self._abstract = []
        elif self._abstract is not None:
            self._keep(said)
        elif found := _FIELD.match(line):
            self._begin(found[1], found[2] or "")
        elif said and self._field and self._size <= 2 * LONGEST_ABSTRACT:
            self._fields[self._field].append(said)
            self._size += len(said) + 1
        return False

    def _keep(self, said: str) -> None:
        if self._abstract is not None and self._size <= 2 * LONGEST_ABSTRACT:
            self._abstract.append(said)
            self._size += len(said)

    def _begin(self, name: str, value: str) -> None:
        if name.startswith("replaced"):
            self._replaced = True
        elif revision := re.search(r"v(\d+)", name):
            self._revisions.append(int(revision[1]))
            name = "Date" if revision[1] == "1" else "Revised"
        self._field = {"Author": "Authors", "Comment": "Comments"}.get(name, name)
        lines = self._fields.setdefault(self._field, [])
        if value and not lines:
            lines.append(value)

    def _told(self, name: str) -> str:
        return " ".join(self._fields.get(name, ()))

    def last(self) -> Paper | Reject:
        """What it is where the document ends within it."""
        words = readable(" ".join(self._abstract or ()))
        if self._abstract is None or (words and not words.endswith(_SENTENCE_ENDS)):
            title = self._told("Title")
            return reject(
                self._where, "cut off: the listing ends within this paper", f"{self._identifier} {title}"
            )
        return self.paper()

    def paper(self) -> Paper | Reject:
        """What it tells."""
        told = self._told
        own = identifiers.arxiv(self._identifier)
        comments, abstract = told("Comments"), " ".join(self._abstract or ())
        submitted = _dates.iso(told("Date"))
        return paper(
            self._where,
            told("Title"),
            abstract,
            ids=(own, *_arxiv.dois(told("DOI"))),
            resolve=latex.plain,
            version=self._version(own),
            authors=_arxiv.authors(told("Authors")),
            org=_arxiv.organisation(told("Authors")),
            venue=_arxiv.venue(told("Journal-ref"), comments),
            categories=tuple(dict.fromkeys(readable(told("Categories")).split())),
            published=submitted or (_arxiv.month(own.key) if own else ""),
            links=_arxiv.links(comments, abstract),
            withdrawn=_arxiv.withdrawn(comments, abstract),
        )

    def _version(self, own: identifiers.Id | None) -> int | None:
        """A new paper is the first; which one replaces or is cross-listed, a mail does not tell."""
        if own and own.version:
            return own.version
        if revised := max(self._revisions):
            return revised
        return None if self._replaced or self._crossed or "Date" not in self._fields else 1
