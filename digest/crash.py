"""Points at which a test may kill the program, or stop it. Each does nothing without DIGEST_CRASH_AT or DIGEST_STOP_AT.

A promise that holds after `kill -9` is only worth what was tried: the tests kill at each of these.
"""

import os
import signal
import threading
from functools import cache
from itertools import count

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
    "deliveries planned",
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

# From the claim of a delivery to the record of what became of it.
SENDING = (
    "claims recovered",
    "deliveries claimed",
    "letter composed",
    "envelope answered",
    "letter begun",
    "body sent",
    "dot marked",
    "dot sent",
    "reply read",
    "outcomes recorded",
)

_SIGNALS = {"DIGEST_CRASH_AT": signal.SIGKILL, "DIGEST_STOP_AT": signal.SIGSTOP}
_passed = count(1)


def point(name: str) -> None:
    """Die here, without a chance to tidy up, or stop until SIGCONT, if a variable says so.

    `DIGEST_CRASH_AT="file written:3"` is at the third time that the program comes by.
    """
    for wanted, times, strike in _wanted():
        if wanted == name and next(_passed) == times:
            # To this thread: one that is sent to the process lets it go on until another thread has taken it.
            signal.pthread_kill(threading.get_ident(), strike)


@cache
def _wanted() -> tuple[tuple[str, int, int], ...]:
    """Where to do what, and at which time: looked up once, for each letter comes by eight points."""
    found = []
    for variable, strike in _SIGNALS.items():
        name, _, times = os.environ.get(variable, "").partition(":")
        if name and name not in (*POINTS, *SENDING):
            raise ValueError(f"{name!r} is no point")
        found += [(name, int(times or 1), strike)] if name else []
    return tuple(found)
