"""The stored works by a new way of making keys: every paper's keys are made again, and the works with them.

A migration calls this for each new `identity.VERSION`. The log keeps its sequence; only where two atoms have become one
an arrival that this makes a repeat of an earlier one goes, and a work that was part of another one, and so never
arrived, arrives at the log's end.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Table, delete, func, insert, select, tuple_, update

from digest.identity import joining, keys, partition
from digest.papers import Paper
from digest.store import works
from digest.store.bulk import put
from digest.store.schema import arrivals, carried, dumps, joins, papers
from digest.store.schema import keys as stored_keys
from digest.store.schema import works as atoms

AT_ONCE = 5_000
_paper = msgspec.json.Decoder(Paper)


def rekey(db: Connection) -> None:
    """Make all keys, atoms and joins anew, in the caller's transaction."""
    ids, moved = _new_atoms(db)
    for table in (joins, stored_keys, atoms):
        db.execute(delete(table))
    put(db, (atoms.c.id, atoms.c.key_set), ((number, key_set) for key_set, number in ids.items()))
    found = (
        (key, number) for key_set, number in ids.items() for key in joining(frozenset(key_set.split("\n")))
    )
    put(db, (stored_keys.c.key, stored_keys.c.work), found)
    for table in (arrivals, carried):
        _move(db, table, moved)
    _join(db, ids)
    _announce(db)


def _new_atoms(db: Connection) -> tuple[dict[str, int], dict[int, int]]:
    """The ids of the new sets of keys, which their papers have from now on; and for each old atom the new one of its
    first paper, where that is another. An atom whose keys stay keeps its id, and so its place in log and issues.
    """
    ids: dict[str, int] = {}
    moved: dict[int, int] = {}
    taken = set[int]()
    changed: list[tuple[int, int]] = []
    last = int(db.execute(select(func.coalesce(func.max(atoms.c.id), 0))).scalar_one())
    for number, old, record in _records(db):
        key_set = "\n".join(sorted(keys(_paper.decode(record))))
        new = ids.get(key_set)
        if new is None:
            last += old in taken
            new = ids[key_set] = last if old in taken else old
            taken.add(new)
        moved.setdefault(old, new)
        if new != old:
            changed.append((number, new))
    for number, new in changed:  # not before all are read: they are read in the order of their atoms
        db.execute(update(papers).where(papers.c.id == number).values(work=new))
    return ids, {old: new for old, new in moved.items() if old != new}


def _records(db: Connection) -> Iterator[tuple[int, int, bytes]]:
    """All papers (id, atom, record) by atom, so that the oldest atom with a new set of keys gives it its id."""
    place = tuple_(papers.c.work, papers.c.id)
    query = select(papers.c.id, papers.c.work, papers.c.record).order_by(papers.c.work, papers.c.id)
    after = (0, 0)
    while rows := db.execute(query.where(place > after).limit(AT_ONCE)).all():
        yield from (tuple(row) for row in rows)
        after = (rows[-1].work, rows[-1].id)


def _move(db: Connection, table: Table, moved: dict[int, int]) -> None:
    """Let what was said of old atoms be said of the new ones, unless that has been said of them already."""
    others = [column for column in _told_once(table) if column.name != "work"]
    for old, new in moved.items():
        said = {tuple(row) for row in db.execute(select(*others).where(table.c.work == new))}
        for row in db.execute(select(*others).where(table.c.work == old)).all():
            mine = [column == value for column, value in zip(others, row, strict=True)]
            where = (table.c.work == old, *mine)
            db.execute(
                delete(table).where(*where)
                if tuple(row) in said
                else update(table).where(*where).values(work=new)
            )


def _told_once(table: Table) -> list[Column[Any]]:
    """The columns that no two rows have the same of."""
    if table is carried:
        return list(table.primary_key.columns)
    unique = next(index for index in table.indexes if index.unique)
    return list(unique.columns)


def _join(db: Connection, ids: Mapping[str, int]) -> None:
    """The joins of all works, as of the newest arrival."""
    at = db.execute(select(arrivals.c.at).order_by(arrivals.c.seq.desc()).limit(1)).scalar_one_or_none()
    rest = iter(ids)
    while some := list(islice(rest, AT_ONCE)):
        found = works.connected(db, [frozenset(key_set.split("\n")) for key_set in some])
        whole = [[found[atom] for atom in work] for work in partition(found) if len(work) > 1]
        if at is not None:
            works.join(db, whole, at)


def _announce(db: Connection) -> None:
    """The arrivals of works that were part of another one when their sources showed them, and no longer are."""
    other = joins.alias()
    told = (
        select(func.coalesce(other.c.into_work, arrivals.c.work), arrivals.c.source)
        .join_from(arrivals, other, arrivals.c.work == other.c.from_work, isouter=True)
        .where(arrivals.c.kind.in_(("new", "seen")))
    )
    work = func.coalesce(joins.c.into_work, papers.c.work)
    query = (
        select(func.min(papers.c.work).label("atom"), dumps.c.source, func.min(papers.c.dump).label("dump"))
        .join_from(papers, dumps, papers.c.dump == dumps.c.id)
        .join(joins, papers.c.work == joins.c.from_work, isouter=True)
        .where(tuple_(work, dumps.c.source).not_in(told))
        .group_by(work, dumps.c.source)
        .order_by(func.min(papers.c.id))
    )
    silent = db.execute(query).all()
    if not silent:
        return
    at = db.execute(select(func.max(arrivals.c.at))).scalar_one()
    seen = set(db.execute(select(arrivals.c.dump).where(arrivals.c.kind == "seen")).scalars())
    for row in silent:
        kind = "seen" if row.dump in seen else "new"
        entry = {
            "kind": kind,
            "source": row.source,
            "work": row.atom,
            "version": 0,
            "dump": row.dump,
            "at": at,
        }
        db.execute(insert(arrivals).values(entry))
