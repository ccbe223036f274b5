"""Papers → works → arrivals: some papers of a dump into the store, within a transaction of the caller's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from digest import crash, identity
from digest.arrivals import Entry, Kind, arriving, by_work
from digest.identity import Atom
from digest.papers import Paper, without_abstract
from digest.preparing import Prepared
from digest.sources import Dump
from digest.store import log, works


class Counts(NamedTuple):
    """What the papers of a dump were to its source."""

    new: int  # works that it showed for the first time
    known: int  # papers of works that it had shown before


def store(
    db: Connection, papers: Sequence[Prepared], dump: Dump, number: int, now: datetime, seen: bool
) -> Counts:
    """Store these papers of dump `number`."""
    atoms = [frozenset(paper.keys) for paper in papers]
    stored = works.connected(db, atoms)
    fresh = works.add(db, [atom for atom in dict.fromkeys(atoms) if atom not in stored])
    ids = stored | fresh
    work_of = _partition(db, ids, stored, now)
    crash.point("works stored")

    entries = by_work(log.entries(db, stored.values()), work_of)
    said = works.by_work(works.said(db, stored.values()), work_of)
    appended = _unannounced(entries, said, now)
    kept: list[tuple[int, bytes]] = []
    first: Kind = "seen" if seen else "new"
    known, since = 0, dump.since or now
    for paper, atom in zip(papers, (ids[atom] for atom in atoms), strict=True):
        work = work_of[atom]
        if work not in said and work not in entries:  # nobody has spoken of it before
            entries[work] = [Entry(0, first, dump.source, atom, 0, now)]
            appended.append(entries[work][0])
            said[work] = [works.Said(atom, dump.source, dump.origin, paper.record)]
            kept.append((atom, paper.record))
            continue
        earlier, before = entries.setdefault(work, []), said.setdefault(work, [])
        known += any(entry.source == dump.source and entry.at < since for entry in earlier)
        mine = [row.paper for row in before if row.source == dump.source]
        for kind, version in arriving(paper.paper, dump.source, earlier, mine, seen):
            appended.append(Entry(0, kind, dump.source, atom, version, now))
            earlier.append(appended[-1])
        if not any(_same(paper.paper, other) for other in mine):
            kept.append((atom, paper.record))
            before.append(works.Said(atom, dump.source, dump.origin, paper.record))
    log.append(db, appended, number)
    crash.point("arrivals appended")
    works.keep(db, number, kept)
    crash.point("papers stored")
    new = sum(entry.kind == "new" and entry.source == dump.source for entry in appended)
    return Counts(new, known)


def _partition(
    db: Connection, ids: Mapping[Atom, int], stored: Mapping[Atom, int], now: datetime
) -> dict[int, int]:
    """The work of each of these atoms, as the joins say from now on."""
    whole = identity.partition(ids)
    # an atom that is new and alone has no join and gets none
    joined = [
        [ids[atom] for atom in work] for work in whole if len(work) > 1 or not stored.keys().isdisjoint(work)
    ]
    works.join(db, joined, now)
    work_of = dict(zip(ids.values(), ids.values(), strict=True))
    return work_of | {atom: min(work) for work in joined for atom in work}


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
    """Whether two records say the same, wherever in their dumps they stood, as far as the other was not pruned."""
    if other.pruned:
        paper = without_abstract(paper)
    return msgspec.structs.replace(paper, where="") == msgspec.structs.replace(other, where="")
