"""What the store can do without: abstracts of old papers, and rows of old runs. Keys, log and ledger stay for ever.

An abstract goes only where the keys of its paper are the same without it: works stay what they are, so nothing that
was shown comes again.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, func, select, update

from digest.errors import StoreError
from digest.identity import keys
from digest.papers import Paper, without_abstract
from digest.store import PATIENCE, Store, explained
from digest.store.schema import dumps, papers, runs

AT_ONCE = 2_000  # papers in a transaction: others wait for the writer's lock meanwhile
_paper = msgspec.json.Decoder(Paper)


class Dropped(NamedTuple):
    """How many of something, and their bytes."""

    number: int
    size: int


def abstracts(store: Store, before: datetime, *, dry: bool) -> Dropped:
    """Drop the abstracts of papers that came before this moment; `dry`: only say which that would be."""
    number = size = 0
    for rows in _portions(store, before):
        pruned = [(row_id, new, len(old) - len(new)) for row_id, old, new in rows]
        number += len(pruned)
        size += sum(less for _, _, less in pruned)
        if pruned and not dry:
            with store.writing() as db:
                for row_id, record, _ in pruned:
                    db.execute(update(papers).where(papers.c.id == row_id).values(record=record))
    return Dropped(number, size)


def _portions(store: Store, before: datetime) -> Iterator[list[tuple[int, bytes, bytes]]]:
    """Id, record, and record without its abstract, of the papers that can do without."""
    query = select(papers.c.id, papers.c.record).join_from(papers, dumps, papers.c.dump == dumps.c.id)
    query = query.where(dumps.c.received < before).order_by(papers.c.id).limit(AT_ONCE)
    last = 0
    while True:
        with store.reading() as db:
            rows = db.execute(query.where(papers.c.id > last)).all()
        if not rows:
            return
        yield [(row.id, row.record, new) for row in rows if (new := _pruned(row.record))]
        last = rows[-1].id


def _pruned(record: bytes) -> bytes | None:
    if b'"abstract":' not in record:
        return None
    paper = _paper.decode(record)
    bare = without_abstract(paper)
    return msgspec.json.encode(bare) if bare is not paper and keys(bare) == keys(paper) else None


def old_runs(store: Store, before: datetime, *, dry: bool) -> Dropped:
    """Drop what was said of runs before this moment, but for the last run of all."""
    with store.writing() as db:
        last = select(func.max(runs.c.id)).scalar_subquery()
        old = (runs.c.at < before, runs.c.id < last)
        row = db.execute(select(func.count(), func.sum(func.length(runs.c.said))).where(*old)).one()
        if not dry:
            db.execute(delete(runs).where(*old))
    return Dropped(int(row[0]), int(row[1] or 0))


def shrink(store: Store) -> None:
    """Give the room that is free inside the file back to the disk."""
    try:
        with closing(sqlite3.connect(store.path, timeout=PATIENCE, isolation_level=None)) as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        raise StoreError(explained(store.path, str(error))) from error
