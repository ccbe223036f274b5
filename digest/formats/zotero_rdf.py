"""Zotero's RDF export.

    <rdf:RDF xmlns:z="http://www.zotero.org/namespaces/export#" …>
      <bib:Article rdf:about="https://example.org/1">  z:itemType, dc:title, dcterms:abstract, dc:date, bib:authors …
        <dcterms:isPartOf rdf:resource="urn:issn:0000-0001"/>  or the journal in place
      <bib:Journal rdf:about="urn:issn:0000-0001">     dc:title and the article's DOI, `dc:identifier`: `DOI 10.…`
      <z:Attachment …> <bib:Memo …> <z:Collection …>   no papers

The facts are from files of Zotero. Traps: no XML declaration; what an item is says `z:itemType`, its element is one of
few, or `rdf:Description`; the journal stands behind the first article that names it, and holds this article's DOI;
notes and attachments have titles too; ids without a field stand in `dc:description`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers, markup
from digest.formats import _dates, _extra, _links, _names, _waiting, _xml
from digest.formats._head import Head
from digest.papers import Paper, Reject, paper, readable

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = "http://www.zotero.org/namespaces/export#"
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_ITEMS = (
    "Article", "Book", "BookSection", "Thesis", "Letter", "Manuscript", "Interview", "MotionPicture", "Illustration",
    "Image", "Document", "Report", "Legislation", "Patent", "ConferenceProceedings", "Recording", "Data", "Description",
    "Memo", "Attachment", "Journal", "Periodical", "Newspaper", "Magazine", "CourtReporter", "Code", "Website", "Blog",
    "Series", "Collection", "UserItem",
)  # fmt: skip
_NO_PAPERS = {"attachment", "note", "annotation"}
_PEOPLE = ("authors", "presenters", "directors", "artists", "inventors", "contributors", "editors")


def sniff(head: Head) -> bool:
    """RDF with Zotero's namespace."""
    return head.root == "RDF" and NAMESPACE in head.text


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The items that are neither attachments nor notes."""
    parents: dict[str, _waiting.Parent] = {}
    wanted: dict[str, str] = {}  # the place of a paper → the journal that it is part of

    def made(where: str, element: "_Element") -> Paper | Reject | None:
        kind = _xml.text(element, "itemType")
        if kind in _NO_PAPERS:
            return None
        if not kind:
            _note_parent(element, parents)
            return None
        record, parent = _paper(where, element)
        wanted[where] = parent
        return record

    records = _xml.papers(dump, made, *_ITEMS)
    return _waiting.filled(((one, wanted.pop(one.where, "")) for one in records), parents)


def _note_parent(element: "_Element", parents: dict[str, _waiting.Parent]) -> None:
    """A journal, a website, a series: no item of its own, but others are part of it."""
    name = element.get(_ABOUT)
    if name and (title := _xml.text(element, "title")):
        ids = [found.key for found in _own_ids(element) if found]
        parents[str(name)] = _waiting.Parent(_plain(title), ids=tuple(sorted(ids)[:1]))


def _paper(where: str, element: "_Element") -> tuple[Paper | Reject, str]:
    """The paper, and the name of the journal that has still to be read."""
    place = next((one for one in _xml.every(element, "isPartOf") if len(one)), None)
    parents = (str(one.get(_RESOURCE) or "") for one in _xml.every(element, "isPartOf"))
    about = str(element.get(_ABOUT) or "")
    urls = [*_xml.texts(element, "identifier/URI/value"), about]
    found = paper(
        where,
        _xml.text(element, "title"),
        _xml.text(element, "abstract"),
        ids=[
            *_own_ids(element),
            *(_own_ids(place[0]) if place is not None else []),
            *_other_ids(element, urls),
        ],
        resolve=markup.words,
        authors=_authors(element),
        org=_plain(_xml.text(element, "publisher/Organization/name"))
        if _xml.local(element) == "Thesis"
        else "",
        venue=_plain(_xml.text(element, "isPartOf/*/title") or _xml.text(element, "presentedAt/*/title")),
        categories=_subjects(element),
        published=_dates.iso(_xml.text(element, "date")),
        links=_links.own(urls),
    )
    return found, next(filter(None, parents), "")


def _plain(text: str) -> str:
    return readable(markup.plain(text))


def _own_ids(element: "_Element") -> list[identifiers.Id | None]:
    """The DOI; ISSNs and ISBNs are others' too."""
    told = [_xml.words(one) for one in _xml.every(element, "identifier") if not len(one)]
    return [identifiers.doi(one.removeprefix("DOI ")) for one in told]


def _other_ids(element: "_Element", urls: list[str]) -> list[identifiers.Id | None]:
    extra = "\n".join("".join(map(str, one.itertext())) for one in _xml.every(element, "description"))
    number = _xml.text(element, "number")
    return [
        identifiers.arxiv(number) if number.lower().startswith("arxiv:") else None,
        *_extra.ids(extra),
        *map(identifiers.of_link, urls),
    ]


def _authors(element: "_Element") -> tuple[str, ...]:
    """Of the first role that anybody has."""
    for role in _PEOPLE:
        people = _xml.every(element, f"{role}/Seq/li/Person")
        if found := _names.known(map(_name, people)):
            return found
    return ()


def _name(person: "_Element") -> str:
    given = _xml.text(person, "givenName") or _xml.text(person, "givenname")
    return _plain(_names.joined(given, _xml.text(person, "surname")) or _xml.text(person, "name"))


def _subjects(element: "_Element") -> tuple[str, ...]:
    """The user's tags; the automatic ones stand one level deeper."""
    return tuple(dict.fromkeys(map(_plain, _xml.texts(element, "subject"))))
