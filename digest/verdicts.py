"""Whether a source brought what it should: a quiet day is told from a broken one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from digest.issue import DumpRead

Verdict = Literal["complete", "partial", "stale", "quiet", "broken"]
BAD: tuple[Verdict, ...] = ("partial", "stale", "broken")


def verdict(
    reads: Sequence[DumpRead], last_news: datetime | None, stale_after: timedelta | None, now: datetime
) -> Verdict:
    """What the reads of one source amount to; `last_news` is when it last showed something new.

    broken: nothing could be read. partial: a dump or a record that could not be read, or a page without a paper.
    stale: nothing new for longer than `stale_after`. quiet: nothing was there to be read.
    """
    if reads and all(read.format is None for read in reads):
        return "broken"
    if any(read.format is None or read.rejects or not read.records for read in reads):
        return "partial"
    if stale_after is not None and last_news is not None and now - last_news > stale_after:
        return "stale"
    return "complete" if reads else "quiet"
