"""Text documents → lines, whatever their character set and their line ends.

UTF-8 first; what is none is decoded as the document says (`% Encoding: windows-1252`), else as charset-normalizer
guesses from what follows, else as Windows-1252, which has a sign for nearly every byte.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from digest.errors import DumpError

MAX_LINE = 16 << 20  # bytes
MAX_BLANK = 1 << 16  # blank lines in a row
GUESSED = 1 << 18  # bytes that a guess at the character set looks at
TOO_SHORT = 400  # bytes: less says little of a character set
_TOLD = re.compile(rb"(?:%\s*Encoding|Character ?Set)\s*[:=]\s*([\w-]+)", re.IGNORECASE)


class Line(NamedTuple):
    """A line without its end."""

    number: int  # from 1
    text: str

    @property
    def where(self) -> str:
        """As rejects and papers name it."""
        return f"line {self.number}"


def lines(dump: BinaryIO) -> Iterator[Line]:
    """All lines, blank ones too; `\\r\\n` and `\\r` end a line as `\\n` does. DumpError for a line that is none."""
    number, told, charset, blank = 0, "", "", 0
    while raw := dump.readline(MAX_LINE + 1):
        if len(raw) > MAX_LINE:
            raise DumpError(f"line {number + 1} has more than {MAX_LINE >> 20} MiB (MAX_LINE)")
        if number < 20 and (found := _TOLD.search(raw)):
            told = found[1].decode()
        try:
            text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")  # again where `cat` joined files
        except UnicodeDecodeError:
            charset = charset or _charset(raw, dump, told)
            text = raw.decode(charset, "replace")
        for one in text.removesuffix("\n").removesuffix("\r").split("\r"):
            number += 1
            blank = blank + 1 if not one or one.isspace() else 0
            if blank > MAX_BLANK:
                raise DumpError(f"it has more than {MAX_BLANK:,} blank lines in a row (MAX_BLANK)")
            yield Line(number, one)


def _charset(raw: bytes, dump: BinaryIO, told: str) -> str:
    if told:
        try:
            raw.decode(told)
        except (LookupError, UnicodeDecodeError):
            pass
        else:
            return told
    from charset_normalizer import from_bytes

    peek = getattr(dump, "peek", None)
    sample = raw + (peek(GUESSED)[:GUESSED] if peek else b"")
    if len(sample) < TOO_SHORT:
        return _tried(sample)
    guess = from_bytes(sample).best()
    return guess.encoding if guess else "cp1252"


def _tried(sample: bytes) -> str:
    """Of a text too short to be guessed at: GBK if its bytes beyond ASCII are pairs of common signs, as in no Western
    word, else Windows-1252.
    """
    foreign = re.findall(rb"[\x80-\xff]+", sample)
    pairs = all(len(run) % 2 == 0 and all(0xA1 <= one <= 0xF7 for one in run[::2]) for run in foreign)
    return "gbk" if pairs and max(map(len, foreign), default=0) >= 4 else "cp1252"
