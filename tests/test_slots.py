"""Slots against a slow model that knows no fold and no gap: every zone, every day from 2020 to 2035."""

import contextlib
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.slots import between, following, local_midnight, parse, zone

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
DATABASE = files("tzdata") / "zoneinfo"
DATES = [date(2020, 1, 1) + n * DAY for n in range(5844)]


@pytest.fixture(autouse=True, scope="module")
def zones_of_the_tzdata_package() -> Iterator[None]:
    """The same zones on every machine, however old its own are."""
    ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath(to=())
    yield
    ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath()


def offset(instant: datetime, place: ZoneInfo) -> timedelta:
    found = instant.astimezone(place).utcoffset()
    assert found is not None
    return found


def changes(place: ZoneInfo) -> Iterator[tuple[datetime, timedelta]]:
    """When the zone's offset changes, and to what; no two changes in tzdata are nearer than 167 hours."""
    for low in (BEGIN + n * DAY for n in range(-3, 5848, 3)):
        begin, end = low, low + 3 * DAY
        old, new = offset(begin, place), offset(end, place)
        while old != new and end - begin > SECOND:
            middle = begin + (end - begin) // (2 * SECOND) * SECOND
            begin, end = (middle, end) if offset(middle, place) == old else (begin, middle)
        if old != new:
            yield end, new


@cache
def distinct_zones() -> dict[str, tuple[datetime, ...]]:
    """One name of the zones that have all offsets in common, and the instants of their changes."""
    histories: dict[tuple[tuple[datetime, timedelta], ...], str] = {}
    links = {(DATABASE / name).read_bytes(): name for name in sorted(zoneinfo.available_timezones())}
    for name in links.values():
        place = ZoneInfo(name)
        histories.setdefault(((BEGIN, offset(BEGIN, place)), *changes(place)), name)
    return {name: tuple(at for at, _ in history[1:]) for history, name in histories.items()}


def modelled(place: ZoneInfo, at: time, dates: Sequence[date] = DATES) -> list[datetime]:
    """For each date the instant of that wall time, or of the next whole minute that the clock shows."""
    offsets = {offset(change, place) for change in (BEGIN - 3 * DAY, BEGIN, *distinct_zones()[place.key])}
    longest_first = sorted(offsets, reverse=True)
    instants = []
    for day in dates:
        wall = datetime.combine(day, at, UTC)
        while (instant := shown_at(wall, place, longest_first)) is None:
            wall += MINUTE
        instants.append(instant)
    return instants


def shown_at(wall: datetime, place: ZoneInfo, offsets: Sequence[timedelta]) -> datetime | None:
    """The first instant at which the zone's clock shows just that time, if it ever does."""
    return next((wall - away for away in offsets if offset(wall - away, place) == away), None)


def slots(cron: str, place: ZoneInfo, after: datetime, upto: datetime) -> list[datetime]:
    return list(between(parse(cron), place, after, upto))


def test_there_are_zones_of_every_kind() -> None:
    assert len(zoneinfo.available_timezones()) > 590
    assert len(distinct_zones()) > 80
    assert sum(len(found) > 20 for found in distinct_zones().values()) > 20


@pytest.mark.parametrize("share", range(4))
def test_every_zone_and_day_from_2020_to_2035_is_as_in_the_model(share: int) -> None:
    for name in list(distinct_zones())[share::4]:
        place = ZoneInfo(name)
        after = datetime(2020, 1, 1, tzinfo=place) - SECOND
        upto = datetime(2036, 1, 1, tzinfo=place) - SECOND
        times = (time(0), time(2, 30), time(7), time(19))
        early, night, morning, evening = (modelled(place, at) for at in times)
        for cron, model in (("0 0 * * *", early), ("30 2 * * *", night), ("0 7 * * *", morning)):
            found = slots(cron, place, after, upto)
            assert found == model, (name, cron)
            assert [slot.astimezone(place).date() for slot in found] == DATES, (name, cron)
        twice = [slot for both in zip(morning, evening, strict=True) for slot in both]
        assert slots("0 7,19 * * *", place, after, upto) == twice, name
        weekdays = [slot for slot, day in zip(morning, DATES, strict=True) if day.isoweekday() < 6]
        assert slots("0 7 * * mon-fri", place, after, upto) == weekdays, name
        firsts = [slot for slot, day in zip(morning, DATES, strict=True) if day.day == 1]
        assert slots("0 7 1 * *", place, after, upto) == firsts, name


OFTEN = {
    "*/15 * * * *": {time(h, m) for h in range(24) for m in (0, 15, 30, 45)},
    "59 22-23,0-3 * * *": {time(h, 59) for h in (22, 23, 0, 1, 2, 3)},
    "1-30/29 */2 * * *": {time(h, m) for h in range(0, 24, 2) for m in (1, 30)},
}


@pytest.mark.parametrize("cron", OFTEN)
def test_many_times_a_day_around_every_kind_of_change(cron: str) -> None:
    for name, found in distinct_zones().items():
        for change in found[:2]:
            place, after, upto = ZoneInfo(name), change - 3 * HOUR, change + 3 * HOUR
            dates = [change.date() + n * DAY for n in (-2, -1, 0, 1, 2)]
            every = {slot for at in OFTEN[cron] for slot in modelled(place, at, dates)}
            expected = sorted(slot for slot in every if after < slot <= upto)
            assert slots(cron, place, after, upto) == expected, (name, change)


CRONS = st.sampled_from(
    ["0 0 * * *", "30 2 * * *", "0 7,19 * * *", "*/20 1-3 * * *", "0 7 * * fri-mon", "0 0 1 * sun"]
)  # fmt: skip


@st.composite
def points(draw: st.DrawFn) -> tuple[ZoneInfo, list[datetime]]:
    """A zone, and some instants in order: near one change of its offset or within some weeks of any day."""
    name = draw(st.sampled_from(sorted(distinct_zones())))
    found = distinct_zones()[name]
    any_day = st.sampled_from(DATES).map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC))
    centre = draw(st.sampled_from(found) | any_day if found else any_day)
    near = st.timedeltas(-3 * HOUR, 3 * HOUR) | st.integers(-300, 300).map(lambda n: n * MINUTE)
    away = draw(st.lists(near | st.timedeltas(-40 * DAY, 40 * DAY), min_size=3, max_size=8))
    return ZoneInfo(name), sorted(centre + far for far in away)


@given(CRONS, points(), st.data())
@settings(deadline=None, max_examples=300)
def test_a_split_interval_has_neither_doubles_nor_gaps(
    cron: str, drawn: tuple[ZoneInfo, list[datetime]], data: st.DataObject
) -> None:
    place, instants = drawn
    whole = slots(cron, place, instants[0], instants[-1])
    assert all(earlier < later for earlier, later in pairwise(whole))
    assert all(slot.tzinfo is UTC for slot in whole)
    cuts = instants + (data.draw(st.lists(st.sampled_from(whole), max_size=3)) if whole else [])
    parts = [slots(cron, place, after, upto) for after, upto in pairwise(sorted(cuts))]
    assert [slot for part in parts for slot in part] == whole


@given(CRONS, points())
@settings(deadline=None, max_examples=100)
def test_what_follows_is_the_first_slot_between(cron: str, drawn: tuple[ZoneInfo, list[datetime]]) -> None:
    place, (after, *_) = drawn
    slot = following(parse(cron), place, after)
    assert slots(cron, place, after, slot) == [slot]
    assert slots(cron, place, after, slot - SECOND) == []


@given(points())
@settings(deadline=None, max_examples=300)
def test_a_local_day_begins_at_its_first_instant(drawn: tuple[ZoneInfo, list[datetime]]) -> None:
    place, instants = drawn
    for instant in instants:
        today, began = instant.astimezone(place).date(), local_midnight(place, instant)
        assert began.tzinfo is UTC
        assert began <= instant
        assert began.astimezone(place).date() == today
        assert (began - SECOND).astimezone(place).date() < today
        minutes_before = (began - n * MINUTE for n in range(1, 180))
        assert all(earlier.astimezone(place).date() < today for earlier in minutes_before)


# Zone, cron, and all its slots on the local dates from the first of them to the last
CHANGES = """
Europe/Berlin       | 30 2 * * *     | 2027-03-27T02:30+01:00 2027-03-28T03:00+02:00 2027-03-29T02:30+02:00
Europe/Berlin       | */30 2-3 * * * | 2027-03-28T03:00+02:00 2027-03-28T03:30+02:00
Europe/Berlin       | 30 2 * * *     | 2026-10-24T02:30+02:00 2026-10-25T02:30+02:00 2026-10-26T02:30+01:00
Europe/Berlin       | 0 2,3 * * *    | 2026-10-25T02:00+02:00 2026-10-25T03:00+01:00
America/Los_Angeles | 0 2 * * *      | 2026-03-07T02:00-08:00 2026-03-08T03:00-07:00 2026-03-09T02:00-07:00
America/Los_Angeles | 30 1 * * *     | 2026-10-31T01:30-07:00 2026-11-01T01:30-07:00 2026-11-02T01:30-08:00
Africa/Cairo        | 0 0 * * *      | 2026-04-23T00:00+02:00 2026-04-24T01:00+03:00 2026-04-25T00:00+03:00
Africa/Cairo        | 0 0 * * *      | 2026-10-29T00:00+03:00 2026-10-30T00:00+02:00 2026-10-31T00:00+02:00
Africa/Cairo        | 30 23 * * *    | 2026-10-29T23:30+03:00 2026-10-30T23:30+02:00
America/Santiago    | 0 0 * * *      | 2026-09-05T00:00-04:00 2026-09-06T01:00-03:00 2026-09-07T00:00-03:00
America/Santiago    | 0 0 * * *      | 2026-04-04T00:00-03:00 2026-04-05T00:00-04:00 2026-04-06T00:00-04:00
Australia/Lord_Howe | 15 2 * * *     | 2026-10-03T02:15+10:30 2026-10-04T02:30+11:00 2026-10-05T02:15+11:00
Australia/Lord_Howe | 45 1 * * *     | 2026-04-05T01:45+11:00 2026-04-06T01:45+10:30
America/Havana      | 0 0 * * *      | 2025-11-01T00:00-04:00 2025-11-02T00:00-04:00 2025-11-03T00:00-05:00
Asia/Kathmandu      | 0 0 * * *      | 2026-11-21T00:00+05:45 2026-11-22T00:00+05:45
Antarctica/Casey    | 30 2 * * *     | 2020-10-03T02:30+08:00 2020-10-04T03:01+11:00 2020-10-05T02:30+11:00
America/Toronto     | 45 23 * * *    | 1919-03-29T23:45-05:00 1919-03-31T00:30-04:00 1919-03-31T23:45-04:00
America/St_Johns    | 0 0 * * *      | 2010-11-06T00:00-02:30 2010-11-07T00:00-02:30 2010-11-08T00:00-03:30
Pacific/Apia        | 0 0 * * *      | 2011-12-29T00:00-10:00 2011-12-31T00:00+14:00 2012-01-01T00:00+14:00
Pacific/Apia        | 0 7 30-31 12 * | 2011-12-31T00:00+14:00 2011-12-31T07:00+14:00
Europe/Amsterdam    | 0 0 1 1 *      | 1880-01-01T00:00+00:17:30
"""


@pytest.mark.parametrize("row", CHANGES.strip().splitlines())
def test_slots_where_the_clock_changes(row: str) -> None:
    name, cron, expected = (cell.strip() for cell in row.split("|"))
    place = ZoneInfo(name)
    first, last = (datetime.fromisoformat(expected.split()[n]).date() for n in (0, -1))
    after = datetime.combine(first, time(0), place).astimezone(UTC) - SECOND
    upto = datetime.combine(last + DAY, time(0), place).astimezone(UTC) - SECOND
    found = slots(cron, place, after, upto)
    assert [slot.astimezone(place).isoformat(timespec="minutes") for slot in found] == expected.split()
    if cron == "0 0 * * *":
        assert [local_midnight(place, slot + 12 * HOUR) for slot in found] == found


def test_the_edges_are_after_and_upto_in_whatever_zone() -> None:
    place, tokyo = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
    seven = datetime(2026, 11, 21, 6, tzinfo=UTC)
    for edge in (seven, seven.astimezone(place), seven.astimezone(tokyo)):
        assert slots("0 7 * * *", place, edge, edge + DAY) == [seven + DAY]
        assert slots("0 7 * * *", place, edge - timedelta(microseconds=1), edge) == [seven]
        assert slots("0 7 * * *", place, edge, edge) == []
        assert slots("0 7 * * *", place, edge + DAY, edge) == []


def test_naive_datetimes_are_no_instants() -> None:
    naive, place = datetime(2026, 11, 21), ZoneInfo("UTC")  # noqa: DTZ001 (what must be refused)
    with pytest.raises(TypeError, match="no zone"):
        following(parse("0 7 * * *"), place, naive)
    with pytest.raises(TypeError, match="no zone"):
        local_midnight(place, naive)


def test_rare_slots_follow_too_and_the_calendar_ends() -> None:
    leap = parse("0 7 29 feb *")
    slot = following(leap, ZoneInfo("UTC"), datetime(2096, 3, 1, tzinfo=UTC))
    assert slot == datetime(2104, 2, 29, 7, tzinfo=UTC)
    with pytest.raises(OverflowError, match="no slot of 0 7 29 feb"):
        following(leap, ZoneInfo("UTC"), datetime(9996, 3, 1, tzinfo=UTC))


MEANINGS: dict[str, Callable[[datetime], bool]] = {
    "*/15 * * * *": lambda at: at.minute % 15 == 0,
    "1-30/5 0 * * *": lambda at: at.hour == 0 and at.minute in (1, 6, 11, 16, 21, 26),
    "5,05,10-12 3 * * *": lambda at: at.hour == 3 and at.minute in (5, 10, 11, 12),
    "0 */6 * JAN,3-apr,dec *": lambda at: at.minute == 0 and at.hour % 6 == 0 and at.month in (1, 3, 4, 12),
    "0 0 * */5 *": lambda at: at.time() == time(0) and at.month in (1, 6, 11),
    "0 0 */10 * *": lambda at: at.time() == time(0) and at.day in (1, 11, 21, 31),
    "0 0 * * FRI-mon": lambda at: at.time() == time(0) and at.isoweekday() in (5, 6, 7, 1),
    "0 0 * * sun-tue/2": lambda at: at.time() == time(0) and at.isoweekday() in (7, 2),
    "0 0 13 * fri": lambda at: at.time() == time(0) and (at.day == 13 or at.isoweekday() == 5),
    "0 0 30 2 fri": lambda at: at.time() == time(0) and at.month == 2 and at.isoweekday() == 5,
    "0 0 1-31 * fri": lambda at: at.time() == time(0),
}


def test_crons_mean_what_a_walk_over_a_years_minutes_says() -> None:
    minutes = [datetime(2026, 1, 1, tzinfo=UTC) + n * MINUTE for n in range(365 * 24 * 60)]
    for cron, meant in MEANINGS.items():
        found = slots(cron, ZoneInfo("UTC"), minutes[0] - SECOND, minutes[-1])
        assert found == [minute for minute in minutes if meant(minute)], cron


def test_a_cron_gives_its_text_back() -> None:
    for cron in MEANINGS:
        assert str(parse(f" {cron.replace(' ', '   ')}\t")) == cron.lower()
        assert parse(cron.lower()) == parse(cron)


REFUSED = {
    "has 0 fields; allowed: five fields, minute hour day-of-month month day-of-week, such as 0 7": [""],
    "has 4 fields": ["0 7 * *"],
    "has 6 fields": ["0 0 7 * * *", "@daily 0 7 * * *"],
    "'@daily' is a nickname; allowed: five fields": ["@daily"],
    "minute: '60' is out of range: 60; allowed: 0-59, such as 0 or */15 or 1-30/5": ["60 * * * *"],
    "hour: '7-99' is out of range: 99; allowed: 0-23, such as 7 or 7,19 or 6-18/3": ["0 7-99 * * *"],
    "day-of-month: '0' is out of range: 0; allowed: 1-31, such as 1 or 1,15 or 1-31/7": ["0 7 0 * *"],
    "month: '13' is out of range: 13; allowed: 1-12 or jan-dec, such as 6": ["0 7 * 13 *", "0 7 * jan,13 *"],
    "cannot be read; all": ["0 7 * juli *", "0 7 * * monday", "1-2-3 * * * *", "0 +7 * * *", "0 ٧ * * *"],
    "is a number: cron counts Sunday as 0, APScheduler counts Monday as 0; write names; allowed: mon tue": [
        "0 7 * * 1", "0 7 * * 1-5", "0 7 * * mon,7", "0 7 * * mon-5"],
    "day-of-week: '*/2' depends on the day that a week begins with; write the days": ["0 7 * * */2"],
    "belong to other schedulers; allowed: 1-31": ["0 7 L * *", "0 7 15W * *", "0 7 LW * *", "0 7 ? * mon"],
    "belong to other schedulers; allowed: mon tue": ["0 7 * * fri#2", "0 7 * * friL", "0 7 * * 5L"],
    "a number from 1 to 59": ["*/0 * * * *", "*/90 * * * *", "*/60 * * * *", "*/x * * * *", "*/ * * * *"],
    "'mon-fri/5' has the step '5', which must be a number from 1 to 4": ["0 7 * * mon-fri/5"],
    "minute: '5/15' has a step, but neither * nor a range to step through": ["5/15 * * * *"],
    "hour: '22-2' runs backwards; write it as two ranges with a comma between": ["0 22-2 * * *"],
    "month: 'nov-feb' runs backwards": ["0 7 * nov-feb *"],
    "has nothing where a value must be": ["1,,2 * * * *", "-5 * * * *", "0 5- * * *", "0 7 * * mon-"],
    "is a list with a *, which is everything already; write * alone": ["0 7 *,1 * *", "0 7 * * mon,*"],
    "both to some crons and either to others; for either write 1-31/2": ["0 7 */2 * mon"],
    "both to some crons and either to others; for either write 5,1-31/2": ["0 7 5,*/2 * mon"],
    "day-of-month: '31' never comes, in month ": ["0 7 31 feb *", "0 7 31 4,jun,9,nov *"],
}  # fmt: skip


@pytest.mark.parametrize(("why", "cron"), [(why, cron) for why, crons in REFUSED.items() for cron in crons])
def test_crons_that_are_refused_say_where_and_why(why: str, cron: str) -> None:
    with pytest.raises(ValueError, match=r"; allowed: .*, such as ") as caught:
        parse(cron)
    assert why in str(caught.value)


@given(st.text(st.sampled_from("0123456789*,-/ LW#?@amonfrisuj"), max_size=30) | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert following(parse(text), ZoneInfo("Europe/Berlin"), BEGIN) > BEGIN


def test_every_zone_is_known() -> None:
    names = zoneinfo.available_timezones() - {"Factory"}
    assert {zone(name).key for name in names} == names


BERLIN = dict.fromkeys(["europe/berlin", " Europe/Berlin", "berlin"], "Europe/Berlin?")
MISSPELT = BERLIN | {
    "Europe/Berln": "Europe/Berlin or ",
    "New York": "America/New_York?",
    "GMT+1": "GMT+0 or GMT?",
}


@pytest.mark.parametrize("written", MISSPELT)
def test_a_zone_that_is_misspelt_names_what_is_close(written: str) -> None:
    with pytest.raises(ValueError, match="allowed: names of the IANA time zone database, such as ") as caught:
        zone(written)
    assert f"{written!r} is no time zone (did you mean {MISSPELT[written]}" in str(caught.value)


NO_PLACES = (
    "|../x|../../etc/passwd|/etc/localtime|Europe|Europe/|Europe//Berlin|Europe/../Europe/Berlin|Berlin\0"
)
MACHINES_OWN = "localtime|Factory|posixrules|right/Europe/Berlin|posix/UTC|zone.tab|tzdata.zi|\ud800"


@pytest.mark.parametrize("name", [*NO_PLACES.split("|"), *MACHINES_OWN.split("|"), "x" * 9999])
def test_hostile_names_are_refused_like_any_other(name: str) -> None:
    for path in (None, ()):  # with the machine's own zones, and without
        zoneinfo.reset_tzpath(to=path)
        with pytest.raises(ValueError, match="allowed: names of the IANA") as caught:
            zone(name)
        assert type(caught.value) is ValueError
        assert str(caught.value).startswith(f"{name[:60]!r} is no time zone")
