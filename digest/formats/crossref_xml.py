"""Works of Crossref in XML: UNIXREF, which doi.org and the query service give (`<doi_records>`, or inside
`<crossref_result>`), and what publishers deposit (`<doi_batch>`); data.crossref.org/reports/help/schema_doc.

    <doi_record><crossref><journal><journal_metadata><full_title/></journal_metadata>
      <journal_article><titles><title/><subtitle/></titles><contributors><person_name contributor_role="author">
        <publication_date media_type="online"/><doi_data><doi/><resource/></doi_data></journal_article>

The work stands among what it is part of: journal, book, proceedings. `citation_list` has other works' DOIs. Titles
and abstracts (JATS) hold markup. A DOI that was not found is a record with an `<error>`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _names, _xml
from digest.formats._head import Head
from digest.papers import Paper, Reject, reject

if TYPE_CHECKING:
    from lxml.etree import _Element

_SCHEMA = ("http://www.crossref.org/", "crossref.org/xschema", "crossref.org/qrschema", "crossref.org/schema")
_RECORD = "doi_record"
# From the part to the whole: a chapter's record holds its book's metadata too.
_WORKS = (
    "journal_article", "conference_paper", "content_item", "posted_content", "dissertation", "report-paper_metadata",
    "report-paper_series_metadata", "dataset", "standard_metadata", "book_metadata", "book_series_metadata",
    "book_set_metadata",
)  # fmt: skip
_AROUND = (
    "journal_metadata/full_title", "proceedings_metadata/proceedings_title", "book_metadata/titles/title",
    "book_series_metadata/titles/title", "event_metadata/conference_name",
)  # fmt: skip


def sniff(head: Head) -> bool:
    """One of Crossref's roots."""
    if head.root in {"doi_records", "doi_record", "crossref_result"}:
        return True
    return head.root in {"doi_batch", "crossref"} and any(name in head.text for name in _SCHEMA)


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The works."""
    return _xml.papers(dump, _Records().made, _RECORD, *_WORKS)


class _Records:
    """What stands around the works of a deposit: the journal's title comes once, before all its articles."""

    def __init__(self) -> None:
        self._around: _Element | None = None
        self._venue = ""

    def made(self, where: str, element: "_Element") -> Paper | Reject:
        """The paper of a record, or of a work that stands in no record."""
        if _xml.local(element) != _RECORD:
            return _made(where, element, self._venue_of(element))
        works = (next(element.iter(f"{{*}}{name}"), None) for name in _WORKS)
        work = next((one for one in works if one is not None), None)
        if work is None:
            told = _xml.words(next(element.iter("{*}error"), None)) or "no article, no paper, no book"
            return reject(where, f"a record without a work: {told}", _xml.words(element))
        return _made(where, work, self._venue_of(work))

    def _venue_of(self, work: "_Element") -> str:
        around = work.getparent()
        if around is None:
            return ""
        if _xml.local(work).startswith("book_"):  # which its chapters come after
            self._around, self._venue = around, _xml.text(work, "titles/title")
            return ""
        venue = next((said for path in _AROUND if (said := _xml.text(around, path))), "")
        if around is not self._around or venue:
            self._around, self._venue = around, venue
        return self._venue or _xml.text(work, "institution/institution_name")


def _made(where: str, work: "_Element", venue: str) -> Paper | Reject:
    title = _catalogue.with_subtitle(_marked(work, "titles/title"), _marked(work, "titles/subtitle"))
    if not title and _xml.local(work) == "dissertation":
        title = _marked(work, "title")
    return papers.paper(
        where,
        title,
        _marked(work, "abstract"),
        ids=[identifiers.doi(_xml.text(work, "doi_data/doi"))],
        resolve=markup.words,
        authors=_authors(work),
        org=_org(work),
        venue=venue,
        categories=_catalogue.each(_xml.texts(work, "group_title")),
        published=_published(work),
        links=_catalogue.web(*_xml.texts(work, "doi_data/resource")),
        withdrawn=_catalogue.taken_back(title),
    )


def _marked(work: "_Element", path: str) -> str:
    """The element with its markup, which tells where paragraphs end and which formula is given twice."""
    from lxml.etree import tostring

    element = _xml.find(work, path)
    if element is None or not any(map(str.strip, map(str, element.itertext()))):
        return ""
    said = tostring(element, encoding="unicode", with_tail=False)
    return said[said.index(">") + 1 : said.rindex("<")].strip()


def _authors(work: "_Element") -> tuple[str, ...]:
    contributors = _xml.find(work, "contributors")
    some = list(contributors) if contributors is not None else []
    some = [one for one in some if one.get("contributor_role", "author") == "author"]
    return _names.known(
        _names.joined(*(_xml.text(one, part) for part in ("given_name", "surname", "suffix")))
        if _xml.local(one) == "person_name"
        else _xml.words(one)
        for one in some
        if _xml.local(one) in {"person_name", "organization"}
    ) or _names.known(
        _names.joined(*(_xml.text(one, part) for part in ("given_name", "surname", "suffix")))
        for one in _xml.every(work, "person_name")
    )


def _org(work: "_Element") -> str:
    person = "contributors/person_name"
    return _xml.text(work, f"{person}/affiliation") or _xml.text(
        work, f"{person}/affiliations/institution/institution_name"
    )


def _published(work: "_Element") -> str:
    """The earliest of its dates that tell the day, else of the others."""
    some = [
        *_xml.every(work, "posted_date"),
        *_xml.every(work, "publication_date"),
        *_xml.every(work, "approval_date"),
    ]
    around = work.getparent()
    if not some and around is not None:
        whole = "journal_issue", "proceedings_metadata", "book_metadata", "book_series_metadata"
        some = [date for name in whole for date in _xml.every(around, f"{name}/publication_date")]
    days = [
        day
        for one in some
        if (day := _dates.ymd(_xml.text(one, "year"), _xml.text(one, "month"), _xml.text(one, "day")))
    ]
    return min(days, key=lambda day: (-len(day), day), default="")
