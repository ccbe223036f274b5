"""Listing pages of arXiv saved as HTML: /list/cs.CL/new, /recent, /pastweek, /2026-01, /catchup
(templates in github.com/arXiv/arxiv-browse; no real page was at hand).

    h3                   Showing new listings for Tuesday, 2 September 2026 · Fri, 4 Sep 2026 (showing 25 of 100 …)
    h3                   New submissions · Cross submissions · Replacement submissions (showing 1 of 1 entries)
    dl#articles/dt       [1] arXiv:2609.00001 (cross-list from cs.LG) (replaced) [pdf, html, other]
    dl#articles/dd       div.list-title, list-authors, list-comments, list-journal-ref, list-subjects, each with a
                         span.descriptor `Title:` in it; p.mathjax: the abstract, on /new only

A browser saves what MathJax made of formulas, with the TeX in a script beside it. Long lists of authors are cut.
Addresses in comments and abstracts read `this https URL` and are told by the link only.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers
from digest.formats import _arxiv, _dates, _html
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import Paper, Reject, paper, readable, reject

if TYPE_CHECKING:
    from lxml.etree import _Element

DEEPEST = 50  # elements in each other inside an entry
_THIS_URL = re.compile(r"\s*this (?:https?|ftp) URL\s*")
_MARK = re.compile(r"id\s*=\s*[\"']?dlpage|<dl[^>]{0,50}id\s*=\s*[\"']?articles|class\s*=\s*[\"']list-title")
_NEW = re.compile(r"\s*New submissions", re.IGNORECASE)
_KIND = re.compile(r"\s*(?:New|Cross|Replacement)[ -](?:submissions|lists)", re.IGNORECASE)
_RECENT = re.compile(r"\s*[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4}")
_DAY = re.compile(
    r"(?:listings? for |submissions for |^\s*)(?:[A-Z][a-z]{2,8},? )?(\d{1,2} [A-Z][a-z]{2,8} \d{2,4})\b"
)


def sniff(head: Head) -> bool:
    """An HTML page with arXiv's list of papers."""
    return head.text.lstrip()[:1] == "<" and bool(_MARK.search(head.text)) and "arxiv" in head.text.lower()


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the page; a paper whose list entry breaks off is a reject."""
    count, new, day, term, shown = 0, False, "", None, _arxiv.Shown()
    for element in _html.elements(dump, "h3", "dt", "dd"):
        if element.tag == "h3":
            heading = _words(element)
            day = _day(heading) or day
            new = bool(_NEW.match(heading)) if _KIND.match(heading) else bool(_RECENT.match(heading))
            yield from shown.under(heading)
        elif element.tag == "dt":
            if term is not None:
                yield reject(f"record {count}", "cut off: an entry without its title", term[0])
            count += 1
            shown.one()
            term = (_words(element), _address(element))
        elif term is not None:
            yield _paper(f"record {count}", term, element, new, day)
            term = None
        _html.forget(element)
    if term is not None:
        yield reject(f"record {count}", "cut off: an entry without its title", term[0])
    yield from shown.end()


def _day(heading: str) -> str:
    found = _DAY.search(heading)
    if not found:
        return ""
    return _dates.iso(re.sub(r" (\d\d)$", r" 20\1", found[1]))


def _address(term: "_Element") -> str:
    """Where the entry leads to, or what it is called: the id."""
    for link in term.iter("a"):
        for one in (re.sub(r"^.*?/abs/", "https://arxiv.org/abs/", link.get("href", "")), _words(link)):
            if identifiers.arxiv(one):
                return one
    return ""


def _paper(where: str, term: tuple[str, str], entry: "_Element", new: bool, day: str) -> Paper | Reject:
    said = {
        name: _said(entry, f"list-{name}")
        for name in ("title", "authors", "comments", "journal-ref", "subjects")
    }
    abstract = next((_words(one) for one in entry.iter("p") if "mathjax" in one.get("class", "")), "")
    own = identifiers.arxiv(term[1])
    new = new and not re.search(r"cross-list|replaced", term[0])
    names = _arxiv.authors(said["authors"])
    month = _arxiv.month(own.key) if own else ""
    return paper(
        where,
        said["title"],
        abstract,
        ids=(own,),
        resolve=latex.plain,
        version=own.version if own and own.version else 1 if new else None,
        authors=names,
        n_authors=_arxiv.n_authors(said["authors"], names),
        venue=_arxiv.venue(said["journal-ref"], said["comments"]),
        categories=_arxiv.codes(said["subjects"]),
        published=_arxiv.announced(day, own.key) if new and own else month,
        links=_arxiv.links(said["comments"], abstract),
        withdrawn=_arxiv.withdrawn(said["comments"], abstract),
    )


def _said(entry: "_Element", name: str) -> str:
    """What the part of that class says, without its label."""
    for part in entry.iter("div"):
        if name in part.get("class", "").split():
            return re.sub(r"^(?:Title|Authors?|Comments?|Journal-ref|Subjects):\s*", "", _words(part))
    return ""


def _words(element: "_Element") -> str:
    """The text of an element; of a formula its TeX, not what MathJax drew."""
    return readable("".join(_pieces(element, 0)))


def _pieces(element: "_Element", depth: int) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and depth < DEEPEST and not _is_drawn(child):
            if child.tag == "script":
                yield f"${child.text or ''}$" if child.get("type", "").startswith("math/tex") else ""
            elif child.tag == "a" and _THIS_URL.fullmatch(child.text or ""):
                yield child.get("href", "")
            else:
                yield from _pieces(child, depth + 1)
        yield child.tail or ""


def _is_drawn(element: "_Element") -> bool:
    return element.tag == "mjx-container" or element.get("class", "").startswith(("MathJax", "MJX"))
