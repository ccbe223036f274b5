"""Windows of days: what sources are asked for that have a date for each paper, and tell late of some."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from digest import values
from digest.sources import Part, Reached, first_asked

UPTO = "upto"  # the last day that was read to its end
SETTLED = timedelta(hours=2)  # after midnight UTC, for servers that index what came the day before


class Window(NamedTuple):
    """Days from the first to the last, both of them too."""

    first: date
    last: date

    @property
    def part(self) -> Part:
        """What such a window is as a part of its source: whether it is whole is told by what is new in it."""
        since = datetime.combine(self.last + timedelta(days=1), time(tzinfo=UTC))
        return Part(due=self.last, since=since, rolling=True)

    @property
    def reached(self) -> dict[str, str]:
        """What to remember once its last page is in the store."""
        return {UPTO: self.last.isoformat()}


def window(reached: Reached, back: timedelta, overlap: timedelta, now: datetime) -> Window:
    """The days to ask for: those that were not read, up to yesterday, and `overlap` before them again; at the first
    visit those of the time `back`, and at those after it too, until one comes to its end.
    """
    last = _over(now)
    if upto := reached.get(UPTO):
        return Window(min(date.fromisoformat(upto) + timedelta(days=1), last) - overlap, last)
    return Window(_over(first_asked(reached, now)) - back + timedelta(days=1), last)


def _over(now: datetime) -> date:
    """The last day that is over."""
    return (now - SETTLED).astimezone(UTC).date() - timedelta(days=1)


def following(now: datetime) -> datetime:
    """When the day is over that is not over now."""
    today = (now - SETTLED).astimezone(UTC).date()
    return datetime.combine(today + timedelta(days=1), time(tzinfo=UTC)) + SETTLED


def days(text: str) -> timedelta:
    """`7 days`, `2 weeks`: a span of whole days, for a window has no hours; no further back than calendars go."""
    span = values.duration(text)
    if not span or span % timedelta(days=1):
        raise ValueError(f"{text!r} is no span of whole days such as '1 day', '7 days' or '2 weeks'")
    return span
