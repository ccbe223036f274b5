"""Doubts are settled by a person: these came, or these shall go out once more."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Literal

from digest.config import Home
from digest.errors import ConfigError
from digest.sending import letters
from digest.sending import state as sending_state
from digest.store import Store, outcomes, subscribers
from digest.store.issues import Stored


def doubts(home: Home, store: Store, issue: Stored | None, now: datetime) -> Iterator[dict[str, Any]]:
    """The deliveries in doubt, of this issue or of all, each with the Message-ID that mail servers' logs have."""
    with store.reading() as db:
        found = outcomes.doubts(db, issue=issue.id if issue else None)
        secrets = subscribers.keys(db, now) if found else None
    sender = letters.sender(home) if home.smtp.sender else None
    for one in found:
        key = secrets.named(one.secret).key if secrets else b""
        named = letters.message_id_of(one.issue, one.subscriber, sender, key) if sender else None
        yield sending_state.doubt_object(one) | {"message_id": named}


def line(one: dict[str, Any]) -> str:
    """A doubt in words."""
    return sending_state.doubt_line(one) + (f"  Message-ID: {one['message_id']}" if one["message_id"] else "")


def settle(
    store: Store,
    issue: Stored,
    addresses: Collection[str],
    state: Literal["accepted", "ready"],
    now: datetime,
) -> int:
    """Settle the doubts about these addresses, or about all where none is named; ConfigError if one is in no doubt."""
    wanted = {address.casefold() for address in addresses}
    with store.writing() as db:
        found = outcomes.doubts(db, issue=issue.id)
        known = {(one.address or "").casefold() for one in found}
        if strange := sorted(address for address in addresses if address.casefold() not in known):
            raise ConfigError(
                f"{issue.head.name} is in no doubt for {', '.join(strange)}; see: digest doubt list {issue.head.name}"
            )
        chosen = [one for one in found if not wanted or (one.address or "").casefold() in wanted]
        return outcomes.resolve(db, chosen, issue.id, state, now)
