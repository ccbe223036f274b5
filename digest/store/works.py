"""Works in the store: atoms and their keys, which of them are joined, and what papers said of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from digest.identity import Atom, joining
from digest.papers import Paper
from digest.store.among import among
from digest.store.bulk import put
from digest.store.schema import dumps, joins, keys, papers, works

_paper = msgspec.json.Decoder(Paper)


class Said(NamedTuple):
    """A stored paper: the atom that it belongs to, the source that said it, and in which dump."""

    atom: int
    source: str
    origin: str
    record: bytes  # papers.Paper as JSON

    @property
    def paper(self) -> Paper:
        """The paper itself."""
        return _paper.decode(self.record)


def connected(db: Connection, atoms: Iterable[Atom]) -> dict[Atom, int]:
    """The stored atoms that are connected with these through shared keys, with their ids."""
    found: dict[Atom, int] = {}
    asked: set[str] = set()
    fresh = {key for atom in atoms for key in joining(atom)}
    while fresh:
        asked |= fresh
        ids = {row.work for row in among(db, select(keys.c.work), keys.c.key, sorted(fresh))} - set(
            found.values()
        )
        rows = among(db, select(works.c.id, works.c.key_set), works.c.id, sorted(ids))
        more = {frozenset(row.key_set.split("\n")): row.id for row in rows}
        found |= more
        fresh = {key for atom in more for key in joining(atom)} - asked
    return found


def add(db: Connection, atoms: Sequence[Atom]) -> dict[Atom, int]:
    """Store new atoms, in this order; their ids."""
    if not atoms:
        return {}
    last = db.execute(select(func.coalesce(func.max(works.c.id), 0))).scalar_one()
    ids = {atom: last + place for place, atom in enumerate(atoms, start=1)}
    put(
        db, (works.c.id, works.c.key_set), ((number, "\n".join(sorted(atom))) for atom, number in ids.items())
    )
    put(
        db,
        (keys.c.key, keys.c.work),
        sorted((key, number) for atom, number in ids.items() for key in joining(atom)),
    )
    return ids


def join(db: Connection, together: Iterable[Collection[int]], at: datetime) -> None:
    """Make the joins say that the atoms of each collection, and only they, are one work: that of the oldest."""
    into = {atom: min(atoms) for atoms in together for atom in atoms}
    stored = {
        row.from_work: row.into_work for row in among(db, select(joins), joins.c.from_work, sorted(into))
    }
    wanted = {atom: work for atom, work in into.items() if atom != work}
    gone = [atom for atom, work in stored.items() if wanted.get(atom) != work]
    if gone:
        db.execute(delete(joins).where(joins.c.from_work.in_(gone)))
    if new := {atom: work for atom, work in wanted.items() if stored.get(atom) != work}:
        db.execute(
            insert(joins), [{"from_work": a, "into_work": w, "at": at} for a, w in sorted(new.items())]
        )


def of(db: Connection, atoms: Iterable[int]) -> dict[int, int]:
    """The work that each of these atoms belongs to."""
    ids = sorted(set(atoms))
    rows = among(db, select(joins.c.from_work, joins.c.into_work), joins.c.from_work, ids)
    return {atom: atom for atom in ids} | {row.from_work: row.into_work for row in rows}


def members(db: Connection, of_works: Iterable[int]) -> dict[int, int]:
    """All atoms of these works, each with its work."""
    ids = sorted(set(of_works))
    rows = among(db, select(joins.c.from_work, joins.c.into_work), joins.c.into_work, ids)
    return {atom: atom for atom in ids} | {row.from_work: row.into_work for row in rows}


def said(db: Connection, atoms: Iterable[int]) -> list[Said]:
    """The papers of these atoms, in the order in which they came."""
    query = select(papers.c.id, papers.c.work, papers.c.record, dumps.c.source, dumps.c.origin).join_from(
        papers, dumps, papers.c.dump == dumps.c.id
    )
    rows = sorted(among(db, query, papers.c.work, sorted(set(atoms))), key=lambda row: int(row.id))
    return [Said(row.work, row.source, row.origin, row.record) for row in rows]


def keep(db: Connection, dump: int, records: Iterable[tuple[int, bytes]]) -> None:
    """Store papers of this dump: the atom of each, and the paper as JSON."""
    put(
        db,
        (papers.c.work, papers.c.dump, papers.c.record),
        ((atom, dump, record) for atom, record in records),
    )


def key_sets(db: Connection, atoms: Iterable[int]) -> dict[int, list[str]]:
    """The keys of these atoms."""
    rows = among(db, select(works.c.id, works.c.key_set), works.c.id, sorted(set(atoms)))
    return {row.id: row.key_set.split("\n") for row in rows}


def count(db: Connection) -> int:
    """How many works there are."""
    atoms = db.execute(select(func.count()).select_from(works)).scalar_one()
    joined = db.execute(select(func.count()).select_from(joins)).scalar_one()
    return atoms - joined


def all_of(db: Connection, at_once: int) -> Iterator[dict[int, int]]:
    """All works, oldest first, some at once: their atoms, each with its work."""
    last = 0
    while True:
        joined = select(joins.c.from_work)
        query = select(works.c.id).where(works.c.id > last, works.c.id.not_in(joined)).order_by(works.c.id)
        ids = list(db.execute(query.limit(at_once)).scalars())
        if not ids:
            return
        yield members(db, ids)
        last = ids[-1]


def by_work(rows: Iterable[Said], work_of: Mapping[int, int]) -> dict[int, list[Said]]:
    """Stored papers by the work that they are about."""
    found: dict[int, list[Said]] = {}
    for row in rows:
        found.setdefault(work_of[row.atom], []).append(row)
    return found
