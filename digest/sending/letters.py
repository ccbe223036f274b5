"""The frozen mail and one subscriber → the letter: its bytes, the same at every attempt, and its envelope.

What a letter has of its own: From, To, Message-ID, the List headers of RFC 2369 and 8058, and the words at the top and
the foot of both parts that say how to leave. Tokens stand on lines of their own: nothing can break them.
"""

import re
from base64 import b32encode
from binascii import a2b_qp
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from digest.config import Home
from digest.issue import Head
from digest.papers import readable
from digest.renderers._mime import phrase, quoted_printable
from digest.secrets import Secrets, mac
from digest.sending import tokens
from digest.subscribers.subscribing import Subscriber
from digest.templating import wrap
from digest.values import mailbox

# Where the HTML of a mail has room for a letter's own words: once at its top, once at its foot.
PLACE = "<!-- letter -->"
LINE = 78  # RFC 5322 §2.1.1: what is longer, other programs may fold anew


class Sender(NamedTuple):
    """Who writes the letters of a home, and where answers to them are read."""

    name: str
    address: str
    bounces: str = ""  # the mailbox that `digest bounces read` reads: it gets all of NAME+TOKEN@…
    unsubscribe: str = ""  # the web address that answers /TOKEN, for RFC 8058
    owner: str = ""  # a person


class Letter(NamedTuple):
    """What is handed over: the envelope, and the message with CRLF."""

    sender: str
    to: str
    data: bytes
    message_id: str


def sender(home: Home) -> Sender:
    """Who writes the letters of this home, by its settings."""
    name, address = mailbox(home.smtp.sender)
    return Sender(name, address, home.bounces, home.unsubscribe, next(iter(home.operator), ""))


def letter(
    head: Head,
    mail: bytes,
    to: Subscriber,
    *,
    sender: Sender,
    secrets: Secrets,
    key: int,
    notes: Sequence[str] = (),
) -> Letter:
    """The issue's mail for this subscriber; `key`: the number of the secret that its plan has, `notes`: sentences
    that only this subscriber is told. ValueError where an address would break out of its header.
    """
    secret = secrets.signing(key)
    leave = _leave(sender, head, tokens.make(secret, "leave", to.id))
    message_id = message_id_of(head.name, to.id, sender, secrets.named(key).key)
    envelope = _checked(_returned(sender, tokens.make(secret, "bounce", to.id, head.number)))
    headers = _headers(head, to, sender, message_id, leave)
    frozen, *parts = _parted(mail)
    own = _words(head, to, leave[0] if leave else "", notes)
    data = b"".join(
        [
            *(f"{name}: {_checked(value)}\r\n".encode("ascii") for name, value in headers),
            frozen,
            *(piece for pair in zip(own, parts, strict=True) for piece in pair),
        ]
    )
    return Letter(envelope, _checked(to.address), data, message_id)


def message_id_of(issue: str, subscriber: int, sender: Sender, key: bytes) -> str:
    """The same for every attempt; nobody reads out of it which subscriber it is."""
    said = mac(key, "message", f"{issue} {subscriber}".encode())[:20]
    return f"<{said.hex()}@{sender.address.rpartition('@')[2]}>"


def _returned(sender: Sender, token: str) -> str:
    """Where what cannot be delivered goes back to: an address that says by itself whose letter it was (VERP)."""
    return tagged(sender.bounces, token) if sender.bounces else sender.address


def tagged(mailbox: str, token: str) -> str:
    """`bounces+TOKEN@example.org`."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token}@{domain}"


# ---- headers


def _leave(sender: Sender, head: Head, token: str) -> list[str]:
    """The addresses that take a subscriber off the list, the best one first."""
    ways = [f"{sender.unsubscribe}/{token}"] if sender.unsubscribe else []
    if sender.bounces:
        ways.append(_mailto(tagged(sender.bounces, token)))
    elif sender.owner:
        ways.append(f"{_mailto(sender.owner)}?subject=leave%20{head.digest}%20{token}")
    return ways


def _mailto(address: str) -> str:
    return f"mailto:{quote(address, safe='@+')}"


def _headers(
    head: Head, to: Subscriber, sender: Sender, message_id: str, leave: Sequence[str]
) -> Iterator[tuple[str, str]]:
    yield "From", f"{phrase(sender.name)}\r\n <{sender.address}>" if sender.name else sender.address
    yield "To", to.address
    yield "Message-ID", message_id
    if leave:
        yield "List-Unsubscribe", _listed(leave)
    if sender.unsubscribe:
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    if sender.owner:
        yield "List-Owner", f"<{_mailto(sender.owner)}>"
        yield "List-Help", f"<{_mailto(sender.owner)}?subject=help>"
    if head.public:
        yield "List-Archive", f"<{head.public}/{head.digest}/index.html>"
    yield "List-Post", "NO"  # RFC 2369 §3.4: nobody writes to a digest
    yield "Precedence", "bulk"
    yield "X-Auto-Response-Suppress", "All"  # Exchange does not heed Auto-Submitted
    yield "Feedback-ID", f"{head.name}:{head.digest}:digest:{_sender_id(sender.address)}"


def _listed(ways: Sequence[str]) -> str:
    """Each address on a line of its own, so that whoever folds again has nothing to fold."""
    lines = ",\r\n ".join(f"<{way}>" for way in ways)
    return lines if len(f"List-Unsubscribe: <{ways[0]}>,") <= LINE else f"\r\n {lines}"


@lru_cache(maxsize=8)
def _sender_id(address: str) -> str:
    """5 to 15 characters that never change, by which Gmail tells whose figures these are."""
    said = mac(b"", "feedback", address.lower().encode())
    return b32encode(said)[:12].decode("ascii").lower()


# Printable ASCII, folded or not: what is anything else would begin a header of its own, or end them all.
_VALUE = re.compile(r"(?!$)([\x20-\x7e]*[\x21-\x7e])?(\r\n [\x20-\x7e]*[\x21-\x7e])*")


def _checked(value: str) -> str:
    if not _VALUE.fullmatch(value):
        raise ValueError(f"{value!r} cannot stand in a header")
    return value


# ---- the words of its own


def _words(head: Head, to: Subscriber, leave: str, notes: Sequence[str]) -> Iterator[bytes]:
    """What stands at the top and the foot of the text, then of the HTML; quoted-printable, whole lines each."""
    why = f"This mail went to {to.address}, which is on the list of {readable(head.title)}."
    plain, html = _text_notes(notes), _html_notes(notes)
    if not leave:
        own = (plain, "", html, "")
    else:
        link = f'<p style="margin:0"><a href="{escape(leave)}" style="{_LINK}">Unsubscribe</a></p>\n'
        foot = f'<p style="margin:16px 0 0;font-size:14px">{escape(why)}</p>\n{link}'
        told = wrap(f"{why} To leave it:")
        own = (f"To leave this list:\n{leave}\n{plain}", f"{told}\n{leave}\n", link + html, foot)
    return (quoted_printable(f"\n{words}".encode()) if words else b"" for words in own)


# High enough for a thumb (44 px), and of the colour of the words around it, by day and by night.
_LINK = "display:inline-block;padding:12px 0;font-size:14px;line-height:20px;color:inherit"


def _text_notes(notes: Sequence[str]) -> str:
    return "".join(f"\n{wrap(readable(note))}\n" for note in notes)


def _html_notes(notes: Sequence[str]) -> str:
    return "".join(
        f'<p style="margin:8px 0"><strong>{_linked(readable(note))}</strong></p>\n' for note in notes
    )


_ADDRESS = re.compile(r"(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)])")


def _linked(words: str) -> str:
    """The words with their web addresses as links."""
    parts = _ADDRESS.split(words)
    return "".join(
        f'<a href="{escape(part)}" style="color:inherit">{escape(part)}</a>' if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


# ---- the frozen mail

_BOUNDARY = re.compile(rb'boundary="([^"\r\n]+)"')


@lru_cache(maxsize=8)  # an issue's mail is parted once for all its letters; eight lie in under 2 MB
def _parted(mail: bytes) -> tuple[bytes, ...]:
    """The frozen headers, then what stands behind each of the four places for a letter's own words.

    The first of these is empty: the headers and what precedes the first place are one.
    """
    head, _, rest = mail.partition(b"\r\n\r\n")
    found = _BOUNDARY.search(head)
    sections = rest.split(b"--" + found[1]) if found else []
    if not found or len(sections) != 4:
        raise ValueError("this is no mail of an issue: it has not one text and one HTML")
    line = b"--" + found[1]
    (text_head, text), (html_head, html) = map(_section, sections[1:3])
    text_parts, html_parts = _encoded(_of_text(text)), _encoded(_of_html(html))
    return (
        head + b"\r\n\r\n" + sections[0] + line + text_head + text_parts[0],
        text_parts[1],
        text_parts[2] + b"\r\n" + line + html_head + html_parts[0],
        html_parts[1],
        html_parts[2] + b"\r\n" + line + sections[3],
    )


def _encoded(pieces: tuple[str, str, str]) -> tuple[bytes, bytes, bytes]:
    """Quoted-printable; what comes behind the first two pieces begins a line."""
    first, second, last = (quoted_printable(piece.encode()) for piece in pieces)
    return _ended(first), _ended(second), last


def _ended(lines: bytes) -> bytes:
    return lines if lines.endswith(b"\r\n") or not lines else lines + b"=\r\n"


def _section(section: bytes) -> tuple[bytes, str]:
    """A part's headers, and its words."""
    head, blank, body = section.partition(b"\r\n\r\n")
    words = a2b_qp(body.removesuffix(b"\r\n")).replace(b"\r\n", b"\n")
    return head + blank, words.decode()


def _of_text(words: str) -> tuple[str, str, str]:
    """The text parted below its title, and at its end."""
    title, blank, rest = words.partition("\n\n")
    return (f"{title}\n", f"\n{rest}", "") if blank else (words, "", "")


def _of_html(words: str) -> tuple[str, str, str]:
    """The HTML parted at its two places; where a template has not both, at the body's beginning and its end."""
    parts = words.split(PLACE)
    if len(parts) == 3:
        return parts[0], parts[1], parts[2]
    whole = "".join(parts)
    body = re.search(r"<body[^>]*>", whole)
    top = body.end() if body else 0
    end = max(top, whole.rfind("</body>")) if "</body>" in whole else len(whole)
    return whole[:top], whole[top:end], whole[end:]
