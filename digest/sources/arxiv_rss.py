"""arXiv's announcements of the day, a feed for each category (info.arxiv.org/help/rss.html).

    [sources.arxiv]
    arxiv_rss = ["cs.LG", "cs.CL"]

A feed holds one day and at most 2,000 papers: so each category is asked for alone, and a day that was not fetched is
gone, which is told. Its `pubDate` is the day after the evening of the announcement; on weekends and holidays it is
empty and of that day. It was seen to be yesterday's in the morning, for one category and not for others.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec

from digest.errors import SourceError
from digest.sources import Brought, Part, Reached, _arxiv
from digest.web import Web

LIMIT = 2_000  # papers of a feed: arXiv/arxiv-feed, feed/database.py
AGAIN = timedelta(hours=1)  # while a feed shows another day than it should
_CATEGORY = re.compile(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?")
_DAY = re.compile(rb"<pubDate>([^<]{10,60})</pubDate>")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`arxiv_rss`: categories or archives; `holidays`: days without announcements beside those known."""

    arxiv_rss: tuple[str, ...]
    holidays: tuple[str, ...] = ()
    address: str = "https://rss.arxiv.org/rss"

    def __post_init__(self) -> None:
        _arxiv.holidays(self.holidays)
        if not self.arxiv_rss:
            raise ValueError("arxiv_rss: at least one category is needed, such as 'cs.LG'")
        for name in self.arxiv_rss:
            if not _CATEGORY.fullmatch(name):
                raise ValueError(f"arxiv_rss: {name!r} is no category of arXiv such as 'cs.LG'")


def visit(options: Options, reached: Reached, web: Web, now: datetime) -> Iterator[Brought]:
    """The feed of each category; one that does not come keeps no other from coming."""
    for name in options.arxiv_rss:
        try:
            yield _feed(options, name, reached, web, now)
        except SourceError as error:
            if error.again:
                raise
            yield Brought(Part(name=name, problem=str(error)))


def following(options: Options, reached: Reached, now: datetime) -> datetime:
    """With the next announcement; while a feed is behind, sooner."""
    off = _arxiv.holidays(options.holidays)
    due = _arxiv.newest(now, off)
    behind = any(reached.get(f"{name} day", "") < due.isoformat() for name in options.arxiv_rss)
    comes = _arxiv.following(now, off)
    return min(now + AGAIN, comes) if behind else comes


def _feed(options: Options, name: str, reached: Reached, web: Web, now: datetime) -> Brought:
    url = f"{options.address}/{name}"
    etag = reached.get(f"{name} etag", "")
    answer = web.get(url, {"if-none-match": etag} if etag else {}, lane=_arxiv.LANE)
    before = reached.get(f"{name} day", "")
    off = _arxiv.holidays(options.holidays)
    due = _arxiv.newest(now, off)
    part = Part(
        name=name,
        due=due,
        since=_arxiv.begins(due),
        nothing_due=_arxiv.why_empty(_arxiv.today(now), off),
    )
    if answer.body is None:
        return Brought(_replaced(part, day=_date(before), unchanged=True), url)
    count, day = _looked(answer.body)
    latest = max(before, day.isoformat() if day else "")  # a feed was seen to go back by a day
    more = {f"{name} etag": answer.headers.get("etag", ""), f"{name} day": latest}
    problem = _missed(before, day, off) or (
        f"it shows {count:,} papers, as many as it can: others may be missing" if count >= LIMIT else ""
    )
    return Brought(_replaced(part, day=day, problem=problem), url, answer.body if count else None, more)


def _replaced(part: Part, **fields: object) -> Part:
    return msgspec.structs.replace(part, **fields)


def _looked(body: Path) -> tuple[int, date | None]:
    """How many papers a feed has, and of which day it says it is; SourceError if it is no feed."""
    data = body.read_bytes()
    if b"<rss" not in data[:2000]:
        raise SourceError(
            "what came is no feed: see whether the address is right, and what it shows in a browser"
        )
    found = _DAY.search(data)
    try:
        day = parsedate_to_datetime(found[1].decode("ascii")).date() if found else None
    except ValueError:
        day = None
    return data.count(b"<item>"), day


def _date(day: str) -> date | None:
    return date.fromisoformat(day) if day else None


def _missed(before: str, day: date | None, off: frozenset[date]) -> str:
    """The days between the feed that was read last and this one whose feeds nobody has read."""
    if not before or day is None:
        return ""
    one, gone = date.fromisoformat(before) + timedelta(days=1), []
    while one < day:
        if not _arxiv.why_empty(one, off):
            gone.append(one)
        one += timedelta(days=1)
    if not gone:
        return ""
    days = f"{gone[0]}" if len(gone) == 1 else f"{len(gone)} days from {gone[0]} to {gone[-1]}"
    return f"the feed of {days} was not fetched and is gone: a source with arxiv_oai brings what was in it"
