"""The daily papers of Hugging Face, day by day (huggingface.co/docs/hub/api).

    [sources.hf]
    hf_daily = "1 week"      # how far the first visit looks back

A day's list grows while the day lasts, in UTC, and a little longer: so a day is asked for when it is over, and again on
the two following days. `date` is the day of the list, which each paper has as `submittedOnDailyAt`; its other dates
are others. A page may hold fewer papers than were asked for, and the next one may have more.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from digest import values
from digest.errors import SourceError
from digest.sources import Brought, Part, Reached, _window

if TYPE_CHECKING:
    from digest.fetching.web import Web

PAGE = 100  # papers: the most that is given at once
MOST_PAGES = 20  # of a day; the greatest day had one
LOOKED_AT = 3  # how often the list of a day is asked for, on days one after the other


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`hf_daily`: how far the first visit looks back."""

    hf_daily: str
    address: str = "https://huggingface.co/api/daily_papers"

    def __post_init__(self) -> None:
        values.page(self.address)
        _window.days(self.hf_daily)


class _Paper(msgspec.Struct):
    submitted: str = msgspec.field(name="submittedOnDailyAt", default="")


class _Entry(msgspec.Struct):
    paper: _Paper


_entries = msgspec.json.Decoder(list[_Entry])


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """The lists of all days that were not read, and of those before them again; an empty weekend is no news."""
    overlap = timedelta(days=LOOKED_AT - 1)
    first, last = _window.window(reached, _window.days(options.hf_daily), overlap, now)
    for number in range((last - first).days + 1):
        yield from _of(options, first + timedelta(days=number), web)


def following(_options: Options, _reached: Reached, now: datetime) -> datetime:
    """When the next day is over."""
    return _window.following(now)


def _of(options: Options, day: date, web: "Web") -> Iterator[Brought]:
    """The list of a day; the day counts as read with its last page."""
    over = datetime.combine(day + timedelta(days=1), time(tzinfo=UTC))
    part = Part(due=day, since=over)
    for page in range(MOST_PAGES):
        answer = web.get(f"{options.address}?date={day}&limit={PAGE}&p={page}")
        count, told = _looked(answer.body)
        more = count and (count >= PAGE or 'rel="next"' in answer.headers.get("link", ""))
        done = {} if more else {_window.UPTO: day.isoformat()}
        part = msgspec.structs.replace(part, day=told or (day if not page else part.day))
        yield Brought(part, f"daily papers of {day}, page {page + 1}", answer.body if count else None, done)
        if not more:
            return
    raise SourceError(f"the list of {day} has more than {MOST_PAGES} pages")


def _looked(body: Path | None) -> tuple[int, date | None]:
    """How many papers a page has, and of which day they say they are; SourceError if it is none."""
    try:
        entries = _entries.decode(body.read_bytes() if body else b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"what came is no list of daily papers: {error}") from error
    days = [entry.paper.submitted[:10] for entry in entries if entry.paper.submitted]
    try:
        return len(entries), date.fromisoformat(max(days)) if days else None
    except ValueError:
        return len(entries), None
