"""What a single value of settings may say: text → value, or a ValueError that says what is allowed."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from digest.subscribers import addresses

NAME_RULE = "1 to 64 of a-z, 0-9 and -, beginning with a letter or a digit"
LONGEST = timedelta(days=3_660)  # ten years: what is longer leads out of the calendar
LONGEST_TAGGED = 24  # before the @: with `+` and a token of 39 it is the 64 of RFC 5321 §4.5.3.1.1
LONGEST_ANSWERING = 49  # with `/`, a token of 24 and two angle brackets it is a line of 76
LONGEST_TAGGED_WHOLE = 42  # as `<mailto:NAME+TOKEN@…>` too
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
    """One bare mail address, as it is written to."""
    try:
        return addresses.parse(address).written
    except ValueError as error:
        raise ValueError(f"{address!r} is not one mail address such as 'me@example.org': {error}") from error


def mailbox(text: str) -> tuple[str, str]:
    """The name and the address of `Daily Papers <digest@example.org>`, or of an address alone."""
    if not text.isprintable():
        raise ValueError(f"{text!r}: there are control characters in it")
    found = re.fullmatch(r'\s*(?:"([^"]*)"|([^"<>]*?))\s*<([^<>]*)>\s*', text)
    name, address = (found[1] or found[2] or "", found[3]) if found else ("", text)
    try:
        return name, addresses.parse(address).written
    except ValueError as error:
        raise ValueError(f"{text!r} is not as 'Daily Papers <digest@example.org>': {error}") from error


def tagged_mailbox(address: str) -> str:
    """A mailbox that also gets all mail to `NAME+TOKEN@…`, short enough that no program breaks a line of that."""
    found = addresses.parse(mail_address(address))
    if len(found.local) > LONGEST_TAGGED or len(found.written) > LONGEST_TAGGED_WHOLE:
        raise ValueError(
            f"{address!r}: at most {LONGEST_TAGGED} characters before the @, and {LONGEST_TAGGED_WHOLE} in all, "
            "for a token is put into it"
        )
    return found.written


def answering(url: str) -> str:
    """The web address that answers a POST to /TOKEN (RFC 8058), short enough that no program breaks the line."""
    whole = web_address(url)
    if url and not (
        whole.startswith("https://") and whole.isascii() and whole.isprintable() and " " not in whole
    ):
        raise ValueError(
            f"{url!r} is not an address such as 'https://digest.example.org/u': it has to be https and ASCII"
        )
    if len(whole) > LONGEST_ANSWERING:
        raise ValueError(
            f"{url!r} is longer than {LONGEST_ANSWERING} characters: with a token behind it, lines would break"
        )
    return whole
