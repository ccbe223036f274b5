"""CSL-JSON: what Zotero, Better BibTeX, Mendeley, citeproc and DataCite's DOIs give to whoever formats citations.

    [{"id", "type": "article-journal", "title", "author": [{"family", "given"}], "issued": {"date-parts": [[2024]]},
      "container-title", "DOI", "URL", "abstract", "note": "arXiv:2401.00001 [cs.CL]\\nPMID: 123"}]

A list, a list under `items`, an object with the items under their ids or types, one item, one item a line. The facts
are from the schema (docs.citationstyles.org) and from real files. Traps: dates in numbers, in words, `raw` or
`literal`; years as strings; groups as `literal`; titles with HTML; ids in the lines of `note`. Crossref has the same
keys, and others by which its own reader knows it.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup
from digest.formats import _dates, _extra, _json, _links, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject, paper, readable, reject

_TYPES = (
    "article|article-journal|article-magazine|article-newspaper|bill|book|broadcast|chapter|classic|collection|dataset"
    "|document|entry|entry-dictionary|entry-encyclopedia|event|figure|graphic|hearing|interview|legal_case|legislation"
    "|manuscript|map|motion_picture|musical_score|pamphlet|paper-conference|patent|performance|periodical"
    "|personal_communication|post|post-weblog|regulation|report|review|review-book|software|song|speech|standard"
    "|thesis|treaty|webpage"
)
_TYPED = re.compile(rf'"type"\s*:\s*"(?:{_TYPES})"')
_MARKS = ("issued.date-parts", "issued.raw", "issued.literal", "author[].family", "author[].literal", "container-title",
          "title-short", "citation-key", "event-place", "publisher-place")  # fmt: skip
_OF_CROSSREF = ("indexed", "reference-count", "is-referenced-by-count", "content-domain", "member")


def sniff(head: Head) -> bool:
    """One of CSL's types beside a title, and another of CSL's own keys; none of Crossref's."""
    if not head.is_json or not _TYPED.search(head.text):
        return False
    if any(head.has("type", "title", name) for name in _OF_CROSSREF):
        return False
    return any(head.has("type", "title", name) for name in _MARKS) or head.has("type", "id", "DOI", "title")


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The items that have a title."""
    keyed: dict[str, Any] = {}  # the items of an object: it is one JSON value, and so read as one record

    def made(where: str, record: dict[str, Any]) -> Paper | Reject | None:
        if record and not {"type", "title", "id"} & record.keys() and _is_keyed(record):
            keyed.update(record)
            return None
        return _paper(where, record)

    yield from _json.papers(dump, made, "[]", "items[]", "")
    for key, item in keyed.items():
        where = f"item {readable(key)[:60]!r}"
        yield (
            _paper(where, item)
            if isinstance(item, dict)
            else reject(where, "it is no JSON object", str(item)[:200])
        )


def _is_keyed(record: dict[str, Any]) -> bool:
    return any(isinstance(item, dict) and "type" in item for item in record.values())


def _paper(where: str, item: dict[str, Any]) -> Paper | Reject:
    kind, note, url = (_json.text(item, key) for key in ("type", "note", "URL"))
    publisher = _json.text(item, "publisher")
    return paper(
        where,
        _json.text(item, "title"),
        _json.text(item, "abstract"),
        ids=_ids(item, note, url),
        resolve=markup.words,
        authors=_people(item, "author") or _people(item, "editor"),
        org=_plain(publisher) if kind in {"thesis", "report"} else "",
        venue=_plain(_venue(item) or (publisher if kind == "article" else "")),
        categories=_categories(item, note),
        published=_date(item.get("issued")),
        links=_links.own([url]),
    )


def _plain(text: str) -> str:
    return readable(markup.plain(text))


def _ids(item: dict[str, Any], note: str, url: str) -> list[identifiers.Id | None]:
    number, place, volume = (_json.text(item, key) for key in ("number", "archive_location", "volume"))
    in_arxiv = _json.text(item, "archive").lower() == "arxiv"
    return [
        identifiers.doi(_json.text(item, "DOI")),
        identifiers.pmid(_json.text(item, "PMID")),
        identifiers.pmcid(_json.text(item, "PMCID")),
        *(identifiers.arxiv(one) for one in (number, place) if in_arxiv or one.lower().startswith("arxiv:")),
        identifiers.arxiv(volume.removeprefix("abs/")) if volume.startswith("abs/") else None,
        *_extra.ids(note),
        identifiers.of_link(_json.text(item, "id")),
        identifiers.of_link(url),
    ]


def _venue(item: dict[str, Any]) -> str:
    names = ("container-title", "event-title", "event")
    return next((said for name in names if (said := _json.text(item, name))), "")


def _people(item: dict[str, Any], role: str) -> tuple[str, ...]:
    told = item.get(role)
    return _names.known(_name(one) for one in (told if isinstance(told, list) else [told]))


def _name(told: object) -> str:
    if isinstance(told, str):
        return _names.natural(_plain(told))
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    name = _names.joined(*(_json.text(told, part) for part in parts))
    return _plain(name or _json.text(told, "literal") or _json.text(told, "name"))


def _categories(item: dict[str, Any], note: str) -> tuple[str, ...]:
    """arXiv's, then the keywords."""
    said = _json.text(item, "keyword") or _json.text(item, "keywords")
    words = [_extra.category(note), *_plain(said).split(";" if ";" in said else ",")]
    return tuple(dict.fromkeys(word for one in words if (word := readable(one))))


def _date(told: object) -> str:
    """`{"date-parts": [["2024", 5]]}`, `{"raw": "May 2024"}`, `{"year": 2024}`, `"2024-05"`."""
    if isinstance(told, str):
        return _dates.iso(told)
    if date := _dates.ymd(*(_json.text(told, "date-parts", 0, place) for place in range(3))):
        return date
    said = _dates.iso(_json.text(told, "raw")) or _dates.iso(_json.text(told, "literal"))
    return said or _dates.ymd(*(_json.text(told, part) for part in ("year", "month", "day")))
