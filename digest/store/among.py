"""`IN (…)` for more values than a database takes at once."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select


def among(
    db: Connection, query: Select[Any], column: ColumnElement[Any], values: Sequence[Any]
) -> Iterator[Row[Any]]:
    """The rows of the query whose column has one of these values."""
    if values:
        listed = func.json_each(bindparam("values")).table_valued("value").alias("listed")
        yield from db.execute(
            query.where(column.in_(select(listed.c.value))), {"values": json.dumps(list(values))}
        )
