"""Records of DataCite in JSON (support.datacite.org/docs/api, .../datacite-metadata-schema): an answer of the API with
a list or with one record, the lines of its public data file, and the attributes alone, as doi.org gives them.

    {"data": [{"id": "10.…", "type": "dois", "attributes": {"doi", "titles": [{"title"}], "creators": [{"name":
     "Last, First", "nameType": "Personal"}], "dates": [{"date", "dateType": "Issued"}], "descriptions":
     [{"description", "descriptionType": "Abstract"}], "publicationYear" …}}], "included", "meta"}

arXiv's records are here (10.48550), with the day of the first version as `Submitted`, `v1`. Of the other kinds of text
(papers, data sets, software, pictures) each that has a title is taken. `(:unav)`, `(:tba)`, `[s.n.]` stand for what
is not known. `relatedIdentifiers` are other works' ids. Data sets count versions in their own ways: only arXiv's are
read.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import Paper, Reject

_TYPE = re.compile(r'"type"\s*:\s*"dois"')
_NOT_KNOWN = re.compile(r"\s*\(:(?:un\w{0,9}|null|none|tba|etal)\)|\s*\[s\. ?n\.\]", re.IGNORECASE)
_ARCHIVE = re.compile(r".*\(([a-z][a-z-]+(?:\.[A-Za-z-]{2,})?)\)\s*")


def sniff(head: Head) -> bool:
    """DataCite's type and attributes, or titles, creators and types beside each other."""
    if _TYPE.search(head.text):
        return head.has("type", "attributes.doi") or head.has("type", "attributes.titles")
    return head.has("titles", "creators", "types")


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records."""
    return _catalogue.papers(dump, _made, "data")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    said = record["attributes"] if isinstance(record.get("attributes"), dict) else record
    ids = _ids(said, record)
    arxiv = any(one.key.startswith("arxiv:") for one in ids if one)
    title = _title(said)
    return papers.paper(
        where,
        title,
        _abstract(said),
        ids=ids,
        resolve=markup.words,
        authors=tuple(name for one in _json.items(said, "creators") for name in _named(one)),
        org=_org(said),
        venue=_catalogue.first(_json.text(said, "container", "title")),
        categories=_categories(said, arxiv),
        published=_published(said, arxiv),
        links=_catalogue.web(_json.text(said, "url"), *_json.texts(said, "contentUrl")),
        withdrawn=bool(_dated(said, "Withdrawn")) or _catalogue.taken_back(title),
        **({"version": version} if arxiv and (version := _version(said)) else {}),
    )


def _told(text: str) -> str:
    return "" if _NOT_KNOWN.match(text) else text


def _title(said: dict[str, Any]) -> str:
    titles = _json.items(said, "titles")
    plain = [_told(_json.text(one, "title")) for one in titles if not one.get("titleType")]
    subtitles = [_json.text(one, "title") for one in titles if one.get("titleType") == "Subtitle"]
    every = [_told(_json.text(one, "title")) for one in titles]
    title = next((one for one in [*plain, *every] if one.strip()), "")
    return _catalogue.with_subtitle(title, next(iter(subtitles), ""))


def _abstract(said: dict[str, Any]) -> str:
    told = _json.items(said, "descriptions")
    return next(
        (_json.text(one, "description") for one in told if one.get("descriptionType") == "Abstract"), ""
    )


def _ids(said: dict[str, Any], record: dict[str, Any]) -> list[Id | None]:
    others = [*_json.items(said, "identifiers"), *_json.items(said, "alternateIdentifiers")]
    arxiv = [
        identifiers.arxiv(_json.text(one, "identifier") or _json.text(one, "alternateIdentifier"))
        for one in others
        if "arxiv" in (_json.text(one, "identifierType") + _json.text(one, "alternateIdentifierType")).lower()
    ]
    return [identifiers.doi(_json.text(said, "doi") or _json.text(record, "id")), *arxiv]


def _named(creator: dict[str, Any]) -> tuple[str, ...]:
    """Its name; some put all of them into one creator."""
    name = markup.plain(_told(_json.text(creator, "name")))
    if creator.get("nameType") == "Organizational":
        return _names.known([name])
    return _names.listed(name, ";")


def _org(said: dict[str, Any]) -> str:
    """The first affiliation, which is a name or an object that has one."""
    first = _json.at(said, "creators", 0, "affiliation", 0)
    return _catalogue.first(_told(_json.text(first, "name") or _json.text([first])))


def _categories(said: dict[str, Any], arxiv: bool) -> tuple[str, ...]:
    """Subjects; of arXiv's `Machine Learning (cs.LG)` the category."""
    told = [_json.text(one, "subject") for one in _json.items(said, "subjects")]
    if not arxiv:
        return _catalogue.each(told)
    return _catalogue.each(found[1] for one in told if (found := _ARCHIVE.fullmatch(one[:200])))


def _dated(said: dict[str, Any], kind: str, information: str = "") -> str:
    dates = (
        _dates.iso(_json.text(one, "date"))
        for one in _json.items(said, "dates")
        if one.get("dateType") == kind and information in _json.text(one, "dateInformation")
    )
    return next((one for one in dates if one), "")


def _published(said: dict[str, Any], arxiv: bool) -> str:
    """arXiv's first version; else when it was issued, as precisely as any date of the same time tells."""
    if arxiv and (day := _dated(said, "Submitted", "v1")):
        return day
    issued = _dated(said, "Issued") or _dates.ymd(_json.text(said, "publicationYear"))
    available = _dated(said, "Available")
    return available if available.startswith(issued) else issued


def _version(said: dict[str, Any]) -> int | None:
    found = re.fullmatch(r"v?(\d{1,4})", _json.text(said, "version").strip())
    return int(found[1]) or None if found else None
