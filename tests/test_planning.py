"""When an issue is due for whom; and how many letters at once go to one domain."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import gevent
import pytest

from digest import planning
from digest.sending.work import Work
from digest.store.deliveries import Claim
from digest.subscribers.subscribing import Subscriber

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("made", "zone", "hour", "due"),
    [
        ("2026-11-20T06:00", BERLIN, None, "2026-11-20T06:00"),
        ("2026-11-20T06:00", BERLIN, 7, "2026-11-20T06:00"),  # at that very moment
        ("2026-11-20T06:01", BERLIN, 7, "2026-11-21T06:00"),
        ("2026-11-20T06:00", "America/New_York", 7, "2026-11-20T12:00"),
        ("2026-11-20T06:00", "Asia/Kathmandu", 12, "2026-11-20T06:15"),
        (
            "2026-03-28T12:00",
            BERLIN,
            2,
            "2026-03-29T01:00",
        ),  # two o'clock does not come: the clock goes to three
        ("2026-10-24T12:00", BERLIN, 2, "2026-10-25T00:00"),  # comes twice: the first
        ("2026-10-25T00:30", BERLIN, 2, "2026-10-26T01:00"),  # the second is no other hour
    ],
)
def test_due_is_the_first_such_hour_at_or_after_the_making(
    made: str, zone: str, hour: int | None, due: str
) -> None:
    found = planning.due_at(datetime.fromisoformat(f"{made}Z"), ZoneInfo(zone), hour)
    assert found == datetime.fromisoformat(f"{due}Z")


def claim(number: int, domain: str = "example.org") -> Claim:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    address = f"r{number}@{domain}"
    to = Subscriber(number, "daily", address, address, domain, "confirmed", "", None, now)
    return Claim(1, 1, 1, now, now + timedelta(minutes=10), "", to)


def test_a_domain_has_its_share_of_lanes_and_no_more() -> None:
    work = Work(per_domain=2)
    work.add([claim(1), claim(2), claim(3), claim(4, "other.org")])
    taken = [work.take() for _ in range(3)]
    assert [one.to.id for one in taken if one] == [1, 4, 2]
    third: list[Claim | None] = []
    lane = gevent.spawn(lambda: third.append(work.take()))
    lane.join(0.1)
    assert third == []
    assert taken[0]
    work.done(taken[0])
    lane.join(5)
    assert [one.to.id for one in third if one] == [3]


def test_a_domain_that_waits_for_its_minute_does_not_hold_up_others() -> None:
    work = Work(per_minute=1)
    work.add([claim(1), claim(2), claim(3, "other.org")])
    assert [one.to.id for one in (work.take(), work.take()) if one] == [1, 3]
    assert work.full() == frozenset()
    work.add([claim(5)])
    assert work.full() == {"example.org"}  # two wait: more would wait longer than their lease
    assert [one.to.id for one in work.close()] == [2, 5]
    assert work.take() is None
