"""What became of deliveries, as people ask for it: counted, by name, and settled by a person's word.

Those that were accepted are never counted one by one: they are what was planned, less the rest, which a partial index
holds. So ten million old deliveries cost what the open ones cost.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, select, update

from digest.issue import Head
from digest.store.among import among
from digest.store.schema import deliveries, issues, plans, subscribers

AT_ONCE = 5_000  # rows in memory at a time
LOOKED_BACK = 10  # issues of a digest: what was missed longer ago is no news

# As a literal: SQLite uses a partial index only where the query says the same words.
_OPEN: ColumnElement[bool] = deliveries.c.state != literal_column("'accepted'")


class Outcome(NamedTuple):
    """A delivery, and whose it is."""

    issue: str
    subscriber: int
    address: str | None  # None: the subscriber was erased
    state: str
    due: datetime
    attempts: int
    changed: datetime
    reply: str
    secret: int  # of its message id


class Plan(NamedTuple):
    """To how many an issue was to go, and when."""

    at: datetime
    held: datetime
    deliveries: int
    cancelled: datetime | None


class Without(NamedTuple):
    """A subscriber who has no delivery of an issue."""

    address: str
    status: str
    since: datetime


def plan(db: Connection, issue: int) -> Plan | None:
    """The plan of an issue; None: it is not to be sent."""
    row = db.execute(select(plans).where(plans.c.issue == issue)).first()
    return Plan(row.at, row.held, row.deliveries, row.cancelled) if row else None


def counts(db: Connection) -> dict[str, dict[str, int]]:
    """How many deliveries of each digest are in each state; states that nobody is in are left out."""
    planned = select(issues.c.digest, func.sum(plans.c.deliveries).label("n")).join_from(plans, issues)
    found = {row.digest: {"accepted": int(row.n)} for row in db.execute(planned.group_by(issues.c.digest))}
    # One pass in the order of the index; `GROUP BY issue` would sort all of them first.
    of_digest = [
        func.sum(deliveries.c.issue.in_(select(issues.c.id).where(issues.c.digest == digest)))
        for digest in found
    ]
    query = select(deliveries.c.state, *(of_digest if len(found) > 1 else [func.count()]))
    for state, *numbers in db.execute(query.where(_OPEN).group_by(deliveries.c.state)):
        for states, number in zip(found.values(), numbers, strict=False):
            states[state] = number
            states["accepted"] -= number
    return {digest: {state: n for state, n in sorted(all_.items()) if n} for digest, all_ in found.items()}


def counts_of(db: Connection, issue: int) -> dict[str, int]:
    """The same of one issue."""
    query = select(deliveries.c.state, func.count()).where(_OPEN, deliveries.c.issue == issue)
    found = {state: int(n) for state, n in db.execute(query.group_by(deliveries.c.state))}
    planned = plan(db, issue)
    accepted = (planned.deliveries if planned else 0) - sum(found.values())
    return {state: n for state, n in sorted((found | {"accepted": accepted}).items()) if n}


def doubts(
    db: Connection, *, digest: str = "", issue: int | None = None, limit: int | None = None
) -> list[Outcome]:
    """The deliveries of which nobody knows whether they came, oldest first: all, or of this digest, or this issue."""
    query = _named().where(_OPEN, deliveries.c.state == "doubt")
    query = query.where(issues.c.digest == digest) if digest else query
    query = query.where(deliveries.c.issue == issue) if issue else query
    return [_outcome(row) for row in db.execute(query.order_by(deliveries.c.due).limit(limit))]


def overdue(db: Connection, digest: str, before: datetime) -> datetime | None:
    """Since when a delivery of this digest waits that could have gone out before this moment."""
    query = select(deliveries.c.due).join_from(deliveries, plans, deliveries.c.issue == plans.c.issue)
    query = query.join(issues, issues.c.id == deliveries.c.issue)
    ready = (_OPEN, deliveries.c.state == "ready", deliveries.c.due < before)
    query = query.where(*ready, issues.c.digest == digest, plans.c.cancelled.is_(None), plans.c.held < before)
    return db.execute(query.order_by(deliveries.c.due).limit(1)).scalar()


def last_troubles(db: Connection) -> list[Outcome]:
    """Of those that were refused, and of those that wait for another try, the last each: by the time that they were
    due, which the index has.
    """
    found = []
    for state in ("rejected", "ready"):
        query = _named().where(_OPEN, deliveries.c.state == state, deliveries.c.reply != "")
        row = db.execute(query.order_by(deliveries.c.due.desc()).limit(1)).first()
        found += [_outcome(row)] if row else []
    return found


def of_issue(db: Connection, issue: int, *, accepted: bool) -> Iterator[Outcome]:
    """The deliveries of an issue that were accepted, or the others, by subscriber."""
    state = deliveries.c.state == "accepted"
    query = _named().where(deliveries.c.issue == issue, state if accepted else ~state)
    after = -1
    while rows := db.execute(
        query.where(deliveries.c.subscriber > after).order_by(deliveries.c.subscriber).limit(AT_ONCE)
    ).all():
        yield from map(_outcome, rows)
        after = rows[-1].subscriber


def without(db: Connection, issue: int, digest: str) -> Iterator[Without]:
    """The subscribers of the digest that have no delivery of this issue."""
    planned = select(deliveries.c.subscriber).where(deliveries.c.issue == issue)
    query = select(subscribers.c.id, subscribers.c.address, subscribers.c.status, subscribers.c.since)
    query = query.where(subscribers.c.digest == digest, subscribers.c.id.not_in(planned))
    after = -1
    while rows := db.execute(
        query.where(subscribers.c.id > after).order_by(subscribers.c.id).limit(AT_ONCE)
    ).all():
        yield from (Without(row.address, row.status, row.since) for row in rows)
        after = rows[-1].id


def resolve(
    db: Connection,
    doubtful: Collection[Outcome],
    issue: int,
    state: Literal["accepted", "ready"],
    now: datetime,
) -> int:
    """A person says that these came, or that they shall go out again; how many were still in doubt.

    The fence moves on: a worker that was paused all the time has no say any more.
    """
    told = f"a person's word at {now:%Y-%m-%d %H:%M} UTC; before: "
    changed = 0
    for one in doubtful:
        mine = (deliveries.c.issue == issue, deliveries.c.subscriber == one.subscriber)
        values: dict[str, Any] = {"state": state, "changed": now, "lease": None, "reply": told + one.reply}
        values |= {"fence": deliveries.c.fence + 1}
        values |= {"due": now, "attempts": 0, "begun": None} if state == "ready" else {}
        query = update(deliveries).where(*mine, deliveries.c.state == "doubt").values(values)
        changed += db.execute(query).rowcount
    return changed


def missed(db: Connection, issue: int) -> dict[int, tuple[Head, ...]]:
    """The subscribers who may lack issues of this digest since the last that they have: which ones, oldest first.

    As the ledger was when this issue was planned, so that each attempt says the same; only a person's word about a
    doubt changes it.
    """
    mine = db.execute(
        select(issues.c.digest, issues.c.number, plans.c.at)
        .join_from(issues, plans)
        .where(issues.c.id == issue)
    ).one_or_none()
    if mine is None:
        return {}
    before = select(issues.c.id, issues.c.head).join_from(issues, plans)
    before = before.where(
        issues.c.digest == mine.digest, issues.c.number < mine.number, plans.c.cancelled.is_(None)
    )
    rows = db.execute(before.order_by(issues.c.number.desc()).limit(LOOKED_BACK)).all()
    newest_first = [row.id for row in rows]
    lacking = _lacking(db, newest_first, mine.at)
    has = _has(db, newest_first, {subscriber for _, subscriber in lacking}, mine.at)
    heads = {row.id: msgspec.json.decode(row.head, type=Head) for row in rows}
    found: dict[int, tuple[Head, ...]] = {}
    for number, subscriber in sorted(lacking):
        if number > has.get(subscriber, 0):
            found[subscriber] = (*found.get(subscriber, ()), heads[number])
    return found


def _lacking(db: Connection, of_issues: Collection[int], at: datetime) -> set[tuple[int, int]]:
    """Issue and subscriber of what did not arrive for certain."""
    state = deliveries.c.state.in_(("doubt", "rejected", "expired"))
    # `+ 0` keeps SQLite from reading all rows of these issues, of which these are one in a hundred
    query = select(deliveries.c.issue, deliveries.c.subscriber).where(
        _OPEN, state, (deliveries.c.issue + 0).in_(of_issues), deliveries.c.changed <= at
    )
    return {(row.issue, row.subscriber) for row in db.execute(query)}


def _has(db: Connection, of_issues: Collection[int], of: Collection[int], at: datetime) -> dict[int, int]:
    """The last of these issues that each of these subscribers has for certain."""
    query = select(deliveries.c.issue, deliveries.c.subscriber).where(
        deliveries.c.issue.in_(of_issues), deliveries.c.state == "accepted", deliveries.c.changed <= at
    )
    rows = among(db, query, deliveries.c.subscriber, sorted(of))
    return {row.subscriber: row.issue for row in sorted(rows, key=lambda row: int(row.issue))}


def _named() -> "Select[Any]":
    query = select(deliveries, issues.c.name, plans.c.secret, subscribers.c.address)
    query = query.join_from(deliveries, issues, deliveries.c.issue == issues.c.id)
    query = query.join(plans, plans.c.issue == deliveries.c.issue)
    return query.outerjoin(subscribers, deliveries.c.subscriber == subscribers.c.id)


def _outcome(row: "Row[Any]") -> Outcome:
    return Outcome(
        row.name,
        row.subscriber,
        row.address,
        row.state,
        row.due,
        row.attempts,
        row.changed,
        row.reply,
        row.secret,
    )
