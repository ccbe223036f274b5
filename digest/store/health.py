"""Whether the store is whole: what SQLite itself says of it, and how much of it is what."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Column, Connection, func, select, text

from digest.store import Store
from digest.store.schema import dumps, runs, subscribers

MOST_TOLD = 5  # of what SQLite finds wrong


class Health(NamedTuple):
    """What was found."""

    problems: tuple[str, ...]  # in SQLite's words
    log: int  # bytes that wait beside the file to be put into it
    subscribers: int
    zones: tuple[str, ...]  # that subscribers name
    newest: datetime | None  # when the last thing happened


def of(store: Store) -> Health:
    """Look through the whole store: 10 s of work for each GB, and as much reading as the disk needs."""
    with store.reading() as db:
        said = db.execute(text(f"PRAGMA quick_check({MOST_TOLD})")).scalars().all()
        newest = [at for at in (_last(db, runs.c.at), _last(db, dumps.c.received)) if at]
        number = db.execute(select(func.count()).select_from(subscribers)).scalar_one()
        zones = db.execute(select(subscribers.c.zone).distinct()).scalars().all()
    return Health(
        problems=tuple(str(line) for line in said if line != "ok"),
        log=size(store.path.with_name(f"{store.path.name}-wal")),
        subscribers=int(number),
        zones=tuple(zone for zone in zones if zone),
        newest=max(newest, default=None),
    )


def size(path: Path) -> int:
    """Bytes of a file; 0: it is not there."""
    return path.stat().st_size if path.exists() else 0


def _last(db: Connection, column: "Column[datetime | None]") -> datetime | None:
    return db.execute(select(func.max(column))).scalar_one()
