"""Years of a home, simulated: what was due by a reckoning of its own, and what the program made of it.

The reckoning knows nothing of digest/slots.py: it looks at what the clock of a zone shows, every five minutes.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)  # every change of every zone's clock in these years is at a whole five minutes
DAY = timedelta(days=1)

# All offsets that there are, and all kinds of changes: by half an hour, at midnight, on a Saturday, for Ramadan, never.
ZONES = (
    "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Johannesburg", "Africa/Lagos",
    "America/Adak", "America/Anchorage", "America/Argentina/Buenos_Aires", "America/Asuncion", "America/Chicago",
    "America/Denver", "America/Halifax", "America/Havana", "America/Los_Angeles", "America/Miquelon",
    "America/New_York", "America/Nuuk", "America/Phoenix", "America/Santiago", "America/St_Johns",
    "Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem", "Asia/Kathmandu", "Asia/Kolkata",
    "Asia/Shanghai", "Asia/Tehran", "Asia/Tokyo", "Atlantic/Azores", "Australia/Adelaide",
    "Australia/Eucla", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Europe/London",
    "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "UTC",
)  # fmt: skip


def first_showing(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which the clock of a zone shows this time, or one behind it that follows a gap."""
    as_utc = wall.replace(tzinfo=UTC)
    offset = (as_utc - DAY).astimezone(zone).utcoffset() or timedelta()  # of the day before
    moment = as_utc - offset - timedelta(hours=2)  # no clock is put forward or back by more
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += STEP
    return moment


@cache
def begins(day: date, hour: int, zone: str) -> datetime:
    """When this hour of this day begins in this zone."""
    return first_showing(datetime.combine(day, time(hour)), ZoneInfo(zone))


def hour_at_or_after(moment: datetime, zone: str, hour: int | None) -> datetime:
    """When an issue is due that was made at this moment, for who asked for this hour."""
    day = moment.date() - DAY
    while hour is not None:
        if begins(day, hour, zone) >= moment:
            return begins(day, hour, zone)
        day += DAY
    return moment


def slots(zone: str, hour: int, minute: int, wanted: Callable[[date], bool]) -> Iterator[datetime]:
    """When it was this time on the days that are wanted."""
    day = FIRST.date()
    while day <= LAST.date():
        if wanted(day):
            slot = first_showing(datetime.combine(day, time(hour, minute)), ZoneInfo(zone))
            if slot < LAST:
                yield slot
        day += DAY


def changes(zone: str) -> list[datetime]:
    """When the clock of a zone was put forward or back in these years."""
    place, found = ZoneInfo(zone), []
    for day in range((LAST - FIRST).days):
        begin = FIRST + DAY * day
        steps = [begin + STEP * number for number in range(DAY // STEP + 1)]
        if begin.astimezone(place).utcoffset() != steps[-1].astimezone(place).utcoffset():
            offsets = [step.astimezone(place).utcoffset() for step in steps]
            found += [
                step
                for step, one, other in zip(steps[1:], offsets, offsets[1:], strict=False)
                if one != other
            ]
    return found
