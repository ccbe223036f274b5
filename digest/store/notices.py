"""Notices for the operator: to whom they go by mail, and what became of it. One mail at most for each address."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from digest.store.schema import notices


class Notice(NamedTuple):
    """A notice that is to go to an address."""

    name: str
    address: str
    words: str
    due: datetime
    attempts: int


def add(db: Connection, name: str, words: str, addresses: Iterable[str], now: datetime) -> None:
    """This is to be told to these addresses."""
    row = {"name": name, "words": words, "state": "ready", "due": now, "attempts": 0, "reply": ""}
    rows = [row | {"address": address} for address in dict.fromkeys(addresses)]
    if rows:
        db.execute(insert(notices), rows)


def due(db: Connection, now: datetime) -> list[Notice]:
    """What is to go out now, oldest first."""
    query = select(notices).where(notices.c.state == "ready", notices.c.due <= now)
    rows = db.execute(query.order_by(notices.c.name, notices.c.address))
    return [Notice(row.name, row.address, row.words, row.due, row.attempts) for row in rows]


def dot(db: Connection, one: Notice) -> bool:
    """Mark that it goes out now; False: another program is at it."""
    query = update(notices).where(_is(one), notices.c.state == "ready").values(state="dot")
    return db.execute(query).rowcount == 1


def settle(db: Connection, one: Notice, was: str, state: str, reply: str, due: datetime) -> None:
    """What became of it, if it is still as it was."""
    values = {"state": state, "reply": reply, "due": due, "attempts": one.attempts + 1}
    db.execute(update(notices).where(_is(one), notices.c.state == was).values(values))


def _is(one: Notice) -> ColumnElement[bool]:
    return and_(notices.c.name == one.name, notices.c.address == one.address)
