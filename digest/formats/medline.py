"""MEDLINE, PubMed's tagged layout (`.nbib`, `pubmed.txt`), and what ERIC and Ovid write in it.

    record  begins with `PMID- ` (ERIC: `OWN - ERIC`, no PMID; Ovid: `VN  - ` or `UI  - `), after a blank line
    field   a tag of up to four columns, `- `, value; goes on in lines with six spaces in front

    www.nlm.nih.gov/bsd/mms/medlineelements.html

An author is `FAU` (in full) and `AU` below it, with the `AD` of both; a group is `CN`; `IR`, `FIR` are no authors.
Dates: `DEP` of the electronic publication, `DP` free text (`2019 Mar`, `1998 Dec-1999 Jan`, ERIC: `Article 10 2019`).
DOIs are in `LID` and `AID`, followed by `[doi]`. Retracted: `RIN` (where that was said) or `PT  - Retracted
Publication`; `ROF` stands in the notice. PMIDs in `CIN`, `CON`, `EIN` … are other papers'.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers
from digest.formats import _dates, _names, _tagged
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import Paper, Reject, readable

_TAG = re.compile(r"\ufeff?(?=[A-Z0-9 ]{4}-|ISSN -)([A-Z0-9]{2,4}) *-(?:(?: +|(?<=PMID-)(?=\d))(.*)|$)")
_OPENERS = ("PMID", "OWN", "UI", "VN", "STAT")
_OPENING = re.compile(r"\ufeff?(?:PMID- *\d|OWN - |UI  - |VN  - Ovid|STAT- )")
_FIELD = re.compile(r"(?=[A-Z0-9 ]{4}- )[A-Z0-9]{2,4} *- \S")
PREAMBLE = 5  # lines


def sniff(head: Head) -> bool:
    """A tag that begins a record among the first lines, and other tags below it."""
    for at, line in enumerate(head.lines[:PREAMBLE]):
        if line[:1] in {"<", "{", "[", "@"} or line.startswith("TY  -"):
            return False
        if _OPENING.match(line):
            below = head.lines[at + 1 : at + 10]
            return not below or any(_FIELD.match(one) for one in below)
    return False


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records of the export."""
    for record in _tagged.records(dump, _TAG.match, _begins):
        yield _paper(record)


def _begins(record: _tagged.Record, name: str, blank: bool) -> bool:
    """What begins a record does so after a blank line, or if the open record has it already."""
    if name in _OPENERS:
        return blank or name in record.names
    return name == "TI" and blank and name in record.names


def _paper(record: _tagged.Record) -> Paper | Reject:
    return _tagged.made(
        record,
        _title(record.first("TI")) or _title(record.first("BTI", "TT")),
        record.first("AB", "OAB"),
        ids=_ids(record),
        authors=_authors(record),
        org=_organisation(record.first("AD")),
        venue=_tagged.words(record.first("JT", "TA")),
        categories=_tagged.keywords([*record.lines("OT"), *map(_heading, record.lines("MH"))]),
        published=_published(record),
        links=_tagged.links(record.lines("LID", "AID", "4099")),
        withdrawn="RIN" in record.names or "Retracted Publication" in record.lines("PT"),
    )


def _ids(record: _tagged.Record) -> Iterator[Id | None]:
    yield identifiers.pmid(record.first("PMID")[:20])
    yield identifiers.pmcid(record.first("PMC")[:20])
    for line in record.lines("LID", "AID"):
        if line.endswith("[doi]"):
            yield _tagged.an_id(identifiers.doi, line.removesuffix("[doi]").strip())
        else:
            yield _tagged.an_id(identifiers.of_link, line)


def _authors(record: _tagged.Record) -> tuple[str, ...]:
    found: list[str] = []
    in_full = False  # whether the latest author stands there in full, and so `AU` only repeats it
    for name, lines in record.fields:
        if name not in {"FAU", "AU", "CN"}:
            continue
        if name != "AU" or not in_full:
            words = " ".join(lines)[: _tagged.MAX_NAME]
            found.append(readable(words) if name == "CN" else _natural(words))
        in_full = name == "FAU"
    return _names.known(found)


def _title(title: str) -> str:
    """The title without its full stop and without the brackets that say it is a translation."""
    title = _without_stop(title)
    if title.startswith("[") and title.endswith("]"):
        title = _without_stop(title[1:-1])
    return "" if title.lower() in {"not available", "in process citation"} else title


def _without_stop(title: str) -> str:
    return title[:-1].rstrip() if title.endswith(".") and not title.endswith("..") else title


def _heading(heading: str) -> str:
    """`*Software/methods` → `Software`."""
    return heading.partition("/")[0].replace("*", "")


_JUNIOR = re.compile(r"(.+) (Jr|Sr|2nd|3rd|4th|5th|II|III|IV)\.?")
_SHORT = re.compile(r"(\S.*) ([A-Z]{1,3})")


def _natural(name: str) -> str:
    """`Doe, Jane R Jr` → `Jane R Doe Jr`; `Doe JR` → `JR Doe`."""
    last, comma, first = name.partition(",")
    if comma and (found := _JUNIOR.fullmatch(first.strip())):
        return _names.joined(found[1], last, found[2])
    if not comma and (found := _SHORT.fullmatch(readable(name))):
        return _names.joined(found[2], found[1])
    return _names.natural(name)


def _organisation(address: str) -> str:
    """An affiliation without the e-mail address behind it."""
    return _tagged.words(re.sub(r"\s*(?:Electronic address:.*|\S+@\S+)$", "", address[:2000]))


def _published(record: _tagged.Record) -> str:
    """The first publication: the electronic one if it is told."""
    told = record.first("DP")[:100]
    year = re.search(r"\b(?:19|20)\d\d\b", told)
    return (
        _dates.iso(record.first("DEP")[:20])
        or _dates.iso(told)
        or (year[0] if year else "")
        or _dates.iso(record.first("EDAT")[:20])
    )
