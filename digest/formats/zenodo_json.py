"""Records of Zenodo (developers.zenodo.org), and of others that run InvenioRDM: a search, a bare list, one record.

    {"hits": {"total", "hits": [{"id", "conceptrecid", "doi", "links": {"self_html"}, "metadata": {"title",
     "description": "<p>…", "creators": [{"name": "Last, First", "affiliation"}], "publication_date", "journal" …}}]}}

Descriptions are HTML. Every version is a record with a DOI of its own. InvenioRDM's own answers
(`application/vnd.inveniordm.v1+json`) have the names in `person_or_org` and the DOI in `pids`. Data sets and software
are records as papers are.
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

_NOTHING = re.compile(r'"hits"\s*:\s*\[\s*\]')


def sniff(head: Head) -> bool:
    """Metadata with a title and creators; or a search that found nothing."""
    if head.has("metadata.title", "metadata.creators"):
        return True
    return head.has("hits.hits", "hits.total", "links.self") and bool(_NOTHING.search(head.text))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records."""
    return _catalogue.papers(dump, _made, "hits.hits")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    said = record.get("metadata")
    title = _json.text(said, "title") or _json.text(record, "title")
    return papers.paper(
        where,
        title,
        _json.text(said, "description"),
        ids=_ids(record, said),
        resolve=markup.words,
        authors=_names.known(map(_name, _json.items(said, "creators"))),
        org=_catalogue.first(
            _json.text(said, "creators", 0, "affiliation"),
            _json.text(said, "creators", 0, "affiliations", 0, "name"),
        ),
        venue=_venue(record, said),
        categories=_catalogue.each(
            _json.text(one, "term") or _json.text(one, "subject") for one in _json.items(said, "subjects")
        ),
        published=_dates.iso(_json.text(said, "publication_date")),
        links=_links(record, said),
        withdrawn=_catalogue.taken_back(title),
    )


def _ids(record: dict[str, Any], said: object) -> list[Id | None]:
    """Its DOI, and the arXiv id of what it says to be identical with."""
    same = [
        identifiers.arxiv(_json.text(one, "identifier"))
        for one in _json.items(said, "related_identifiers")
        if _json.text(one, "relation").lower() == "isidenticalto"
    ]
    doi = (
        _json.text(record, "doi")
        or _json.text(said, "doi")
        or _json.text(record, "pids", "doi", "identifier")
    )
    return [identifiers.doi(doi), *same]


def _name(creator: dict[str, Any]) -> str:
    whole = _json.text(creator, "name") or _json.text(creator, "person_or_org", "name")
    if _json.text(creator, "person_or_org", "type") == "organizational":
        return markup.plain(whole)
    return _names.natural(markup.plain(whole))


def _venue(record: dict[str, Any], said: object) -> str:
    return _catalogue.first(
        _json.text(said, "journal", "title"),
        _json.text(record, "custom_fields", "journal:journal", "title"),
        _json.text(said, "meeting", "title"),
        _json.text(record, "custom_fields", "meeting:meeting", "title"),
    )


def _links(record: dict[str, Any], said: object) -> tuple[str, ...]:
    files = [
        _json.text(one, "links", "self")
        for one in _json.items(record, "files")
        if _json.text(one, "key").lower().endswith(".pdf")
    ]
    return _catalogue.web(
        _json.text(record, "links", "self_html") or _json.text(record, "links", "html"),
        *files[:1],
        *(_json.text(one, "identifier") for one in _json.items(said, "alternate_identifiers")),
    )
