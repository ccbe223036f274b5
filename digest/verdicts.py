"""Whether a source brought what it should: a quiet day is told from a broken one.

    complete  it brought something, and nothing says that anything is missing
    partial   some of it did not come, could not be read, or is far less than usual
    stale     it still shows what it showed before, though something else is due, or it was silent for too long
    quiet     nothing was due, or nothing was there
    broken    nothing came

What is new is told by what is in a list, never by the date that it says it is of: a list of yesterday's date may be
today's, and one of today's date may be yesterday's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import sqrt
from statistics import median
from typing import Literal, NamedTuple

from digest.issue import DumpRead
from digest.papers import readable
from digest.sources import Part

Verdict = Literal["complete", "partial", "stale", "quiet", "broken"]
BAD: tuple[Verdict, ...] = ("partial", "stale", "broken")

FAR_UNDER = 0.6  # of what is usual on that day of the week, and more than chance explains
MOST_SAID = 600  # characters of a reason
ENOUGH_DAYS = 3  # of them, before there is a usual


class Finding(NamedTuple):
    """A verdict, and why."""

    verdict: Verdict
    why: str = ""


class Came(NamedTuple):
    """What came of a part, in records."""

    papers: int = 0
    rejects: int = 0
    known: int = 0  # papers of works that the source had shown before the part was due


def of_dumps(
    reads: Sequence[DumpRead], last_news: datetime | None, stale_after: timedelta | None, now: datetime
) -> Finding:
    """What the reads of a source amount to whose documents lie there; `last_news` is when it last showed something new.

    broken: nothing could be read. partial: a dump or a record that could not be read, or a page without a paper.
    """
    unread = sum(read.format is None for read in reads)
    if reads and unread == len(reads):
        return Finding("broken", f"none of {len(reads):,} dumps could be read")
    rejects, records = sum(read.rejects for read in reads), sum(read.records for read in reads)
    empty = sum(read.format is not None and not read.records for read in reads)
    said = (
        f"{unread:,} of {len(reads):,} dumps could not be read" if unread else "",
        f"{rejects:,} of {records:,} records could not be read" if rejects else "",
        f"{empty:,} of {len(reads):,} dumps had no paper" if empty else "",
    )
    if any(said):
        return Finding("partial", "; ".join(filter(None, said)))
    return with_silence(Finding("complete" if reads else "quiet"), last_news, stale_after, now)


def of_part(part: Part, came: Came, earlier: Sequence[int], already: int | None) -> Finding:
    """What a part of a source amounts to.

    `earlier`: how many papers it brought on former days of the same name; `already`: on the day that is due, by now,
    with something new among them.
    """
    all_of_it, fresh = came.papers + came.rejects, came.papers - came.known
    counted = max(fresh if part.rolling else came.papers, already or 0)
    before = part.due is not None and already is not None
    if part.problem:
        return Finding("partial" if all_of_it or part.unchanged or before else "broken", part.problem)
    if part.announced is not None and all_of_it < part.announced:
        return Finding("partial", f"{all_of_it:,} of {part.announced:,} came")
    if came.rejects:
        return Finding("partial", f"{came.rejects:,} of {all_of_it:,} could not be read")
    if part.nothing_due:
        return Finding("complete" if fresh and counted > (already or 0) else "quiet", part.nothing_due)
    if not fresh and not before and part.day and part.due:
        if part.day < part.due:
            return Finding("stale", f"it still shows {part.day}, and {part.due} is due")
        if part.day == part.due and (came.papers or part.unchanged):  # an old list under a new date
            return Finding("stale", f"it says that it is of {part.day}, but nothing in it is new")
    if (not part.unchanged or already is not None) and is_far_under(counted, earlier):
        day = f" on a {part.due:%A}" if part.due else ""
        return Finding("partial", f"{counted:,} papers; usual{day} is {median(earlier):,.0f}")
    if fresh or (before and part.day == part.due):
        return Finding("complete")
    return Finding("quiet", "nothing has changed" if part.unchanged else "nothing new")


def is_far_under(count: int, earlier: Sequence[int]) -> bool:
    """Whether this is far less than the usual, the median of what came earlier, beyond three deviations of chance."""
    if len(earlier) < ENOUGH_DAYS:
        return False
    usual = median(earlier)
    return count < FAR_UNDER * usual and usual - count > 3 * sqrt(usual)


def of_source(parts: Sequence[tuple[str, Finding]]) -> Finding:
    """What the parts of a source amount to together, by the name of each; the worst is told, by name."""
    found = {finding.verdict for _, finding in parts}
    told: Verdict = (
        "broken"
        if found == {"broken"}
        else "partial"
        if found & {"broken", "partial"}
        else "stale"
        if "stale" in found
        else "complete"
        if "complete" in found
        else "quiet"
    )
    bad = [(name, one) for name, one in parts if one.verdict in BAD]
    said = [f"{name}: {one.why}" if name else one.why for name, one in bad or parts[:1] if one.why]
    return Finding(told, brief("; ".join(dict.fromkeys(said))))


def brief(said: str) -> str:
    """What a stranger's server says, so that it can stand in a line: readable, and no longer than that."""
    words = readable(said[: 4 * MOST_SAID])
    return words if len(words) <= MOST_SAID else f"{words[:MOST_SAID]}…"


def with_silence(
    finding: Finding, last_news: datetime | None, stale_after: timedelta | None, now: datetime
) -> Finding:
    """The same, or stale if nothing new came for longer than `stale_after`."""
    if finding.verdict in BAD or not _is_silent(last_news, stale_after, now):
        return finding
    return Finding("stale", f"nothing new since {last_news:%Y-%m-%d}")


def _is_silent(last_news: datetime | None, stale_after: timedelta | None, now: datetime) -> bool:
    return stale_after is not None and last_news is not None and now - last_news > stale_after
