"""A local program that takes a letter on its standard input, as `sendmail -i -f FROM -- TO` does on every Unix.

What it has read when its input ends is a letter to it, whole or not, also when that end is our own death. So the mark
stands before it is started. Its exit code is the answer (sysexits.h).
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent

from digest import crash
from digest.config import Home
from digest.deliveries import CUT_OFF, Dot, Outcome
from digest.errors import DeliveryError
from digest.sending.letters import Letter

KIND = "sendmail"

ANSWER = 600  # seconds
FOR_EVER = {64, 65, 67, 68}  # EX_USAGE, EX_DATAERR, EX_NOUSER, EX_NOHOST
DEFAULT = "/usr/sbin/sendmail"


@contextmanager
def opened(home: Home) -> "Iterator[_Program]":
    """The program, if it is there."""
    program = home.path / (home.delivery.path or DEFAULT)
    if not os.access(program, os.X_OK) or program.is_dir():
        raise DeliveryError(f"{program}: there is no such program: name it in [delivery] path")
    yield _Program(program)


class _Program:
    def __init__(self, program: Path) -> None:
        self._program = program

    def deliver(self, letter: Letter, dot: Dot) -> Outcome:
        """Start the program, give it the letter, and read what it ends with."""
        command = [str(self._program), "-i", "-f", letter.sender, "--", letter.to]
        crash.point("letter begun")
        crash.point("body sent")
        if not dot():
            return CUT_OFF
        crash.point("dot marked")
        try:
            done = gevent.get_hub().threadpool.apply(_run, (command, letter.data))
        except OSError as error:
            return Outcome("later", None, f"{self._program}: {error.strerror}")
        except subprocess.TimeoutExpired:
            return Outcome("unknown", None, f"it did not end within {ANSWER} seconds")
        crash.point("dot sent")
        crash.point("reply read")
        return _answered(done.returncode, done.stdout)


def _run(command: list[str], data: bytes) -> "subprocess.CompletedProcess[bytes]":
    """In a thread, so that other lanes can go on meanwhile."""
    # Lines end as this machine's do: the program makes CRLF of them, and would make two of ours.
    # S603: the program is the operator's, and no shell reads the addresses
    return subprocess.run(  # noqa: S603
        command,
        input=data.replace(b"\r\n", b"\n"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=ANSWER,
        check=False,
        start_new_session=True,  # a Ctrl-C is for all of the terminal: it would end here in a doubt
    )


def _answered(code: int, said: bytes) -> Outcome:
    words = " ".join(f"exit {code} {said.decode('utf-8', 'replace')}".split())
    reply = "".join(letter for letter in words if letter.isprintable())
    if code == 0:
        return Outcome("accepted", code, reply)
    if code < 0:  # killed: it may have passed the letter on before
        return Outcome("unknown", code, reply)
    return Outcome("rejected" if code in FOR_EVER else "later", code, reply)
