"""Who comes onto a digest's list, and who leaves it: each with the record of consent and the list of the suppressed.

All of it happens in the caller's transaction. An import never brings back who has left: only they can ask for that.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from digest.secrets import who
from digest.sending import tokens
from digest.store import subscribers
from digest.store.subscribers import Consent, Suppression
from digest.subscribers import addresses
from digest.subscribers.subscribing import EVERYWHERE, Left, Subscriber, Wish

NAMED = "named in the schedule"


class Enrolled(NamedTuple):
    """What became of wishes."""

    added: int
    changed: int  # were on the list and want something else now, or are confirmed now
    already: int  # were there just so
    twice: int  # said again within the same wishes; the first counts
    left: int  # came as somebody who had left: kept as such
    kept_out: dict[str, int]  # why they get no mail → how many


def enrol(
    db: Connection, digest: str, wishes: Iterable[Wish], how: str, now: datetime, *, event: str = "added"
) -> Enrolled:
    """Put these on the list of a digest, but for those who have left it; `how` they came, in words."""
    secrets = subscribers.keys(db, now)
    said = list(wishes)
    once = {wish.address.folded: wish for wish in reversed(said)}
    hidden = {folded: who(secrets, folded) for folded in once}
    out = subscribers.suppressed(db, hidden.values(), digest)
    there = {one.folded: one for one in subscribers.among_folded(db, once, digest)}
    free = [
        _filled(wish, there.get(folded))
        for folded, wish in reversed(once.items())
        if hidden[folded] not in out
    ]
    new = [wish for wish in free if not _is_so(there.get(wish.address.folded), wish)]
    subscribers.put(db, digest, new, now)
    _remember(db, digest, new, hidden, how, event, now)
    left = sum(map(_is_left, new))
    changed = sum(wish.address.folded in there and not _is_left(wish) for wish in new)
    return Enrolled(
        added=len(new) - changed - left,
        changed=changed,
        already=len(free) - len(new),
        twice=len(said) - len(once),
        left=left,
        kept_out=dict(Counter(each.reason for each in out.values())),
    )


def _remember(
    db: Connection,
    digest: str,
    new: Sequence[Wish],
    hidden: Mapping[str, str],
    how: str,
    event: str,
    now: datetime,
) -> None:
    happened = (
        Consent(hidden[w.address.folded], digest, w.status if _is_left(w) else event, how) for w in new
    )
    subscribers.remember(db, happened, now)
    for reason in ("unsubscribed", "bounced", "complained"):
        gone = [wish.address.folded for wish in new if wish.status == reason]
        _shut_out(db, {folded: hidden[folded] for folded in gone}, digest, reason, now)


def _shut_out(
    db: Connection, hidden: Mapping[str, str], digest: str, reason: Left, now: datetime
) -> list[Subscriber]:
    """Suppress these addresses as far as the reason reaches; those who were on a list and are so no longer."""
    reach = "" if reason in EVERYWHERE else digest
    subscribers.suppress(db, hidden.values(), reach, reason, now)
    found = subscribers.among_folded(db, hidden, reach or None)
    left = [one for one in found if one.status in ("confirmed", "pending")]
    if reason != "erased":
        subscribers.mark(db, [one.id for one in left], reason, now)
    return left


def _is_left(wish: Wish) -> bool:
    return wish.status in ("unsubscribed", "bounced", "complained")


def _filled(wish: Wish, there: Subscriber | None) -> Wish:
    """The wish, with what it leaves open as it is on the list: a bare list of addresses moves nobody's hour."""
    if there is None:
        return wish
    hour = there.hour if wish.hour is None else wish.hour
    return wish._replace(zone=wish.zone or there.zone, hour=hour)


def _is_so(there: Subscriber | None, wish: Wish) -> bool:
    """Whether the list says so already; who is confirmed stays so."""
    if there is None or (there.zone, there.hour) != (wish.zone, wish.hour) or there.kept_in != "list":
        return False
    return there.status == wish.status or (there.status, wish.status) == ("confirmed", "pending")


def again(db: Connection, digest: str, found: Sequence[addresses.Address], how: str, now: datetime) -> None:
    """These have left, and ask for the digest again."""
    secrets = subscribers.keys(db, now)
    for address in found:
        hidden = who(secrets, address.folded)
        subscribers.lift(db, hidden, digest)
        subscribers.remember(db, [Consent(hidden, digest, "requested", how)], now)


def take_up(db: Connection, digest: str, named: Sequence[str], now: datetime) -> None:
    """Let the addresses of the schedule's `to` be subscribers, and those no longer that were taken out of it."""
    secrets = subscribers.keys(db, now)
    wanted = {found.folded: Wish(found) for found in map(addresses.parse, named)}
    before = {one.folded: one for one in subscribers.in_schedule(db, digest)}
    gone = [one for folded, one in before.items() if folded not in wanted and one.status == "confirmed"]
    subscribers.mark(db, [one.id for one in gone], "unsubscribed", now)
    there = {one.folded: one for one in subscribers.among_folded(db, wanted, digest)}
    hidden = {folded: who(secrets, folded) for folded in wanted}
    out = subscribers.suppressed(db, hidden.values(), digest)
    new = [
        wish
        for folded, wish in wanted.items()
        if hidden[folded] not in out and (folded not in there or there[folded].status != "confirmed")
    ]
    subscribers.put(db, digest, new, now, "schedule")
    came = (Consent(hidden[wish.address.folded], digest, "added", NAMED) for wish in new)
    went = (Consent(who(secrets, one.folded), digest, "unsubscribed", f"no longer {NAMED}") for one in gone)
    subscribers.remember(db, (*came, *went), now)


def leave(db: Connection, subscriber: Subscriber, reason: Left, how: str, now: datetime) -> list[str]:
    """Somebody gets no more of this digest, or of any if the reason says so; the digests that were left."""
    hidden = who(subscribers.keys(db, now), subscriber.folded)
    left = _shut_out(db, {subscriber.folded: hidden}, subscriber.digest, reason, now)
    subscribers.remember(db, [Consent(hidden, one.digest, reason, how) for one in left], now)
    return [one.digest for one in left]


def erase(db: Connection, address: addresses.Address, now: datetime) -> list[str]:
    """Forget an address and never write to it again: what stays is a hidden word by which it is known when it is
    imported anew. The digests that it was on the list of.
    """
    hidden = who(subscribers.keys(db, now), address.folded)
    digests = subscribers.erase(db, address.folded)
    subscribers.suppress(db, [hidden], "", "erased", now)
    happened = (Consent(hidden, digest, "erased", "asked to be forgotten") for digest in digests or [""])
    subscribers.remember(db, happened, now)
    return digests


class History(NamedTuple):
    """All that is known of an address."""

    on_lists: list[Subscriber]
    consents: list[tuple[datetime, Consent]]


def history(db: Connection, address: addresses.Address, now: datetime) -> History:
    """All that is known of an address, also of one that was erased."""
    return History(
        subscribers.among_folded(db, [address.folded]),
        subscribers.remembered(db, who(subscribers.keys(db, now), address.folded)),
    )


def leave_by(db: Connection, token: str, now: datetime) -> Subscriber | None:
    """Whom a token for leaving takes off the list, also if it did before; None: it speaks of nobody."""
    found = tokens.read(token.strip(), "leave", subscribers.keys(db, now))
    one = subscribers.get(db, found.subscriber) if found else None
    if one is not None and one.status in ("pending", "confirmed"):
        leave(db, one, "unsubscribed", "by the link in a letter", now)
    return one


def kept_out(
    db: Connection, digest: str, found: Sequence[addresses.Address], now: datetime
) -> Iterator[tuple[str, Suppression]]:
    """Those of these addresses that get nothing of this digest, and why."""
    secrets = subscribers.keys(db, now)
    hidden = {who(secrets, address.folded): address.written for address in found}
    for key, suppression in subscribers.suppressed(db, hidden, digest).items():
        yield hidden[key], suppression
