"""One request at a time to one server, and a pause between two: over all commands, homes and processes of this user.

A lane is a file that whoever makes a request holds locked, with the moment of its last use in it.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Seconds between two requests, where a server's terms ask for more than one at a time.
PAUSES = {
    "arxiv.org": 3.0,  # info.arxiv.org/help/api/tou.html: one every three seconds, one connection, all its services
    "api.semanticscholar.org": 1.1,  # one a second, with a key
    "api.crossref.org": 1.0,  # lists, without an address of contact
}
# Characters of a lane's file; a host may have 253, and a file system less with what stands before
LONGEST = 100


def lane(host: str) -> str:
    """The lane of a host: arXiv counts all its services together."""
    return "arxiv.org" if host == "arxiv.org" or host.endswith(".arxiv.org") else host


@contextmanager
def turn(name: str) -> Iterator[None]:
    """Wait until it is our turn in this lane, and hold it."""
    with (_folder() / f"{name.replace('/', '_')[-LONGEST:]}.lane").open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        pause = PAUSES.get(name, 0.0)
        if pause:
            file.seek(0)
            time.sleep(_left(file.read(64), pause, time.time()))
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()
            file.write(repr(time.time()).encode())
            file.flush()


def _left(stamp: bytes, pause: float, now: float) -> float:
    """Seconds that are left of the pause; all of it if the clock was set back."""
    try:
        return min(pause, max(0.0, float(stamp) + pause - now))
    except ValueError:
        return 0.0


def _folder() -> Path:
    """The user's own folder for what may be lost; where he has none, one in the machine's."""
    mine = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "digest")
    for folder in (mine, Path(tempfile.gettempdir(), f"digest-{os.getuid()}")):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
            return folder
    return Path(tempfile.mkdtemp(prefix="digest-"))
