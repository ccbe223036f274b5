"""Mail addresses: what a letter can be sent to, and which of them are one.

Domains in other scripts become their A-labels (RFC 5890). A local part outside ASCII would need SMTPUTF8
(RFC 6531) from every server on the way, so it is refused, with the reason.
"""

import re
from typing import NamedTuple

LONGEST = 254  # octets: RFC 5321 §4.5.3.1.3, less the angle brackets
LONGEST_LOCAL = 64  # octets: RFC 5321 §4.5.3.1.1
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322 §3.2.3
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")


class Address(NamedTuple):
    """A mail address as it is written to."""

    written: str
    folded: str  # without case: two that fold alike are one
    domain: str

    @property
    def local(self) -> str:
        """What stands before the sign."""
        return self.written.rpartition("@")[0]


def parse(text: str) -> Address:
    """The one bare address that the text is; ValueError with the reason if it is none that can be written to."""
    bare = text.strip()
    local, sign, domain = bare.rpartition("@")
    if not bare.isprintable() or any(map(str.isspace, bare)):
        raise ValueError("there are spaces or control characters in it")
    if not sign or not local or not domain:
        raise ValueError("there has to be a name, one @ and a domain")
    _check_local(local)
    ascii_domain = _ascii(domain)
    written = f"{local}@{ascii_domain}"
    if len(written) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    return Address(written, written.lower(), ascii_domain)


def _check_local(local: str) -> None:
    if not local.isascii():
        raise ValueError(
            f"{local!r} before the @ is not ASCII: not all mail servers can take it (SMTPUTF8); ask for another address"
        )
    if len(local) > LONGEST_LOCAL:
        raise ValueError(f"there are more than {LONGEST_LOCAL} characters before the @")
    if not _LOCAL.fullmatch(local):
        raise ValueError(f"{local!r} cannot stand before the @")


def _ascii(domain: str) -> str:
    """The domain in lower case and ASCII; one without a dot is no domain of the net, but for `localhost`."""
    lower = domain.lower()
    if not lower.isascii() or "xn--" in lower:
        lower = _a_labels(domain)
    if lower != "localhost" and (not _DOMAIN.fullmatch(lower) or lower.rpartition(".")[2].isdigit()):
        raise ValueError(f"{domain!r} is no domain such as 'example.org'")
    return lower


def _a_labels(domain: str) -> str:
    import idna  # 8 ms that a list of ASCII addresses need not pay

    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise ValueError(f"{domain!r} is no domain: {error}") from error
