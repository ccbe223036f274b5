"""Three years, with every change of the clocks: one issue a slot, one delivery a reader, none before its hour."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from digest import config, planning, schedule
from digest.config import Home
from digest.deliveries import Dot, Outcome
from digest.freezing import Occasion, freeze
from digest.sending import lanes
from digest.sending import rounds as sending
from digest.sending.letters import Letter
from digest.store import Store, due, issues, open_store, subscribers
from digest.store.issues import Stored
from digest.subscribers.addresses import Address
from digest.subscribers.subscribing import Wish
from tests import homes, years

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  a disk would be waited for 30,000 times
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_the_zones_are_as_odd_as_they_are_meant_to_be() -> None:
    assert len(years.ZONES) == len(set(years.ZONES)) == 40
    offsets = {years.FIRST.astimezone(ZoneInfo(zone)).utcoffset() for zone in years.ZONES}
    assert len(offsets) >= 25


@pytest.mark.parametrize("zone", years.ZONES)
def test_every_hour_around_every_change_of_the_clocks(zone: str) -> None:
    """Made at any quarter of an hour near a change, an issue is due when the clock of the zone first shows the hour."""
    place = ZoneInfo(zone)
    near = years.changes(zone) or [years.FIRST]
    moments = [change + timedelta(minutes=minutes) for change in near for minutes in range(-1500, 120, 195)]
    for moment in moments:
        for hour in (*range(4), 7, 12, 22, 23):
            due = planning.due_at(moment, place, hour)
            assert due == years.hour_at_or_after(moment, zone, hour), (moment, hour)


# --- the three years

BERLIN, YORK, HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
CRONS = {"daily": ("30 2 * * *", BERLIN), "weekly": ("0 2 * * sun", YORK), "monthly": ("0 0 1 * *", HOWE)}
SLOTS = {  # the same once more, for the reckoning: half past two is what a spring has not, and an autumn twice
    "daily": lambda: years.slots(BERLIN, 2, 30, lambda day: True),
    "weekly": lambda: years.slots(YORK, 2, 0, lambda day: day.weekday() == 6),
    "monthly": lambda: years.slots(HOWE, 0, 0, lambda day: day.day == 1),
}
READERS = {
    "daily": years.ZONES[::8],
    "weekly": [zone for number, zone in enumerate(years.ZONES) if number % 8 in {1, 2, 3}],
    "monthly": [zone for number, zone in enumerate(years.ZONES) if number % 8 in {4, 5, 6, 7}],
}
OUTAGES = (
    (datetime(2026, 3, 29, 0, 45, tzinfo=UTC), HOUR),  # over the hour that Berlin has not
    (datetime(2026, 10, 25, 0, 15, tzinfo=UTC), DAY),  # and over the one that it has twice
    (datetime(2027, 3, 27, 20, tzinfo=UTC), DAY),
    (datetime(2027, 10, 20, 3, tzinfo=UTC), 30 * DAY),
    (datetime(2028, 11, 4, 23, tzinfo=UTC), DAY),
)


class Reader(NamedTuple):
    """Somebody in a zone."""

    zone: str
    hour: int | None


class Sent(NamedTuple):
    """A letter that went out."""

    to: str
    message_id: str
    at: datetime


class Simulated:
    """A home over the years; `now` is what its clock shows."""

    def __init__(self, folder: Path) -> None:
        schedules = {
            name: homes.schedule(cron=cron, timezone=zone, empty="send", outputs=["mail"])
            for name, (cron, zone) in CRONS.items()
        }
        sender = '[smtp]\nfrom = "papers@example.org"\n'
        self.home = config.load(homes.make(folder / "home", sender, **schedules))
        self.store: Store = open_store(self.home.store)
        self.now = years.FIRST
        self.sent: list[Sent] = []
        self.readers: dict[str, dict[str, Reader]] = {}
        for name, zones in READERS.items():
            self.readers[name] = {
                f"{name}{number}@example.org": Reader(zone, None if number == 0 else number * 7 % 24)
                for number, zone in enumerate(zones)
            }
        with self.store.writing() as db:
            for name, readers in self.readers.items():
                wishes = [Wish(Address(to, to, "example.org"), *reader) for to, reader in readers.items()]
                subscribers.put(db, name, wishes, self.now)

    def tick(self, now: datetime) -> None:
        """What the scheduler does when it looks at the clock, but for the files of the outbox."""
        self.now = now
        for digest in self.home.digests:
            skipped, slot = schedule.due(schedule.came_due(self.store, digest, now), digest, now)
            if skipped:
                with self.store.writing() as db:
                    issues.skip(db, digest.name, skipped, now)
            if slot:
                freeze(self.store, self.home, digest, Occasion(now=now, slot=slot), [], lambda done, of: None)
        with self.store.reading() as db:
            wanted = due.anything(db, now)
        if wanted:
            sending.send(self.home, self.store, None, lambda: self.now, lambda *_: None)

    @contextmanager
    def opened(self, _home: Home) -> "Iterator[Simulated]":
        """The way out: everything is taken."""
        yield self

    def deliver(self, letter: Letter, dot: Dot) -> Outcome:
        """Take a letter."""
        assert dot()
        self.sent.append(Sent(letter.to, letter.message_id, self.now))
        return Outcome("accepted", 250, "")


def looks(seed: int) -> Iterator[datetime]:
    """When the scheduler looks at the clock, which is wrong by an hour now and then; never within an outage."""
    chance, now = random.Random(seed), years.FIRST
    yield now
    while now < years.LAST:
        now += timedelta(hours=17, minutes=chance.randrange(-40, 40))
        for begin, length in OUTAGES:
            now = begin + length if begin <= now < begin + length else now
        yield now + chance.choice((timedelta(), timedelta(), timedelta(), HOUR, -HOUR))


MAIL = (
    b'Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="=_b"\r\n'
    b"\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx\r\n"
    b"\r\n--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x</p>\r\n\r\n--=_b--\r\n"
)


@contextmanager
def after_three_years() -> Iterator[Simulated]:
    """The home, and all that its years have left."""
    with TemporaryDirectory(dir=IN_MEMORY) as folder, pytest.MonkeyPatch.context() as patch:
        simulated = Simulated(Path(folder))
        patch.setattr(lanes, "delivery", lambda _kind: simulated)
        patch.setattr(sending, "mail_of", lambda _home, _store, _stored: MAIL)  # nothing was rendered
        for now in looks(2026):
            simulated.tick(now)
        yield simulated
        simulated.store.close()


def made(simulated: Simulated, digest: str) -> list[Stored]:
    with simulated.store.reading() as db:
        return issues.of_digest(db, digest)


def away(moment: datetime, until: datetime) -> bool:
    """Whether nobody looked at the clock in much of that time."""
    return any(begin < until + 20 * HOUR and moment - 20 * HOUR < begin + length for begin, length in OUTAGES)


def test_three_years() -> None:
    with after_three_years() as simulated:  # in one test: it takes 20 seconds
        for digest in CRONS:
            one_issue_a_slot(digest, simulated)
            one_letter_a_reader_and_none_before_its_hour(digest, simulated)
        what_was_not_sent_was_given_up(simulated)


def one_issue_a_slot(digest: str, simulated: Simulated) -> None:
    with simulated.store.reading() as db:
        query = f"SELECT slot, state FROM slots WHERE digest = '{digest}'"  # noqa: S608
        found = [(datetime.fromisoformat(row[0]), row[1]) for row in db.exec_driver_sql(query)]
    expected = [slot for slot in SLOTS[digest]() if slot <= simulated.now - 2 * HOUR]
    assert [slot for slot, _ in sorted(found)][: len(expected)] == expected
    assert len(found) - len(expected) <= 1
    heads = [stored.head for stored in made(simulated, digest)]
    assert sorted(head.slot for head in heads if head.slot) == sorted(
        s for s, state in found if state == "made"
    )
    assert len({head.slot for head in heads}) == len(heads)
    for slot, state in found:
        assert state == "made" or away(slot, slot + DAY), slot


def one_letter_a_reader_and_none_before_its_hour(digest: str, simulated: Simulated) -> None:
    times = Counter(one.message_id for one in simulated.sent)
    assert set(times.values()) == {1}
    readers = simulated.readers[digest]
    heads = sorted((stored.head for stored in made(simulated, digest)), key=lambda head: head.made)
    for to, reader in readers.items():
        mine = [one for one in simulated.sent if one.to == to]
        expected = [years.hour_at_or_after(planning.moment(head), reader.zone, reader.hour) for head in heads]
        late = [moment for moment in expected if moment > simulated.now - 20 * HOUR]
        lost = [moment for moment in expected if away(moment, moment + 3 * DAY)]
        assert len(expected) - len(lost) - len(late) <= len(mine) <= len(expected)
        if len(mine) == len(expected):
            assert all(one.at >= moment for one, moment in zip(mine, expected, strict=True)), to


def what_was_not_sent_was_given_up(simulated: Simulated) -> None:
    with simulated.store.reading() as db:
        rows = db.exec_driver_sql("SELECT state, count(*) FROM deliveries GROUP BY state")
        states = {row[0]: row[1] for row in rows}
    assert states["accepted"] == len(simulated.sent)
    assert set(states) <= {"accepted", "expired", "ready"}
    assert states.get("expired", 0) <= sum(map(len, READERS.values()))
    assert states.get("ready", 0) <= sum(map(len, READERS.values()))
