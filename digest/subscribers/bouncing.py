"""A mailbox of returned letters → who gets no more mail. Reading it twice does nothing twice."""

import hashlib
import mailbox
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from digest.errors import ConfigError, DigestError
from digest.store import Store, issues, subscribers
from digest.store.subscribers import Bounce
from digest.subscribers import enrolling
from digest.subscribers.returned import Returned, of_reply, read
from digest.subscribers.subscribing import Left, Subscriber

AT_ONCE = 100  # mails in one transaction
HALF_LIFE = 30  # days after which a soft bounce counts half
# Soft bounces: a daily digest comes to them in six issues, a weekly one in nine, a monthly one never
ENOUGH = 5.0

_LEAVING: dict[str, Left] = {"hard": "bounced", "complaint": "complained", "leave": "unsubscribed"}


class Gone(NamedTuple):
    """Somebody who gets no more mail."""

    digest: str
    address: str
    reason: str
    why: str


class Tally(NamedTuple):
    """What a mailbox came to."""

    mails: int
    before: int  # read before
    strange: int  # nothing in them was signed by us
    erased: int  # speak of somebody who was erased
    kinds: dict[str, int]
    gone: list[Gone]


def read_all(store: Store, paths: Sequence[Path], now: datetime) -> Tally:
    """Read these Maildirs and mbox files; they stay as they are."""
    with store.writing() as db:
        secrets = subscribers.keys(db, now)
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    gone: list[Gone] = []
    found = ((data, read(data, secrets)) for path in paths for data in _mails(path))
    while some := list(islice(found, AT_ONCE)):
        with store.writing() as db:
            for data, said in some:
                counts["mails"] += 1
                outcome = _take(db, data, said, now, gone) if said else "strange"
                (counts if outcome in ("before", "strange", "erased") else kinds)[outcome] += 1
    return Tally(
        counts["mails"],
        counts["before"],
        counts["strange"],
        counts["erased"],
        dict(sorted(kinds.items())),
        gone,
    )


def _mails(path: Path) -> Iterator[bytes]:
    """The mails of a Maildir, or of an mbox."""
    try:
        if (path / "cur").is_dir() and (path / "new").is_dir():
            yield from _each(mailbox.Maildir(path, create=False))
        elif path.is_file() and _head(path) in (b"From ", b""):
            yield from _each(mailbox.mbox(path, create=False))
        else:
            raise ConfigError(f"{path} is neither a Maildir (a folder with `cur` and `new`) nor an mbox file")
    except OSError as error:
        raise DigestError(f"{path} cannot be read: {error.strerror}") from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(5)


def _each(box: "mailbox.Mailbox[mailbox.Message]") -> Iterator[bytes]:
    try:
        for key in box.iterkeys():
            try:
                yield box.get_bytes(key)
            except (KeyError, FileNotFoundError):
                continue  # a mail program has taken it away meanwhile
    finally:
        box.close()


def _take(db: Connection, data: bytes, said: Returned, now: datetime, gone: list[Gone]) -> str:
    """Let one mail have its effect; what it was."""
    to = subscribers.get(db, said.subscriber)
    if to is None:
        return "erased"
    made = _made(db, to, said.issue) or now
    mail = hashlib.sha256(data).hexdigest()
    bounce = Bounce(mail, said.subscriber, said.issue, said.kind, said.why, made)
    if not subscribers.count_bounce(db, bounce):
        return "before"
    gone.extend(_effect(db, to, bounce, now))
    return said.kind


def _made(db: Connection, to: Subscriber, number: int | None) -> datetime | None:
    found = issues.numbered(db, to.digest, number) if number is not None else None
    return found.head.made if found else None


def _effect(db: Connection, to: Subscriber, bounce: Bounce, now: datetime) -> Iterator[Gone]:
    reason = _LEAVING.get(bounce.kind)
    if bounce.kind == "soft" and score(subscribers.soft_bounces(db, to.id, to.since), now) >= ENOUGH:
        reason = "bounced"
    if reason is None or bounce.at < to.since:  # of an issue before they came back
        return
    about = f", issue {bounce.issue}" if bounce.issue is not None else ""
    for digest in enrolling.leave(db, to, reason, f"{bounce.why}{about}", now):
        yield Gone(digest, to.address, reason, bounce.why)


def score(soft: Iterable[datetime], now: datetime) -> float:
    """How much soft bounces of issues of these moments weigh now."""
    days = (max(0.0, (now - at).total_seconds()) / 86_400 for at in soft)
    return float(sum(0.5 ** (age / HALF_LIFE) for age in days))


def refused(db: Connection, to: Subscriber, issue: int, reply: str, now: datetime) -> None:
    """A server refused a letter while it was handed over. Only where it says that there is no such mailbox is that a
    bounce: a relay that is set up wrongly refuses everybody, day after day.
    """
    kind, why = of_reply(reply)
    stored = issues.of_number(db, issue)
    if kind == "hard" and stored:
        sign = hashlib.sha256(f"refused {to.id} {issue}".encode()).hexdigest()
        bounce = Bounce(sign, to.id, stored.head.number, kind, why, stored.head.made)
        if subscribers.count_bounce(db, bounce):
            list(_effect(db, to, bounce, now))
