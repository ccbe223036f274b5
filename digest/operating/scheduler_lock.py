"""One scheduler a home: a lock of the operating system on a file beside the store.

The kernel drops it with the process, however that ends, so no lock is ever stale; what the file says is for people.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from digest.config import Home
from digest.errors import LockError, StoreError

PATIENCE = 1.0  # seconds: `digest status` has it for an instant, and a service that is restarted ends first
_BETWEEN = 0.05


class Holder(NamedTuple):
    """The process that has the lock, as it wrote itself."""

    pid: int
    since: str  # ISO 8601


def path(home: Home) -> Path:
    """Where the lock is."""
    return home.store.with_name(f"{home.store.name}.lock")


@contextmanager
def held(home: Home, now: datetime) -> Iterator[None]:
    """Be the only scheduler of this home; LockError, with the other one, if there is one; StoreError if nobody can."""
    try:
        file = path(home).open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{path(home)}: it cannot be written: {error.strerror}: the scheduler needs it; check who owns the folder"
        ) from error
    with file:
        if not _taken(file.fileno()):
            raise LockError(_refusal(home))
        file.truncate(0)
        file.write(f"{os.getpid()} {now:%Y-%m-%dT%H:%M:%SZ}\n")
        file.flush()
        yield
        file.truncate(0)


def holder(home: Home) -> Holder | None:
    """The scheduler that works in this home; None: none."""
    try:
        # lockf wants a file that can be written; who may not, cannot know
        with path(home).open("r+", encoding="utf-8") as file:
            if _try(file.fileno()):
                return None
            return _read(file.read())
    except OSError:
        return None


def _taken(descriptor: int) -> bool:
    until = time.monotonic() + PATIENCE
    while not _try(descriptor):
        if time.monotonic() > until:
            return False
        time.sleep(_BETWEEN)
    return True


def _try(descriptor: int) -> bool:
    # A lock of fcntl is the process's own: a child that reads a dump does not hold it on when we are killed.
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(said: str) -> Holder:
    pid, _, since = said.strip().partition(" ")
    return Holder(int(pid) if pid.isdigit() else 0, since)


def _refusal(home: Home) -> str:
    other = holder(home)
    who = f"process {other.pid}, since {other.since}" if other and other.pid else "which has just begun"
    return f"another scheduler works in {home.path}: {who}: leave the work to it, or end it first"
