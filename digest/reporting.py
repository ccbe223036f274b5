"""What a command says of what it did: lines for people, objects for programs."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from digest import outbox
from digest.fetching.due import Visit
from digest.freezing import Made
from digest.issue import DumpRead, Head
from digest.pipeline import Run
from digest.sending import sent as sending
from digest.verdicts import BAD


def made_object(made: Made, run: Run) -> dict[str, Any]:
    """One digest's build as `--json` prints it."""
    head, account = made.issue, made.account
    dumps = [*made.dumps, *(dump for dump in run.dumps if dump.new == 0 and not _told(dump, made.dumps))]
    return {
        "digest": made.digest,
        "issue": head.name if head else None,
        "number": head.number if head else None,
        **msgspec.structs.asdict(account),
        "groups": [{"heading": group.heading, "papers": group.papers} for group in made.groups if head],
        "state": made.state,
        "dumps": [dump_object(dump) for dump in dumps],
        "sources": made.sources,
        **({"reasons": made.reasons} if made.reasons else {}),
        "outputs": [f"outbox/{path}" for path in outbox.paths(head)] if head else [],
        **({"deliveries": made.deliveries} if made.deliveries else {}),
    }


def dump_object(dump: DumpRead) -> dict[str, Any]:
    """A read of a dump as `--json` prints it: what went wrong only where something did."""
    fields = msgspec.structs.asdict(dump)
    return {
        name: value
        for name, value in fields.items()
        if value or name not in {"problem", "same_as", "rejected"}
    }


def _told(dump: DumpRead, dumps: Iterable[DumpRead]) -> bool:
    return any((dump.source, dump.origin) == (other.source, other.origin) for other in dumps)


def head_object(head: Head) -> dict[str, Any]:
    """An issue in a list, as `--json` prints it."""
    return {
        "issue": head.name,
        "digest": head.digest,
        "number": head.number,
        "date": head.date,
        "made": head.made,
        "slot": head.slot,
        "papers": head.papers,
        "outputs": [f"outbox/{path}" for path in outbox.paths(head)],
    }


def head_lines(heads: Iterable[Head]) -> Iterator[str]:
    """A list of issues in words."""
    for head in heads:
        yield f"{head.name}  No. {head.number}  {count(head.papers, 'paper')}  {head.title}"


def made_lines(made: Made, written: bool) -> Iterator[str]:
    """One digest's build in words; `written`: with the files that people open."""
    head = made.issue
    if head is None:
        waits = "a slot waits for more papers" if made.state == "waiting" else "nothing new"
        yield f"{made.digest}: {waits}{_why_nothing(made)}"
        return
    groups = ", ".join(f"{group.heading} {group.papers:,}" for group in made.groups if group.papers)
    yield f"{head.name}: {count(head.papers, 'paper')}{f' ({groups})' if groups else ''}{_why_nothing(made)}"
    for path in outbox.paths(head) if written else ():
        if path.endswith(("digest.html", "digest.md", "digest.eml")):
            yield f"  outbox/{path}"


def sent_lines(run: Run, *, by_hand: bool) -> Iterator[str]:
    """What became of letters; `by_hand`: what is left to be done."""
    if ready := sum(made.deliveries for made in run.made):
        told = "1 delivery is ready" if ready == 1 else f"{ready:,} deliveries are ready"
        yield f"{told}: digest send" if by_hand else told
    yield from sending.lines(run.sent) if run.sent else ()


def _why_nothing(made: Made) -> str:
    account = made.account
    parts = [
        f"{account.ungrouped} under no group" if account.ungrouped else "",
        f"{account.carried_before} carried before" if account.carried_before else "",
        f"{account.withdrawn} withdrawn" if account.withdrawn else "",
    ]
    said = ", ".join(filter(None, parts))
    return f"; {said}" if said else ""


def dump_lines(dumps: Iterable[DumpRead]) -> Iterator[str]:
    """What was read, and what could not be, in words."""
    for dump in dumps:
        if dump.format is None:
            yield f"{dump.origin}: not read: {dump.problem}"
            continue
        rejects = f", {count(dump.rejects, 'reject')}" if dump.rejects else ""
        nothing = "" if dump.records else ": a page without a paper"
        same = f", the same as {dump.same_as}" if dump.same_as else ""
        rest = dump.rejects - len(dump.rejected)
        yield f"{dump.origin}: {count(dump.papers, 'paper')}, {dump.new:,} new{rejects} ({dump.format}{same}){nothing}"
        yield from (f"  rejected: {reject}" for reject in dump.rejected)
        if rest:
            yield f"  and {count(rest, 'reject')} more"


def bad_sources(made: Iterable[Made]) -> list[str]:
    """A line for each source that did not bring what it should."""
    found = {
        f"source {name}: {verdict}{f': {why}' if (why := one.reasons.get(name)) else ''}"
        for one in made
        for name, verdict in one.sources.items()
        if verdict in BAD
    }
    return sorted(found)


def visit_lines(visited: Iterable[Visit]) -> Iterator[str]:
    """What came of visits to sources, in words."""
    for one in visited:
        yield f"{one.source}: {one.verdict}{f': {one.why}' if one.why else ''}"


def is_bad(dumps: Iterable[DumpRead]) -> bool:
    """Whether any of these dumps came short."""
    return any(dump.format is None or dump.rejects or not dump.records for dump in dumps)


def count(number: int, noun: str) -> str:
    """`1 paper`, `12 papers`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
