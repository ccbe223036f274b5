"""What is due of the ledger goes out: as letters, in lanes, and what became of them is written down."""

import hashlib
import threading
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from digest import crash
from digest.config import Home
from digest.deliveries import Outcome, delivery
from digest.errors import ConfigError, DeliveryError
from digest.ingesting import Tell
from digest.issue import Head
from digest.operating.events import event
from digest.renderers import mail
from digest.secrets import Secrets
from digest.sending import letters, missed
from digest.sending.desk import Clock, Desk
from digest.sending.letters import Letter, Sender
from digest.sending.sent import Sent
from digest.store import Store, deliveries, due, issues, outcomes, subscribers
from digest.store.deliveries import Claim
from digest.store.issues import Stored
from digest.subscribers.addresses import Address
from digest.subscribers.subscribing import Subscriber


class Edition(NamedTuple):
    """An issue as its letters need it."""

    head: Head
    mail: bytes
    key: int  # the number of the secret that its message ids are made with
    notes: dict[int, tuple[str, ...]]  # what single subscribers are told


def send(
    home: Home,
    store: Store,
    wanted: Sequence[Stored] | None,
    now: Clock,
    tell: Tell,
    *,
    named: Collection[int] = (),
    stop: threading.Event | None = None,
) -> Sent:
    """Deliver what is due of these issues, or of all; DeliveryError if nothing could be handed over at all.

    An issue that is too old is given up unless it is `named`. `stop` asks to end after the letters that are on their
    way.
    """
    with store.writing() as db:
        ended = deliveries.tidied(db, named, now())
        numbers = [one.id for one in wanted] if wanted is not None else due.waiting(db)
        of = due.ready(db, numbers, now())
        secrets = subscribers.keys(db, now()) if of else None
    crash.point("claims recovered")
    tally, problems = Counter(ended), list[str]()
    if secrets:
        sender = sender_of(home)
        editions = _editions(home, store, numbers, problems)

        def compose(claim: Claim) -> Letter:
            return letter(editions[claim.issue], claim.to, sender, secrets)

        names = {number: edition.head.name for number, edition in editions.items()}
        desk = Desk(home, store, names, compose, secrets, now, stop or threading.Event())
        problems += desk.work_off(lambda done: tell("sending", done, of, "letters"))
        tally += desk.tally
    with store.reading() as db:
        following = due.next_due(db, numbers)
    if any(tally.values()):
        event("sent", **{state: number for state, number in tally.items() if number})
    return Sent(**tally, next=following, problems=tuple(problems))


def sender_of(home: Home) -> Sender:
    """Who writes the letters; ConfigError if nobody has said."""
    if not home.smtp.sender:
        raise ConfigError(
            "digest.toml: [smtp] from: is missing: letters need somebody they are from, "
            "for instance from = 'Daily Papers <digest@example.org>'"
        )
    return letters.sender(home)


def letter(edition: Edition, to: Subscriber, sender: Sender, secrets: Secrets) -> Letter:
    """An issue's letter to one subscriber, the same bytes at every attempt."""
    notes = edition.notes.get(to.id, ())
    return letters.letter(
        edition.head, edition.mail, to, sender=sender, secrets=secrets, key=edition.key, notes=notes
    )


def _editions(home: Home, store: Store, numbers: Sequence[int], problems: list[str]) -> dict[int, Edition]:
    """The issues of these numbers whose mail is as it was written; `problems` gets what is wrong with the others."""
    found: dict[int, Edition] = {}
    for number in numbers:
        with store.reading() as db:
            stored, plan = issues.of_number(db, number), deliveries.planned(db, number)
            lacking = outcomes.missed(db, number)
        if stored is None or plan is None or plan.cancelled:
            continue
        notes = {subscriber: missed.notes(heads) for subscriber, heads in lacking.items()}
        try:
            found[number] = Edition(stored.head, mail_of(home, store, stored), plan.secret, notes)
        except DeliveryError as error:
            problems.append(str(error))
    return found


def mail_of(home: Home, store: Store, stored: Stored) -> bytes:
    """The mail of an issue as it lies in the outbox; DeliveryError if it is not as it was written."""
    path = f"{stored.head.digest}/{stored.head.folder}/{mail.FILE}"
    cure = f"digest rebuild {stored.head.name} writes it again"
    with store.reading() as db:
        file = issues.written(db, stored.id).get(path)
    try:
        data = (home.outbox / path).read_bytes()
    except OSError as error:
        raise DeliveryError(f"{home.outbox / path}: {error.strerror}: {cure}") from error
    if file is None or hashlib.sha256(data).hexdigest() != file.sha256:
        raise DeliveryError(f"{home.outbox / path} is not as it was written: {cure}")
    return data


def test(home: Home, store: Store, stored: Stored, to: Address, now: datetime) -> Outcome:
    """Send an issue to an address that need not be on any list; nothing of it is written down."""
    with store.writing() as db:
        secrets = subscribers.keys(db, now)
        plan = deliveries.planned(db, stored.id)
    # No subscriber has a number as high as the time: no link in it takes anybody off, and no two are one mail.
    number = int(now.timestamp())
    reader = Subscriber(number, stored.head.digest, *to, "confirmed", "", None, now)
    edition = Edition(
        stored.head, mail_of(home, store, stored), plan.secret if plan else secrets.newest.id, {}
    )
    made = letter(edition, reader, sender_of(home), secrets)
    with delivery(home.delivery.kind).opened(home) as channel:
        return channel.deliver(made, lambda: True)
