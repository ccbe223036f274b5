"""A mail's bytes as RFC 5322, 2045 and 2047 want them, written strictly.

The standard library's writer breaks long headers and chooses a random boundary, so the same issue would not
give the same bytes. Here nothing can put a line break into a header, and nothing is longer than it may be.
"""

import binascii
import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence

from digest.papers import readable

LINE = 76  # the longest line that may hold encoded words (RFC 2047 §2) or quoted-printable (RFC 2045 §6.7)
WORD_BYTES = 39  # of UTF-8 in an encoded word: 52 letters of base64, so that it fits behind `Subject: `


def message(
    headers: Iterable[tuple[str, str]], parts: Sequence[tuple[str, bytes]], seed: str
) -> Iterator[bytes]:
    """A whole message with the parts (subtype of text/, words) as alternatives, the best one last.

    The boundary comes from the seed. It holds `=_`, which quoted-printable never writes (RFC 2045 §6.7).
    """
    boundary = f"=_{hashlib.sha256(seed.encode()).hexdigest()[:32]}"
    for name, value in headers:
        yield f"{name}: {value}\r\n".encode("ascii")
    yield b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n"
    yield f' boundary="{boundary}"\r\n'.encode()
    for subtype, words in parts:
        yield f"\r\n--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n".encode()
        yield b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        yield quoted_printable(words)
    yield f"\r\n--{boundary}--\r\n".encode()


def quoted_printable(words: bytes) -> bytes:
    """The words in lines of 76 at most, each ended by CRLF."""
    lines = words.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return binascii.b2a_qp(lines).replace(b"\n", b"\r\n")


def unstructured(words: str, taken: int) -> str:
    """The value of a header of free words, such as Subject; `taken`: columns of the header's name."""
    plain = readable(words)
    if plain.isascii() and "=?" not in plain and taken + len(plain) <= LINE:
        return plain
    return encoded(plain)


def phrase(words: str) -> str:
    """Words before an address in angle brackets (RFC 5322 §3.2.5)."""
    plain = readable(words)
    if plain.isascii() and "=?" not in plain and len(plain) < LINE // 2:
        return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", plain))
    return encoded(plain)


def encoded(words: str) -> str:
    """RFC 2047 encoded words, none of them splitting a character (§5), each on a line of its own."""
    return "\r\n ".join(f"=?utf-8?B?{b64encode(part).decode('ascii')}?=" for part in _portions(words))


def _portions(words: str) -> Iterator[bytes]:
    portion = b""
    for character in words:
        more = character.encode()
        if len(portion) + len(more) > WORD_BYTES:
            yield portion
            portion = b""
        portion += more
    yield portion
