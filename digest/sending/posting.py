"""Sending beside a scheduler that runs: in a thread of its own, so that an hour of letters delays no slot."""

import threading
import time
from collections.abc import Callable

from digest.config import Home
from digest.errors import DigestError
from digest.operating.events import problem
from digest.sending import rounds as sending
from digest.sending import telling
from digest.sending.desk import Clock
from digest.sending.sent import Sent, lines
from digest.store import Store, due

AGAIN = (60, 300, 900, 3600)  # seconds until the next try after a failure; the last one for ever


class Tries:
    """How often something has failed in a row, and when it is tried again."""

    def __init__(self) -> None:
        self._failures = 0
        self._not_before = 0.0

    def failed(self) -> int:
        """The seconds until the next try."""
        pause = AGAIN[min(self._failures, len(AGAIN) - 1)]
        self._failures += 1
        self._not_before = time.monotonic() + pause
        return pause

    def went_well(self) -> None:
        """The next failure is the first one."""
        self._failures = 0

    def wait(self) -> bool:
        """Whether it is too early for the next try."""
        return time.monotonic() < self._not_before


class Posts:
    """One look at the ledger every second."""

    def __init__(
        self,
        home: Callable[[], Home],
        store: Store,
        clock: Clock,
        say: Callable[[str], None],
        stop: threading.Event,
        fail: Callable[[DigestError], None],
    ) -> None:
        self._home, self._store, self._clock, self._say = home, store, clock, say
        self._stop, self._fail = stop, fail
        self._tries = Tries()
        self._tried_with: Home | None = None

    def job(self) -> None:
        """A look, and after a failure none for a while."""
        home = self._home()
        waits = self._tries.wait() and home is self._tried_with  # new settings may mend it
        if self._stop.is_set() or waits:
            return
        self._tried_with = home
        try:
            sent = self._sent(home)
        except DigestError as error:
            self._put_off(str(error))
            self._fail(error)
        else:
            for line in lines(sent) if sent else ():
                self._say(line)
            if sent and sent.problems:
                self._put_off("\n".join(sent.problems))
            else:
                self._tries.went_well()

    def _sent(self, home: Home) -> Sent | None:
        telling.send(home, self._store, self._clock())
        with self._store.reading() as db:
            if not due.anything(db, self._clock()):
                return None
        return sending.send(home, self._store, None, self._clock, quiet, stop=self._stop)

    def _put_off(self, why: str) -> None:
        pause = self._tries.failed()
        self._say(f"{why}\nnext try to send in {pause} seconds")
        problem("unsent", problem=why)


def quiet(_step: str, _done: int, _of: int, _unit: str) -> None:
    """A scheduler shows no progress."""
