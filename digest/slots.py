"""Cron + zone → slots: the due moments of a digest, as UTC instants.

Pure functions: this file knows no clock, no digest and no store, and wakes nobody.

Of a wall time, the slot is the first instant at which the zone's clock shows that time or a later one. So a
time that the clock skips becomes the first instant after the gap, a time that comes twice means its first
occurrence, and times that fall on one instant are one slot. That holds too where a whole date is skipped:
Apia had no 2011-12-30, whose slots become the first instant of the next date, beside that date's own.
"""

import difflib
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo, available_timezones


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron line, read; `str()` gives it back with single spaces, in lower case."""

    text: str
    times: tuple[timedelta, ...]  # since midnight on the wall clock, ascending
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # as date.weekday() counts them: Monday is 0
    either: bool  # days and weekdays are both restricted: one of them is enough

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    allowed: str
    example: str
    values: Sequence[int]
    names: Mapping[str, int]

    def refusal(self, item: str, problem: str) -> ValueError:
        return ValueError(f"{self.name}: {item!r} {problem}; allowed: {self.allowed}, such as {self.example}")


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))


def _numbers(low: int, high: int) -> dict[str, int]:
    # `07` is what people write who line up their hours
    return {form: n for n in range(low, high + 1) for form in (str(n), f"{n:02}")}


_MINUTE = _Field("minute", "0-59", "0 or */15 or 1-30/5", range(60), _numbers(0, 59))
_HOUR = _Field("hour", "0-23", "7 or 7,19 or 6-18/3", range(24), _numbers(0, 23))
_DAY = _Field("day-of-month", "1-31", "1 or 1,15 or 1-31/7", range(1, 32), _numbers(1, 31))
_MONTH = _Field(
    "month",
    "1-12 or jan-dec",
    "6 or jan,jul or mar-oct",
    range(1, 13),
    _numbers(1, 12) | {name: n for n, name in enumerate(_MONTHS, start=1)},
)
_WEEKDAY = _Field(
    "day-of-week",
    " ".join(_WEEKDAYS),
    "mon or mon-fri or tue,thu",
    range(7),
    {name: n for n, name in enumerate(_WEEKDAYS)},
)


def parse(cron: str) -> Cron:
    """The five fields of a cron line, read; ValueError with the field, what is wrong, what is allowed.

    As in POSIX crontab, a day of the month and a day of the week together mean either.
    What cron, Quartz and APScheduler read differently is refused, not guessed.
    """
    fields = _five(cron)
    _refuse_ambiguous(fields[2], fields[4])
    minutes, hours, days, months, weekdays = (
        _values(field, text)
        for field, text in zip((_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY), fields, strict=True)
    )
    if fields[4] == "*" and not _ever_comes(days, months):
        raise _DAY.refusal(fields[2], f"never comes, in month {fields[3]!r}")
    return Cron(
        text=" ".join(fields).lower(),
        times=tuple(timedelta(hours=h, minutes=m) for h, m in product(sorted(hours), sorted(minutes))),
        days=days,
        months=months,
        weekdays=weekdays,
        either="*" not in (fields[2], fields[4]),
    )


def _five(cron: str) -> list[str]:
    fields = cron.split()
    if len(fields) == 5:
        return fields
    nickname = len(fields) == 1 and fields[0].startswith("@")
    raise ValueError(
        f"{cron!r} {'is a nickname' if nickname else f'has {len(fields)} fields'}; allowed: five fields, "
        "minute hour day-of-month month day-of-week, such as 0 7 * * mon-fri"
    )


def _refuse_ambiguous(days: str, weekdays: str) -> None:
    # Vixie cron takes a field that begins with `*` as unrestricted, so its `*/2` beside a weekday means both
    if "*" in days and days != "*" and weekdays != "*":
        problem = "beside a day of the week means both to some crons and either to others; for either write"
        raise _DAY.refusal(days, f"{problem} {days.replace('*', '1-31')}")


def _ever_comes(days: frozenset[int], months: frozenset[int]) -> bool:
    return min(days) <= max(_LONGEST[month] for month in months)


def _values(field: _Field, text: str) -> frozenset[int]:
    items = text.split(",")
    if "*" in items and len(items) > 1:
        raise field.refusal(text, "is a list with a *, which is everything already; write * alone")
    return frozenset(value for item in items for value in _item(field, item))


def _item(field: _Field, item: str) -> Sequence[int]:
    span, slash, step = item.partition("/")
    if not slash:
        return _span(field, span, item)
    if span == "*" and field is _WEEKDAY:
        raise field.refusal(item, "depends on the day that a week begins with; write the days")
    if span != "*" and "-" not in span:
        raise field.refusal(item, "has a step, but neither * nor a range to step through")
    return _stepped(field, _span(field, span, item), step, item)


def _stepped(field: _Field, values: Sequence[int], step: str, item: str) -> Sequence[int]:
    steps = _numbers(1, max(1, len(values) - 1))
    if step not in steps:
        raise field.refusal(
            item, f"has the step {step!r}, which must be a number from 1 to {max(steps.values())}"
        )
    return values[:: steps[step]]


def _span(field: _Field, span: str, item: str) -> Sequence[int]:
    if span == "*":
        return field.values
    first, dash, last = span.partition("-")
    begin = field.values.index(_value(field, first, item))
    end = field.values.index(_value(field, last, item)) if dash else begin
    if begin <= end:
        return field.values[begin : end + 1]
    if field is _WEEKDAY:
        return (*field.values[begin:], *field.values[: end + 1])
    raise field.refusal(item, "runs backwards; write it as two ranges with a comma between")


def _value(field: _Field, text: str, item: str) -> int:
    value = field.names.get(text.lower())
    if value is None:
        raise field.refusal(item, _why_no_value(field, text))
    return value


_FOREIGN = re.compile(r"\?|\w*#\w*|l|(\d*|l|[a-z]{3})[lw]", re.IGNORECASE)  # Quartz: 15W, LW, friL, fri#2


def _why_no_value(field: _Field, text: str) -> str:
    numeric = text.isascii() and text.isdigit()
    if numeric and field is _WEEKDAY:
        return "is a number: cron counts Sunday as 0, APScheduler counts Monday as 0; write names"
    if numeric:
        return f"is out of range: {text}"
    if _FOREIGN.fullmatch(text):
        return "cannot be read: L, W, # and ? belong to other schedulers"
    return "cannot be read" if text else "has nothing where a value must be"


# Names that are in some databases, but mean another place on every machine, none, or count leap seconds.
_NO_PLACE = ("localtime", "posixrules", "Factory", "posix/", "right/")
_NAME_SHOWN = 60  # the longest name of a zone has 32; more would bury the message


def zone(name: str) -> ZoneInfo:
    """The time zone of that name; ValueError, with names that are close to it, where there is none."""
    try:
        if not name.startswith(_NO_PLACE):
            return ZoneInfo(name)
    # OSError: a folder such as `Europe`, or a name too long for a file
    except (KeyError, ValueError, OSError):
        pass
    shown = name[:_NAME_SHOWN]
    meant = " or ".join(_close_zones(shown))
    raise ValueError(
        f"{shown!r} is no time zone{f' (did you mean {meant}?)' if meant else ''}; allowed: names of the "
        "IANA time zone database, such as Europe/Berlin or America/New_York or UTC"
    )


def _close_zones(name: str) -> list[str]:
    """The names nearest to what was written, as a whole or by the place alone: `new york`, `berlin`."""
    wanted = name.strip().lower().replace(" ", "_")
    # Etc/GMT+1 lies an hour west of Greenwich, which is not what somebody means who writes GMT+1
    places = sorted(known for known in available_timezones() if not known.startswith((*_NO_PLACE, "Etc/")))
    forms = {known.rpartition("/")[2].lower(): known for known in places}
    forms |= {known.lower(): known for known in places}
    if wanted in forms:
        return [forms[wanted]]
    return list(dict.fromkeys(forms[form] for form in difflib.get_close_matches(wanted, forms, cutoff=0.7)))


def between(cron: Cron, zone: ZoneInfo, after: datetime, upto: datetime) -> Iterator[datetime]:
    """The slots with after < slot <= upto, ascending, each once, in UTC.

    Intervals that meet give together what the whole gives: no slot twice, none lost.
    """
    latest = after
    # A slot after `after` has a wall time after that of `after`, so no earlier date can bring one.
    for day in _days(cron, _wall(after, zone).date()):
        for slot in _slots_of(day, cron.times, zone):
            if slot > upto:
                return
            if slot > latest:
                yield slot
                latest = slot


def following(cron: Cron, zone: ZoneInfo, after: datetime) -> datetime:
    """The first slot after that instant, in UTC; OverflowError where the calendar ends before it."""
    for slot in between(cron, zone, after, datetime.max.replace(tzinfo=UTC)):
        return slot
    raise OverflowError(f"no slot of {cron} between {after.isoformat()} and the year 10000")


def local_midnight(zone: ZoneInfo, instant: datetime) -> datetime:
    """The instant, in UTC, at which the local date of that instant began, be it at 00:00 or after a gap."""
    wall = _wall(instant, zone)
    return _first_instant(datetime(wall.year, wall.month, wall.day, tzinfo=zone))


_DAY_LONG = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    if instant.utcoffset() is None:
        # astimezone() would take it for the machine's own time
        raise TypeError(f"{instant.isoformat()} has no zone, so it is no instant")
    return instant.astimezone(zone)


def _days(cron: Cron, first: date) -> Iterator[date]:
    """The dates from the first on that the cron names, without end but the calendar's."""
    for ordinal in range(first.toordinal(), date.max.toordinal()):
        day = date.fromordinal(ordinal)
        if day.month not in cron.months:
            continue
        in_days, in_weekdays = day.day in cron.days, day.weekday() in cron.weekdays
        if (in_days or in_weekdays) if cron.either else (in_days and in_weekdays):
            yield day


def _slots_of(day: date, times: Sequence[timedelta], zone: ZoneInfo) -> Iterator[datetime]:
    """The slots of the wall times of one date, ascending, perhaps one of them twice."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    begins = midnight.astimezone(UTC)
    ends = (midnight + _DAY_LONG).replace(fold=1).astimezone(UTC)  # fold=1: past a gap around that midnight
    # In tzdata 2026.6 no two changes of a zone's offset are nearer than 167 hours, so a date that is as long
    # as others has none inside; only the rest needs care, which costs ten times as much.
    if ends - begins == _DAY_LONG:
        return (begins + time for time in times)
    return (_first_instant(midnight + time) for time in times)


def _first_instant(wall: datetime) -> datetime:
    """The first instant at which the clock of the wall time's zone shows that time or a later one."""
    # PEP 495: fold=0 is the first occurrence of a time that comes twice; in a gap it reckons with the offset
    # from before, fold=1 with the one from after, so that the change lies between the two.
    late, early = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if early >= late:
        return late
    seconds = range((late - early) // _SECOND)
    return early + _SECOND * bisect_left(
        seconds, wall, key=lambda second: (early + _SECOND * second).astimezone(wall.tzinfo)
    )
