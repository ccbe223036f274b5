"""When arXiv announces, and how it wants to be asked.

New papers are announced at 20:00 Eastern time from Sunday to Thursday, but not on the evening of a holiday, nor on the
Sunday after a Friday that is one (info.arxiv.org/help/availability.html; arXiv/arxiv-base, arxiv/schedule/calendar.py).
Its feeds show an announcement from the next midnight, Eastern time, for one day; on all other days they are empty.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.sources import Part

LANE = "arxiv.org"
EASTERN = ZoneInfo("America/New_York")
ANNOUNCED = timedelta(hours=4)  # before the midnight from which the feeds show it
BUILT = timedelta(minutes=30)  # after midnight: feeds were seen to be made within some minutes

# arXiv/arxiv-base, arxiv/db/arxiv_holidays_seed.sql; each year's list is published in the course of the year before it
# or in its first days, so `holidays` in a source's table adds those to come.
HOLIDAYS = frozenset(
    map(
        date.fromisoformat,
        (
            *(
                "2025-01-01",
                "2025-01-20",
                "2025-06-19",
                "2025-07-04",
                "2025-09-01",
                "2025-11-27",
                "2025-12-25",
            ),
            *(
                "2025-12-30",
                "2026-01-01",
                "2026-01-19",
                "2026-06-19",
                "2026-07-03",
                "2026-09-07",
                "2026-11-26",
            ),
            *("2026-12-25", "2026-12-29", "2026-12-31"),
        ),
    )
)
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6


def holidays(more: Collection[str]) -> frozenset[date]:
    """arXiv's holidays, with those of the settings; ValueError if one of these is no date."""
    try:
        return HOLIDAYS | {date.fromisoformat(day) for day in more}
    except ValueError as error:
        raise ValueError(f"holidays: {error}: write dates such as '2027-01-01'") from error


def why_empty(day: date, off: Collection[date]) -> str:
    """Why the feeds of this day, Eastern time, are empty; empty: they are not."""
    evening = day - timedelta(days=1)
    if evening.weekday() in {_FRIDAY, _SATURDAY}:
        return "arXiv announces nothing at the weekend"
    decides = evening - timedelta(days=2) if evening.weekday() == _SUNDAY else evening
    return f"{decides} is a holiday of arXiv" if decides in off else ""


def begins(day: date) -> datetime:
    """When the feeds of this day are there, in UTC."""
    return (datetime(day.year, day.month, day.day, tzinfo=EASTERN) + BUILT).astimezone(UTC)


def newest(now: datetime, off: Collection[date]) -> date:
    """The newest day whose feeds are there and not empty."""
    day = (now - BUILT).astimezone(EASTERN).date()
    while why_empty(day, off):
        day -= timedelta(days=1)
    return day


def today(now: datetime) -> date:
    """The day whose feeds should be there now, empty or not."""
    return (now - BUILT).astimezone(EASTERN).date()


def following(now: datetime, off: Collection[date]) -> datetime:
    """When the next feeds are there that are not empty."""
    day = today(now) + timedelta(days=1)
    while why_empty(day, off):
        day += timedelta(days=1)
    return begins(day)


def announcement(now: datetime, off: Collection[date]) -> Part:
    """The newest announcement as a part of a source that is asked for all since some day, so that its papers come among
    others. What came of it from 20:00 on, before its feeds were there, is new in it too.

    At the weekend Friday's stays due: if it did not come, that is not quiet. If it did, nothing is new any more.
    """
    since = begins(today(now)) - BUILT - ANNOUNCED
    return Part(due=newest(now, off), since=since, rolling=True)
