"""Points at which a test may kill the program. Each does nothing without the variable DIGEST_CRASH_AT.

A promise that holds after `kill -9` is only worth what was tried: tests/test_crash.py kills at each of these.
"""

import os
import signal

POINTS = (
    "home loaded",
    "store opened",
    "old files written",
    "digest begun",
    "dump opened",
    "works stored",
    "arrivals appended",
    "papers stored",
    "dump closed",
    "dump committed",
    "source reached",
    "visit ended",
    "span read",
    "cards stored",
    "issue carried",
    "issue frozen",
    "cursor moved",
    "slot settled",
    "issue committed",
    "file opened",
    "file written",
    "file renamed",
    "issue written",
    "archive written",
    "files recorded",
    "run recorded",
)


def point(name: str) -> None:
    """Die here, without a chance to tidy up, if the variable says so."""
    if os.environ.get("DIGEST_CRASH_AT") == name:
        if name not in POINTS:
            raise ValueError(f"{name!r} is not in POINTS")
        os.kill(os.getpid(), signal.SIGKILL)
