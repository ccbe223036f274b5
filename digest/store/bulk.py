"""Many rows into a table at once, as tuples: SQLAlchemy's own way takes a dict and 20 µs for each of them."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Column, Connection, Dialect, insert


def put(db: Connection, columns: tuple["Column[object]", ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Insert rows of these columns of one table; the values are as the database has them."""
    if some := list(rows):
        db.exec_driver_sql(_statement(db.dialect, columns), some)


@lru_cache(maxsize=64)
def _statement(dialect: Dialect, columns: tuple["Column[object]", ...]) -> str:
    return str(insert(columns[0].table).values({c.name: None for c in columns}).compile(dialect=dialect))
