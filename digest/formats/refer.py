"""refer, the %-tags of EndNote's and Chinese databases' exports (`.enw`, `.txt`), and before them of Unix.

    record  `%0 Journal Article` and the lines below it; records need no blank line between them. Unix has no `%0`:
            there a blank line ends a record
            there a blank line ends a record. The AIS eLibrary puts `%T` before `%0`, or leaves that out
    field   `%`, one sign, a space, value; goes on in lines without a tag

`%A` author, a line each (CNKI: several with `;`), `%H` the same in Latin letters; `%T` title; `%J` journal, `%B` book
or conference; `%D` year, `%8` date; `%X` abstract; `%R` DOI; `%U` links; `%+` address; `%M` accession number: a PMID
where `%W` or `%~` says that the database is PubMed; `%2` a PMCID.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers
from digest.formats import _dates, _tagged
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import Paper, Reject

_TAG = re.compile(r"[\s\ufeff]{0,8}%([0-9A-Z@+&$!#*?<>^~=\[\]()'])(?:\s+(.*)|$)")
_KNOWN = re.compile(r"%[0-9A-Z@+&$!#*?<>^~=] \S|%[0-9A-Z]$")
_BASE = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)


def sniff(head: Head) -> bool:
    """Tags in the first two lines; one with a type, an author or a title."""
    lines = [line.lstrip("\ufeff") for line in head.lines[:30]]
    if not lines or not _KNOWN.match(lines[0]) or (len(lines) > 1 and not _KNOWN.match(lines[1])):
        return False
    return lines[0].startswith("%0") or {"%A", "%T"} <= {line[:2] for line in lines}


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records of the export."""
    for record in _tagged.records(dump, _TAG.match, _begins):
        yield _paper(record)


def _begins(record: _tagged.Record, name: str, blank: bool) -> bool:
    """A type begins a record; where there are none, the next author or title after a blank line does."""
    if name == "0":
        return "0" in record.names or {"T"} < record.names
    return blank and name in {"A", "T"} and "T" in record.names


def _paper(record: _tagged.Record) -> Paper | Reject:
    return _tagged.made(
        record,
        record.first("T"),
        record.first("X"),
        ids=_ids(record),
        authors=_tagged.authors(record.lines("A")),
        org=_tagged.words(record.first("+").partition(";")[0]),
        venue=_tagged.words(record.first("J", "B")),
        categories=_tagged.keywords(record.lines("K")),
        published=_published(record),
        links=_tagged.links(record.lines("U", ">")),
    )


def _ids(record: _tagged.Record) -> Iterator[Id | None]:
    for line in record.lines("R"):
        yield _tagged.an_id(identifiers.doi, line)
    for line in record.lines("U"):
        yield _tagged.an_id(identifiers.of_link, line)
    yield identifiers.pmcid(record.first("2")[:20])
    number = record.first("M")[:100]
    if "arxiv" in number.lower():
        yield identifiers.arxiv(number)
    if _BASE.search(record.first("W", "~")[:100]):
        yield identifiers.pmid(number)


def _published(record: _tagged.Record) -> str:
    """`%8` may lack the year, which is in `%D`."""
    year, day = _dates.iso(record.first("D")[:30]), record.first("8")[:30]
    date = _dates.iso(day) or _dates.iso(f"{day} {year[:4]}")
    return date if date and (not year or date[:4] == year[:4]) else year
