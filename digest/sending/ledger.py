"""What the operator does to the deliveries of an issue: calls them back, or takes them up again."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from digest import planning
from digest.config import Home
from digest.errors import ConfigError
from digest.store import Store, deliveries, outcomes
from digest.store.issues import Stored


def cancel(store: Store, stored: Stored, now: datetime) -> Iterator[str]:
    """Let nothing of an issue go out any more; what that stops, and what is too late."""
    name = stored.head.name
    with store.writing() as db:
        if deliveries.planned(db, stored.id) is None:
            raise ConfigError(f"{name} was not going to anybody: no deliveries were planned")
        stopped = deliveries.cancel(db, stored.id, now)
        counts = outcomes.counts_of(db, stored.id)
    out = sum(counts.get(state, 0) for state in ("dot", "accepted", "doubt"))
    yield f"{name} is cancelled: {stopped:,} will not go out"
    if out:
        yield f"{out:,} had gone out before: digest report {name}"


def take_up_again(home: Home, store: Store, named: Sequence[Stored], now: datetime, *, missing: bool) -> None:
    """Issues that are named go out also where they were too old; `missing`: also to who was refused, and who is new."""
    for number, head in named:
        with store.writing() as db:
            plan = deliveries.planned(db, number)
            if plan and plan.cancelled:
                raise ConfigError(
                    f"{head.name} was cancelled at {plan.cancelled:%Y-%m-%d %H:%M} UTC; it does not go out"
                )
            if missing:
                planning.missing(db, home.digest(head.digest), number, head, now)
            elif plan is None:
                raise ConfigError(
                    f"{head.name} was made when nobody was subscribed; to send it to who is subscribed now: "
                    f"digest send {head.name} --missing"
                )
            else:
                deliveries.revive(db, number, ("ready", "expired"), now)
