"""RIS, the exchange format of reference managers and databases (`.ris`; observed in exports of 14 programs).

    preamble  nothing, or `Record #3 of 18` / `Provider: …` / `Content: …` (Cochrane), or `2. ` (Ovid)
    record    `TY  - JOUR` … `ER  - `; a record without its `ER` ends where the next begins
    field     tag, two spaces, dash, space, value. Seen too: one space before the dash, two after it, none after it;
              `PMID` for a tag (APA), and `NL`, the journal's short name, behind the record's end (Ovid)
    value     goes on in lines without a tag: text, or one more name or keyword (EndNote)

Title `TI`, `T1`, `CT`, `BT`; abstract `AB`, `N2`; authors `AU`, `A1` (`A2` … are editors); `DO` may be an address;
dates as `2024`, `2024///`, `2024/05/03/`, `Mar 15` (its year is in `PY`). What each database puts into
`AN`, `C2`, `C3`, `C5`, `C7`, `ID` and `M1` is its own affair: there ids count only if they name themselves, or if
the database is known.
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

_WIDE = re.compile(r"[\s\ufeff]{0,8}([A-Z][A-Z0-9]|PMID)  -[ \t]*(.*)")
_NARROW = re.compile(r"[\s\ufeff]{0,8}([A-Z][A-Z0-9]) -(?:\s+(.*)|$)")
_TYPE = re.compile(r"[\s\ufeff]{0,8}TY( {1,2})-(?:\s+[\w ]{0,30}$|$)")
_OTHER = re.compile(r"[{\[@|#]|<(?!\d)|PMID- |OWN - ")  # JSON, XML, Markdown … and MEDLINE
PREAMBLE = 40  # lines
_TITLES = ("TI", "T1", "CT", "BT")
_IN_ARXIV = re.compile(r"(?:arXiv preprint|arXiv e-prints|CoRR)[\s,:]*(?:abs/|p\. )?", re.IGNORECASE)
_MEDLINE = re.compile(r"\b(?:medline|pubmed|nlm)\b")
_LABELLED_PMID = re.compile(r"(?:pubmed|pmid)\s*:?\s*(\d+)", re.IGNORECASE)


def sniff(head: Head) -> bool:
    """A line with a record's type among the first, and a tag below it."""
    for line, below in zip(head.lines[:PREAMBLE], head.lines[1:], strict=False):
        if _OTHER.match(line):
            return False
        if _TYPE.match(line):
            return bool(_WIDE.match(below) or _NARROW.match(below))
    return False


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records of the export."""
    for record in _tagged.records(dump, _Tags(), _begins, ends=("ER",)):
        if record.names != {"NL"}:
            yield _paper(record)


class _Tags:
    """Which lines have a tag: with one space before the dash only where the record's type has one too, for
    a line of an abstract may begin with `AI - `.
    """

    def __init__(self) -> None:
        self._narrow = True

    def __call__(self, line: str) -> re.Match[str] | None:
        wide = _WIDE.match(line)
        found = wide or _NARROW.match(line)
        if found and found[1] == "TY":
            self._narrow = not wide
        return found if wide or self._narrow or (found and found[1] in {"TY", "ER"}) else None


def _begins(record: _tagged.Record, name: str, blank: bool) -> bool:
    """A type begins a record, unless only its id or the like stands before it."""
    return name == "TY" and ("TY" in record.names or not record.names.isdisjoint(_TITLES))


def _paper(record: _tagged.Record) -> Paper | Reject:
    return _tagged.made(
        record,
        record.first(*_TITLES),
        record.first("AB", "N2"),
        ids=_ids(record),
        authors=_tagged.authors(record.lines("AU") or record.lines("A1")),
        venue=_tagged.words(record.first("JF", "T2", "JO", "JA", "J2")),
        categories=_tagged.keywords([line.lstrip("*") for line in record.lines("KW")]),
        published=_published(record),
        links=_tagged.links(record.lines("UR", "L1", "L2") or record.lines("LK")),
        withdrawn=record.first("M3").lower() in {"retracted article", "retracted publication"},
    )


def _published(record: _tagged.Record) -> str:
    """The most precise of the dates that agree on the year."""
    year = _dates.iso(record.first("PY")) or _dates.iso(record.first("Y1"))
    day = record.first("DA")
    dates = [year, _dates.iso(record.first("Y1")), _dates.iso(day) or _dates.iso(f"{day} {year[:4]}")]
    return max((one for one in dates if one[:4] == year[:4] or not year), key=len, default="")


def _ids(record: _tagged.Record) -> Iterator[Id | None]:
    for line in record.lines("DO"):
        yield _tagged.an_id(identifiers.doi, line.partition("   ")[0])  # Rayyan glues the next field to it
    for line in record.lines("UR", "L2", "L3", "L1", "LK", "M3"):
        yield _tagged.an_id(identifiers.of_link, line)
    for line in record.lines("AN", "C2", "C3", "C7", "ID", "M1"):
        if "arxiv" in line.lower():
            yield _tagged.an_id(identifiers.arxiv, line)
        if found := _LABELLED_PMID.fullmatch(line):
            yield _tagged.an_id(identifiers.pmid, found[1])
        yield _tagged.an_id(identifiers.pmcid, line)
    for line in record.lines("JO", "JF", "T2", "JA"):
        if found := _IN_ARXIV.match(line):
            yield _tagged.an_id(identifiers.arxiv, line[found.end() :])
    yield identifiers.pmid(record.first("PMID")[:20])
    yield _of_database(record)


def _of_database(record: _tagged.Record) -> Id | None:
    """The PMID as Embase (`C5`), Ovid (`ID`) and EndNote (`AN`) give it; EndNote's own `ID` counts its records."""
    base = " ".join(record.lines("DB", "DP"))[:200].lower()
    if "embase" in base or re.match(r"L\d+$", record.first("U2")):
        return identifiers.pmid(record.first("C5")[:20])
    if not _MEDLINE.search(base):
        return None
    return identifiers.pmid(record.first("ID" if "ovid" in base else "AN")[:20])
