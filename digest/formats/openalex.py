"""Works of OpenAlex (docs.openalex.org): an answer of the API with or without `meta`, the list in it, one work, and the
lines of a snapshot.

    {"meta": {"count" …}, "results": [{"id": "https://openalex.org/W…", "doi", "title", "authorships" …}], "group_by"}

Ids are addresses. An arXiv id stands in the DOI or in the address of a location only. The abstract is an index, word →
places; it comes late in a record (never sniff by it) and is often null. Answers cut lists at 100 authors. The
day `YYYY-01-01` can mean the year. Front matter and tables of contents (`is_paratext`) are no papers.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import LONGEST_ABSTRACT, Paper, Reject, reject

_WORK = re.compile(r'"id"\s*:\s*"https?:\\?/\\?/openalex\.org\\?/W\d')
_NOTHING = re.compile(r'"results"\s*:\s*\[\s*\]')
# Of its locations only what no other work has: a copy in a repository may have a DOI of its own.
_OF_LOCATIONS = ("arxiv:", "preprint:", "pmid:", "pmcid:")


def sniff(head: Head) -> bool:
    """A work's id beside a title; or a search that found nothing."""
    if _WORK.search(head.text):
        return head.has("id", "title") or head.has("id", "display_name")
    return head.has("results", "meta.db_response_time_ms") and bool(_NOTHING.search(head.text))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The works."""
    return _catalogue.papers(dump, _made, "results")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    title = _json.text(record, "title") or _json.text(record, "display_name")
    if record.get("is_paratext") is True:
        return reject(where, "front matter or a table of contents (is_paratext), not a paper", title)
    return papers.paper(
        where,
        title,
        _abstract(record.get("abstract_inverted_index")) or _json.text(record, "abstract"),
        ids=_ids(record),
        resolve=markup.words,
        authors=_authors(record),
        n_authors=_json.number(record, "authors_count"),
        org=_org(record),
        venue=_venue(record),
        categories=_categories(record),
        published=_dates.iso(_json.text(record, "publication_date"))
        or _dates.ymd(_json.text(record, "publication_year")),
        links=_links(record),
        withdrawn=record.get("is_retracted") is True or _catalogue.taken_back(title),
    )


def _abstract(index: object) -> str:
    """The words in the order of their places."""
    inner = _json.at(index, "InvertedIndex")
    index = inner if isinstance(inner, dict) else index
    if not isinstance(index, dict):
        return ""
    placed = sorted(
        (place, word)
        for word, places in index.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int)
    )
    said, size = [], 0
    for _, word in placed:
        size += len(word) + 1
        said.append(word)
        if size > 2 * LONGEST_ABSTRACT:  # one long word at a million places
            break
    return " ".join(said)


def _locations(record: dict[str, Any]) -> list[dict[str, Any]]:
    some = [record.get("primary_location"), record.get("best_oa_location")]
    return [*(one for one in some if isinstance(one, dict)), *_json.items(record, "locations")]


def _ids(record: dict[str, Any]) -> list[Id | None]:
    pages = chain.from_iterable(
        (_json.text(one, "landing_page_url"), _json.text(one, "pdf_url")) for one in _locations(record)
    )
    others = [one for one in _catalogue.ids_of(*pages) if one.key.startswith(_OF_LOCATIONS)]
    return [
        identifiers.openalex(_json.text(record, "id") or _json.text(record, "ids", "openalex")),
        identifiers.doi(_json.text(record, "doi") or _json.text(record, "ids", "doi")),
        identifiers.pmid(_json.text(record, "ids", "pmid")),
        _pmcid(_json.text(record, "ids", "pmcid")),
        *(one._replace(version=None) for one in others),
    ]


def _pmcid(page: str) -> Id | None:
    """Its address ends in the number without `PMC`."""
    last = page.rstrip("/").rpartition("/")[2]
    return identifiers.pmcid(last if last.upper().startswith("PMC") else f"PMC{last}")


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    return _names.known(
        _catalogue.first(_json.text(one, "author", "display_name"), _json.text(one, "raw_author_name"))
        for one in _json.items(record, "authorships")
    )


def _org(record: dict[str, Any]) -> str:
    return _catalogue.first(
        _json.text(record, "authorships", 0, "institutions", 0, "display_name"),
        _json.text(record, "authorships", 0, "raw_affiliation_strings"),
    )


def _venue(record: dict[str, Any]) -> str:
    """The journal or conference; a repository is none."""
    sources = (_json.at(record, "primary_location", "source"), record.get("host_venue"))
    return _catalogue.first(
        *(_json.text(one, "display_name") for one in sources if _json.text(one, "type") != "repository")
    )


def _categories(record: dict[str, Any]) -> tuple[str, ...]:
    topics = [record.get("primary_topic"), *_json.items(record, "topics")]
    told = _catalogue.each(_json.text(one, "display_name") for one in topics)
    return told or _catalogue.each(_json.text(one, "display_name") for one in _json.items(record, "concepts"))


def _links(record: dict[str, Any]) -> tuple[str, ...]:
    best = _locations(record)[:2]
    return _catalogue.web(
        *(_json.text(one, "pdf_url") for one in best),
        *(_json.text(one, "landing_page_url") for one in best),
        _json.text(record, "open_access", "oa_url"),
        _json.text(record, "doi"),
    )
