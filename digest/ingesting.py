"""Dump → papers and rejects → works → arrivals, in one transaction: all of a dump is in the store, or nothing of it."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BufferedReader
from itertools import islice

import msgspec
from sqlalchemy import Connection

from digest import crash, formats, identity
from digest.arrivals import Entry, arriving, by_work
from digest.errors import DumpError
from digest.issue import DumpRead
from digest.papers import Paper, Reject
from digest.sources import Dump
from digest.store import Store, log, works

AT_ONCE = 5000  # papers in memory at a time
MOST_REJECTS = 10_000  # of one dump: a file of short lines must not fill memory and store


def ingest(store: Store, dump: Dump, now: datetime, *, seen: bool = False) -> DumpRead | None:
    """Read a dump into the store; one that is known is not read again. `seen`: its works are news to nobody.

    A dump that nobody can read is no exception but a DumpRead with a problem: the others go on, and the next run
    tries it again. None: a file that lies at its source was tried again, could not be read, and that was told before.
    """
    sha256 = ""
    try:
        sha256 = _sha256(dump)
        with store.writing() as db:
            before = log.dump(db, dump.source, sha256)
            number = before.id if before else log.open_dump(db, dump, sha256, now)
            if before and before.read.format and not seen:
                read = _again(dump, before.read)
            else:
                read = _read(db, dump, number, now, seen)
            if dump.found:
                log.remember_path(db, dump.source, dump.found, number)
    except DumpError as error:
        read = DumpRead(origin=dump.origin, source=dump.source, problem=str(error))
        if sha256 and not _note(store, dump, sha256, read, now) and dump.found:
            return None
    crash.point("dump committed")
    return read


def _again(dump: Dump, before: DumpRead) -> DumpRead:
    """The read of a dump that is known, by whatever name it came then."""
    same_as = before.origin if before.origin != dump.origin else ""
    return msgspec.structs.replace(before, origin=dump.origin, same_as=same_as)


def _note(store: Store, dump: Dump, sha256: str, read: DumpRead, now: datetime) -> bool:
    """Put into the log, once, that nobody could read this dump; whether that is news."""
    with store.writing() as db:
        if log.dump(db, dump.source, sha256) is not None:
            return False
        log.close_dump(db, log.open_dump(db, dump, sha256, now), read, (), now)
    return True


def _sha256(dump: Dump) -> str:
    with _opened(dump) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(dump: Dump) -> Iterator[BufferedReader]:
    """The dump's file; what the system has against it becomes a DumpError."""
    try:
        with dump.path.open("rb") as file:
            yield file
    except OSError as error:
        raise DumpError(f"it cannot be read: {error.strerror}") from error


def _read(db: Connection, dump: Dump, number: int, now: datetime, seen: bool) -> DumpRead:
    """Everything that is in the dump, into the store."""
    new = papers = 0
    rejects: list[Reject] = []
    with _opened(dump) as file:
        crash.point("dump opened")
        name = formats.recognise(formats.Head(file.read(formats.SNIFFED), dump.path.name))
        file.seek(0)
        records = formats.read(name, file, now)
        while some := list(islice(records, AT_ONCE)):
            rejects += [record for record in some if isinstance(record, Reject)]
            if len(rejects) > MOST_REJECTS:
                first = log.told(rejects)[0]
                raise DumpError(
                    f"more than {MOST_REJECTS:,} of its records cannot be read; the first is {first}"
                )
            read = [record for record in some if isinstance(record, Paper)]
            papers += len(read)
            new += _store(db, read, dump, number, now, seen)
    done = DumpRead(
        origin=dump.origin,
        source=dump.source,
        format=name,
        records=papers + len(rejects),
        papers=papers,
        rejects=len(rejects),
        new=new,
        rejected=log.told(rejects),
    )
    log.close_dump(db, number, done, rejects, now)
    crash.point("dump closed")
    return done


def _store(
    db: Connection, papers: Sequence[Paper], dump: Dump, number: int, now: datetime, seen: bool
) -> int:
    """Papers → works → arrivals. How many works the source showed for the first time."""
    atoms = [identity.keys(paper) for paper in papers]
    stored = works.connected(db, atoms)
    ids = stored | works.add(db, [atom for atom in dict.fromkeys(atoms) if atom not in stored])
    whole = [[ids[atom] for atom in work] for work in identity.partition(ids)]
    works.join(db, whole, now)
    crash.point("works stored")

    work_of = {atom: min(work) for work in whole for atom in work}
    entries = by_work(log.entries(db, stored.values()), work_of)
    said = works.by_work(works.said(db, stored.values()), work_of)
    appended = _unannounced(entries, said, now)
    kept: list[works.Said] = []
    for paper, atom in zip(papers, (ids[atom] for atom in atoms), strict=True):
        earlier = entries.setdefault(work_of[atom], [])
        before = said.setdefault(work_of[atom], [])
        mine = [row.paper for row in before if row.source == dump.source]
        for kind, version in arriving(paper, dump.source, earlier, mine, seen):
            appended.append(Entry(0, kind, dump.source, atom, version, now))
            earlier.append(appended[-1])
        if not any(_same(paper, other) for other in mine):
            kept.append(works.Said(atom, dump.source, dump.origin, paper))
            before.append(kept[-1])
    log.append(db, appended, number)
    crash.point("arrivals appended")
    works.keep(db, number, kept)
    crash.point("papers stored")
    return sum(entry.kind == "new" and entry.source == dump.source for entry in appended)


def _unannounced(
    entries: dict[int, list[Entry]], said: dict[int, list[works.Said]], now: datetime
) -> list[Entry]:
    """The arrivals of works that were part of another one when their sources showed them, and no longer are."""
    found: list[Entry] = []
    for work, rows in said.items():
        announced = {entry.source for entry in entries.get(work, ()) if entry.kind in {"new", "seen"}}
        silent = {row.source: row.atom for row in reversed(rows) if row.source not in announced}
        added = [Entry(0, "new", source, atom, 0, now) for source, atom in sorted(silent.items())]
        entries.setdefault(work, []).extend(added)
        found += added
    return found


def _same(paper: Paper, other: Paper) -> bool:
    """Whether two records say the same, wherever in their dumps they stood."""
    return msgspec.structs.replace(paper, where="") == msgspec.structs.replace(other, where="")
