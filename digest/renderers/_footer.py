"""The end of every issue: what became of all that came in, so that a quiet day is told from a broken one."""

from dataclasses import dataclass

from digest.issue import Account, DumpRead, Head
from digest.templating import count, day

BAD = {
    "partial": "partial: some of it could not be read",
    "stale": "stale: no news for too long",
    "broken": "broken: nothing could be read",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the footer; `bad` ones are marked."""

    words: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Footer:
    """The account, the dumps that were read, and each source's verdict."""

    account: str
    dumps: tuple[Line, ...]
    sources: tuple[Line, ...]
    trouble: str  # the sources that are partial, stale or broken, in one sentence; empty if none is
    made: str


def footer(head: Head, most: int | None = None) -> Footer:
    """The footer of an issue with at most so many lines of dumps; what is cut is summed up."""
    dumps = tuple(map(_dump, head.dumps[:most]))
    rest = head.dumps[len(dumps) :]
    return Footer(
        account=account(head.account),
        dumps=(*dumps, _summed(rest)) if rest else dumps,
        sources=tuple(_source(head, name) for name in sorted(head.sources)),
        trouble=_trouble(head.sources),
        made=f"Made {day(head.made.isoformat())}, {head.made:%H:%M} UTC. Dates are those of {head.timezone}.",
    )


def account(told: Account) -> str:
    """The account's two equations as sentences: what came in, and what became of what is news."""
    if not told.arrivals:
        return "No paper came in."
    parts = ((told.new, "new"), (told.revised, "revised"), (told.carried_before, "carried before"))
    named = ", ".join(f"{number:,} {what}" for number, what in (*parts, (told.withdrawn, "withdrawn")))
    news = told.new + told.revised
    return (
        f"{count(told.arrivals, 'paper')} came in: {named}. Of the {news:,} new or revised, "
        f"{news - told.ungrouped:,} stand in this issue and {told.ungrouped:,} under no group."
    )


def _dump(dump: DumpRead) -> Line:
    if dump.format is None:
        return Line(f"{dump.origin} ({dump.source}): not read: {dump.brief or 'no known format'}", bad=True)
    numbers = (
        f"{count(dump.records, 'record')}, {count(dump.papers, 'paper')}, {count(dump.rejects, 'reject')}"
    )
    words = f"{dump.origin} ({dump.source}, {dump.format}): {numbers}, {dump.new:,} new"
    return Line(f"{words}; {dump.problem}" if dump.problem else words, bad=bool(dump.rejects or dump.problem))


def _summed(dumps: tuple[DumpRead, ...]) -> Line:
    """One line for many dumps."""
    rejects = sum(dump.rejects for dump in dumps)
    unread = sum(dump.format is None for dump in dumps)
    words = f"and {count(len(dumps), 'more dump')}: {count(rejects, 'reject')}, {unread:,} not read"
    return Line(words, bad=bool(rejects or unread))


def _source(head: Head, name: str) -> Line:
    verdict = head.sources[name]
    why = head.reasons.get(name, "")
    words = f"{verdict}: {why}" if why else BAD.get(verdict, verdict)
    return Line(f"{name}: {words}", verdict in BAD)


def _trouble(verdicts: dict[str, str]) -> str:
    bad = [f"{name} is {verdict}" for name, verdict in sorted(verdicts.items()) if verdict in BAD]
    return f"Something may be missing: {', '.join(bad)}." if bad else ""
