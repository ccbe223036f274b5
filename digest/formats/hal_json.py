"""Answers of HAL's search (api.archives-ouvertes.fr/docs/search), which is Solr's, with fields named by their type.

    {"response": {"numFound", "start", "docs": [{"halId_s", "uri_s", "title_s": ["…", "…"], "abstract_s": […],
     "authFullName_s": […], "publicationDate_s", "doiId_s", "arxivId_s", "fileMain_s" …}]}}

Only the fields that were asked for are there; without `fl=` these are a number, an address and a whole citation
(`label_s`), which is no title: all rejects. Titles and abstracts are lists, one for each language, the paper's own
first; `en_title_s` holds those of one language. The version stands in `version_i` or at the end of `uri_s`.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import Paper, Reject, reject

_TITLES = ("title_s", "en_title_s", "fr_title_s")
_OWN = ("halId_s", "uri_s", "docid", "authFullName_s", "label_s")
_VERSION = re.compile(r"\S+/[a-z]+-\d+v(\d{1,3})", re.IGNORECASE)


def sniff(head: Head) -> bool:
    """A title, or a citation, beside what HAL names so."""
    return head.has("label_s", "uri_s") or any(head.has(title, own) for title in _TITLES for own in _OWN)


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The documents."""
    return _catalogue.papers(dump, _made, "response.docs", "docs")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    def told(*names: str) -> str:
        return next((said for name in names if (said := _json.text(record, name))), "")

    title = told(*_TITLES)
    if not title and "label_s" in record:
        return reject(where, "a citation without a title: ask HAL for title_s (fl=*)", told("label_s"))
    return papers.paper(
        where,
        _catalogue.with_subtitle(title, told("subTitle_s", "en_subTitle_s")),
        told("abstract_s", "en_abstract_s", "fr_abstract_s"),
        ids=_ids(record),
        resolve=markup.words,
        authors=_names.known(map(markup.plain, _json.texts(record, "authFullName_s"))),
        org=_catalogue.first(told("labStructName_s", "instStructName_s", "structName_s")),
        venue=_catalogue.first(told("journalTitle_s", "conferenceTitle_s", "bookTitle_s")),
        categories=_catalogue.each([told("primaryDomain_s"), *_json.texts(record, "domain_s")]),
        published=_published(record),
        links=_catalogue.web(told("fileMain_s"), told("uri_s"), *_json.texts(record, "files_s")[:1]),
        version=_version(record),
        withdrawn=_catalogue.taken_back(title),
    )


def _ids(record: dict[str, Any]) -> list[Id | None]:
    return [
        identifiers.doi(_json.text(record, "doiId_s")),
        identifiers.arxiv(_json.text(record, "arxivId_s")),
        identifiers.pmid(_json.text(record, "pubmedId_s")),
        identifiers.pmcid(_json.text(record, "pubmedcentralId_s")),
    ]


def _published(record: dict[str, Any]) -> str:
    names = (
        "publicationDate_s", "publicationDate_tdate", "publicationDateY_i", "producedDate_s", "producedDate_tdate",
        "producedDateY_i", "submittedDate_s", "submittedDate_tdate",
    )  # fmt: skip
    return next((day for name in names if (day := _dates.iso(_json.text(record, name)))), "")


def _version(record: dict[str, Any]) -> int | None:
    found = _VERSION.fullmatch(_json.text(record, "uri_s").strip()[:500])
    return _json.number(record, "version_i") or (int(found[1]) or None if found else None)
