"""Research products of OpenAIRE (graph.openaire.eu/docs): answers of the Graph API, and the lines of its dumps, in the
old spelling too.

    {"header": {"numFound" …}, "results": [{"id", "type": "publication", "mainTitle", "subTitle", "authors":
     [{"fullName": "Last, First", "rank"}], "descriptions": […], "publicationDate", "pids": [{"scheme", "value"}],
     "instances": [{"urls", "pids", "type"}], "container": {"name"} …}]}
    old: maintitle, author[].fullname, description, publicationdate, pid, instance[].url

A product is many records found to be one, so it may have several DOIs: the first counts. Anything may be null. Titles
and descriptions may hold HTML, addresses entities.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import Paper, Reject

MOST_LINKS = 10  # a product has a copy in every repository
_READ_AS = {
    "doi": identifiers.doi,
    "arxiv": identifiers.arxiv,
    "pmid": identifiers.pmid,
    "pmc": identifiers.pmcid,
}


def sniff(head: Head) -> bool:
    """A main title beside what only OpenAIRE tells."""
    return any(
        head.has("mainTitle", name)
        for name in ("instances", "pids", "originalIds", "descriptions", "instance", "originalId")
    ) or (head.has("maintitle", "instance") or head.has("maintitle", "pid"))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The products."""
    return _catalogue.papers(dump, _made, "results")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    def told(*names: str) -> str:
        return next((said for name in names if (said := _json.text(record, name))), "")

    title = _catalogue.with_subtitle(told("mainTitle", "maintitle"), told("subTitle", "subtitle"))
    authors = _json.items(record, "authors") or _json.items(record, "author")
    return papers.paper(
        where,
        title,
        next(
            (one for one in (*_json.texts(record, "descriptions"), *_json.texts(record, "description"))), ""
        ),
        ids=_ids(record),
        resolve=markup.words,
        authors=_names.known(map(_name, authors)),
        org=_catalogue.first(_json.text(record, "organizations", 0, "legalName")),
        venue=_catalogue.first(_json.text(record, "container", "name")),
        categories=_categories(record),
        published=_dates.iso(told("publicationDate", "publicationdate")),
        links=_links(record),
        withdrawn=_catalogue.taken_back(title),
    )


def _name(author: dict[str, Any]) -> str:
    whole = _json.text(author, "fullName") or _json.text(author, "fullname")
    return _names.natural(markup.plain(whole))


def _ids(record: dict[str, Any]) -> list[Id | None]:
    """Those of the product; each of the kinds that are known."""
    return [
        known(_json.text(one, "value"))
        for one in (*_json.items(record, "pids"), *_json.items(record, "pid"))
        if (known := _READ_AS.get(_json.text(one, "scheme").lower()))
    ]


def _categories(record: dict[str, Any]) -> tuple[str, ...]:
    """Fields of science; other subjects are keywords of whoever had the record."""
    subjects = [_json.at(one, "subject") for one in _json.items(record, "subjects")]
    return _catalogue.each(_json.text(one, "value") for one in subjects if _json.text(one, "scheme") == "FOS")


def _links(record: dict[str, Any]) -> tuple[str, ...]:
    told = [
        url
        for one in (*_json.items(record, "instances"), *_json.items(record, "instance"))
        for url in (*_json.texts(one, "urls"), *_json.texts(one, "url"))
    ]
    return _catalogue.web(*told)[:MOST_LINKS]
