"""Answers of Semantic Scholar's Graph and Recommendations API (api.semanticscholar.org/api-docs).

    search           {"total", "offset", "next", "data": [paper …]}; bulk search has a `token` in place of `offset`
    batch            [paper, null …]
    one paper        {"paperId", "externalIds", "title", "authors", …}, perhaps with whole papers in `citations` and
                     `references`, which are other papers and no records
    citations …      {"data": [{"citingPaper": paper, "contexts", …}]}, `citedPaper` for references
    recommendations  {"recommendedPapers": [paper …]}
    an author        {"authorId", "papers": [paper …]}

Only the fields that were asked for are there; what is not known is null. Many abstracts are withheld, and `tldr` is
written by a machine: it is no abstract. `externalIds.ArXiv` has no version. A `paperId` changes when papers are
merged: not an id; `CorpusId` is. One paper has thousands of citations: where it breaks off among these, the
paper itself, which stands before them, is read.
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

_PAPER_ID = re.compile(r'"paperId"\s*:\s*(?:null|"[0-9a-f]{40}")')
_NOTHING = re.compile(
    r'\s*\{\s*"total"\s*:\s*0\s*,\s*"(?:offset|token)"[^{}\[\]]*"data"\s*:\s*\[\s*\]\s*\}\s*'
)


def sniff(head: Head) -> bool:
    """A `paperId` of 40 hexadecimal digits beside a title or other ids; or a search that found nothing."""
    if _PAPER_ID.search(head.text):
        wrapped = head.has("citingPaper.paperId") or head.has("citedPaper.paperId")
        return wrapped or head.has("paperId", "title") or head.has("paperId", "externalIds")
    return bool(_NOTHING.fullmatch(head.text))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of an answer."""
    return _catalogue.papers(dump, _made, "data", "recommendedPapers", "papers", mend=_without_others)


def _made(where: str, record: dict[str, Any]) -> Paper | Reject | None:
    for wrapped in ("citingPaper", "citedPaper"):
        if isinstance(record.get(wrapped), dict):
            record = record[wrapped]
    if "authorId" in record and "paperId" not in record:
        return None  # an author's profile
    title = _json.text(record, "title")
    pdf = _json.text(record, "openAccessPdf", "url")
    return papers.paper(
        where,
        title,
        _json.text(record, "abstract"),
        ids=[*_ids(record), identifiers.arxiv(pdf)],
        resolve=markup.words,
        authors=_names.known(markup.plain(_json.text(one, "name")) for one in _json.items(record, "authors")),
        org=_catalogue.first(*_json.texts(record, "authors", 0, "affiliations")),
        venue=_catalogue.first(
            *(
                _json.text(record, *path)
                for path in (("venue",), ("publicationVenue", "name"), ("journal", "name"))
            )
        ),
        categories=_catalogue.each(
            [
                *_json.texts(record, "fieldsOfStudy"),
                *(_json.text(one, "category") for one in _json.items(record, "s2FieldsOfStudy")),
            ]
        ),
        published=_dates.iso(_json.text(record, "publicationDate")) or _dates.ymd(_json.text(record, "year")),
        links=_catalogue.web(pdf, _json.text(record, "url")),
        withdrawn=_catalogue.taken_back(title),
    )


def _ids(record: dict[str, Any]) -> list[Id | None]:
    def told(name: str) -> str:
        return _json.text(record, "externalIds", name)

    central = told("PubMedCentral")
    return [
        identifiers.arxiv(told("ArXiv")),
        identifiers.doi(told("DOI")),
        identifiers.pmid(told("PubMed")),
        identifiers.pmcid(central if central.upper().startswith("PMC") else f"PMC{central}"),
        identifiers.dblp(told("DBLP")),
        identifiers.semantic_scholar(told("CorpusId") or _json.text(record, "corpusId")),
    ]


_SIGN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],]|"', re.DOTALL)
_OTHERS = (b'"citations"', b'"references"')


def _without_others(raw: bytes) -> bytes | None:
    """A paper that breaks off among its citations or references, without these; None: it breaks off elsewhere."""
    depth, name, within, end = 0, b"", b"", 0
    for found in _SIGN.finditer(raw):
        sign = found[0]
        if sign == b'"':  # the string that is cut
            break
        if sign in b"{[":
            within = name if depth == 1 else within
            depth += 1
        elif sign in b"}]":
            depth -= 1
        elif depth == 1 and sign == b",":
            end = found.start()
        elif depth == 1:
            name = sign
    return raw[:end] + b"}" if depth > 1 and end and within in _OTHERS else None
