"""What the operator is told when a source turns bad, and when it is well again: once, as a file in the outbox, and as
a mail where mail is sent (`telling`).

outbox/_notices/2026-11-21T060000Z-arxiv-stale.txt
"""

from collections.abc import Iterable
from datetime import datetime

from digest import outbox
from digest.config import Home
from digest.fetching.due import Visit
from digest.store import Store, notices, visits
from digest.verdicts import BAD

FOLDER = "_notices"  # no digest can be called so


def write(home: Home, store: Store, visited: Iterable[Visit], now: datetime) -> None:
    """A notice for each of these sources that is otherwise than the operator was last told."""
    for visit in visited:
        with store.reading() as db:
            standing = visits.standing(db, visit.source)
        told = standing.told if standing else ""
        state = visit.verdict if visit.verdict in BAD else "well"
        if state == (told or "well"):
            continue
        name = f"{FOLDER}/{now:%Y-%m-%dT%H%M%SZ}-{visit.source}-{state}.txt"
        said = words(visit, told, now)
        outbox.write_notice(home, name, said)
        with store.writing() as db:
            visits.tell(db, visit.source, state)
            if home.smtp.sender:
                notices.add(db, name, said, home.operator, now)


def words(visit: Visit, told: str, now: datetime) -> str:
    """The notice itself."""
    if visit.verdict not in BAD:
        return f"Source {visit.source} is well again at {now:%Y-%m-%d %H:%M} UTC: {visit.verdict}; it was {told}.\n"
    return (
        f"Source {visit.source} is {visit.verdict} since {now:%Y-%m-%d %H:%M} UTC: {visit.why}\n\n"
        "Papers may be missing until it is well again; it is tried again by itself. To see what it says now:\n\n"
        f"    digest sources check {visit.source}\n"
    )
