"""The saved page of one article: arXiv's abstract pages, journals, conferences, repositories; whatever describes itself
to Google Scholar with meta elements (scholar.google.com/intl/en/scholar/inclusion.html#indexing).

    <meta name="citation_title" content="…">      citation_author `Last, First` or `First Last`, once per author, each
                                                  perhaps with citation_author_institution; citation_authors `A; B`
    citation_doi, _arxiv_id, _pmid                citation_date, _publication_date, _online_date: `2024/01/31`
    citation_journal_title, _conference_title     citation_abstract (perhaps with HTML in it), citation_pdf_url …
    bepress_citation_…, eprints.…, DC.…           the same by other names

arXiv's pages tell comments, subjects and version in td.comments, td.subjects, td.arxivid. The page's `description` is
a teaser and no abstract.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers, markup
from digest.formats import _arxiv, _dates, _html, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject, paper, readable

GENERIC = True
MOST = 8 << 20  # bytes of a page: what it says of itself stands at its beginning
_MARK = re.compile(
    r"(?:name|property)\s*=\s*[\"']?(?:bepress_)?(?:citation_title|eprints\.title)\b", re.IGNORECASE
)
_PREFIX = re.compile(r"(?:(?:bepress_)?citation_|(?:eprints|dc|dcterms|prism)\.)([\w.]+)$")
_CELLS = {"comments", "subjects", "jref", "arxivid", "abstract"}
_DATES = ("publication_date", "date", "online_date", "cover_date", "issued", "publicationdate", "year")
_VENUES = (
    "journal_title",
    "conference_title",
    "inbook_title",
    "publicationname",
    "publication",
    "journal_abbrev",
)
_GONE = re.compile(r"(?:RETRACTED|WITHDRAWN)(?: (?:ARTICLE|PAPER|CHAPTER|MANUSCRIPT))?\s*:", re.IGNORECASE)


def sniff(head: Head) -> bool:
    """An HTML page that tells Google Scholar the title of its article."""
    return head.text.lstrip()[:1] == "<" and bool(_MARK.search(head.text))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The article of the page."""
    said: dict[str, list[str]] = defaultdict(list)
    for element in _html.elements(dump, "meta", "link", "td", "blockquote", most=MOST):
        if element.tag == "meta":
            name = element.get("name") or element.get("property") or ""
            told, content = _PREFIX.match(name.strip().lower()), element.get("content", "").strip()
            if told and content:
                said[told[1]].append(content)
        elif element.tag == "link":
            if "canonical" in element.get("rel", ""):
                said["canonical"].append(element.get("href", ""))
        else:
            for cell in _CELLS.intersection(element.get("class", "").split()):
                said[f"arxiv {cell}"].append("".join(map(str, element.itertext())))
    yield _paper(said)


def _paper(said: dict[str, list[str]]) -> Paper | Reject:
    title, comments = _first(said, "title"), _cell(said, "comments")
    abstract = _first(said, "abstract", "description.abstract") or _cell(said, "abstract")
    names = _authors(said)
    line = _first(said, "author_institution")
    return paper(
        "record 1",
        title,
        abstract,
        ids=_ids(said),
        resolve=_plain,
        version=next(
            (one.version for one in map(identifiers.arxiv, _places(said)) if one and one.version), None
        ),
        authors=names,
        org=readable(markup.plain(line)),
        venue=_first(said, *_VENUES) or _arxiv.venue(_cell(said, "jref"), comments),
        categories=_arxiv.codes(_cell(said, "subjects")) or _keywords(said),
        published=next((day for name in _DATES if (day := _dates.iso(_first(said, name)))), ""),
        links=_links(said, comments, abstract),
        withdrawn=bool(_GONE.match(title)) or _arxiv.withdrawn(comments, _cell(said, "abstract")),
    )


def _plain(text: str) -> str:
    return markup.words(text)


def _first(said: dict[str, list[str]], *names: str) -> str:
    return next((readable(said[name][0]) for name in names if said.get(name)), "")


def _cell(said: dict[str, list[str]], name: str) -> str:
    """What a cell of arXiv's page says, without its label."""
    return re.sub(r"^(?:Abstract|Comments|Subjects):\s*", "", _first(said, f"arxiv {name}"))


def _authors(said: dict[str, list[str]]) -> tuple[str, ...]:
    """One name per element, or all in one with semicolons between them."""
    lines = (
        said.get("author") or said.get("authors") or said.get("creators_name") or said.get("creator") or []
    )
    names = [name for line in lines for name in line.split(";")]
    return _names.known(markup.plain(_names.natural(name)) for name in names)


def _places(said: dict[str, list[str]]) -> list[str]:
    """Where ids of arXiv stand; the cell `arXiv:2401.00001v2 [cs.CL]` may go on in words."""
    cell = re.match(r"\s*(\S{7,60})", (said.get("arxiv arxivid") or [""])[0])
    return [
        cell[1] if cell else "",
        *said.get("canonical", []),
        *said.get("arxiv_id", []),
        *said.get("pdf_url", []),
    ]


def _ids(said: dict[str, list[str]]) -> Iterator[identifiers.Id | None]:
    for one in _places(said):
        yield identifiers.arxiv(one)
    yield from map(identifiers.doi, [_first(said, "doi"), *said.get("identifier", [])])
    yield identifiers.pmid(_first(said, "pmid"))
    yield identifiers.pmcid(_first(said, "pmcid"))
    yield from map(identifiers.of_link, said.get("canonical", []))


def _keywords(said: dict[str, list[str]]) -> tuple[str, ...]:
    words = (word for line in said.get("keywords", []) for word in re.split(r"[;,]", line))
    return tuple(dict.fromkeys(one for word in words if (one := readable(word))))[:50]


def _links(said: dict[str, list[str]], comments: str, abstract: str) -> tuple[str, ...]:
    named = ("canonical", "abstract_html_url", "fulltext_html_url", "public_url", "pdf_url")
    told = (readable(one) for name in named for one in said.get(name, []))
    own = [one for one in told if re.fullmatch(r"https?://\S+", one) and not identifiers.arxiv(one)]
    return tuple(dict.fromkeys((*own, *_arxiv.links(comments, abstract))))
