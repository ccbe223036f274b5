"""DBLP's XML: the dump file, a record, a person's or a conference's page, and the answers of the search API.

    <dblp>        <article key="journals/corr/abs-2401-00001" publtype="informal"> author, title, year, ee … </article>
    <dblpperson>  <person> <r><article …></r> <coauthors>
    <result>      <query> <status code="200"> <hits> <hit> <info> authors/author, title, venue, key, doi, ee

The facts are from dblp.dtd and from real files. Traps: ISO-8859-1 with named entities that only the DTD declares;
titles with markup and a full stop; `Wei Wang 0005`; arXiv papers are `CoRR`, their id is the volume, `abs/2401.00001`.
A person's home page (`www`) is a profile and no record; proceedings and books are papers, by their editors.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest.errors import DumpError
from digest.formats import _dblp, _xml
from digest.formats._head import Head
from digest.papers import Paper, Reject, readable

if TYPE_CHECKING:
    from lxml.etree import _Element

_PUBLICATIONS = (
    "article", "inproceedings", "proceedings", "book", "incollection", "phdthesis", "mastersthesis", "data", "www",
)  # fmt: skip


def sniff(head: Head) -> bool:
    """By the root element; that of the search API has its own form of hits and status."""
    if head.root == "result":
        return "<hits" in head.text and "<status" in head.text and "<query" in head.text
    return head.root in {"dblp", "dblpperson", "bht"}


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The publications. DumpError: the search API answers with an error."""
    return _xml.papers(dump, _record, *_PUBLICATIONS, "hit", "status")


def _record(where: str, element: "_Element") -> Paper | Reject | None:
    name = _xml.local(element)
    if name == "status":
        if (code := str(element.get("code") or "200")) != "200":
            raise DumpError(f"DBLP answered with status {code}, {_xml.words(element)}: fetch it again")
        return None
    if name == "hit":
        where = f"hit {number}" if (number := readable(str(element.get("id") or ""))[:20]) else where
        info = _xml.find(element, "info")
        return None if info is None or not _is_publication(info) else _dblp.made(where, _of_search(info))
    key, title = str(element.get("key") or ""), _xml.text(element, "title")
    if name == "www" and _dblp.is_homepage(key, title):
        return None
    return _dblp.made(where, _of_dump(element, key, title))


def _is_publication(info: "_Element") -> bool:
    """The searches for authors and for venues have hits too."""
    return any(_xml.find(info, name) is not None for name in ("title", "authors", "key"))


def _of_dump(element: "_Element", key: str, title: str) -> _dblp.Record:
    return _dblp.Record(
        key=key,
        title=title,
        people=_xml.texts(element, "author") or _xml.texts(element, "editor"),
        venue=_first(element, "journal", "booktitle", "series", "school"),
        volume=_xml.text(element, "volume"),
        year=_xml.text(element, "year"),
        month=_xml.text(element, "month"),
        links=_xml.texts(element, "ee"),
        kind=str(element.get("publtype") or ""),
    )


def _of_search(info: "_Element") -> _dblp.Record:
    return _dblp.Record(
        key=_xml.text(info, "key"),
        title=_xml.text(info, "title"),
        people=_xml.texts(info, "authors/author"),
        venue=_xml.text(info, "venue"),
        volume=_xml.text(info, "volume"),
        year=_xml.text(info, "year"),
        doi=_xml.text(info, "doi"),
        links=_xml.texts(info, "ee"),
        kind=_xml.text(info, "type"),
    )


def _first(element: "_Element", *names: str) -> str:
    return next((words for name in names if (words := _xml.text(element, name))), "")
