"""RefWorks, tagged: RefWorks' own backup, and exports of CNKI, Wanfang and ProQuest for it.

    header  nothing, or `Refworks Export Tagged Format` with a legend of tags, `RT=Reference Type`, down to
            `BEGIN EXPORTED REFERENCES`
    record  `RT Journal Article` and the lines below it, up to the next `RT`
    field   a tag of two signs (`U10`, `PMID`, `PMCID`), a space, value; goes on in lines without a tag

`A1` author, a line each (CNKI: several with `;`), `T1` title, `JF`, `JO` journal, `YR` year and `FD` free-form date,
`AB` abstract, `DO` DOI, `LK` and `UL` links. `NO` holds the DOI as a note of its own, `doi: 10.…`, where the exporter
knew no `DO`.
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

_TAG = re.compile(r"\ufeff?(RT|[A-Z][A-Z0-9]|U1\d|PMID|PMCID) (.*)")
_END = re.compile(r"END EXPORTED REFERENCES")
_HEADER = re.compile(r"\ufeff?Refworks Export Tagged Format", re.IGNORECASE)
_TYPE = re.compile(r"\ufeff?RT [A-Z][\w /()-]{2,40}")
_BELOW = re.compile(r"(?:SR|ID|A1|T1|AD|JF|YR|AB) \S")
_NOTED = re.compile(r"doi\s*:?\s*10\.\S+", re.IGNORECASE)


def sniff(head: Head) -> bool:
    """The header, or a record's type and a tag below it."""
    if not head.lines:
        return False
    if _HEADER.match(head.lines[0]):
        return True
    return bool(_TYPE.fullmatch(head.lines[0])) and any(_BELOW.match(line) for line in head.lines[1:4])


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records of the export."""
    for record in _tagged.records(dump, _TAG.match, _begins):
        yield _paper(record)


def _begins(record: _tagged.Record, name: str, blank: bool) -> bool:
    return name == "RT" and not record.names.isdisjoint({"RT", "T1"})


def _paper(record: _tagged.Record) -> Paper | Reject:
    return _tagged.made(
        record,
        record.first("T1"),
        _END.split(record.first("AB"))[0],
        ids=_ids(record),
        authors=_tagged.authors(record.lines("A1")),
        org=_tagged.words(record.first("AD").partition(";")[0]),
        venue=_tagged.words(record.first("JF", "JO", "T2")),
        categories=_tagged.keywords(record.lines("K1")),
        published=_published(record),
        links=_tagged.links(record.lines("LK", "UL")),
    )


def _ids(record: _tagged.Record) -> Iterator[Id | None]:
    for line in record.lines("DO"):
        yield _tagged.an_id(identifiers.doi, line)
    for line in record.lines("LK", "UL"):
        yield _tagged.an_id(identifiers.of_link, line)
    for line in record.lines("NO"):
        if len(line) <= _tagged.MAX_ID and _NOTED.fullmatch(line):
            yield identifiers.doi(line)
    yield identifiers.pmid(record.first("PMID")[:20])
    yield identifiers.pmcid(record.first("PMCID")[:20])


def _published(record: _tagged.Record) -> str:
    """`FD` is `2019-05-03`, `May 3`, or `05/03`, which has two readings and says no more than the year."""
    year, day = _dates.iso(record.first("YR")[:30]), record.first("FD")[:30]
    date = _dates.iso(day) or _dates.iso(f"{day} {year[:4]}")
    return date if date and (not year or date[:4] == year[:4]) else year
