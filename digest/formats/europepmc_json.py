"""Answers of Europe PMC's search in JSON (europepmc.org/RestfulWebService), `lite` and `core`.

    {"hitCount", "nextCursorMark", "request", "resultList": {"result": [{"id", "source": "MED", "pmid", "pmcid", "doi",
     "title": "….", "authorString": "Doe J, Roe R.", "firstPublicationDate" …}]}}

`core` has also `authorList` with given names, `journalInfo`, `abstractText` with `<h4>` headings. Titles end in a full
stop. Preprints (`source`: PPR) have a `versionNumber`. `idlist` has no titles: all rejects. A retracted paper is of
the type `Retracted Publication`; `Retraction of Publication` is the notice.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject

_INITIALS = re.compile(r"(\S.*?) ([A-ZÀ-Þ]{1,4})(?: (Jr|Sr|\d(?:st|nd|rd|th)))?")
_TAKEN_BACK = {"retracted publication", "retracted-article", "preprint-withdrawal", "preprint-removal"}


def sniff(head: Head) -> bool:
    """The answer's envelope, or a row of it."""
    return (
        head.has("hitCount", "resultList")
        or head.has("resultList.result")
        or head.has("id", "source", "title", "authorString")
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The results."""
    return _catalogue.papers(dump, _made, "resultList.result", "result")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject | None:
    if "hitCount" in record and "resultList" not in record:
        return None  # an error, or nothing was found
    title = _json.text(record, "title").strip()
    medline = _json.text(record, "id") if record.get("source") == "MED" else ""
    return papers.paper(
        where,
        title if title.endswith("..") else title.removesuffix("."),
        _json.text(record, "abstractText"),
        ids=[
            identifiers.doi(_json.text(record, "doi")),
            identifiers.pmid(_json.text(record, "pmid") or medline),
            identifiers.pmcid(_json.text(record, "pmcid")),
        ],
        resolve=markup.words,
        authors=_authors(record),
        org=_org(record),
        venue=_catalogue.first(
            _json.text(record, "journalInfo", "journal", "title"), _json.text(record, "journalTitle")
        ),
        published=_published(record),
        links=_catalogue.web(
            *(
                _json.text(one, "url")
                for one in _json.items(record, "fullTextUrlList", "fullTextUrl")
                if _json.text(one, "documentStyle") in {"html", "pdf", "doi"}
            )
        ),
        version=_json.number(record, "versionNumber") or None,
        withdrawn=_catalogue.taken_back(title) or _is_withdrawn(record),
    )


def _org(record: dict[str, Any]) -> str:
    """The first author's, without the address for letters that often ends it."""
    details = _json.at(record, "authorList", "author", 0, "authorAffiliationDetailsList", "authorAffiliation")
    said = _catalogue.first(_json.text(record, "affiliation"), _json.text(details, 0, "affiliation"))
    words = [word for word in said.split(" ") if "@" not in word]
    return " ".join(words).removesuffix("Electronic address:").rstrip(" ,;")


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    listed = _json.items(record, "authorList", "author")
    if listed:
        return _names.known(markup.plain(_full(one)) for one in listed)
    names = _json.text(record, "authorString").strip().removesuffix(".").split(", ")
    return _names.known(_turned(markup.plain(name)) for name in names)


def _full(author: dict[str, Any]) -> str:
    if last := _json.text(author, "lastName"):
        given = _json.text(author, "firstName") or _json.text(author, "initials")
        return _names.joined(given, last, _json.text(author, "suffix"))
    return _json.text(author, "collectiveName") or _turned(_json.text(author, "fullName"))


def _turned(name: str) -> str:
    """`Doe JM` → `JM Doe`; names that are no such stay."""
    found = _INITIALS.fullmatch(name.strip()[:200])
    return _names.joined(found[2], found[1], found[3] or "") if found else name


def _published(record: dict[str, Any]) -> str:
    some = (
        _json.text(record, "firstPublicationDate"),
        _json.text(record, "electronicPublicationDate"),
        _json.text(record, "journalInfo", "printPublicationDate"),
        _json.text(record, "pubYear"),
    )
    return next((day for one in some if (day := _dates.iso(one))), "")


def _is_withdrawn(record: dict[str, Any]) -> bool:
    types = [*_json.texts(record, "pubTypeList", "pubType"), *_json.texts(record, "pubType")]
    return any(part.strip().lower() in _TAKEN_BACK for one in types for part in one.split(";"))
