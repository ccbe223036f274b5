"""EndNote's XML export, which other reference managers write too.

    <xml><records><record>
      <ref-type name="Journal Article">17</ref-type>
      <contributors><authors><author><style face="normal">Last, First</style></author></authors></contributors>
      <titles><title><style …>runs of one </style><style face="italic">title</style></title> <secondary-title>
      <dates><year> <pub-dates><date>  <electronic-resource-num>10.…  <urls><related-urls><url>

The facts are from files of EndNote, Zotero and JabRef; EndNote documents no more than a DTD. Traps: the root is named
`xml`; text comes in runs of a style that cut words; groups end in a comma; the DOI may be an address, `urls` hold
`internal-pdf://` and `<Go to ISI>`; the PMID is an accession number, told apart by the name of the database.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers, markup
from digest.formats import _dates, _links, _names, _xml
from digest.formats._head import Head
from digest.papers import Paper, Reject, paper, readable

if TYPE_CHECKING:
    from lxml.etree import _Element

_URLS = ("urls/related-urls/url", "urls/web-urls/url", "urls/text-urls/url", "urls/pdf-urls/url")


def sniff(head: Head) -> bool:
    """The root `xml` with records, or records alone, of EndNote's fields."""
    if head.root not in {"xml", "records"}:
        return False
    text = head.text
    return "<records" in text and "<record" in text and ("<ref-type" in text or "<contributors" in text)


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records."""
    return _xml.papers(dump, _paper, "record")


def _paper(where: str, record: "_Element") -> Paper | Reject:
    urls = [url for path in _URLS for url in _xml.texts(record, path)]
    return paper(
        where,
        _xml.text(record, "titles/title"),
        _xml.text(record, "abstract"),
        ids=_ids(record, urls),
        resolve=markup.words,
        authors=_authors(record),
        org=_plain(_xml.text(record, "auth-address")),
        venue=_plain(
            _xml.text(record, "periodical/full-title") or _xml.text(record, "titles/secondary-title")
        ),
        categories=_keywords(record),
        published=_published(record),
        links=_links.own(urls),
    )


def _plain(text: str) -> str:
    return readable(markup.plain(text))


def _ids(record: "_Element", urls: list[str]) -> list[identifiers.Id | None]:
    accession = _xml.text(record, "accession-num")
    database = _xml.text(record, "remote-database-name").lower()
    in_pubmed = any(name in database for name in ("pubmed", "medline", "nlm"))
    resource = _xml.text(record, "electronic-resource-num")
    return [
        identifiers.doi(resource),
        identifiers.pmid(accession) if in_pubmed else None,
        identifiers.arxiv(accession) if accession.lower().startswith("arxiv:") else None,
        identifiers.pmcid(_xml.text(record, "custom2")),
        *map(identifiers.of_link, urls),
    ]


def _authors(record: "_Element") -> tuple[str, ...]:
    """The authors, or the editors where there is none."""
    people = "contributors/authors/author", "contributors/secondary-authors/author"
    told = next((names for path in people if (names := _xml.texts(record, path))), ())
    return _names.known(_names.natural(_plain(name)) for name in told)


def _keywords(record: "_Element") -> tuple[str, ...]:
    """Each in an element of its own, or all in one on lines that have become spaces."""
    return tuple(dict.fromkeys(map(_plain, _xml.texts(record, "keywords/keyword"))))


def _published(record: "_Element") -> str:
    """`2009`, or with it `Jan`, `Jan 15`; or a whole date in the place of the latter."""
    year = _dates.iso(_xml.text(record, "dates/year"))
    day = _xml.text(record, "dates/pub-dates/date")
    whole = _dates.iso(day)
    if whole and (not year or whole.startswith(year)):
        return whole
    said = [year, _dates.iso(f"{day} {year}"), _dates.ymd(year, day), _dates.iso(f"{year} {day}")]
    return max((date for date in said if date.startswith(year)), key=len)
