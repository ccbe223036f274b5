"""The log for programs: one line an event, in logfmt, through the standard library's logging.

    at=2026-11-21T06:00:03Z level=info event=issue digest=daily issue=daily-2026-11-21 papers=12

No address of a subscriber stands in it, whatever a mail server says: a subscriber is its number, as `digest report`
tells it, and of an address only the domain is left. Secrets are never given to it.
"""

import logging
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import WatchedFileHandler
from pathlib import Path

from digest.errors import ConfigError

LONGEST = 500  # characters of a value: what strangers' servers say has no end
STDERR = "-"

_log = logging.getLogger("digest")
_log.addHandler(logging.NullHandler())  # who did not ask for a log gets none
_log.propagate = False

_BARE = re.compile(r"[^\s\"=\\]+")
# What stands before the @ begins where a word does, else a long word is looked through from each of its letters.
_ADDRESS = re.compile(r"(?<![^\s<>\"(),;:])[^\s<>\"(),;:]+@([^\s<>\"'(),;:]+)")


def event(name: str, level: int = logging.INFO, /, **fields: object) -> None:
    """Something has happened; fields that are None are left out."""
    _log.log(level, name, extra={"fields": fields})


def problem(name: str, /, **fields: object) -> None:
    """The same of something that the operator should look at."""
    event(name, logging.WARNING, **fields)


@contextmanager
def logged_to(target: str) -> Iterator[None]:
    """Events go into this file, which may be moved away at any time, or to the standard error."""
    try:
        handler = logging.StreamHandler(sys.stderr) if target == STDERR else WatchedFileHandler(Path(target))
    except OSError as error:
        raise ConfigError(f"--log {target}: {error.strerror}: name a file that can be written") from error
    handler.setFormatter(_Logfmt())
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    try:
        yield
    finally:
        _log.removeHandler(handler)
        handler.close()


@contextmanager
def told(name: str, say: Callable[[str], None]) -> Iterator[None]:
    """Problems of this name are said at once, for who looks on while nothing else moves."""
    handler = _Said(name, say)
    _log.addHandler(handler)
    try:
        yield
    finally:
        _log.removeHandler(handler)


class _Said(logging.Handler):
    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._name, self._say = name, say

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        if record.getMessage() == self._name:
            self._say(str(getattr(record, "fields", {}).get("problem", "")))


class _Logfmt(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        fields: dict[str, object] = {
            "at": at,
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        fields |= getattr(record, "fields", {})
        return " ".join(f"{key}={_value(value)}" for key, value in fields.items() if value is not None)


def _value(value: object) -> str:
    said = without_addresses(str(value))
    said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
    if _BARE.fullmatch(said) and said.isprintable():
        return said
    quoted = said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"{}"'.format("".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in quoted))


def without_addresses(said: str) -> str:
    """The same without anybody's name before the @."""
    return _ADDRESS.sub(r"…@\1", said)
