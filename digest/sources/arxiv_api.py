"""What arXiv's API finds for a query, by the day of submission (info.arxiv.org/help/api/user-manual.html).

    [sources.pruning]
    arxiv_api = "cat:cs.LG AND abs:pruning"
    reach_back = "7 days"     # how far the first visit looks back

A paper is announced, and found, days after its submission, longer if moderators hold it (help/availability.html): so
each visit asks for the days of OVERLAP again. A search gives 30,000 results at most, in slices. Known for years and not
mended: pages that are empty though more is there (lukasschwab/arxiv.py, issues 43, 129 and 175) or have no bytes at all
(ropensci/aRxiv, issue 66). An error is a feed with one entry, and counts as one result.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import msgspec

from digest import values
from digest.errors import SourceError
from digest.sources import Brought, Reached, _arxiv, _window
from digest.sources._window import UPTO, Window

if TYPE_CHECKING:
    from digest.fetching.web import Web

OVERLAP = timedelta(days=7)
SLICE = 500  # results of a page; the manual asks for less than 1,000
MOST = 30_000  # results of a search
TRIES = 3  # for a page that is empty and should not be
MISSING = "missing"  # the first day of a window of which papers were missing at the last visit

_TOTAL = re.compile(rb"<(?:\w{1,20}:)?totalResults\b[^<>]{0,300}>\s{0,99}(\d{1,12})\s{0,99}<")
_ID = re.compile(rb"<id\b[^<>]{0,300}>([^<]{0,300})</id>")
_SUMMARY = re.compile(rb"<summary\b[^<>]{0,300}>([^<]{0,4000})</summary>")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`arxiv_api`: the query; `reach_back`: how far the first visit looks back; `holidays`: days without announcements
    beside those known.
    """

    arxiv_api: str
    reach_back: str = "7 days"
    holidays: tuple[str, ...] = ()
    address: str = "https://export.arxiv.org/api/query"

    def __post_init__(self) -> None:
        values.page(self.address)
        _window.days(self.reach_back)
        _arxiv.holidays(self.holidays)
        if not self.arxiv_api.strip():
            raise ValueError("arxiv_api: a query is needed, such as 'cat:cs.LG AND abs:pruning'")
        if not _is_closed(self.arxiv_api):
            raise ValueError(f"arxiv_api: the quotes or the brackets of {self.arxiv_api!r} do not match")


class _Page(NamedTuple):
    """A slice of what a search finds."""

    total: int  # results of the search
    ids: list[bytes]
    body: Path


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """All that was submitted in the days that were not read, and before them again; in halves, the older one first,
    while a search finds too much.
    """
    newest = _arxiv.announcement(now, _arxiv.holidays(options.holidays))
    waiting = [_window.window(reached, _window.days(options.reach_back), OVERLAP, now)]
    announced, missed = 0, ""
    while waiting:
        days = waiting.pop()
        first = _page(options, web, days, 0)
        if first.total > MOST:
            waiting += _halves(days, first.total)
            continue
        announced += first.total
        for number, (page, is_last, problem) in enumerate(_pages(options, web, days, first), start=1):
            missed = missed or problem
            part = msgspec.structs.replace(newest, announced=announced, problem=missed)
            done = _done(days, reached, missed) if is_last else {}
            origin = f"papers of {days.first} to {days.last}, page {number}"
            yield Brought(part, origin, page.body if page.ids else None, done)


def following(options: Options, _reached: Reached, now: datetime) -> datetime:
    """With the feeds of the next announcement: the API knows of it from that midnight on. In the hour after midnight
    UTC, just after an announcement, it was seen to refuse everybody.
    """
    return _arxiv.following(now, _arxiv.holidays(options.holidays))


def _is_closed(query: str) -> bool:
    """Whether a query can stand in brackets, beside the days."""
    bare = re.sub(r'"[^"]*"', "", query)
    depths = list(accumulate((sign == "(") - (sign == ")") for sign in bare))
    return '"' not in bare and min(depths, default=0) >= 0 and depths[-1:] in ([], [0])


def _halves(days: Window, total: int) -> list[Window]:
    """Two windows in place of one, the later one first."""
    if days.first >= days.last:
        raise SourceError(
            f"{total:,} papers of {days.first}, and a search gives {MOST:,} at most: "
            "make the query in arxiv_api narrower, or use arxiv_oai"
        )
    middle = days.first + (days.last - days.first) // 2
    return [Window(middle + timedelta(days=1), days.last), Window(days.first, middle)]


def _done(days: Window, reached: Reached, missed: str) -> dict[str, str]:
    """What to remember after the last page of a window.

    If papers are missing, the same days are asked for once more; those that are still missing then may never come.
    """
    begin = days.first.isoformat()
    if missed and reached.get(MISSING) != begin:
        return {MISSING: begin}
    return {UPTO: max(reached.get(UPTO, ""), days.last.isoformat()), MISSING: ""}


def _pages(options: Options, web: "Web", days: Window, page: _Page) -> Iterator[tuple[_Page, bool, str]]:
    """The pages of a window, whether each is its last one, and what was missing then.

    A page may be shorter than was asked for, because it ends there or because papers of it are missing: the next one
    begins where it ends, and whether all came is told by their ids.
    """
    ids, start = set(page.ids), len(page.ids)
    while start < page.total:
        yield page, False, ""
        page = _page(options, web, days, start)
        ids |= set(page.ids)
        start += len(page.ids)
    some = len(ids) < page.total
    yield page, True, f"{len(ids):,} of {page.total:,} papers came" if some else ""


def _page(options: Options, web: "Web", days: Window, start: int) -> _Page:
    """The page that begins there; one that is empty though more is there is asked for again."""
    after = days.last + timedelta(days=1)
    question = {
        "search_query": f"({options.arxiv_api}) AND submittedDate:[{days.first:%Y%m%d}0000 TO {after:%Y%m%d}0000]",
        "start": start,
        "max_results": SLICE,
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }
    for _ in range(TRIES):
        answer = web.get(f"{options.address}?{urlencode(question)}", lane=_arxiv.LANE, also=frozenset({400}))
        page = _looked(answer.body, answer.status)
        if page and (page.ids or page.total <= start):
            return page
    raise SourceError(f"after {start:,} papers of {days.first} to {days.last} the API sends empty pages")


def _looked(body: Path | None, status: int) -> _Page | None:
    """What is on a page; None: it is empty or cut off. SourceError if it is an error, or something else."""
    data = body.read_bytes() if body else b""
    # Not by an expression from tag to tag, which looks for the same end again and again where there is none.
    entries = [piece for piece in data.split(b"<entry>")[1:] if b"</entry>" in piece]
    ids = [found[1].strip() for entry in entries if (found := _ID.search(entry))]
    if ids and b"api/errors" in ids[0]:
        said = _SUMMARY.search(entries[0])
        told = (
            unescape(said[1].decode("utf-8", "replace")).strip()
            if said
            else ids[0].decode("utf-8", "replace")
        )
        raise SourceError(f"the API answers with an error: {' '.join(told.split())[:200]}")
    total = _TOTAL.search(data)
    if status != 200 or (data.strip() and not total):
        raise SourceError(
            f"what came is no answer of arXiv's API (status {status}): see whether the address is right"
        )
    if body is None or not total or not data.rstrip().endswith(b"</feed>"):
        return None
    return _Page(int(total[1]), ids, body)
