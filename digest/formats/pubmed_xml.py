"""PubMed's XML: efetch answers, baseline and update files, single articles, books.

    <PubmedArticleSet>
      <PubmedArticle>     <MedlineCitation> PMID, Article, MeshHeadingList, KeywordList … <PubmedData> ArticleIdList
      <PubmedBookArticle> <BookDocument> PMID, Book, ArticleTitle, Abstract … <PubmedBookData> ArticleIdList
      <DeleteCitation>    PMIDs that are no more: a reject each

The facts are from NLM's DTD (dtd.nlm.nih.gov/ncbi/pubmed) and from real files. Traps: titles hold markup, end in a full
stop, and stand in brackets where they were translated; abstracts come in labelled parts; `ArticleIdList` stands in the
reference lists too, with other papers' ids; the date of an issue may be `1998 Dec-1999 Jan` or a season.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers, markup
from digest.errors import DumpError
from digest.formats import _dates, _names, _xml
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import Paper, Reject, paper, reject

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROOTS = {
    "PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet", "PubmedArticle", "PubmedBookArticle",
    "MedlineCitation", "eFetchResult",
}  # fmt: skip
_NO_TITLE = {"", "not available", "in process citation"}  # what stands in brackets where a title is missing
_NO_LABEL = {"", "UNLABELLED", "UNASSIGNED"}


def sniff(head: Head) -> bool:
    """By the root element."""
    return head.root in _ROOTS


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The articles and books; a reject for each citation that PubMed deleted. DumpError: PubMed refused."""
    return _xml.papers(
        dump, _record, "PubmedArticle", "PubmedBookArticle", "MedlineCitation", "PMID", "ERROR"
    )


def _record(where: str, element: "_Element") -> Paper | Reject:
    name, words = _xml.local(element), _xml.words(element)
    if name == "PMID":  # of no article: it stands in DeleteCitation or DeleteDocument
        return reject(where, "deleted by PubMed", f"PMID {words}")
    if name == "ERROR":
        parent = element.getparent()
        if parent is not None and _xml.local(parent) == "eFetchResult":
            raise DumpError(f"PubMed answered with an error: {words}: fetch it again")
        return reject(where, f"PubMed could not give this record: {words}", words)
    book = _xml.find(element, "BookDocument")
    return _article(where, element) if book is None else _book(where, element, book)


def _article(where: str, element: "_Element") -> Paper | Reject:
    citation = element if _xml.local(element) == "MedlineCitation" else _xml.find(element, "MedlineCitation")
    article = None if citation is None else _xml.find(citation, "Article")
    if citation is None or article is None:
        return reject(where, "it has no citation (MedlineCitation/Article)", _xml.words(element))
    authors = _authors(_xml.every(article, "AuthorList"))
    title = _title(_xml.text(article, "ArticleTitle"), _xml.text(article, "VernacularTitle"))
    return paper(
        where,
        title,
        _abstract(article) or _other_abstract(citation),
        ids=_ids(citation, article, _xml.find(element, "PubmedData")),
        resolve=markup.words,
        authors=_known(authors),
        org=_affiliation(authors),
        venue=_venue(citation, article),
        categories=_categories(citation),
        published=_published(element, article),
        withdrawn=_is_withdrawn(citation, article, title),
    )


def _book(where: str, element: "_Element", book: "_Element") -> Paper | Reject:
    """A book, or a chapter of one."""
    whole = _title(_xml.text(book, "Book/BookTitle"), "")
    lists = _xml.every(book, "AuthorList") + _xml.every(book, "Book/AuthorList")
    authors = _authors(lists)
    title = _title(_xml.text(book, "ArticleTitle"), _xml.text(book, "VernacularTitle"))
    pmids = [identifiers.pmid(_xml.text(book, "PMID"))]
    data = _xml.find(element, "PubmedBookData")
    return paper(
        where,
        title or whole,
        _abstract(book),
        ids=pmids + _listed_ids(book) + (_listed_ids(data) if data is not None else []),
        resolve=markup.words,
        authors=_known(authors),
        org=_affiliation(authors),
        venue=whole if title else _xml.text(book, "Book/Publisher/PublisherName"),
        categories=tuple(dict.fromkeys(_xml.texts(book, "KeywordList/Keyword"))),
        published=_date(_xml.find(book, "ContributionDate")) or _date(_xml.find(book, "Book/PubDate")),
    )


def _title(title: str, own: str) -> str:
    """The title without its full stop and without the brackets that say it is a translation."""
    title = _without_stop(title)
    if title.startswith("[") and title.endswith("]"):
        title = _without_stop(title[1:-1])
    if title.lower().strip(" []") in _NO_TITLE:
        return _without_stop(own)
    return title


def _without_stop(title: str) -> str:
    return title[:-1].rstrip() if title.endswith(".") and not title.endswith("..") else title


def _abstract(element: "_Element") -> str:
    """Its parts, with their labels."""
    parts = []
    for part in _xml.every(element, "Abstract/AbstractText"):
        label = str(part.get("Label") or "").strip()
        words = _xml.words(part)
        shown = "" if label.upper() in _NO_LABEL else f"{label.rstrip(':')}: "
        if words:
            parts.append(shown + words)
    return " ".join(parts)


def _other_abstract(citation: "_Element") -> str:
    """The abstract in another language, or the publisher's, where there is no English one."""
    for other in _xml.every(citation, "OtherAbstract"):
        if other.get("Type") != "plain-language-summary":
            return " ".join(_xml.texts(other, "AbstractText"))
    return ""


def _authors(lists: list["_Element"]) -> list["_Element"]:
    """The authors, or where there is none the editors."""
    for wanted in ("authors", "editors"):
        for one in lists:
            if (one.get("Type") or "authors") == wanted and (found := _xml.every(one, "Author")):
                return [author for author in found if author.get("ValidYN") != "N"]
    return []


def _known(authors: list["_Element"]) -> tuple[str, ...]:
    return _names.known(_name(author) for author in authors)


def _name(author: "_Element") -> str:
    if collective := _xml.text(author, "CollectiveName"):
        return _without_stop(collective)
    given = _xml.text(author, "ForeName") or _xml.text(author, "Initials")
    return _names.joined(given, _xml.text(author, "LastName"), _xml.text(author, "Suffix"))


def _affiliation(authors: list["_Element"]) -> str:
    """Where the first author works."""
    for author in authors[:1]:
        told = _xml.text(author, "AffiliationInfo/Affiliation") or _xml.text(author, "Affiliation")
        return _without_stop(told)
    return ""


def _ids(citation: "_Element", article: "_Element", data: "_Element | None") -> list[Id | None]:
    ids = [identifiers.pmid(_xml.text(citation, "PMID"))]
    if data is not None:
        ids += _listed_ids(data)
    for place in _xml.every(article, "ELocationID"):
        words = _xml.words(place)
        if place.get("ValidYN") == "N":
            continue
        if place.get("EIdType") == "doi":
            ids.append(identifiers.doi(words))
        elif words.lower().startswith("arxiv:"):
            ids.append(identifiers.arxiv(words))
    return ids


def _listed_ids(element: "_Element") -> list[Id | None]:
    """Those of its own list; lists deeper down are the references'."""
    kinds = {"pubmed": identifiers.pmid, "doi": identifiers.doi, "pmc": identifiers.pmcid}
    return [
        kinds[kind](_xml.words(one))
        for one in _xml.every(element, "ArticleIdList/ArticleId")
        if (kind := str(one.get("IdType"))) in kinds
    ]


def _venue(citation: "_Element", article: "_Element") -> str:
    return (
        _xml.text(article, "Journal/Title")
        or _xml.text(article, "Journal/ISOAbbreviation")
        or _xml.text(citation, "MedlineJournalInfo/MedlineTA")
    )


def _categories(citation: "_Element") -> tuple[str, ...]:
    """The authors' keywords, then those of NLM."""
    told = _xml.texts(citation, "KeywordList/Keyword")
    indexed = _xml.texts(citation, "MeshHeadingList/MeshHeading/DescriptorName")
    return tuple(dict.fromkeys(told + indexed))


def _published(element: "_Element", article: "_Element") -> str:
    """The day it was first to be read; else that of its issue; else when PubMed got it."""
    history = _xml.every(element, "PubmedData/History/PubMedPubDate")
    arrived = [one for one in history if one.get("PubStatus") in {"pubmed", "entrez"}]
    return (
        _date(_xml.find(article, "ArticleDate"))
        or _date(_xml.find(article, "Journal/JournalIssue/PubDate"))
        or next((date for one in arrived if (date := _date(one))), "")
    )


def _date(element: "_Element | None") -> str:
    if element is None:
        return ""
    told = [_xml.text(element, name) for name in ("Year", "Month", "Day")]
    return _dates.ymd(*told) or _dates.iso(_xml.text(element, "MedlineDate"))


def _is_withdrawn(citation: "_Element", article: "_Element", title: str) -> bool:
    """By its kind, by the notice that refers to it, or by what the publisher wrote before the title."""
    kinds = _xml.texts(article, "PublicationTypeList/PublicationType")
    notes = _xml.every(citation, "CommentsCorrectionsList/CommentsCorrections")
    return (
        "Retracted Publication" in kinds
        or any(note.get("RefType") == "RetractionIn" for note in notes)
        or title.upper().startswith(("WITHDRAWN:", "RETRACTED:"))
    )
