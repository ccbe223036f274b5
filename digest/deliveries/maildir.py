"""A Maildir (https://cr.yp.to/proto/maildir.html): written in `tmp`, linked into `new`; nobody reads half a letter.

A letter is called by its message id, in hidden form: the same one again finds itself there, and is not delivered twice.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.config import Home
from digest.deliveries import Dot, Outcome
from digest.deliveries._files import called, placed
from digest.errors import DeliveryError
from digest.sending.letters import Letter

KIND = "maildir"


@contextmanager
def opened(home: Home) -> "Iterator[_Maildir]":
    """The Maildir, made if it is not there."""
    folder = home.path / home.delivery.path
    try:
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeliveryError(f"{folder}: no Maildir can be made there: {error.strerror}") from error
    yield _Maildir(folder)


class _Maildir:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, letter: Letter, dot: Dot) -> Outcome:
        """Link it into `new`, with the two headers that who delivers at last puts on (RFC 5321 §4.4)."""
        name = f"{called(letter)}.digest"
        if self._read_already(name):
            return Outcome("accepted", None, f"{name} was there already")
        head = f"Return-Path: <{letter.sender}>\r\nDelivered-To: {letter.to}\r\n".encode()
        data = (head + letter.data).replace(b"\r\n", os.linesep.encode())
        return placed(
            self._folder / "tmp" / f"{name}.{time.time_ns()}", self._folder / "new" / name, data, dot
        )

    def _read_already(self, name: str) -> bool:
        """A mail program has moved it to `cur`, and put its flags behind the name."""
        return any((self._folder / "cur").glob(f"{name}*"))
