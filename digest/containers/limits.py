"""What is unpacked from one dump, and how much of it there may be.

Every byte was chosen by a stranger; each limit is named for the attack that it stops:

    MAX_RATIO, MAX_OUTPUT   bombs: a small file that unpacks to more than any disk or patience
    MAX_DEPTH               containers in containers without end
    MAX_MEMBERS             a zip or mailbox of millions of empty members
    MAX_IN_MEMORY           a container that can only be read whole, inside another
    MAX_WINDOW              a header that asks for gigabytes of memory before the first byte
"""

import io
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO, NamedTuple, cast

from digest.errors import DumpError
from digest.papers import readable

MAX_RATIO = 100  # times the dump's own size, in all; JSON packs 4 to 40 times, zeros 200 to 30,000 times
FREE = 32 << 20  # bytes that any dump may unpack to, whatever its ratio
MAX_OUTPUT = (
    200 << 30
)  # bytes; the largest dump that one file holds, OpenAlex's parts apart, is Crossref's 200 GB
MAX_DEPTH = 4
MAX_MEMBERS = 50_000
MAX_IN_MEMORY = 64 << 20  # bytes
MAX_WINDOW = 256 << 20  # bytes
BUFFER = 1 << 18  # bytes: as many can be looked at before they are read


class Document(NamedTuple):
    """A document in a dump."""

    name: str  # where it stands in its containers: "2024.zip/may.json"; empty: it is the dump itself
    stream: BinaryIO  # can `peek` at its first BUFFER bytes
    mail: str = ""  # the mail that it is part of
    is_body: bool = False  # and of that its text, perhaps one of several that say the same
    problem: str = ""  # why it cannot be read; then the stream is empty


class Budget:
    """How much all that is unpacked from one dump may be."""

    def __init__(self, size: int) -> None:
        self._ratio = size * MAX_RATIO + FREE
        self._left = min(self._ratio, MAX_OUTPUT)
        self._members = MAX_MEMBERS

    def spend(self, count: int) -> None:
        """So many bytes more were unpacked."""
        self._left -= count
        if self._left < 0:
            limit = (
                f"more than {MAX_RATIO} times its size (MAX_RATIO)"
                if self._ratio < MAX_OUTPUT
                else f"more than {MAX_OUTPUT >> 30} GiB (MAX_OUTPUT)"
            )
            raise DumpError(f"it unpacks to {limit}: no honest dump does, so it is not read any further")

    def member(self) -> None:
        """One member more."""
        self._members -= 1
        if self._members < 0:
            raise DumpError(f"it holds more than {MAX_MEMBERS:,} files or mails (MAX_MEMBERS)")


Read = Callable[[int], bytes]
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, UnicodeError)


class _Unpacked(io.RawIOBase):
    """Bytes from a container, counted."""

    def __init__(self, read: Read, budget: Budget, what: str) -> None:
        self._read, self._budget, self._what = read, budget, what
        self._done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """As many bytes as fit, so that one look ahead is a whole one."""
        filled = 0
        while filled < len(buffer):
            try:
                some = self._read(len(buffer) - filled)
            except _BROKEN as error:
                if filled:  # what came before the break is read first
                    break
                why = f" ({error})" if str(error) else ""
                raise DumpError(
                    f"its {self._what} data is cut off or broken after {self._done:,} bytes{why}: save it again"
                ) from error
            if not some:
                break
            self._budget.spend(len(some))
            buffer[filled : filled + len(some)] = some
            filled += len(some)
        self._done += filled
        return filled


def stream(read: Read, budget: Budget, what: str) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Unpacked(read, budget, what), BUFFER))


def all_of(document: Document, what: str) -> bytes:
    """The whole of a container that cannot be streamed."""
    data = document.stream.read(MAX_IN_MEMORY + 1)
    if len(data) > MAX_IN_MEMORY:
        raise DumpError(
            f"{what} of more than {MAX_IN_MEMORY >> 20} MiB (MAX_IN_MEMORY): unpack it, and give what is in it"
        )
    return data


def named(document: Document, name: str) -> str:
    """How a member is called, below the name of what holds it."""
    clean = readable(name)[:200]
    return f"{document.name}/{clean}" if document.name else clean


def member(document: Document, name: str, data: bytes) -> Document:
    """A member that is in memory."""
    inside = cast(BinaryIO, io.BufferedReader(io.BytesIO(data), BUFFER))
    return Document(named(document, name) if name else document.name, inside)
