"""Who has an issue, and who has not and why."""

from collections.abc import Iterator
from typing import Any

from digest.store import Store, outcomes
from digest.store.issues import Stored
from digest.store.outcomes import Outcome

# What a state means to a reader, where it is not plain.
_MEANS = {
    "ready": "not yet sent",
    "sending": "being sent",
    "dot": "handed over, no answer yet",
    "accepted": "has it",
    "rejected": "refused for good",
    "doubt": "nobody knows",
    "suppressed": "not to be written to",
    "expired": "given up",
}


def summary(store: Store, issue: Stored) -> dict[str, Any]:
    """The issue, its plan, and how many deliveries are in each state."""
    with store.reading() as db:
        plan, counts = outcomes.plan(db, issue.id), outcomes.counts_of(db, issue.id)
    return {
        "issue": issue.head.name,
        "planned": plan.deliveries if plan else 0,
        "at": plan.at if plan else None,
        "cancelled": plan.cancelled if plan else None,
        "states": counts,
    }


def objects(store: Store, issue: Stored) -> Iterator[dict[str, Any]]:
    """One for each subscriber, those who have it last; of those without a delivery the state is null."""
    with store.reading() as db:
        for one in outcomes.of_issue(db, issue.id, accepted=False):
            yield _object(one)
        for left in outcomes.without(db, issue.id, issue.head.digest):
            yield {"address": left.address, "state": None, "why": _why_none(left.status)}
        for one in outcomes.of_issue(db, issue.id, accepted=True):
            yield _object(one)


def _object(one: Outcome) -> dict[str, Any]:
    return {
        "address": one.address,
        "subscriber": one.subscriber,
        "state": one.state,
        "why": one.reply,
        "attempts": one.attempts,
        "changed": one.changed,
        "due": one.due if one.state == "ready" else None,
    }


def _why_none(status: str) -> str:
    if status == "confirmed":
        return "came to the list after the issue was made"
    return f"{status}: not written to"


def summary_lines(found: dict[str, Any]) -> Iterator[str]:
    """The summary in words."""
    if not found["at"]:
        yield f"{found['issue']} was not planned for anybody: its digest had no subscribers, or makes no mail"
        return
    states = ", ".join(f"{number:,} {state}" for state, number in found["states"].items())
    ended = f"; cancelled at {found['cancelled']:%Y-%m-%d %H:%M} UTC" if found["cancelled"] else ""
    yield f"{found['issue']}: {found['planned']:,} planned: {states}{ended}"


def line(one: dict[str, Any]) -> str:
    """A subscriber in words."""
    who = one["address"] or f"subscriber {one['subscriber']}, erased"
    if one["state"] is None:
        return f"  not planned  {who}: {one['why']}"
    when = f", tried again {one['due']:%Y-%m-%d %H:%M} UTC" if one["due"] and one["attempts"] else ""
    why = f": {one['why']}" if one["why"] else ""
    return f"  {one['state']:<11}  {who}, {_MEANS[one['state']]} ({one['changed']:%Y-%m-%d %H:%M} UTC{when}){why}"
