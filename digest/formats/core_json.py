"""Works of CORE (api.core.ac.uk/docs/v3; core.ac.uk/documentation/dataset): answers of the API, version 3, one work,
and the lines of a data set in either version.

    {"totalHits", "limit", "offset", "results": [{"id", "doi", "arxivId", "pubmedId", "identifiers": [{"identifier",
     "type"}], "oaiIds", "title", "abstract", "authors": [{"name": "Last, First"}], "publishedDate", "yearPublished",
     "downloadUrl", "links": [{"type", "url"}] …}]}

What is not known is null or an empty string. Version 2 has `coreId`, `datePublished` and names as plain strings.
`fullText` is the whole paper, or a sentence that it is not given: no abstract.
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

_NOTHING = re.compile(r'"results"\s*:\s*\[\s*\]')
_PAGES = {"download", "display", "reader"}


def sniff(head: Head) -> bool:
    """A work beside what only CORE tells of it; or a search that found nothing."""
    works = (
        head.has("title", "yearPublished", "downloadUrl")
        or head.has("title", "yearPublished", "oaiIds")
        or head.has("title", "coreId")
    )
    return works or (head.has("totalHits", "results") and bool(_NOTHING.search(head.text)))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The works."""
    return _catalogue.papers(dump, _made, "results")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    title = _json.text(record, "title")
    if record.get("deleted") == "DELETED":
        return reject(where, "CORE deleted this record", title)
    return papers.paper(
        where,
        title,
        _json.text(record, "abstract") or _json.text(record, "description"),
        ids=_ids(record),
        resolve=markup.words,
        authors=_authors(record),
        venue=_catalogue.first(_json.text(record, "journals", 0, "title")),
        categories=_catalogue.each(_json.texts(record, "fieldOfStudy")),
        published=_published(record),
        links=_catalogue.web(
            _json.text(record, "downloadUrl"),
            *_json.texts(record, "sourceFulltextUrls"),
            *(
                _json.text(one, "url")
                for one in _json.items(record, "links")
                if _json.text(one, "type") in _PAGES
            ),
        ),
        withdrawn=_catalogue.taken_back(title),
    )


def _ids(record: dict[str, Any]) -> list[Id | None]:
    told = {
        _json.text(one, "type"): _json.text(one, "identifier") for one in _json.items(record, "identifiers")
    }
    oai = [*_json.texts(record, "oaiIds"), _json.text(record, "oai")]
    return [
        identifiers.arxiv(_json.text(record, "arxivId") or told.get("ARXIV_ID", "")),
        *(identifiers.arxiv(one) for one in oai if one.startswith("oai:arXiv.org:")),
        identifiers.doi(_json.text(record, "doi") or told.get("DOI", "")),
        identifiers.pmid(_json.text(record, "pubmedId") or told.get("PUBMED_ID", "")),
    ]


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    names = _json.texts(record, "authors") or [
        _json.text(one, "name") for one in _json.items(record, "authors")
    ]
    return _names.known(_names.natural(markup.plain(name)) for name in names)


def _published(record: dict[str, Any]) -> str:
    return (
        _dates.iso(_json.text(record, "publishedDate"))
        or _dates.iso(_json.text(record, "datePublished"))
        or _dates.ymd(_json.text(record, "yearPublished") or _json.text(record, "year"))
    )
