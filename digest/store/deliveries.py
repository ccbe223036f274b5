"""The ledger: what is planned, who is at it, and what became of it. Every write of a claim carries its fence.

ready ─claim→ sending ─dot→ dot ─250→ accepted
  ↑              │ 4xx, or a fault before the dot  │ 4xx → ready    5xx → rejected    no answer → doubt
  └──────────────┘

The write that makes it `dot` is all in one: the mark that survives a crash, the fence against whoever was paused, and
the last moment at which an issue may be cancelled or a subscriber leave.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import Connection, text

from digest.store.schema import stored
from digest.subscribers.subscribing import Subscriber

Kind = Literal["accepted", "later", "rejected", "lost", "unknown"]

LEASE = timedelta(minutes=10)  # how long a claim holds before its dot
PATIENCE = timedelta(minutes=20)  # and behind it: twice what RFC 5321 §4.5.3.2.6 wants an answer waited for
TOO_OLD = timedelta(days=3)  # an issue of which nothing went out yet is not sent any more, unless it is named
NAMED = timedelta(
    days=1
)  # and then it goes out within a day, whoever sends meanwhile; no hour is further away
TRIED_FOR = timedelta(days=5)  # RFC 5321 §4.5.4.1: 4 to 5 days
# Minutes until the next try, counted from the first; the last one for as long as it is tried.
PAUSES = (5, 15, 30, 60, 120, 240, 480, 720)
REPLY = 500  # characters of a reply that are kept


Wish = tuple[str, int | None]  # zone and hour


class Claim(NamedTuple):
    """A delivery that is ours until its lease ends."""

    issue: int
    fence: int
    attempts: int  # with this one
    begun: datetime  # when the first of them was
    lease: datetime
    who: str  # hidden address
    to: Subscriber


class Claimed(NamedTuple):
    """What a claim brought, and how many deliveries it found that are to go to nobody any more."""

    claims: list[Claim]
    suppressed: int


class Plan(NamedTuple):
    """To how many an issue goes, and with which key its message ids are made."""

    deliveries: int
    secret: int
    cancelled: datetime | None


# ---- planning


def wishes(db: Connection, digest: str) -> list[Wish]:
    """The zones and hours that confirmed subscribers want their issues at."""
    query = "SELECT DISTINCT zone, hour FROM subscribers WHERE digest = :digest AND status = 'confirmed'"
    return [(row.zone, row.hour) for row in db.execute(text(query), {"digest": digest})]


def begin_plan(db: Connection, issue: int, at: datetime, held: datetime, secret: int) -> None:
    """An issue is to be sent; nothing goes out before `held`."""
    query = "INSERT INTO plans (issue, at, held, deliveries, secret) VALUES (:issue, :at, :held, 0, :secret)"
    db.execute(text(query), {"issue": issue, "at": stored(at), "held": stored(held), "secret": secret})


# The driver counts the rows of a statement only if it begins with INSERT: the WITH stands inside.
_PLAN = text("""
INSERT INTO deliveries (issue, subscriber, state, due, domain, attempts, fence, changed, reply)
WITH wishes AS MATERIALIZED (
    SELECT value ->> 0 AS zone, coalesce(value ->> 1, -1) AS hour, value ->> 2 AS due FROM json_each(:wishes))
SELECT :issue, s.id, 'ready', w.due, s.domain, 0, 0, :now, ''
FROM subscribers s CROSS JOIN wishes w ON w.zone = s.zone AND w.hour = coalesce(s.hour, -1)
WHERE s.digest = :digest AND s.status = 'confirmed'
ORDER BY s.id ON CONFLICT DO NOTHING""")


def plan(db: Connection, issue: int, digest: str, dues: Mapping[Wish, datetime], now: datetime) -> int:
    """A delivery for each confirmed subscriber who has none yet, due by zone and hour; how many."""
    wishes = json.dumps([(*wish, stored(due)) for wish, due in dues.items()])
    values = {"issue": issue, "digest": digest, "wishes": wishes, "now": stored(now)}
    planned = db.execute(_PLAN, values).rowcount
    query = "UPDATE plans SET deliveries = deliveries + :planned WHERE issue = :issue"
    db.execute(text(query), {"planned": planned, "issue": issue})
    return planned


def suppressed(db: Connection, digest: str) -> frozenset[str]:
    """The hidden addresses that get nothing of this digest."""
    query = "SELECT who FROM suppressions WHERE digest IN ('', :digest)"
    return frozenset(who for (who,) in _raw(db).execute(query, {"digest": digest}))


def confirmed(db: Connection, digest: str) -> Iterator[tuple[int, str]]:
    """The numbers and the folded addresses of those who are on the list of a digest."""
    query = "SELECT id, folded FROM subscribers WHERE digest = :digest AND status = 'confirmed'"
    yield from _raw(db).execute(query, {"digest": digest})


def suppress(db: Connection, issue: int, subscribers: Iterable[int], now: datetime) -> int:
    """These get nothing; how many of them were ready."""
    rows = [{"issue": issue, "subscriber": one, "now": stored(now)} for one in subscribers]
    query = """
    UPDATE deliveries SET state = 'suppressed', changed = :now
    WHERE issue = :issue AND subscriber = :subscriber AND state = 'ready'"""
    return db.execute(text(query), rows).rowcount if rows else 0


def planned(db: Connection, issue: int) -> Plan | None:
    """The plan of an issue; None: it has none."""
    query = "SELECT deliveries, secret, cancelled FROM plans WHERE issue = :issue"
    row = db.execute(text(query), {"issue": issue}).first()
    return Plan(row.deliveries, row.secret, moment(row.cancelled)) if row else None


def cancel(db: Connection, issue: int, now: datetime) -> int:
    """Let nothing of an issue go out any more; how many deliveries that stops."""
    values = {"issue": issue, "now": stored(now)}
    db.execute(text("UPDATE plans SET cancelled = :now WHERE issue = :issue AND cancelled IS NULL"), values)
    query = """
    UPDATE deliveries SET state = 'expired', lease = NULL, changed = :now, reply = 'the issue was cancelled'
    WHERE issue = :issue AND state IN ('ready', 'sending')"""
    return db.execute(text(query), values).rowcount


def revive(db: Connection, issue: int, states: Collection[str], now: datetime) -> None:
    """Deliveries of an issue that had come to an end without a letter are ready once more, as if due just now; so are
    those that were ready and never tried.
    """
    values = {"issue": issue, "now": stored(now), "states": json.dumps(list(states))}
    query = """
    UPDATE deliveries SET state = 'ready', due = :now, attempts = 0, begun = NULL, changed = :now
    WHERE issue = :issue AND state IN (SELECT value FROM json_each(:states))
      AND (state != 'ready' OR (due <= :now AND attempts = 0))"""
    db.execute(text(query), values)


# ---- claiming


# State and partial index: SQLite takes it only where the query repeats the words of the index.
READY = "d.state != 'accepted' AND d.state = 'ready'"


_OF_SUBSCRIBER = ", ".join(f"s.{name}" for name in Subscriber._fields)
_CANDIDATES = text(f"""
SELECT d.issue, d.subscriber, d.fence, d.attempts, d.begun, {_OF_SUBSCRIBER}
FROM deliveries d CROSS JOIN plans p ON p.issue = d.issue LEFT JOIN subscribers s ON s.id = d.subscriber
WHERE {READY} AND d.due <= :now AND p.held <= :now AND p.cancelled IS NULL
  AND d.issue IN (SELECT value FROM json_each(:issues))
  AND d.domain NOT IN (SELECT domain FROM coolings WHERE until > :now)
  AND d.domain NOT IN (SELECT value FROM json_each(:full))
ORDER BY d.due LIMIT :limit""")  # noqa: S608
_CLAIM = """
UPDATE deliveries SET state = 'sending', fence = :fence, attempts = :attempts, begun = :begun,
                      lease = :lease, changed = :now
WHERE issue = :issue AND subscriber = :subscriber"""


def claim(
    db: Connection,
    issues: Sequence[int],
    now: datetime,
    limit: int,
    who: Callable[[str], str],
    full: Collection[str] = (),
) -> Claimed:
    """At most so many deliveries that are due become ours; none of a domain that has its `full` share, or cools.

    Those whose subscriber has left meanwhile are not sent. `who` hides a folded address.
    """
    values = {"issues": json.dumps(list(issues)), "full": json.dumps(sorted(full))}
    rows = db.execute(_CANDIDATES, values | {"now": stored(now), "limit": limit}).all()
    hidden = {row.subscriber: who(row.folded) for row in rows if row.status == "confirmed"}
    out = _suppressed(db, set(hidden.values()))
    claims = []
    for row in rows:
        word = hidden.get(row.subscriber)
        if word is None or (word, "") in out or (word, row.digest) in out:
            suppress(db, row.issue, [row.subscriber], now)
        else:
            claims.append(_claim(row, now, word))
    if claims:
        _raw(db).executemany(_CLAIM, [_of(one) | _claimed(one, now) for one in claims])
    return Claimed(claims, len(rows) - len(claims))


def _suppressed(db: Connection, hidden: Collection[str]) -> set[tuple[str, str]]:
    """Which of these hidden addresses get nothing, and of which digest; of any, if it is empty."""
    query = "SELECT who, digest FROM suppressions WHERE who IN (SELECT value FROM json_each(:hidden))"
    return set(_raw(db).execute(query, {"hidden": json.dumps(list(hidden))}))


def _claim(row: Any, now: datetime, who: str) -> Claim:
    begun = moment(row.begun) if row.attempts and row.begun else now
    fields = {name: getattr(row, name) for name in Subscriber._fields}
    to = Subscriber(**fields | {"since": datetime.fromisoformat(row.since)})
    return Claim(row.issue, row.fence + 1, row.attempts + 1, begun or now, now + LEASE, who, to)


def _of(claim: Claim) -> dict[str, Any]:
    return {"issue": claim.issue, "subscriber": claim.to.id, "fence": claim.fence}


def _claimed(claim: Claim, now: datetime) -> dict[str, Any]:
    moments = {"begun": stored(claim.begun), "lease": stored(claim.lease), "now": stored(now)}
    return moments | {"attempts": claim.attempts}


_LET_GO = """
UPDATE deliveries SET state = 'ready', attempts = attempts - 1, lease = NULL, changed = :now
WHERE issue = :issue AND subscriber = :subscriber AND fence = :fence AND state = 'sending'"""


def let_go(db: Connection, claims: Iterable[Claim], now: datetime) -> None:
    """Claims with which nothing was begun are anybody's again."""
    if rows := [_of(one) | {"now": stored(now)} for one in claims]:
        _raw(db).executemany(_LET_GO, rows)


# ---- what became of it


_DOT = """
UPDATE deliveries SET state = 'dot', lease = :lease, changed = :now
WHERE issue = :issue AND subscriber = :subscriber AND fence = :fence AND state = 'sending'
  AND EXISTS (SELECT 1 FROM subscribers WHERE id = :subscriber AND status = 'confirmed')
  AND NOT EXISTS (SELECT 1 FROM suppressions WHERE who = :who AND digest IN ('', :digest))
  AND EXISTS (SELECT 1 FROM plans WHERE issue = :issue AND cancelled IS NULL)"""


def dot(db: Connection, claim: Claim, now: datetime) -> bool:
    """Mark that the letter's last byte goes out as soon as this is on the disk; False: it must not."""
    values = {"who": claim.who, "digest": claim.to.digest, "lease": stored(now + PATIENCE)}
    return _raw(db).execute(_DOT, _of(claim) | values | {"now": stored(now)}).rowcount == 1


_SETTLE = """
UPDATE deliveries SET state = :state, due = coalesce(:due, due), lease = NULL, changed = :now, reply = :reply
WHERE issue = :issue AND subscriber = :subscriber AND fence = :fence
  AND (state = :was OR (:answered AND state IN ('sending', 'dot', 'doubt')))"""


def settle(db: Connection, claim: Claim, kind: Kind, reply: str, now: datetime) -> str:
    """Write down what became of a claim; the state that it is in now, or nothing if it is not ours any more.

    An answer that comes late, when others have called it a doubt already, is still an answer.
    """
    words, due = reply[:REPLY], None
    state = {"later": "ready", "lost": "ready", "unknown": "doubt"}.get(kind, kind)
    if state == "ready":
        last = claim.begun + TRIED_FOR
        due = min(last, now + timedelta(minutes=PAUSES[min(claim.attempts, len(PAUSES)) - 1]))
        if now >= last:
            state, due, words = "rejected", None, f"tried for days; last: {words}"
    values: dict[str, Any] = {
        "state": state,
        "due": stored(due) if due else None,
        "reply": words,
        "now": stored(now),
    }
    values |= {"answered": kind in {"accepted", "later", "rejected"}}
    values |= {"was": "sending" if kind == "lost" else "dot"}
    if _raw(db).execute(_SETTLE, _of(claim) | values).rowcount:
        return state
    return settle(db, claim, "unknown", reply, now) if kind == "lost" else ""


def tidied(db: Connection, named: Collection[int], now: datetime) -> dict[str, int]:
    """Settle what nobody is at any more and what is too old; how many became what."""
    before = _doubts(db)
    recover(db, now)
    return {"doubt": _doubts(db) - before, **expire(db, named, now)}


def _doubts(db: Connection) -> int:
    query = "SELECT count(*) FROM deliveries WHERE state != 'accepted' AND state = 'doubt'"
    return int(db.execute(text(query)).scalar_one())


def recover(db: Connection, now: datetime) -> int:
    """Claims whose lease has ended: what may have gone out is in doubt, the rest is ready; how many they were."""
    lapsed = "lease = NULL, changed = :now WHERE state != 'accepted' AND state = :was AND lease <= :now"
    doubt = "reply = 'the program ended before it heard the answer'"
    found = 0
    for was, values in (("dot", f"state = 'doubt', {doubt}"), ("sending", "state = 'ready'")):
        query = f"UPDATE deliveries SET {values}, {lapsed}"  # noqa: S608
        found += db.execute(text(query), {"was": was, "now": stored(now)}).rowcount
    return found


_EXPIRED = text("""
UPDATE deliveries SET state = 'expired', changed = :now,
    reply = 'the issue was too old when it could have gone out'
WHERE state != 'accepted' AND state = 'ready' AND attempts = 0 AND due <= :since
  AND issue IN (SELECT issue FROM plans WHERE at < :old)
  AND issue NOT IN (SELECT value FROM json_each(:named))""")
_GIVEN_UP = text("""
UPDATE deliveries SET state = 'rejected', changed = :now,
    reply = 'tried for days; last: ' || reply
WHERE state != 'accepted' AND state = 'ready' AND attempts > 0 AND due <= :now AND begun < :old""")


def expire(db: Connection, named: Collection[int], now: datetime) -> dict[str, int]:
    """Give up what is too old: of issues that nobody has `named` what was never tried, and what was tried for days."""
    values = {"now": stored(now), "old": stored(now - TOO_OLD), "named": json.dumps(list(named))}
    values |= {"since": stored(now - NAMED)}
    expired = db.execute(_EXPIRED, values).rowcount
    given_up = db.execute(_GIVEN_UP, {"now": stored(now), "old": stored(now - TRIED_FOR)}).rowcount
    return {"expired": expired, "rejected": given_up}


def cool(db: Connection, domain: str, until: datetime, why: str) -> None:
    """A domain asked us to wait."""
    query = """
    INSERT INTO coolings (domain, until, why) VALUES (:domain, :until, :why)
    ON CONFLICT (domain) DO UPDATE SET until = excluded.until, why = excluded.why"""
    db.execute(text(query), {"domain": domain, "until": stored(until), "why": why[:REPLY]})


def _raw(db: Connection) -> sqlite3.Connection:
    """The driver's own connection: what is done for each letter costs a seventh there (benchmarks/send.py)."""
    return cast(sqlite3.Connection, db.connection.driver_connection)


def moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
