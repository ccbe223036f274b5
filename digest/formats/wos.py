"""Web of Science, field-tagged: what it saves as `savedrecs.txt` or `.ciw`, and others as `.ris`, which it is not.

    header  `FN Clarivate Analytics Web of Science`, `VR 1.0`
    record  `PT J` … `ER`; at the end of the file `EF`
    field   two letters and a space; goes on in lines with three spaces in front: text, or one more name

Names twice: `AU` short, `AF` in full; groups in `CA`. The date in pieces: `PY` and `PD` (`JUN 8`, `MAR-APR`), of what
appeared online first `EA` (`OCT 2019`). `ID` is a list of keywords, `CR` are the ids of other papers.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers
from digest.formats import _dates, _tagged
from digest.formats._head import Head
from digest.papers import Paper, Reject

_TAG = re.compile(r"\ufeff?([A-Z][A-Z0-9])(?: (.*)|$)")
_HEADER = re.compile(r"FN (?:Clarivate|Thomson Reuters|ISI Export|Web of|World of)")
_TYPE = re.compile(r"PT [A-Z]")
_ENDS = ("ER", "EF", "FN", "VR")


def sniff(head: Head) -> bool:
    """The header, or a record's type and a tag below it."""
    first = [line.lstrip("\ufeff") for line in head.lines[:2]]
    if not first:
        return False
    return bool(
        _HEADER.match(first[0]) or (len(first) > 1 and _TYPE.fullmatch(first[0]) and _TAG.match(first[1]))
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records of the export."""
    for record in _tagged.records(dump, _TAG.match, _begins, _ENDS):
        yield _paper(record)


def _begins(record: _tagged.Record, name: str, blank: bool) -> bool:
    return name == "PT" and not record.names.isdisjoint({"PT", "TI"})


def _paper(record: _tagged.Record) -> Paper | Reject:
    return _tagged.made(
        record,
        record.first("TI"),
        record.first("AB"),
        ids=(
            _tagged.an_id(identifiers.doi, record.first("DI")),
            _tagged.an_id(identifiers.pmid, record.first("PM")),
            _tagged.an_id(identifiers.arxiv, record.first("AR")),
        ),
        authors=_tagged.authors(record.lines("AF", "CA") or record.lines("AU")),
        org=_organisation(record.first("C1")),
        venue=_tagged.words(record.first("SO")),
        categories=_tagged.keywords([record.first("WC"), record.first("DE")]),
        published=_published(record),
        links=_tagged.links(record.lines("DL", "UR")),
        withdrawn="retracted publication" in record.first("DT").lower(),
    )


def _organisation(address: str) -> str:
    """`[Doe, Jane; Roe, R.] Univ Example, Dept Y, Town, Country.` → the first of what the commas divide."""
    if address.startswith("["):
        address = address.partition("] ")[2]
    return _tagged.words(address.partition(",")[0])


def _published(record: _tagged.Record) -> str:
    """What appeared online first, else the day in the year."""
    if online := _dates.iso(record.first("EA")[:20]):
        return online
    year = record.first("PY")[:10]
    month = re.sub(r"^([A-Z]{3})-[A-Z]{3}$", r"\1", record.first("PD")[:20])
    return _dates.iso(f"{month} {year}") or _dates.iso(year)
