"""Tokens: which subscriber, and which issue, an address in a letter speaks of. They cannot be guessed or changed.

key's number (1 byte) + numbers (4 bytes each, hidden) + tag (10 or 15 bytes), in base32 without case

`leave` has the subscriber's number: 24 letters, so that a link with it fits a line. `bounce` has the issue's too: 39.
Links hold for years and outlive many keys, so each token says which key has signed it.
"""

from base64 import b32decode, b32encode
from hmac import compare_digest
from typing import Literal, NamedTuple

from digest.secrets import Secret, Secrets, mac

Purpose = Literal["leave", "bounce"]

WIDTH = 4  # bytes of a number: four thousand million subscribers
TAG = {"leave": 10, "bounce": 15}  # bytes: RFC 2104 §5 wants 80 bits at least, and each guess asks us
LETTERS = {"leave": 24, "bounce": 39}
ALPHABET = "a-z2-7"


class Token(NamedTuple):
    """What a token says."""

    subscriber: int
    issue: int | None = None  # its number in the digest; a token for leaving says none


def make(secret: Secret, purpose: Purpose, subscriber: int, issue: int | None = None) -> str:
    """The token that says these numbers for this purpose."""
    numbers = (subscriber,) if issue is None else (subscriber, issue)
    said = b"".join(number.to_bytes(WIDTH, "big") for number in numbers)
    tag = mac(secret.key, purpose, said)[: TAG[purpose]]
    return _written(bytes([secret.id % 256]) + _hidden(secret, said, tag) + tag)


def read(token: str, purpose: Purpose, secrets: Secrets) -> Token | None:
    """What a token says, in whatever case it comes; None if no believed key has signed it for this purpose."""
    data, width = _bytes(token, purpose), TAG[purpose]
    if data is None:
        return None
    for secret in secrets.tokens:
        if secret.believed and secret.id % 256 == data[0]:
            tag = data[-width:]
            said = _hidden(secret, data[1:-width], tag)
            if compare_digest(tag, mac(secret.key, purpose, said)[:width]):
                numbers = (said[at : at + WIDTH] for at in range(0, len(said), WIDTH))
                return Token(*(int.from_bytes(number, "big") for number in numbers))
    return None


def _hidden(secret: Secret, said: bytes, tag: bytes) -> bytes:
    """Numbers turned into noise, or back: a reader of one letter shall not learn how many subscribers there are."""
    noise = mac(secret.key, "noise", tag)
    return bytes(one ^ other for one, other in zip(said, noise, strict=False))


def _written(data: bytes) -> str:
    return b32encode(data).decode("ascii").rstrip("=").lower()


def _bytes(token: str, purpose: Purpose) -> bytes | None:
    """What a token of this purpose is written from; None if it is not written as one, to the last bit."""
    if len(token) != LETTERS[purpose] or not token.isascii():
        return None
    try:
        data = b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:  # letters that are not of base32
        return None
    return data if _written(data) == token.lower() else None
