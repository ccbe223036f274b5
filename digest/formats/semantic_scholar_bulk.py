"""Files of Semantic Scholar's bulk data set `papers` (api.semanticscholar.org/api-docs/datasets): JSON Lines

    {"corpusid", "externalids": {"ArXiv", "DOI", "PubMed" …}, "url", "title", "authors": [{"authorId", "name"}],
     "venue", "year", "s2fieldsofstudy", "publicationdate", "journal": {"name" …} …}

Other spelling than the API's: all keys lower-case, but those of ids and authors. Numbers may be written as strings.
Abstracts are a data set of their own, without titles: a file of it is refused as a whole.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.errors import DumpError
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import Paper, Reject


def sniff(head: Head) -> bool:
    """A `corpusid` beside a title, or beside what the data set of abstracts has."""
    return head.has("corpusid", "title") or head.has("corpusid", "openaccessinfo", "abstract")


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the file."""
    return _catalogue.papers(dump, _made)


def _made(where: str, record: dict[str, Any]) -> Paper | Reject | None:
    if "openaccessinfo" in record and "title" not in record:
        raise DumpError(
            "it is Semantic Scholar's data set of abstracts, which has no titles: take the data set `papers`"
        )
    title = _json.text(record, "title")
    return papers.paper(
        where,
        title,
        _json.text(record, "abstract"),
        ids=_ids(record),
        resolve=markup.words,
        authors=_names.known(markup.plain(_json.text(one, "name")) for one in _json.items(record, "authors")),
        venue=_catalogue.first(_json.text(record, "venue"), _json.text(record, "journal", "name")),
        categories=_catalogue.each(
            _json.text(one, "category") for one in _json.items(record, "s2fieldsofstudy")
        ),
        published=_dates.iso(_json.text(record, "publicationdate")) or _dates.ymd(_json.text(record, "year")),
        links=_catalogue.web(_json.text(record, "url")),
        withdrawn=_catalogue.taken_back(title),
    )


def _ids(record: dict[str, Any]) -> list[Id | None]:
    def told(name: str) -> str:
        return _json.text(record, "externalids", name)

    central = told("PubMedCentral")
    return [
        identifiers.arxiv(told("ArXiv")),
        identifiers.doi(told("DOI")),
        identifiers.pmid(told("PubMed")),
        identifiers.pmcid(central if central.upper().startswith("PMC") else f"PMC{central}"),
        identifiers.dblp(told("DBLP")),
        identifiers.semantic_scholar(_json.text(record, "corpusid") or told("CorpusId")),
    ]
