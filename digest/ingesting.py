"""Dump → papers and rejects → works → arrivals.

A dump of up to COMMITTED records is read in one transaction: all of it is in the store, or nothing. Of a larger one as
many are kept at a time; if it is interrupted the next run reads it again from its beginning, and finds those known.
"""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from digest import crash
from digest.errors import DumpError
from digest.issue import DumpRead
from digest.papers import Reject, reject
from digest.preparing import AT_ONCE, Batch, batches
from digest.sources import Dump
from digest.store import Store, log
from digest.storing import store as store_papers

COMMITTED = 50_000  # records in one transaction; 100 MB of write-ahead log
MOST_REJECTS = 10_000  # of one dump: a file of short lines must not fill memory and store

Tell = Callable[
    [str, int, int, str], None
]  # what is being done, how much of it is done, of how much, of what


# What is to stand in the store with a dump, or not at all; it hears how many of the papers are of works that the
# source had shown before.
Also = Callable[[Connection, int], None]


def nothing_else(_db: Connection, _known: int) -> None:
    """Most dumps are all that there is to be stored."""


def ingest(
    store: Store,
    dump: Dump,
    now: datetime,
    tell: Tell,
    *,
    seen: bool = False,
    again: bool = False,
    also: Also = nothing_else,
) -> DumpRead | None:
    """Read a dump into the store; one that is known is not read again, unless `again` says so.

    `seen`: its works are news to nobody. `also` is done in the transaction that ends the dump.

    A dump that nobody can read is no exception but a DumpRead with a problem: the others go on, and the next run
    tries it again. None: a file that lies at its source was tried again, could not be read, and that was told before.
    """
    sha256 = ""
    try:
        sha256 = dump.sha256 or _sha256(dump)
        crash.point("dump opened")
        read = _read(store, dump, sha256, now, tell, seen, again, also)
    except DumpError as error:
        read = DumpRead(origin=dump.origin, source=dump.source, problem=str(error))
        if sha256 and not _note(store, dump, sha256, read, now) and dump.found:
            return None
    crash.point("dump committed")
    return read


def _again(db: Connection, dump: Dump, before: log.StoredDump) -> DumpRead:
    """The read of a dump that is known, by whatever name it came then."""
    if dump.found:
        log.remember_path(db, dump.source, dump.found, before.id)
    same_as = before.read.origin if before.read.origin != dump.origin else ""
    return msgspec.structs.replace(before.read, origin=dump.origin, same_as=same_as)


def _note(store: Store, dump: Dump, sha256: str, read: DumpRead, now: datetime) -> bool:
    """Put into the log, once, that nobody could read this dump; whether that is news."""
    with store.writing() as db:
        before = log.dump(db, dump.source, sha256)
        if before and (before.read.format or before.read.problem == read.problem):
            return before.read.format is not None  # it was read once, and now, with `again`, it cannot be
        log.close_dump(db, before.id if before else log.open_dump(db, dump, sha256, now), read, (), now)
    return True


def _sha256(dump: Dump) -> str:
    try:
        with dump.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DumpError(f"it cannot be read: {error.strerror}") from error


def _size(dump: Dump) -> int:
    try:
        return dump.path.stat().st_size
    except OSError as error:
        raise DumpError(f"it cannot be read: {error.strerror}") from error


@dataclass(slots=True)
class _Tally:
    """What was in a dump, as far as it has been read."""

    formats: dict[str, None] = field(default_factory=dict)
    papers: int = 0
    new: int = 0
    known: int = 0
    rejects: list[Reject] = field(default_factory=list)
    committed: bool = False  # whether some of it is in the store for good


def _read(
    store: Store, dump: Dump, sha256: str, now: datetime, tell: Tell, seen: bool, again: bool, also: Also
) -> DumpRead:
    """Everything that is in the dump, into the store, in as many transactions as it takes."""
    size = _size(dump)
    tally, read = _Tally(), None
    with closing(batches(dump.path, now)) as rest:
        while read is None:
            with store.writing() as db:
                before = log.dump(db, dump.source, sha256)
                if before and before.read.format and not seen and not again:  # or somebody else was faster
                    was_known = dump.since is None or before.received < dump.since
                    also(db, before.read.papers if was_known else 0)
                    return _again(db, dump, before)
                number = before.id if before else log.open_dump(db, dump, sha256, now)
                for _ in range(COMMITTED // AT_ONCE):
                    batch = next(rest, None)
                    if batch is None or not _count(tally, batch):
                        read = _close(db, dump, number, tally, now)
                        also(db, tally.known)
                        break
                    counts = store_papers(db, batch.papers, dump, number, now, seen)
                    tally.new, tally.known = tally.new + counts.new, tally.known + counts.known
                    told = f"reading {dump.origin}: {tally.papers:,} papers, {len(tally.rejects):,} rejects"
                    tell(told, batch.position, size, "bytes")
            tally.committed = True
    return read


def _count(tally: _Tally, batch: Batch) -> bool:
    """Count what is in a batch; whether it has so few rejects that reading on makes sense."""
    tally.formats |= dict.fromkeys(batch.formats)
    tally.rejects += batch.rejects
    if len(tally.rejects) <= MOST_REJECTS:
        tally.papers += len(batch.papers)
        return True
    first = log.told(tally.rejects)[0]
    problem = f"more than {MOST_REJECTS:,} of its records cannot be read; the first is {first}"
    if not tally.committed:
        raise DumpError(problem)
    tally.rejects.append(reject("the rest", problem, ""))
    return False


def _close(db: Connection, dump: Dump, number: int, tally: _Tally, now: datetime) -> DumpRead:
    """The dump is read."""
    read = DumpRead(
        origin=dump.origin,
        source=dump.source,
        format=" + ".join(tally.formats),
        records=tally.papers + len(tally.rejects),
        papers=tally.papers,
        rejects=len(tally.rejects),
        new=tally.new,
        rejected=log.told(tally.rejects),
    )
    log.close_dump(db, number, read, tally.rejects, now)
    if dump.found:
        log.remember_path(db, dump.source, dump.found, number)
    crash.point("dump closed")
    return read
