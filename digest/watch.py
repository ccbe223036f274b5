"""Which dropped files stand still: nobody reads a dump that somebody is still writing."""

from dataclasses import dataclass
from pathlib import Path

from digest.sources import Found

STILL = 2.0  # seconds for which size and time have to stand still
AGAIN = 3600.0  # seconds until a file that could not be read is offered again as it is


@dataclass(slots=True)
class _Seen:
    state: tuple[int, int]  # size, time
    since: float
    offered: float | None = None


class Watch:
    """What was seen of the files so far. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._files: dict[Path, _Seen] = {}

    def ready(self, found: Found, at: float) -> bool:
        """Whether the file stands still since STILL seconds, and was not offered as it is in the last hour."""
        state = (found.size, found.mtime_ns)
        seen = self._files.get(found.path)
        if seen is None or seen.state != state:
            seen = self._files[found.path] = _Seen(state, at)
        if at - seen.since < STILL or (seen.offered is not None and at - seen.offered < AGAIN):
            return False
        seen.offered = at
        return True
