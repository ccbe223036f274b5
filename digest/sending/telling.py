"""Notices go to the operator by mail, the way that letters go: marked before the dot, and never twice.

Without a sender in [smtp] there is only the file in the outbox.
"""

import hashlib
from datetime import datetime, timedelta
from email.utils import format_datetime

from digest.config import Home
from digest.deliveries import Channel, Outcome, delivery
from digest.errors import DeliveryError
from digest.operating.events import event, problem
from digest.renderers._mime import phrase, quoted_printable, unstructured
from digest.sending.letters import Letter
from digest.store import Store, notices
from digest.store.notices import Notice
from digest.values import mailbox

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60))  # the last one until it is given up
GIVEN_UP = 120  # attempts: five days
SUBJECT = 120  # characters of a subject


def send(home: Home, store: Store, now: datetime) -> None:
    """Hand over what is due; if nobody takes mail now, it is tried again later."""
    with store.reading() as db:
        waiting = notices.due(db, now)
    if not (waiting and home.smtp.sender):
        return
    try:
        with delivery(home.delivery.kind).opened(home) as channel:
            for one in waiting:
                _tell(home, store, channel, one, now)
    except DeliveryError as error:
        problem("notices", problem=str(error))
        for one in waiting:  # of those that are settled nothing changes
            _settle(store, one, Outcome("lost", None, str(error)), now)


def _tell(home: Home, store: Store, channel: Channel, one: Notice, now: datetime) -> None:
    def dot() -> bool:
        with store.writing() as db:
            return notices.dot(db, one)

    outcome = channel.deliver(letter(home, one), dot)
    _settle(store, one, outcome, now)
    event("notice", notice=one.name, outcome=outcome.kind, code=outcome.code, reply=outcome.reply)


def _settle(store: Store, one: Notice, outcome: Outcome, now: datetime) -> None:
    """After the dot `lost` is no more: what cannot be known is a doubt, and is not sent again."""
    state = {"unknown": "doubt", "later": "ready", "lost": "ready"}.get(outcome.kind, outcome.kind)
    if state == "ready" and one.attempts + 1 >= GIVEN_UP:
        state = "rejected"
    due = now + AGAIN[min(one.attempts, len(AGAIN) - 1)] if state == "ready" else one.due
    with store.writing() as db:
        for was in ("ready",) if outcome.kind == "lost" else ("ready", "dot"):
            notices.settle(db, one, was, state, outcome.reply, due)


def letter(home: Home, one: Notice) -> Letter:
    """The notice as a mail, the same bytes at every attempt."""
    name, address = mailbox(home.smtp.sender)
    first = one.words.partition("\n")[0]
    subject = first if len(first) <= SUBJECT else f"{first[:SUBJECT]}…"
    said = hashlib.sha256(f"{one.name}\n{one.address}".encode()).hexdigest()[:32]
    message_id = f"<{said}@{address.rpartition('@')[2]}>"
    headers = (
        ("From", f"{phrase(name)}\r\n <{address}>" if name else address),
        ("To", one.address),
        ("Subject", unstructured(subject, len("Subject: "))),
        ("Date", format_datetime(_made(one))),
        ("Message-ID", message_id),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return Letter(
        address, one.address, head.encode() + b"\r\n" + quoted_printable(one.words.encode()), message_id
    )


def _made(one: Notice) -> datetime:
    """When, as its name says."""
    return datetime.strptime(one.name.rpartition("/")[2][:18], "%Y-%m-%dT%H%M%S%z")
