"""What Hugging Face's own papers say, wherever they stand: in its API, in its pages, in copies of them.

The facts: https://huggingface.co/api/daily_papers and the pages' `data-props`, which hold the same objects.
`paper.publishedAt` is arXiv's day of version 1; the `publishedAt` around it is the time of posting, or that day in
another zone, so it is never read. `ai_summary` is machine-written and no abstract.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from digest import identifiers
from digest.formats import _dates, _json
from digest.identifiers import Id
from digest.markup import latex
from digest.papers import Paper, Reject, links_in, paper, readable, reject

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_OWN_PAGES = ("huggingface.co", "hf.co", "arxiv.org", "doi.org", "alphaxiv.org")
_PAPER_PAGE = re.compile(r"(?:https?://(?:www\.)?(?:huggingface|hf)\.co)?/papers/([^/?#]+)(?:[?#].*)?")
_ARXIV_PAGE = re.compile(r"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf)/\S+", re.IGNORECASE)


def of_record(where: str, record: dict[str, Any]) -> Paper | Reject:
    """The paper in `{"paper": {…}, "numComments": …}`, or in what stands there as `paper`."""
    inner = record["paper"] if isinstance(record.get("paper"), dict) else record
    words = _json.text
    abstract = words(inner, "summary") or words(record, "summary")
    if not inner.get("title") and "error" in record:
        return reject(
            where, f"Hugging Face answered with an error: {words(record, 'error')}", str(record)[:1000]
        )
    comments = _json.number(record, "numComments")
    return paper(
        where,
        words(inner, "title") or words(record, "title"),
        abstract,
        ids=[identifiers.arxiv(words(inner, "id"))],
        resolve=latex.plain,
        authors=_authors(inner),
        org=_organisation(inner) or _organisation(record),
        published=_dates.iso(words(inner, "publishedAt")),
        comments=_json.number(inner, "numComments") if comments is None else comments,
        upvotes=_json.number(inner, "upvotes"),
        links=outside([words(inner, "githubRepo"), words(inner, "projectPage")], abstract),
    )


def _authors(inner: dict[str, Any]) -> tuple[str, ...]:
    some = inner.get("authors")
    names = (
        [one if isinstance(one, str) else _json.text(one, "name") for one in some]
        if isinstance(some, list)
        else []
    )
    return tuple(name for one in names if (name := readable(latex.plain(one))))


def _organisation(record: dict[str, Any]) -> str:
    return readable(
        _json.text(record, "organization", "fullname") or _json.text(record, "organization", "name")
    )


def outside(links: Iterable[str], abstract: str) -> tuple[str, ...]:
    """The links that lead away from Hugging Face and arXiv: those of the record first, then those of its abstract."""
    told = [link.strip() for link in links if _WEB.fullmatch(link.strip()) and not _own(link.strip())]
    return tuple(dict.fromkeys((*told, *links_in(abstract))))


def _own(link: str) -> bool:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return True
    return any(host == own or host.endswith(f".{own}") for own in _OWN_PAGES)


def of_link(link: str) -> Id | None:
    """The arXiv id in the address of a paper's page, on Hugging Face or arXiv."""
    if page := _PAPER_PAGE.fullmatch(link):
        return identifiers.arxiv(page[1])
    return identifiers.arxiv(link) if _ARXIV_PAGE.fullmatch(link) else None


def organisation(line: str) -> str:
    """The name in `[handle] Name` and `handle Name`; a name of several words keeps them all."""
    if found := re.fullmatch(r"\[[^\[\]]*\]\s*(\S.*)", line):
        return found[1]
    handle, _, name = line.partition(" ")
    is_handle = handle.islower() or "-" in handle or _begins(handle) == _begins(name)
    return name.strip() if name and is_handle else line


def _begins(word: str) -> str:
    return "".join(filter(str.isalnum, word.casefold()))[:3]


def day(month: str, number: str, year: str | None, latest: date, known: Id | None = None) -> date | None:
    """A day that stands as `Oct 23` or `Oct 23, 2025`. A year left out is the one next to the month that an arXiv id
    tells, else that of the latest such day that is not after `latest`. None if there is no such day (Feb 30).
    """
    month_number = MONTHS.index(month[:3].title()) + 1
    if year:
        return _day(int(year), month_number, int(number))
    found = [one for back in range(9) if (one := _day(latest.year - back, month_number, int(number)))]
    told = re.match(r"arxiv:(\d\d)(\d\d)\.", known.key) if known else None
    if told and (first := _day(2000 + int(told[1]), int(told[2]), 15)):
        near = [one for year_ in (-1, 0, 1) if (one := _day(first.year + year_, month_number, int(number)))]
        near = [one for one in near if one <= latest and abs(one - first).days < 183]
        found = near or found
    return next((one for one in found if one <= latest), None)


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
