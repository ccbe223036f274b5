"""A frozen issue → a delivery for each subscriber, due at the hour they asked for; in the transaction that freezes.

What is due when is computed here and nowhere else.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest import crash, slots
from digest.config import Digest
from digest.issue import Head
from digest.secrets import Secrets, who
from digest.store import deliveries, subscribers
from digest.subscribers import enrolling

# An issue that was made so soon after its slot was made at its slot: who asked for 7 has it at 7, not a day later.
ON_TIME = timedelta(hours=1)


def plan(db: Connection, digest: Digest, issue: int, head: Head) -> int:
    """Deliveries of this issue for all who are subscribers now and have none yet; how many are new.

    An issue without a mail, or that nobody reads, has no plan.
    """
    if "mail" in head.outputs:
        _take_up(db, digest, head.made)
        planned = add(db, digest, issue, head, head.made)
    else:
        planned = 0
    crash.point("deliveries planned")
    return planned


def _take_up(db: Connection, digest: Digest, now: datetime) -> None:
    if digest.to or subscribers.in_schedule(db, digest.name):
        enrolling.take_up(db, digest.name, digest.to, now)


def add(db: Connection, digest: Digest, issue: int, head: Head, now: datetime) -> int:
    """The deliveries that an issue lacks, due as they were when it was made."""
    wishes = deliveries.wishes(db, digest.name)
    if not wishes:
        return 0
    secrets = subscribers.keys(db, now)
    if deliveries.planned(db, issue) is None:
        deliveries.begin_plan(db, issue, head.made, head.made + digest.hold, secrets.newest.id)
    dues = {
        (zone, hour): due_at(moment(head), ZoneInfo(zone) if zone else digest.zone, hour)
        for zone, hour in wishes
    }
    planned = deliveries.plan(db, issue, digest.name, dues, now)
    return planned - deliveries.suppress(db, issue, _barred(db, digest.name, secrets), now)


def _barred(db: Connection, digest: str, secrets: Secrets) -> list[int]:
    """Those on the list who are not to get mail: the list should know, and this is the belt beside its braces."""
    suppressed = deliveries.suppressed(db, digest)
    if not suppressed:
        return []
    return [
        number for number, folded in deliveries.confirmed(db, digest) if who(secrets, folded) in suppressed
    ]


def moment(head: Head) -> datetime:
    """When an issue was made, as its readers reckon: at its slot, if it came on time."""
    if head.slot and head.made - head.slot <= ON_TIME:
        return head.slot
    return head.made


def due_at(made: datetime, zone: ZoneInfo, hour: int | None) -> datetime:
    """The first moment at or after the making at which that hour begins in the zone; without an hour, at once."""
    if hour is None:
        return made
    return slots.following(slots.parse(f"0 {hour} * * *"), zone, made - timedelta(seconds=1))


def missing(db: Connection, digest: Digest, issue: int, head: Head, now: datetime) -> None:
    """Ready again: an issue for those who were refused it or for whom it was too old, and for subscribers since.

    Who is in doubt may have it, so nobody sends it to them by a list.
    """
    add(db, digest, issue, head, now)
    deliveries.revive(db, issue, ("ready", "rejected", "expired"), now)
