"""What a single value of settings may say: text → value, or a ValueError that says what is allowed."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

NAME_RULE = "1 to 64 of a-z, 0-9 and -, beginning with a letter or a digit"
LONGEST = timedelta(days=3_660)  # ten years: what is longer leads out of the calendar
_UNITS = {"min": "minutes", "minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}


def is_name(name: str) -> bool:
    """Whether a digest or a source may be called so: it becomes part of paths and addresses."""
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name))


def duration(text: str) -> timedelta:
    """`30 min`, `12 hours`, `7 days`, `2 weeks` as a span of time."""
    match = re.fullmatch(r"(\d{1,6})\s*([a-z]+?)s?", text.strip())
    if not match or match[2] not in _UNITS:
        raise ValueError(
            f"{text!r} is not a span of time such as '30 min', '12 hours', '7 days' or '2 weeks'"
        )
    number, unit = int(match[1]), _UNITS[match[2]]
    if number > LONGEST // timedelta(**{unit: 1}):
        raise ValueError(f"{text!r}: a span of time has {LONGEST.days:,} days at most")
    return timedelta(**{unit: number})


def sqlite_file(url: str) -> str:
    """The path in the address of a store."""
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path:
        raise ValueError(
            f"{url!r} is no address that this version can use; for instance 'sqlite:///digest.sqlite3'"
        )
    return path


def web_address(url: str) -> str:
    """An address of the web without its final slash; empty stays empty."""
    parts = urlsplit(url)
    if url and not (
        parts.scheme in {"http", "https"} and parts.netloc and not parts.query and not parts.fragment
    ):
        raise ValueError(f"{url!r} is not a web address such as 'https://digest.example.org'")
    return url.rstrip("/")


def page(url: str) -> str:
    """The address of a document of the web."""
    parts = urlsplit(url)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username
        or any(map(str.isspace, url))
    ):
        raise ValueError(
            f"{url!r} is not the address of a document such as 'https://journal.example.org/feed'"
        )
    return url


def mail_address(address: str) -> str:
    """One bare mail address (RFC 5322 addr-spec)."""
    from email.errors import MessageError  # 30 ms that a digest without readers need not pay
    from email.headerregistry import Address

    try:
        mailbox = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):  # "a@" raises IndexError in Python 3.11
        mailbox = Address()
    if not mailbox.username or not mailbox.domain or not address.isprintable():
        raise ValueError(f"{address!r} is not one mail address such as 'me@example.org'")
    return address
