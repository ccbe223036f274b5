"""Zotero's own JSON: its web API, its translation server, and the libraries that Better BibTeX exports.

    [{"key", "version", "library": {…}, "meta": {"parsedDate"}, "data": {"itemType", "title", "creators": […], …}}]
    {"config": {…}, "collections": {…}, "items": [{"itemType", "title", "creators", "attachments": […], …}]}

The facts are from Zotero's schema (api.zotero.org/schema) and its pages on the API. Attachments, notes and annotations
are items too: those of another item are part of it, those that stand alone are rejects. Dates are as the user typed
them; `meta.parsedDate` is what Zotero made of them. Ids without a field stand in the lines of `extra`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup
from digest.formats import _dates, _extra, _json, _links, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject, paper, readable, reject

_NO_PAPERS = {"attachment", "note", "annotation"}
_TITLES = ("title", "caseName", "nameOfAct", "subject")  # the latter of cases, statutes and e-mails
_VENUES = ("publicationTitle", "proceedingsTitle", "bookTitle", "conferenceName", "encyclopediaTitle",
           "dictionaryTitle", "websiteTitle", "blogTitle", "forumTitle", "meetingName", "repository")  # fmt: skip
_HELPERS = {
    "editor",
    "seriesEditor",
    "translator",
    "contributor",
    "reviewedAuthor",
    "bookAuthor",
    "commenter",
}


def sniff(head: Head) -> bool:
    """Zotero's name for a type beside what else every item has."""
    return head.has("data.itemType", "key") or any(
        head.has("itemType", name)
        for name in ("creators", "abstractNote", "itemID", "dateAdded", "accessDate")
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The items of a library."""
    return _json.papers(dump, _made, "[]", "items[]", "")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject | None:
    data = record.get("data") if isinstance(record.get("data"), dict) else record
    kind = _json.text(data, "itemType")
    if kind in _NO_PAPERS:
        if _json.text(data, "parentItem"):
            return None
        said = _json.text(data, "title") or _json.text(data, "note")
        return reject(where, f"a Zotero {kind}, no paper", said)
    if not kind and "items" in record:
        return None  # an empty library
    return _paper(where, data, _json.text(record, "meta", "parsedDate"))


def _paper(where: str, data: object, parsed: str) -> Paper | Reject:
    url, extra = _json.text(data, "url"), _json.text(data, "extra")
    return paper(
        where,
        _any(data, *_TITLES),
        _json.text(data, "abstractNote"),
        ids=_ids(data, extra, url),
        resolve=markup.words,
        authors=_authors(_json.items(data, "creators")),
        org=_plain(_any(data, "university", "institution")),
        venue=_plain(_any(data, *_VENUES)),
        categories=_categories(data, extra),
        published=_dates.iso(parsed) or _dates.iso(_json.text(data, "date")),
        links=_links.own([url]),
    )


def _plain(text: str) -> str:
    return readable(markup.plain(text))


def _any(data: object, *names: str) -> str:
    return next((said for name in names if (said := _json.text(data, name))), "")


def _ids(data: object, extra: str, url: str) -> list[identifiers.Id | None]:
    places = (_json.text(data, name) for name in ("archiveID", "archiveLocation", "reportNumber", "number"))
    return [
        identifiers.doi(_json.text(data, "DOI")),
        identifiers.pmid(_json.text(data, "PMID")),
        identifiers.pmcid(_json.text(data, "PMCID")),
        *(identifiers.arxiv(place) for place in places if place.lower().startswith("arxiv:")),
        *_extra.ids(extra),
        identifiers.of_link(url),
    ]


def _authors(creators: list[dict[str, Any]]) -> tuple[str, ...]:
    """Who made it: authors, artists, directors …; else the editors."""
    makers = [one for one in creators if _json.text(one, "creatorType") not in _HELPERS]
    editors = [one for one in creators if _json.text(one, "creatorType") == "editor"]
    return _names.known(_plain(_name(one)) for one in makers or editors)


def _name(one: dict[str, Any]) -> str:
    return _names.joined(_json.text(one, "firstName"), _json.text(one, "lastName")) or _json.text(one, "name")


def _categories(data: object, extra: str) -> tuple[str, ...]:
    """arXiv's, then the user's tags."""
    told = _json.at(data, "tags")
    tags = [_json.text(tag, "tag") or _json.text(tag) for tag in told] if isinstance(told, list) else []
    return tuple(dict.fromkeys(word for one in (_extra.category(extra), *tags) if (word := _plain(one))))
