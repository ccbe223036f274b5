"""What is due in the ledger, and when."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from digest.store.deliveries import READY, moment
from digest.store.schema import stored


def waiting(db: Connection) -> list[int]:
    """The issues that have deliveries which are ready, due or not."""
    return list(db.execute(text(f"SELECT DISTINCT issue FROM deliveries d WHERE {READY}")).scalars())  # noqa: S608


def ready(db: Connection, issues: Sequence[int], now: datetime) -> int:
    """How many deliveries of these issues may go out now."""
    query = f"""
    SELECT count(*) FROM deliveries d CROSS JOIN plans p ON p.issue = d.issue
    WHERE {READY} AND d.due <= :now AND p.held <= :now AND p.cancelled IS NULL
      AND d.issue IN (SELECT value FROM json_each(:issues))"""  # noqa: S608
    values = {"now": stored(now), "issues": json.dumps(list(issues))}
    return int(db.execute(text(query), values).scalar_one())


def anything(db: Connection, now: datetime) -> bool:
    """Whether there is anything to do: something due, or a claim whose lease has ended."""
    query = f"""
    SELECT 1 WHERE EXISTS (
        SELECT 1 FROM deliveries d CROSS JOIN plans p ON p.issue = d.issue
        WHERE {READY} AND d.due <= :now AND p.held <= :now AND p.cancelled IS NULL
          AND d.domain NOT IN (SELECT domain FROM coolings WHERE until > :now))
    OR EXISTS (SELECT 1 FROM deliveries WHERE state != 'accepted' AND state = 'sending' AND lease <= :now)
    OR EXISTS (SELECT 1 FROM deliveries WHERE state != 'accepted' AND state = 'dot' AND lease <= :now)"""  # noqa: S608
    return db.execute(text(query), {"now": stored(now)}).first() is not None


def next_due(db: Connection, issues: Collection[int]) -> datetime | None:
    """When the next delivery of these issues may go out; None: there is none."""
    query = f"""
    SELECT min(max(d.due, p.held, coalesce(c.until, ''))) FROM deliveries d CROSS JOIN plans p ON p.issue = d.issue
    LEFT JOIN coolings c ON c.domain = d.domain
    WHERE {READY} AND p.cancelled IS NULL AND d.issue IN (SELECT value FROM json_each(:issues))"""  # noqa: S608
    return moment(db.execute(text(query), {"issues": json.dumps(list(issues))}).scalar_one())
