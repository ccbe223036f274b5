"""arXiv's announcements of the day, a feed for each category (info.arxiv.org/help/rss.html).

    [sources.arxiv]
    arxiv_rss = ["cs.LG", "cs.CL"]

A feed holds one day and at most 2,000 papers: so each category is asked for alone, and a day that was not fetched is
gone, which is told. Its `pubDate` is the day after the evening of the announcement; on weekends and holidays it is
empty and of that day. It was seen to be yesterday's in the morning, for one category and not for others; to be
today's under yesterday's date; and to be empty until it was made. What is remembered of each category:

    day    the date that its feed had last        upto   the last day that is accounted for, by a feed or as gone
    etag   of that feed, if it was not empty      from   the day that was accounted for before that one
    seen   the last feeds, by their ids           full   the last day that had papers
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from digest import values
from digest.errors import SourceError
from digest.sources import Brought, Part, Reached, _arxiv, first_asked

if TYPE_CHECKING:
    from digest.fetching.web import Web

LIMIT = 2_000  # papers of a feed: arXiv/arxiv-feed, feed/database.py
AGAIN = timedelta(hours=1)  # while a feed shows another day than it should
_CATEGORY = re.compile(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?")
_DAY = re.compile(rb"<pubDate>([^<]{10,60})</pubDate>")
_ID = re.compile(rb"<guid[^<>]{0,60}>([^<]{1,100})</guid>")
_REPLACED = b"<arxiv:announce_type>replace"
REMEMBERED = 5  # feeds, by their ids
FAR = timedelta(days=300)  # between the date of a feed and that of its day: such a date is of no use


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`arxiv_rss`: categories or archives; `holidays`: days without announcements beside those known."""

    arxiv_rss: tuple[str, ...]
    holidays: tuple[str, ...] = ()
    address: str = "https://rss.arxiv.org/rss"

    def __post_init__(self) -> None:
        values.page(self.address)
        _arxiv.holidays(self.holidays)
        if not self.arxiv_rss:
            raise ValueError("arxiv_rss: at least one category is needed, such as 'cs.LG'")
        for name in self.arxiv_rss:
            if not _CATEGORY.fullmatch(name):
                raise ValueError(f"arxiv_rss: {name!r} is no category of arXiv such as 'cs.LG'")


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """The feed of each category; one that does not come keeps no other from coming."""
    for name in options.arxiv_rss:
        try:
            yield _feed(options, name, reached, web, now)
        except SourceError as error:
            if error.again:
                raise
            yield Brought(Part(name=name, problem=str(error)))


def following(options: Options, reached: Reached, now: datetime) -> datetime:
    """With the next day's feeds, be they empty; while one is behind, or empty without a reason, sooner."""
    off = _arxiv.holidays(options.holidays)
    due = _arxiv.newest(now, off).isoformat()
    kept = [reached.get(f"{name} {what}", "") for name in options.arxiv_rss for what in ("day", "full")]
    comes = _arxiv.begins(_arxiv.today(now) + timedelta(days=1))
    return min(now + AGAIN, comes) if any(day < due for day in kept) else comes


def _feed(options: Options, name: str, reached: Reached, web: "Web", now: datetime) -> Brought:
    url, off = f"{options.address}/{name}", _arxiv.holidays(options.holidays)
    mine = {
        what: reached.get(f"{name} {what}", "") for what in ("etag", "day", "seen", "upto", "from", "full")
    }
    if not mine["upto"]:  # what was gone when it was asked first, nobody has missed
        first = _arxiv.today(first_asked(reached, now))
        mine["upto"] = (first - timedelta(days=1)).isoformat()
    answer = web.get(url, {"if-none-match": mine["etag"]} if mine["etag"] else {}, lane=_arxiv.LANE)
    due = _arxiv.newest(now, off)
    part = Part(
        name=name,
        due=due,
        since=_arxiv.begins(due),
        nothing_due=_arxiv.why_empty(_arxiv.today(now), off),
    )
    if answer.body is None:
        gone = _gone(mine["from"], mine["upto"], off)
        return Brought(_replaced(part, day=_date(mine["day"]), unchanged=True, problem=gone), url)
    shown = _looked(answer.body, due)
    more = _accounted(mine, shown, due) | {"etag": answer.condition["if-none-match"] if shown.papers else ""}
    if shown.papers and shown.day == (
        today := _arxiv.today(now)
    ):  # also on a day that is said to be a holiday
        part = _replaced(part, due=today, since=_arxiv.begins(today), nothing_due="")
    if shown.papers and shown.replaced == shown.papers:
        part = _replaced(part, nothing_due=part.nothing_due or "nothing but new versions was announced")
    problem = _gone(more["from"], more["upto"], off) or (
        f"it shows {shown.papers:,} papers, as many as it can: others may be missing"
        if shown.papers >= LIMIT
        else ""
    )
    return Brought(
        _replaced(part, day=shown.day, problem=problem),
        url,
        answer.body if shown.papers else None,
        {f"{name} {what}": value for what, value in more.items()},
    )


def _replaced(part: Part, **fields: object) -> Part:
    return msgspec.structs.replace(part, **fields)


class _Shown(NamedTuple):
    """What a feed shows at a glance."""

    papers: int
    replaced: int  # of these: new versions of older ones
    day: date | None  # that it says it is of
    ids: str  # a mark of all its ids: another feed has another one


def _looked(body: Path, due: date) -> _Shown:
    """A feed at a glance; SourceError if it is none. A date that is far from the one that is due is none."""
    data = body.read_bytes()
    if b"<rss" not in data[:2000]:
        raise SourceError(
            "what came is no feed: see whether the address is right, and what it shows in a browser"
        )
    found = _DAY.search(data)
    try:
        day = parsedate_to_datetime(found[1].decode("ascii")).date() if found else None
    except (ValueError, OverflowError):
        day = None
    if day and abs(day - due) > FAR:
        day = None
    ids = hashlib.blake2b(b" ".join(sorted(_ID.findall(data))), digest_size=6).hexdigest()
    return _Shown(data.count(b"<item>"), data.count(_REPLACED), day, ids)


def _accounted(mine: Reached, shown: _Shown, due: date) -> dict[str, str]:
    """What is remembered after this feed: which day it is of is told by what is new, its date only helps.

    A feed that was not seen before is of its date; if another one was of that date already, it is the one that is due.
    """
    date_of = shown.day.isoformat() if shown.day else due.isoformat()
    seen, upto = mine["seen"].split(), mine["upto"]
    accounts = upto
    if shown.papers == 0:
        accounts = max(upto, date_of)
    elif shown.ids not in seen:
        accounts = date_of if date_of > upto else max(upto, due.isoformat())
    return {
        "day": max(mine["day"], date_of),  # a feed was seen to go back by a day
        "seen": " ".join([*(one for one in seen if one != shown.ids), shown.ids][-REMEMBERED:]),
        "upto": accounts,
        "from": upto if accounts != upto else mine["from"],
        "full": accounts if shown.papers else mine["full"],
    }


def _date(day: str) -> date | None:
    return date.fromisoformat(day) if day else None


def _gone(before: str, day: str, off: frozenset[date]) -> str:
    """The days between two that are accounted for one after the other: their feeds nobody has read. It is told until
    the next feed is there.
    """
    if not before or not day:
        return ""
    one, gone = date.fromisoformat(before) + timedelta(days=1), []
    while one < date.fromisoformat(day):
        if not _arxiv.why_empty(one, off):
            gone.append(one)
        one += timedelta(days=1)
    if not gone:
        return ""
    days = f"{gone[0]}" if len(gone) == 1 else f"{len(gone)} days from {gone[0]} to {gone[-1]}"
    return f"the feed of {days} was not fetched and is gone: a source with arxiv_oai brings what was in it"
