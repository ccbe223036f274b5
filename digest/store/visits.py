"""Sources in the store: how far each was read, how it is, and how many papers it usually brings."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple, cast

import msgspec
from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from digest.sources import FIRST
from digest.store.schema import batches, sources
from digest.verdicts import Finding, Verdict

KEPT = timedelta(days=70)  # ten weeks: what is usual on a day of the week
USUAL = 8  # of these days at most


class Standing(NamedTuple):
    """What is known of a source."""

    kind: str  # and its options, in short: another query begins anew
    reached: dict[str, str]  # how far it was read, in its own words
    visited: datetime | None
    due: datetime  # when to come again
    asked: bool  # whether it asked for that itself
    failures: int  # bad visits in a row
    verdict: str  # empty: no visit has ended yet
    why: str
    told: str  # the verdict that the operator was last told; empty: none

    @property
    def finding(self) -> Finding:
        """The verdict of the last visit, and why; until one has ended, nothing has come."""
        if not self.verdict:
            return Finding("broken", "no visit has ended yet")
        return Finding(cast(Verdict, self.verdict), self.why)


def standing(db: Connection, source: str) -> Standing | None:
    """How this source is; None: it was never visited."""
    row = db.execute(select(sources).where(sources.c.name == source)).first()
    return _standing(row) if row else None


def standings(db: Connection) -> dict[str, Standing]:
    """How the sources are that were ever visited."""
    return {row.name: _standing(row) for row in db.execute(select(sources).order_by(sources.c.name))}


def begin(db: Connection, source: str, kind: str, now: datetime) -> Standing:
    """A visit begins; of a source that is another one now, nothing is remembered but what was told."""
    row = {
        "name": source,
        "kind": kind,
        "reached": msgspec.json.encode({FIRST: now.isoformat()}),
        "visited": None,
        "due": now,
        "asked": 0,
        "failures": 0,
        "verdict": "",
        "why": "",
    }
    new = upsert(sources).values(row | {"told": ""})
    db.execute(new.on_conflict_do_update(index_elements=["name"], set_=row, where=sources.c.kind != kind))
    return _standing(db.execute(select(sources).where(sources.c.name == source)).one())


def reached(db: Connection, source: str) -> dict[str, str]:
    """How far this source is read, in its own words."""
    row = db.execute(select(sources.c.reached).where(sources.c.name == source)).scalar_one()
    return msgspec.json.decode(row, type=dict[str, str])


def reach(db: Connection, source: str, more: Mapping[str, str]) -> None:
    """Remember how far this source is read now."""
    if not more:
        return
    whole = reached(db, source) | dict(more)
    values = {"reached": msgspec.json.encode(whole)}
    db.execute(update(sources).where(sources.c.name == source).values(values))


def end(
    db: Connection,
    source: str,
    now: datetime,
    *,
    due: datetime,
    asked: bool,
    failures: int,
    verdict: str,
    why: str,
) -> None:
    """A visit has ended."""
    values = {
        "visited": now,
        "due": due,
        "asked": int(asked),
        "failures": failures,
        "verdict": verdict,
        "why": why,
    }
    db.execute(update(sources).where(sources.c.name == source).values(values))


def tell(db: Connection, source: str, verdict: str) -> None:
    """The operator has been told this verdict."""
    db.execute(update(sources).where(sources.c.name == source).values(told=verdict))


def count(db: Connection, source: str, part: str, day: date, papers: int) -> None:
    """So many papers came on this day; the greatest count of the day is kept, and for KEPT."""
    row = {"source": source, "part": part, "day": day.isoformat(), "papers": papers}
    new = upsert(batches).values(row)
    greater = new.excluded.papers > batches.c.papers
    keys = ["source", "part", "day"]
    db.execute(new.on_conflict_do_update(index_elements=keys, set_={"papers": papers}, where=greater))
    old = (day - KEPT).isoformat()
    db.execute(delete(batches).where(batches.c.source == source, batches.c.part == part, batches.c.day < old))


def earlier(db: Connection, source: str, part: str, day: date) -> list[int]:
    """How many papers came on the last days of the same name before this one, newest first; days without any do not
    count, for a holiday is not what is usual.
    """
    days = [(day - timedelta(weeks=week)).isoformat() for week in range(1, USUAL + 1)]
    query = select(batches.c.papers).where(
        batches.c.source == source, batches.c.part == part, batches.c.day.in_(days), batches.c.papers > 0
    )
    return list(db.execute(query.order_by(batches.c.day.desc())).scalars())


def already(db: Connection, source: str, part: str, day: date) -> int | None:
    """How many papers came on this day so far; None: nothing new."""
    mine = (batches.c.source == source, batches.c.part == part, batches.c.day == day.isoformat())
    return db.execute(select(batches.c.papers).where(*mine)).scalar()


def _standing(row: "Row[tuple[object, ...]]") -> Standing:
    return Standing(
        kind=row.kind,
        reached=msgspec.json.decode(row.reached, type=dict[str, str]),
        visited=row.visited,
        due=row.due,
        asked=bool(row.asked),
        failures=row.failures,
        verdict=row.verdict,
        why=row.why,
        told=row.told,
    )
