"""One stream in another: gzip, bzip2, xz, zstd; and UTF-16 or UTF-32 text, which becomes UTF-8."""

import bz2
import codecs
import gzip
import lzma
import re
from collections.abc import Callable, Generator
from functools import partial
from typing import IO, BinaryIO, cast

from digest.containers.limits import MAX_WINDOW, Read


def _gzip(stream: BinaryIO) -> Read:
    return gzip.GzipFile(fileobj=stream).read


def _bzip2(stream: BinaryIO) -> Read:
    return bz2.BZ2File(stream).read


def _xz(stream: BinaryIO) -> Read:
    """LZMAFile has no limit for the memory that a header may ask for; its decompressor has."""
    unpacker = lzma.LZMADecompressor(memlimit=MAX_WINDOW)

    def read(count: int) -> bytes:
        nonlocal unpacker
        while True:
            if unpacker.eof:
                rest = unpacker.unused_data.lstrip(b"\0") or stream.read(1 << 16)
                if not rest:
                    return b""
                unpacker = lzma.LZMADecompressor(memlimit=MAX_WINDOW)
                some = unpacker.decompress(rest, count)
            else:
                more = stream.read(1 << 16) if unpacker.needs_input else b""
                if unpacker.needs_input and not more:
                    raise EOFError("the end is missing")
                some = unpacker.decompress(more, count)
            if some:
                return some

    return read


class _Frames:
    """The bytes of a zstd stream on their way. Its reader ends without a word where it is cut off; the frames
    (RFC 8878, 3.1.1) say where it ends.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._head = b""
        self._steps = self._walk()
        self._wanted = next(self._steps)  # bytes to look at, or, below 0, to pass over
        self.is_whole = True

    def read(self, count: int) -> bytes:
        """As many bytes as the reader wants."""
        data = self._stream.read(count)
        at = 0
        while at < len(data):
            if self._wanted < 0:
                passed = min(-self._wanted, len(data) - at)
                at, self._wanted = at + passed, self._wanted + passed
            else:
                some = data[at : at + self._wanted - len(self._head)]
                at, self._head = at + len(some), self._head + some
            while self._wanted == 0 or len(self._head) == self._wanted:
                found, self._head = self._head, b""
                self._wanted = self._steps.send(found)
        self.is_whole = self._between and not self._head
        return data

    def _walk(self) -> Generator[int, bytes, None]:
        while True:
            self._between = True
            magic = yield 4
            self._between = False
            if magic[1:] == b"\x2a\x4d\x18":  # a skippable frame
                yield -int.from_bytes((yield 4), "little")
                continue
            flags = (yield 1)[0]
            single = flags >> 5 & 1
            yield -((1 - single) + (0, 1, 2, 4)[flags & 3] + (single, 2, 4, 8)[flags >> 6])
            block = 0
            while not block & 1:  # until the last one
                block = int.from_bytes((yield 3), "little")
                yield -1 if block >> 1 & 3 == 1 else -(block >> 3)
            yield -(flags & 4)  # the checksum


def _zstd(stream: BinaryIO) -> Read:
    import zstandard

    frames = _Frames(stream)
    reader = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).stream_reader(
        cast("IO[bytes]", frames), read_across_frames=True
    )

    def read(count: int) -> bytes:
        try:
            some = reader.read(count)
        except zstandard.ZstdError as error:
            raise EOFError(str(error)) from error
        if not some and not frames.is_whole:
            raise EOFError("the end is missing")
        return some

    return read


Unpack = Callable[[BinaryIO], Read]
_PACKED: dict[bytes, tuple[str, Unpack]] = {
    b"\x1f\x8b": ("gzip", _gzip),
    b"BZh": ("bzip2", _bzip2),
    b"\xfd7zXZ\0": ("xz", _xz),
    b"\x28\xb5\x2f\xfd": ("zstd", _zstd),
}
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WIDE_LETTERS = {  # two signs of ASCII, without a mark before them
    "utf-16-le": re.compile(rb"[\t-~]\0[\t-~]\0"),
    "utf-16-be": re.compile(rb"\0[\t-~]\0[\t-~]"),
}


def unpacker(head: bytes) -> tuple[str, Unpack] | None:
    """What the stream that begins so is packed with, and how it is undone; None: with nothing."""
    for magic, how in _PACKED.items():
        if head.startswith(magic):
            return how
    for mark, charset in _WIDE.items():
        if head.startswith(mark):
            return charset, partial(_recoder, charset)
    for charset, letters in _WIDE_LETTERS.items():
        if letters.match(head):
            return charset, partial(_recoder, charset)
    return None


def _recoder(charset: str, stream: BinaryIO) -> Read:
    """UTF-16 or UTF-32 → UTF-8; what is broken in it becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(charset)("replace")

    def read(_count: int) -> bytes:
        while some := stream.read(1 << 15):
            if text := decoder.decode(some):
                return text.encode("utf-8", "replace")
        return decoder.decode(b"", final=True).encode("utf-8", "replace")

    return read
