"""arXiv's metadata snapshot on Kaggle (kaggle.com/datasets/Cornell-University/arxiv): JSON Lines, 3 million in 5 GB.

    {"id": "0704.0001", "title": …, "authors": raw line, "authors_parsed": [[last, first, suffix, affiliation …] …],
     "comments", "journal-ref", "doi", "categories": "hep-ph gr-qc", "abstract": "  …\\n", "update_date",
     "versions": [{version, created} …]}

Titles and abstracts are hard-wrapped and keep their TeX; only the newest wording is there, so it is that of the last
version, while `versions[0]` tells when the paper appeared. An export through a table makes `704.0001` of `0704.0001`.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO

import msgspec

from digest import identifiers
from digest.formats import _arxiv, _dates, _json, _names
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import Paper, Reject, links_in, paper, readable, reject


def sniff(head: Head) -> bool:
    """Lines with the snapshot's own pair of keys; `authors_parsed` stands at the end of the first."""
    return head.has("id", "authors_parsed", "update_date") or head.has(
        "id", "submitter", "versions", "license"
    )


class _Version(msgspec.Struct):
    version: str = ""
    created: str = ""


class _Record(msgspec.Struct, rename={"journal_ref": "journal-ref"}):
    id: str = ""
    title: str | None = ""
    abstract: str | None = ""
    authors: str | None = ""
    comments: str | None = ""
    journal_ref: str | None = ""
    doi: str | None = ""
    categories: str | None = ""
    versions: list[_Version] = []
    authors_parsed: list[list[str]] = []


_line = msgspec.json.Decoder(_Record)


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """A paper a line."""
    for where, raw in _json.records(dump, "", "[]"):
        try:
            record = _line.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            yield from _json.one(where, raw, _of_wild)
        else:
            yield _paper(where, record)


def _of_wild(where: str, record: dict[str, Any]) -> Paper | Reject:
    """A record that a table or a script has been through: numbers for words, lists as text."""
    words = ("id", "title", "abstract", "authors", "comments", "doi")
    names = _json.at(record, "authors_parsed")
    return _paper(
        where,
        _Record(
            **{name: _json.text(record, name) for name in words},
            journal_ref=_json.text(record, "journal-ref"),
            categories=" ".join(_json.texts(record, "categories")),
            versions=[
                _Version(_json.text(one, "version"), _json.text(one, "created"))
                for one in _json.items(record, "versions")
            ],
            authors_parsed=[list(_json.texts(name)) for name in names] if isinstance(names, list) else [],
        ),
    )


_EATEN = re.compile(r"(\d{3,4})\.(\d{1,5})")


def _padded(number: str) -> str:
    """`704.0001` → `0704.0001`; what a table took from the end is known, too: 4 digits until 2014, then 5."""
    found = _EATEN.fullmatch(number)
    if not found:
        return number
    month = found[1].zfill(4)
    return f"{month}.{found[2].ljust(4 if month < '1501' else 5, '0')}"


def _paper(where: str, record: _Record) -> Paper | Reject:
    found = identifiers.arxiv(record.id) or identifiers.arxiv(_padded(record.id))
    if not found:
        return reject(where, f"its id {record.id[:40]!r} is none of arXiv's", record.title or "")
    versions, abstract, comments = record.versions, record.abstract or "", record.comments or ""
    version = versions[-1].version.removeprefix("v") if versions else ""
    return paper(
        where,
        record.title or "",
        abstract,
        ids=(found, identifiers.doi(record.doi.split()[0]) if record.doi and record.doi.strip() else None),
        resolve=latex.plain,
        authors=_names_of(record),
        version=int(version)
        if version.isascii() and version.isdigit() and 0 < int(version[:4]) < 1000
        else None,
        published=_day_of(versions[0].created[:17]) if versions else "",
        venue=_line_of(record.journal_ref),
        categories=tuple(readable(record.categories or "").split()),
        links=links_in(comments) if "http" in comments else (),
        withdrawn=_arxiv.withdrawn(comments, abstract),
    )


def _line_of(text: str | None) -> str:
    return _names.joined(latex.plain(text)) if text else ""


def _names_of(record: _Record) -> tuple[str, ...]:
    """Of the parsed names; what stands after last, first and suffix is an affiliation."""
    if not record.authors_parsed:
        return _arxiv.authors(record.authors or "")
    names = [
        " ".join([part for part in (*name[1:2], *name[:1], *name[2:3]) if part])
        for name in record.authors_parsed
    ]
    line = "|".join(names)
    if line.isascii() and line.isprintable() and not _ODD.search(line):  # 4 of 5: 1 µs in place of 6
        return tuple(names)
    return _names.known(map(latex.plain, names))


_ODD = re.compile(r"[\\~`]|  |\|\||\| | \||^\||\|$|^$|others|et\.? al", re.IGNORECASE)


_RFC822 = re.compile(r"\w{3}, {1,2}(\d{1,2}) (\w{3}) (\d{4}) ")


@lru_cache(maxsize=10_000)  # a snapshot has 12,000 days and 3 million of these
def _day_of(created: str) -> str:
    found = _RFC822.match(created)
    return _dates.ymd(found[3], found[2], found[1]) if found else _dates.iso(created)
