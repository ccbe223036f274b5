"""Subscribers in the store: who is on which list, what they consented to, who never gets mail again; and the keys."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from digest.secrets import Secret, Secrets, fresh
from digest.store import make_private
from digest.store.among import among
from digest.store.schema import bounces, consents, deliveries, secrets, subscribers, suppressions
from digest.subscribers.subscribing import Left, Status, Subscriber, Wish

KeptIn = Literal["list", "schedule"]

_COLUMNS = [subscribers.c[name] for name in Subscriber._fields]


class Consent(NamedTuple):
    """Something that happened between a reader and a digest."""

    who: str  # keyed hash of the folded address
    digest: str
    event: str
    how: str


class Suppression(NamedTuple):
    """Why an address gets no mail."""

    reason: str
    at: datetime


class Bounce(NamedTuple):
    """A mail that came back, or that asks to leave."""

    mail: str
    subscriber: int
    issue: int | None
    kind: str
    why: str
    at: datetime


# ---- the list


def put(db: Connection, digest: str, wishes: Iterable[Wish], now: datetime, kept_in: KeptIn = "list") -> None:
    """Add these subscribers; whoever is there gets the new wish and is a subscriber since now."""
    rows = [_row(digest, wish, now, kept_in) for wish in wishes]
    if not rows:
        return
    new = upsert(subscribers)
    renewed = ("address", "status", "zone", "hour", "since", "kept_in")
    keys = [subscribers.c.digest, subscribers.c.folded]
    db.execute(
        new.on_conflict_do_update(index_elements=keys, set_={name: new.excluded[name] for name in renewed}),
        rows,
    )


def _row(digest: str, wish: Wish, now: datetime, kept_in: KeptIn) -> dict[str, Any]:
    return {
        "digest": digest,
        "address": wish.address.written,
        "folded": wish.address.folded,
        "domain": wish.address.domain,
        "status": wish.status,
        "zone": wish.zone,
        "hour": wish.hour,
        "since": now,
        "kept_in": kept_in,
    }


def get(db: Connection, number: int) -> Subscriber | None:
    """The subscriber of this number; None: was erased, or never was."""
    row = db.execute(select(*_COLUMNS).where(subscribers.c.id == number)).first()
    return _subscriber(row) if row else None


def among_folded(db: Connection, folded: Collection[str], digest: str | None = None) -> list[Subscriber]:
    """Those of a digest, or of all, with one of these folded addresses."""
    query = select(*_COLUMNS)
    query = query.where(subscribers.c.digest == digest) if digest else query
    return [_subscriber(row) for row in among(db, query, subscribers.c.folded, sorted(folded))]


def every(
    db: Connection, digest: str | None = None, statuses: Collection[Status] = ()
) -> Iterator[Subscriber]:
    """The subscribers of a digest, or of all, with one of these statuses if any is named; by digest and number."""
    query = select(*_COLUMNS).order_by(subscribers.c.digest, subscribers.c.id)
    query = query.where(subscribers.c.digest == digest) if digest else query
    query = query.where(subscribers.c.status.in_(statuses)) if statuses else query
    return map(_subscriber, db.execute(query.execution_options(yield_per=1_000)))


def in_schedule(db: Connection, digest: str) -> list[Subscriber]:
    """Those who get the digest only because its schedule names them."""
    mine = (subscribers.c.digest == digest, subscribers.c.kept_in == "schedule")
    return [_subscriber(row) for row in db.execute(select(*_COLUMNS).where(*mine))]


def mark(db: Connection, numbers: Sequence[int], status: Status, now: datetime) -> None:
    """Give these subscribers a status."""
    for number in numbers:
        values = {"status": status, "since": now}
        db.execute(update(subscribers).where(subscribers.c.id == number).values(values))


def erase(db: Connection, folded: str) -> list[str]:
    """Forget an address: its rows, and what servers said of it; the digests that it was on the list of."""
    found = among_folded(db, [folded])
    numbers = [one.id for one in found]
    db.exec_driver_sql("PRAGMA secure_delete = ON")  # not every build of SQLite overwrites by itself
    db.execute(update(deliveries).where(deliveries.c.subscriber.in_(numbers)).values(reply=""))
    db.execute(update(bounces).where(bounces.c.subscriber.in_(numbers)).values(why=""))
    db.execute(delete(subscribers).where(subscribers.c.id.in_(numbers)))
    return [one.digest for one in found]


def _subscriber(row: "Row[Any]") -> Subscriber:
    return Subscriber._make(row)


# ---- consent and suppression


def remember(db: Connection, happened: Iterable[Consent], now: datetime) -> None:
    """Append to the record of consent, of which nothing is ever changed."""
    rows = [each._asdict() | {"at": now} for each in happened]
    if rows:
        db.execute(insert(consents), rows)


def remembered(db: Connection, who: str) -> list[tuple[datetime, Consent]]:
    """What is recorded of one address, oldest first."""
    query = select(consents).where(consents.c.who == who).order_by(consents.c.id)
    return [(row.at, Consent(row.who, row.digest, row.event, row.how)) for row in db.execute(query)]


def suppress(db: Connection, who: Iterable[str], digest: str, reason: Left, now: datetime) -> None:
    """Send these addresses nothing of a digest, or of any if it is empty; the first reason stays."""
    rows = [{"who": each, "digest": digest, "reason": reason, "at": now} for each in who]
    if rows:
        db.execute(upsert(suppressions).on_conflict_do_nothing(), rows)


def suppressed(db: Connection, who: Collection[str], digest: str) -> dict[str, Suppression]:
    """Which of these hidden addresses get nothing of this digest, and why."""
    query = select(suppressions).where(suppressions.c.digest.in_(["", digest]))
    rows = among(db, query.order_by(suppressions.c.digest.desc()), suppressions.c.who, sorted(who))
    return {row.who: Suppression(row.reason, row.at) for row in rows}


def lift(db: Connection, who: str, digest: str) -> None:
    """Somebody asks for this digest again."""
    mine = (suppressions.c.who == who, suppressions.c.digest.in_(["", digest]))
    db.execute(delete(suppressions).where(*mine))


# ---- what came back


def count_bounce(db: Connection, bounce: Bounce) -> bool:
    """Record a mail; False: it was read before."""
    new = upsert(bounces).values(bounce._asdict()).on_conflict_do_nothing()
    return db.execute(new).rowcount == 1


def soft_bounces(db: Connection, subscriber: int, since: datetime) -> list[datetime]:
    """When those issues were made that came back softly from this subscriber, each once, since they subscribed."""
    mine = (bounces.c.subscriber == subscriber, bounces.c.kind == "soft", bounces.c.at >= since)
    query = select(func.max(bounces.c.at, type_=bounces.c.at.type)).where(*mine).group_by(bounces.c.issue)
    return list(db.execute(query).scalars())


# ---- keys


def keys(db: Connection, now: datetime) -> Secrets:
    """The keys of this store; in a transaction that writes, they are made if there are none, and it is made private."""
    found = _keys(db)
    if found is None:
        make_private(db)
        rows = [{"kind": kind, "key": fresh(), "made": now} for kind in ("addresses", "tokens")]
        db.execute(insert(secrets), rows)
        found = _keys(db)
    if found is None:
        raise LookupError("the keys that were just made are not there")
    return found


def add_key(db: Connection, now: datetime, *, distrust: bool) -> None:
    """Sign with a new key from now on; `distrust`: believe nothing that the older ones have signed."""
    if distrust:
        older = (secrets.c.kind == "tokens", secrets.c.distrusted.is_(None))
        db.execute(update(secrets).where(*older).values(distrusted=now))
    db.execute(insert(secrets).values(kind="tokens", key=fresh(), made=now))


def _keys(db: Connection) -> Secrets | None:
    rows = list(db.execute(select(secrets).order_by(secrets.c.id.desc())))
    addresses = [row.key for row in rows if row.kind == "addresses"]
    if not addresses:
        return None
    tokens = (Secret(row.id, row.key, row.distrusted is None) for row in rows if row.kind == "tokens")
    return Secrets(addresses[0], tuple(tokens))
