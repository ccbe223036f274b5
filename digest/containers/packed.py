"""One stream in another: gzip, bzip2, xz, zstd; and UTF-16 or UTF-32 text, which becomes UTF-8."""

import bz2
import codecs
import gzip
import lzma
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

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


def _zstd(stream: BinaryIO) -> Read:
    import zstandard

    reader = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).stream_reader(
        stream, read_across_frames=True
    )

    def read(count: int) -> bytes:
        try:
            return reader.read(count)
        except zstandard.ZstdError as error:
            raise EOFError(str(error)) from error

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
    b"<\0?\0": "utf-16-le",
    b"\0<\0?": "utf-16-be",
    b"{\0\r\0": "utf-16-le",
    b"{\0\n\0": "utf-16-le",
}


def unpacker(head: bytes) -> tuple[str, Unpack] | None:
    """What the stream that begins so is packed with, and how it is undone; None: with nothing."""
    for magic, how in _PACKED.items():
        if head.startswith(magic):
            return how
    for mark, charset in _WIDE.items():
        if head.startswith(mark):
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
