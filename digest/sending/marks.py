"""The marks of letters that are about to go out, written down several at once: whoever asks last does it for all.

With one lane there is nobody to wait for; with eight a commit takes as long as with one.
"""

import threading
import time
from collections.abc import Callable

from digest.store.deliveries import Claim

COMPANY = 0.002  # seconds that a mark waits for those of other lanes

Write = Callable[[list[Claim]], list[bool]]  # claims → whether the mark of each is on the disk


class _Asked:
    """`may` is None while nobody knows."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.may: bool | None = None


class Marks:
    """What lanes ask for; `busy` says how many of them are at something. Only one at a time writes."""

    def __init__(self, write: Write, busy: Callable[[], int]) -> None:
        self._write, self._busy = write, busy
        self._change = threading.Condition()
        self._asked: list[_Asked] = []
        self._is_writing = self._is_shut = False

    def ask(self, claim: Claim) -> bool:
        """Whether the last byte of this letter may go out: its mark is on the disk then."""
        asked = _Asked(claim)
        until = time.monotonic() + COMPANY
        with self._change:
            if self._is_shut:
                return False
            self._asked.append(asked)
            while asked.may is None and not self._may_write(until):
                self._change.wait(None if self._is_writing else max(0, until - time.monotonic()))
            if asked.may is not None:
                return asked.may
            self._is_writing = True
        self._write_all()
        return bool(asked.may)

    def _may_write(self, until: float) -> bool:
        """Whether nobody is at it, and nobody is left to wait for."""
        if self._is_writing:
            return False
        return len(self._asked) >= self._busy() or time.monotonic() >= until

    def write(self) -> None:
        """Write what there is besides, unless somebody is at it or is about to be."""
        with self._change:
            if self._is_writing or self._asked:
                return
            self._is_writing = True
        self._write_all()

    def _write_all(self) -> None:
        with self._change:
            asked, self._asked = self._asked, []
        answers = [False] * len(asked)
        try:
            answers = self._write([one.claim for one in asked])
        finally:
            with self._change:
                self._is_writing = False
                for one, may in zip(asked, answers, strict=True):
                    one.may = may
                self._change.notify_all()

    def shut(self) -> None:
        """Refuse whoever asks from now on; when this is over, nobody writes any more."""
        with self._change:
            self._is_shut = True
            for one in self._asked:
                one.may = False
            self._asked = []
            self._change.notify_all()
            while self._is_writing:
                self._change.wait()
