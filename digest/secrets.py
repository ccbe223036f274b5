"""Keys, and what is signed or hidden with them: HMAC with SHA-256, for one purpose each."""

import hashlib
import hmac
import os
from typing import NamedTuple

KEY = 32  # bytes: as many as SHA-256 gives (RFC 2104 §3)
WHO = 32  # hexadecimal digits: 128 bits, so that no two addresses of a list meet


class Secret(NamedTuple):
    """A key with its number in the store."""

    id: int
    key: bytes
    believed: bool = True  # until somebody says that it got out

    def __repr__(self) -> str:
        return f"Secret({self.id})"  # no key gets into a log


class Secrets(NamedTuple):
    """The keys of a home."""

    addresses: (
        bytes  # hides addresses; it is never renewed, for what it has hidden is all that is left of them
    )
    tokens: tuple[Secret, ...]  # newest first; the newest is believed

    def __repr__(self) -> str:
        return f"Secrets({self.tokens})"

    @property
    def newest(self) -> Secret:
        """The one that signs what is new."""
        return self.tokens[0]

    def named(self, number: int) -> Secret:
        """The key of this number, which never changes; KeyError if there is none."""
        return {secret.id: secret for secret in self.tokens}[number]

    def signing(self, number: int) -> Secret:
        """The key of this number, or the newest if that one is not believed any more."""
        secret = self.named(number)
        return secret if secret.believed else self.newest


def fresh() -> bytes:
    """A key that nobody knows."""
    return os.urandom(KEY)


def mac(key: bytes, purpose: str, said: bytes) -> bytes:
    """What only the holder of the key can say of these bytes; what was said for one purpose holds for no other."""
    return hmac.digest(key, purpose.encode() + b"\0" + said, hashlib.sha256)


def who(secrets: Secrets, folded: str) -> str:
    """A folded address, hidden: the same address gives the same words, and nobody gets it back from them."""
    return mac(secrets.addresses, "address", folded.encode()).hex()[:WHO]
