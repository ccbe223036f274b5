"""How things stand: what comes next, what came last, how sources and deliveries are, and what needs a person."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from digest import slots
from digest.config import Digest, Home
from digest.formats import TRIED
from digest.freezing import sources_of
from digest.operating import scheduler_lock
from digest.sending import state as sending_state
from digest.store import Store, issues, log, outcomes, visits, works
from digest.verdicts import BAD, Finding, Verdict, with_silence

LATE = timedelta(hours=1)  # after its slot an issue is late


def of(home: Home, store: Store, now: datetime) -> dict[str, dict[str, Any]]:
    """Each digest's standing, by its name."""
    with store.reading() as db:
        counts = outcomes.counts(db)
    holder = scheduler_lock.holder(home)
    of_home = {
        "last_error": sending_state.last_error(store),
        "scheduler": holder._asdict() if holder else None,
    }
    found = {}
    for digest in home.digests:
        sending = sending_state.of(store, digest.name, now, counts)
        told = _of(home, store, digest, now) | of_home
        told |= {"deliveries": sending.counts, "doubts": sending.doubts}
        found[digest.name] = told | {"needs": list(_needs(store, digest, told, sending.waits_since, now))}
    return found


def _needs(
    store: Store, digest: Digest, told: dict[str, Any], waits_since: datetime | None, now: datetime
) -> Iterator[str]:
    """What a person has to look at, and what to do."""
    if doubts := told["deliveries"].get("doubt"):
        yield f"{doubts:,} in doubt: look whether they came, then: digest doubt sent ISSUE (or resend)"
    if waits_since:
        yield f"deliveries wait since {_local(waits_since, digest.zone)}: digest send {digest.name}"
    if passed := _passed(store, digest, now):
        yield f"nothing was done at the slot of {_local(passed, digest.zone)}: is digest run at work?"
    if told["last_error"] and told["last_error"]["run"]:
        yield f"the last run failed: {told['last_error']['what']}"
    for name, state in told["sources"].items():
        if state["verdict"] in BAD:
            yield f"source {name} is {state['verdict']}: digest sources check {name}"


def _passed(store: Store, digest: Digest, now: datetime) -> datetime | None:
    """The first slot that came due and was not kept; where none ever was, issues are made by hand."""
    with store.reading() as db:
        last = issues.latest_slot(db, digest.name)
    return next(slots.between(digest.cron, digest.zone, last.slot, now - LATE), None) if last else None


def _of(home: Home, store: Store, digest: Digest, now: datetime) -> dict[str, Any]:
    with store.reading() as db:
        made = issues.of_digest(db, digest.name)
        slot = issues.latest_slot(db, digest.name)
        names = sources_of(db, home, digest)
        unread = log.count_unread(db, log.spans(db, digest.name, names))
        news = log.last_news(db)
        run = issues.last_run(db)
        known = works.count(db)
        standings = visits.standings(db)
    said = run.said if run else {}
    verdicts = _last_findings(said, digest.name)
    silences = {source.name: source.stale_after for source in home.sources}
    verdicts |= {name: standing.finding for name, standing in standings.items() if name in silences}
    findings = {
        name: with_silence(verdicts.get(name, Finding("quiet")), news.get(name), silences.get(name), now)
        for name in names
    }
    return {
        "title": digest.title,
        "next_slot": _local(slots.following(digest.cron, digest.zone, now), digest.zone),
        "last_slot": {"slot": _local(slot.slot, digest.zone), "state": slot.state} if slot else None,
        "last_issue": {"name": made[0].head.name, "papers": made[0].head.papers} if made else None,
        "issues": len(made),
        "unread": unread,
        "works": known,
        "sources": {
            name: {
                "verdict": findings[name].verdict,
                "why": findings[name].why,
                "last_news": _local(news.get(name), digest.zone),
                "due": _local(standings[name].due, digest.zone) if name in standings else None,
            }
            for name in names
        },
        "last_run": {"at": _local(run.at, digest.zone), "command": run.command, **said} if run else None,
    }


def _last_findings(said: dict[str, Any], digest: str) -> dict[str, Finding]:
    """What the last run found of the sources."""
    found = {dump["source"]: Finding("broken") for dump in said.get("dumps", ()) if dump["format"] is None}
    for made in said.get("made", ()):
        if made["digest"] == digest:
            reasons = made.get("reasons", {})  # runs of before had none
            found |= {
                name: Finding(cast(Verdict, word), reasons.get(name, ""))
                for name, word in made["sources"].items()
            }
    return found


def _local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat() if moment else None


def lines(digests: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The same in words."""
    for name, found in digests.items():
        last = found["last_issue"]
        yield f"{name}: {found['title']}"
        yield f"  next slot   {found['next_slot']}"
        if found["last_slot"]:
            yield f"  last slot   {found['last_slot']['slot']}: {found['last_slot']['state']}"
        yield f"  last issue  {last['name']}, {last['papers']} papers" if last else "  last issue  none yet"
        yield f"  unread      {found['unread']:,} of {found['works']:,} works"
        for source, state in found["sources"].items():
            why = f" ({state['why']})" if state["why"] else ""
            again = f", asked again {state['due']}" if state["due"] and state["verdict"] in BAD else ""
            yield f"  source      {source}: {state['verdict']}{why}, last news {state['last_news'] or 'never'}{again}"
        if found["last_run"]:
            yield from _run_lines(found["last_run"])
        yield from sending_state.lines(found)
        if found["last_error"]:
            yield f"  last error  {found['last_error']['at']}: {found['last_error']['what']}"
        if found["scheduler"]:
            yield f"  scheduler   process {found['scheduler']['pid']}, since {found['scheduler']['since']}"
        yield from (f"  do          {need}" for need in found["needs"])


def _run_lines(run: dict[str, Any]) -> Iterator[str]:
    yield f"  last run    {run['command']} at {run['at']}"
    for dump in run["dumps"]:
        if dump["problem"]:
            yield f"    {dump['origin']} was not read: {dump['problem'].partition(TRIED)[0]}"
    for made in run["made"]:
        issue = made["issue"]
        yield f"    {made['digest']}: {issue['name'] if issue else made['state']}"
