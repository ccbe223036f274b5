"""Works that got a DOI of Crossref, by the day of their first deposit (api.crossref.org/swagger-ui).

    [sources.crossref]
    crossref = "type:posted-content,prefix:10.1101"   # its filter; the days are added
    query    = "sparse training"                      # words of titles, authors, journals; one of the two is enough

Filters of different names have all to fit, of those of one name one (CrossRef/rest-api-doc, README.md). A query finds
works with any of its words (the API's own text), so it brings many; the rules of a digest are better at that. `created`
is the day when a DOI was first deposited, and stays; `indexed` moves with each change. Records are there 20 minutes
after the deposit, so two days are asked for again. Types that are no papers (journals, figures, reviews, grants) are
not asked for, unless the filter names types itself.

Servers know us by `mailto`, and let those that tell it ask three times a second instead of once (Crossref's blog of
2025-11-05). Lists are paged with a cursor, which tells of a next page for ever: an empty one ends them.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from digest import values
from digest.sources import Brought, Reached, _pages, _window

if TYPE_CHECKING:
    from digest.fetching.web import Web

ROWS = 500  # a page of 1,000, the most that is given, has 10 MB: much to ask for again if the connection breaks off
PAPERS = (
    "journal-article",
    "posted-content",
    "proceedings-article",
    "book-chapter",
    "monograph",
    "dissertation",
    "report",
)
_FILTER = re.compile(r"[a-z.-]+:[^,\s]+(?:,[a-z.-]+:[^,\s]+)*")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`crossref`: a filter; `query`: words; `reach_back`: how far the first visit looks back; `overlap`: what each
    visit asks for again.
    """

    crossref: str
    query: str = ""
    reach_back: str = "7 days"
    overlap: str = "2 days"
    address: str = "https://api.crossref.org/works"

    def __post_init__(self) -> None:
        values.page(self.address)
        _window.days(self.reach_back)
        _window.days(self.overlap)
        if self.crossref and not _FILTER.fullmatch(self.crossref):
            raise ValueError(
                f"crossref: {self.crossref!r} is no filter of Crossref such as 'type:posted-content,prefix:10.1101'"
            )
        if "created-date:" in self.crossref:
            raise ValueError("crossref: the days of creation are added to the filter: take yours out")
        if not self.crossref and not self.query.strip():
            raise ValueError("crossref: a filter or a query is needed, or all works of the world come")


class _Message(msgspec.Struct, rename="kebab"):
    total_results: int
    items: list[msgspec.Raw]
    next_cursor: str = ""


class _Answer(msgspec.Struct):
    message: _Message


_answers = msgspec.json.Decoder(_Answer)


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """The works of the days that were not read, and of some before them."""
    days = _window.window(reached, _window.days(options.reach_back), _window.days(options.overlap), now)
    asked = {"filter": _filter(options, days), "rows": str(ROWS)}
    if options.query.strip():
        asked["query.bibliographic"] = options.query
    if web.contact:
        asked["mailto"] = web.contact

    def ask(cursor: str) -> _pages.Page:
        answer = web.get(_pages.address(options.address, asked | {"cursor": cursor}))
        said = _pages.decoded(_answers, answer, "Crossref").message
        return _pages.Page(answer.body, len(said.items), said.total_results, said.next_cursor)

    yield from _pages.bring("crossref", days, "*", ask, ROWS)


def following(_options: Options, _reached: Reached, now: datetime) -> datetime:
    """When the next day is over."""
    return _window.following(now)


def _filter(options: Options, days: _window.Window) -> str:
    named = [options.crossref] if options.crossref else []
    if not re.search(r"(?:^|,)type(?:-name)?:", options.crossref):
        named += [f"type:{kind}" for kind in PAPERS]
    return ",".join([*named, f"from-created-date:{days.first}", f"until-created-date:{days.last}"])
