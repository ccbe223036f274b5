"""The log in the store: reads of dumps, arrivals, and how far each digest has read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from digest.arrivals import Entry, Span
from digest.issue import REJECTS_TOLD, DumpRead
from digest.papers import Reject
from digest.sources import Dump, Found, named
from digest.store.among import among
from digest.store.bulk import put
from digest.store.schema import arrivals, cursors, digests, dumps, paths, rejects, stored

READ = "read"
SEEN = "seen"


class StoredDump(NamedTuple):
    """A dump that the store knows."""

    id: int
    read: DumpRead
    received: datetime


class KnownDump(NamedTuple):
    """A dump that the store knows, and where it lay."""

    sha256: str
    read: DumpRead
    paths: tuple[str, ...]


def dumps_with_paths(db: Connection) -> list[KnownDump]:
    """All dumps, in the order in which they came."""
    lay: dict[int, list[str]] = {}
    for row in db.execute(select(paths.c.dump, paths.c.path).order_by(paths.c.path)):
        lay.setdefault(row.dump, []).append(row.path)
    rows = db.execute(select(dumps).order_by(dumps.c.id)).all()
    return [KnownDump(row.sha256, _dump_read(db, row, new=0), tuple(lay.get(row.id, ()))) for row in rows]


def received_before(db: Connection, moment: datetime) -> list[str]:
    """The sha256 of the dumps that every source brought before this moment."""
    last = func.max(dumps.c.received)
    return list(db.execute(select(dumps.c.sha256).group_by(dumps.c.sha256).having(last < moment)).scalars())


def was_seen(db: Connection, source: str, sha256: str) -> bool:
    """Whether this dump's works were declared known from then on."""
    query = select(arrivals.c.seq).join_from(arrivals, dumps, arrivals.c.dump == dumps.c.id)
    mine = (dumps.c.source == source, dumps.c.sha256 == sha256, arrivals.c.kind == SEEN)
    return db.execute(query.where(*mine).limit(1)).first() is not None


def unknown(db: Connection, source: str, found: Iterable[Found]) -> list[Found]:
    """Those files that, as they lie there, were not read for this source."""
    rows = db.execute(select(paths).where(paths.c.source == source))
    states = {row.path: (row.size, row.mtime_ns) for row in rows}
    return [one for one in found if states.get(named(one.path)) != (one.size, one.mtime_ns)]


def remember_path(db: Connection, source: str, found: Found, dump: int) -> None:
    """This file, as it lies there, is that dump."""
    row = {
        "source": source,
        "path": named(found.path),
        "size": found.size,
        "mtime_ns": found.mtime_ns,
        "dump": dump,
    }
    db.execute(upsert(paths).values(row).on_conflict_do_update(index_elements=["source", "path"], set_=row))


def dump(db: Connection, source: str, sha256: str) -> StoredDump | None:
    """The dump with these bytes, if this source has brought it before."""
    row = db.execute(select(dumps).where(dumps.c.source == source, dumps.c.sha256 == sha256)).first()
    return StoredDump(row.id, _dump_read(db, row, new=0), row.received) if row else None


def open_dump(db: Connection, dump: Dump, sha256: str, now: datetime) -> int:
    """A number for a dump that is about to be read; `close_dump` says what was in it."""
    row = {"source": dump.source, "sha256": sha256, "origin": dump.origin, "received": now}
    counts = {"format": None, "problem": "", "records": 0, "papers": 0, "rejects": 0}
    return int(db.execute(insert(dumps).values(row | counts).returning(dumps.c.id)).scalar_one())


def close_dump(
    db: Connection, number: int, read: DumpRead, rejected: Collection[Reject], now: datetime
) -> None:
    """What was in a dump, and the log's entry that it was read."""
    said = {name: getattr(read, name) for name in ("format", "problem", "records", "papers", "rejects")}
    before = db.execute(select(dumps.c.format).where(dumps.c.id == number)).scalar_one()
    db.execute(update(dumps).where(dumps.c.id == number).values(said))
    db.execute(delete(rejects).where(rejects.c.dump == number))  # of an earlier read of the same bytes
    rows = [
        {"dump": number, "place": reject.where, "reason": reject.reason, "raw": reject.raw}
        for reject in rejected
    ]
    if rows:
        db.execute(insert(rejects), rows)
    if before is None or read.new:  # nobody could read it until now, or not all of it
        entry = {"kind": READ, "source": read.source, "work": None, "version": 0, "dump": number, "at": now}
        db.execute(insert(arrivals).values(entry))


def told(rejected: Iterable[Reject]) -> tuple[str, ...]:
    """The first of these rejects in words."""
    return tuple(f"{one.where}: {one.reason}: {one.raw[:80]}" for one in islice(rejected, REJECTS_TOLD))


def rejected(db: Connection, dump: int) -> Iterator[Reject]:
    """The records of a dump that could not be read."""
    rows = db.execute(select(rejects).where(rejects.c.dump == dump).order_by(rejects.c.id))
    return (Reject(row.place, row.reason, row.raw) for row in rows)


def append(db: Connection, entries: Iterable[Entry], dump: int) -> None:
    """Put arrivals at the end of the log, in this order; their `seq` is given here."""
    put(
        db,
        (
            arrivals.c.kind,
            arrivals.c.source,
            arrivals.c.work,
            arrivals.c.version,
            arrivals.c.dump,
            arrivals.c.at,
        ),
        ((e.kind, e.source, e.atom, e.version, dump, stored(e.at)) for e in entries),
    )


def entries(db: Connection, atoms: Iterable[int]) -> list[Entry]:
    """All arrivals of these atoms, oldest first."""
    rows = among(db, select(arrivals), arrivals.c.work, sorted(set(atoms)))
    return sorted(map(_entry, rows))


def sources(db: Connection) -> list[str]:
    """The sources that have ever brought a dump."""
    return list(db.execute(select(dumps.c.source).distinct().order_by(dumps.c.source)).scalars())


def last_news(db: Connection) -> dict[str, datetime]:
    """When each source last showed something new."""
    query = select(arrivals.c.source, func.max(arrivals.c.at).label("at")).where(arrivals.c.kind == "new")
    return {row.source: row.at for row in db.execute(query.group_by(arrivals.c.source))}


def news_by_day(db: Connection, since: datetime) -> list[tuple[str, str, int]]:
    """How many works each source showed for the first time on each day of UTC since then: source, day, number."""
    day = func.substr(arrivals.c.at, 1, 10)
    query = select(arrivals.c.source, day, func.count()).where(
        arrivals.c.kind == "new", arrivals.c.at >= since
    )
    rows = db.execute(query.group_by(arrivals.c.source, day).order_by(arrivals.c.source, day))
    return [(source, str(on), int(number)) for source, on, number in rows]


def end(db: Connection) -> int:
    """The last number of the log; 0: nothing has arrived yet."""
    return int(db.execute(select(func.coalesce(func.max(arrivals.c.seq), 0))).scalar_one())


# --- digests ---


def began(db: Connection, digest: str) -> datetime | None:
    """When this digest was first seen; None: never."""
    return db.execute(select(digests.c.began).where(digests.c.name == digest)).scalar()


def begin(db: Connection, digest: str, now: datetime) -> None:
    """This digest has been seen."""
    db.execute(upsert(digests).values(name=digest, began=now).on_conflict_do_nothing())


def backlog(db: Connection, of_sources: Collection[str]) -> int:
    """How many works these sources have shown, for a digest that has read nothing."""
    query = select(func.count(arrivals.c.work.distinct())).where(
        arrivals.c.kind == "new", arrivals.c.source.in_(of_sources)
    )
    return int(db.execute(query).scalar_one())


def spans(db: Connection, digest: str, of_sources: Collection[str]) -> dict[str, Span]:
    """What this digest has not read of each of these sources."""
    query = select(cursors.c.source, cursors.c.seq).where(cursors.c.digest == digest)
    after = {row.source: row.seq for row in db.execute(query)}
    upto = end(db)
    return {source: Span(after.get(source, 0), upto) for source in sorted(of_sources)}


def move(db: Connection, digest: str, moved: Mapping[str, Span]) -> None:
    """The digest has read these spans: compare-and-set, RuntimeError if another process has moved a cursor."""
    for source, span in moved.items():
        mine = (cursors.c.digest == digest) & (cursors.c.source == source)
        if span.after == 0:
            db.execute(upsert(cursors).values(digest=digest, source=source, seq=0).on_conflict_do_nothing())
        changed = db.execute(update(cursors).where(mine, cursors.c.seq == span.after).values(seq=span.upto))
        if changed.rowcount != 1:
            raise RuntimeError(f"{digest}: the cursor of {source} is not at {span.after} any more")


def set_cursors(db: Connection, digest: str, of_sources: Collection[str], seq: int) -> None:
    """Let the digest go on after this number of the log."""
    db.execute(delete(cursors).where(cursors.c.digest == digest, cursors.c.source.in_(of_sources)))
    rows = [{"digest": digest, "source": source, "seq": seq} for source in of_sources]
    if rows:
        db.execute(insert(cursors), rows)


def before(db: Connection, since: datetime) -> int:
    """The last number of the log that was given before this moment."""
    query = select(func.coalesce(func.max(arrivals.c.seq), 0)).where(arrivals.c.at < since)
    return int(db.execute(query).scalar_one())


def unread(db: Connection, of_spans: Mapping[str, Span]) -> list[Entry]:
    """The arrivals in these spans, in order; marks that something is known from now on are none."""
    if not of_spans:
        return []
    query = (
        select(arrivals)
        .where(_within(of_spans), arrivals.c.kind.not_in((READ, SEEN)))
        .order_by(arrivals.c.seq)
    )
    return [_entry(row) for row in db.execute(query)]


def count_unread(db: Connection, of_spans: Mapping[str, Span]) -> int:
    """How many works have arrivals in these spans."""
    if not of_spans:
        return 0
    kinds = arrivals.c.kind.not_in((READ, SEEN))
    return int(
        db.execute(
            select(func.count(arrivals.c.work.distinct())).where(_within(of_spans), kinds)
        ).scalar_one()
    )


def reads(db: Connection, of_spans: Mapping[str, Span]) -> list[DumpRead]:
    """The reads of dumps in these spans, in order."""
    if not of_spans:
        return []
    new = (
        select(func.count())
        .select_from(other := arrivals.alias())
        .where(other.c.dump == dumps.c.id, other.c.source == dumps.c.source, other.c.kind == "new")
        .scalar_subquery()
    )
    query = select(dumps, new.label("new")).join_from(arrivals, dumps, arrivals.c.dump == dumps.c.id)
    rows = db.execute(query.where(_within(of_spans), arrivals.c.kind == READ).order_by(arrivals.c.seq))
    return [_dump_read(db, row, row.new) for row in {row.id: row for row in rows}.values()]


def _within(of_spans: Mapping[str, Span]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(arrivals.c.source == source, arrivals.c.seq > span.after, arrivals.c.seq <= span.upto)
            for source, span in of_spans.items()
        )
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.seq, row.kind, row.source, row.work, row.version, row.at)


def _dump_read(db: Connection, row: Row[Any], new: int) -> DumpRead:
    return DumpRead(
        origin=row.origin,
        source=row.source,
        format=row.format,
        records=row.records,
        papers=row.papers,
        rejects=row.rejects,
        new=new,
        problem=row.problem,
        rejected=told(rejected(db, row.id)) if row.rejects else (),
    )
