"""Which issues have carried a work."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from digest.store.among import among
from digest.store.schema import carried, issues


def of(db: Connection, digest: str, atoms: Collection[int]) -> list[str]:
    """The names of this digest's issues that have carried one of these atoms, oldest first."""
    query = select(issues.c.id, issues.c.name).join_from(carried, issues, carried.c.issue == issues.c.id)
    rows = among(db, query.where(carried.c.digest == digest), carried.c.work, sorted(atoms))
    return [name for _, name in sorted({(int(row.id), str(row.name)) for row in rows})]
