"""Subscribers: who they are, how they may come and go, and what may be said of them.

pending → confirmed → unsubscribed | bounced | complained

Whoever has left is suppressed as well. Only a confirmed subscriber gets mail, and no suppressed address is ever
confirmed, so the status alone says who is written to.
"""

from datetime import datetime
from typing import Literal, NamedTuple, get_args

from digest import slots
from digest.subscribers import addresses

Status = Literal["pending", "confirmed", "unsubscribed", "bounced", "complained"]
Left = Literal["unsubscribed", "bounced", "complained", "erased"]
STATUSES: tuple[Status, ...] = get_args(Status)

# Who leaves one digest may want another; a mailbox that does not exist, and one who complains, want none.
EVERYWHERE: frozenset[Left] = frozenset({"bounced", "complained", "erased"})


class Wish(NamedTuple):
    """What somebody wants to get, and when."""

    address: addresses.Address
    zone: str = ""  # IANA; empty: the digest's
    hour: int | None = None  # of its day, at or after which issues come; None: at once
    status: Status = "confirmed"


class Subscriber(NamedTuple):
    """One address on the list of one digest."""

    id: int
    digest: str
    address: str
    folded: str
    domain: str
    status: Status
    zone: str
    hour: int | None
    since: datetime
    kept_in: str = "list"  # or `schedule`: who is named there gets no mail once the name is taken out


def wish(address: str, zone: str = "", hour: str = "", status: str = "") -> Wish:
    """A wish by its words; ValueError with the reason if they cannot be meant."""
    return Wish(_address(address), _zone(zone), _hour(hour), _status(status))


def _address(text: str) -> addresses.Address:
    try:
        return addresses.parse(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no address that can be written to: {error}") from error


def _zone(text: str) -> str:
    name = text.strip()
    return slots.zone(name).key if name else ""


def _hour(text: str) -> int | None:
    bare = text.strip()
    if not bare:
        return None
    if not bare.isascii() or not bare.isdigit() or int(bare) > 23:
        raise ValueError(f"{text!r} is no hour of the day; allowed: 0 to 23, or nothing for at once")
    return int(bare)


def _status(text: str) -> Status:
    bare = text.strip().lower() or "confirmed"
    for status in STATUSES:
        if status == bare:
            return status
    raise ValueError(f"no status is named {text!r}; known: {', '.join(STATUSES)}")
