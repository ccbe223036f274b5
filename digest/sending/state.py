"""How sending stands: how many deliveries are where, which are in doubt, what went wrong last."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from digest.store import Store, issues, outcomes

DOUBTS_TOLD = 20
WAITED = timedelta(hours=3)  # a delivery that could have gone out so long ago waits for somebody


class Sending(NamedTuple):
    """What is known of a digest's deliveries."""

    counts: dict[str, int]
    doubts: list[dict[str, Any]]
    waits_since: datetime | None


def of(store: Store, digest: str, now: datetime, counts: dict[str, dict[str, int]]) -> Sending:
    """How the deliveries of a digest stand; `counts` of all digests, for one pass over the ledger has them all."""
    mine = counts.get(digest, {})
    if not mine:
        return Sending({}, [], None)
    with store.reading() as db:
        doubts = outcomes.doubts(db, digest=digest, limit=DOUBTS_TOLD) if "doubt" in mine else []
        waits = outcomes.overdue(db, digest, now - WAITED) if "ready" in mine else None
    told = [doubt_object(one) for one in doubts]
    return Sending(mine, told, waits)


def doubt_object(one: outcomes.Outcome) -> dict[str, Any]:
    """A doubt as `--json` prints it."""
    return {
        "issue": one.issue,
        "subscriber": one.subscriber,
        "address": one.address,
        "since": one.changed.isoformat(),
        "why": one.reply,
    }


def doubt_line(one: dict[str, Any]) -> str:
    """The same in words."""
    who = one["address"] or f"subscriber {one['subscriber']}, erased"
    return f"{one['issue']}  {who}  since {one['since']}: {one['why']}"


def last_error(store: Store) -> dict[str, Any] | None:
    """What went wrong last: a run that came to no end (`run`), or a delivery that failed."""
    with store.reading() as db:
        failure = issues.last_failure(db)
        troubles = outcomes.last_troubles(db)
    found = [(failure[0], True, failure[1])] if failure else []
    found += [
        (
            one.changed,
            False,
            f"{one.issue}, {one.address or f'subscriber {one.subscriber}'}, {one.state}: {one.reply}",
        )
        for one in troubles
    ]
    if not found:
        return None
    at, of_run, what = max(found)
    return {"at": at.isoformat(), "run": of_run, "what": what}


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Deliveries and doubts in words, for `digest status`."""
    if found["deliveries"]:
        said = ", ".join(f"{number:,} {state}" for state, number in found["deliveries"].items())
        yield f"  deliveries  {said}"
    for doubt in found["doubts"]:
        yield f"  in doubt    {doubt_line(doubt)}"
    rest = found["deliveries"].get("doubt", 0) - len(found["doubts"])
    if rest:
        yield f"              and {rest:,} more: digest doubt list"
