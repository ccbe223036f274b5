"""Mailboxes and mails: their text, and what is attached. A page saved as MHTML is a mail too."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from digest.containers.limits import MAX_IN_MEMORY, Budget, Document, all_of, member, named
from digest.errors import DumpError
from digest.papers import readable

if TYPE_CHECKING:  # the parser costs 33 ms: dumps that are no mail shall not pay for it
    from email.message import Message

_MBOX = re.compile(rb"From \S+ .*\d\d:\d\d.*\r?\n[A-Za-z][\w-]*:")
_HEADERS = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,200}\r?\n")
_OF_MAIL = re.compile(
    rb"^(?:from|received|return-path|mime-version|delivered-to|message-id):", re.IGNORECASE | re.MULTILINE
)
_OF_ANY = re.compile(rb"^(?:subject|date|content-type):", re.IGNORECASE | re.MULTILINE)


def is_mailbox(head: bytes) -> bool:
    """The line before the first mail, and its first header."""
    return bool(_MBOX.match(head))


def is_mail(head: bytes) -> bool:
    """Headers, then a blank line, and among them what only mail has; a listing's `Date:` and `Subject:` are none."""
    if not re.match(rb"[A-Za-z][A-Za-z0-9-]*:", head):
        return False
    found = _HEADERS.match(head[: 1 << 16])
    return bool(found and _OF_MAIL.search(found[0]) and _OF_ANY.search(found[0]))


def of_mbox(document: Document, budget: Budget) -> Iterator[Document]:
    """A mailbox: mails that begin with a line `From `, after a blank one (RFC 4155)."""
    number, lines, size, blank = 0, list[bytes](), 0, True
    while True:
        line = document.stream.readline(MAX_IN_MEMORY)
        if not line or (blank and line.startswith(b"From ")):
            if lines:
                number += 1
                budget.member()
                yield from _parts(
                    document._replace(name=named(document, f"mail {number}")), b"".join(lines), budget
                )
            lines, size = [], 0
            if not line:
                return
        else:
            size += len(line)
            if size > MAX_IN_MEMORY:
                raise DumpError(f"mail {number + 1} has more than {MAX_IN_MEMORY >> 20} MiB (MAX_IN_MEMORY)")
            lines.append(line[1:] if re.match(rb">+From ", line) else line)
        blank = not line.strip()


def of_mail(document: Document, budget: Budget) -> Iterator[Document]:
    """The parts of one mail."""
    return _parts(document, all_of(document, "a mail"), budget)


def _parts(document: Document, data: bytes, budget: Budget) -> Iterator[Document]:
    """The parts of a mail: its text, once as plain text and once as HTML, and what is attached."""
    from email.parser import BytesParser

    mail = BytesParser().parsebytes(data)
    whole = document.name or "the mail"
    parts = [part for part in mail.walk() if not part.is_multipart()]
    for number, part in enumerate(sorted(parts, key=_is_html), start=1):
        budget.member()
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or not payload.strip():
            continue
        kind = part.get_content_maintype()
        attached = part.get_filename()
        if attached or kind != "text":
            if kind in {"image", "audio", "video"}:
                continue
            yield member(document, _header(attached) or f"part {number}", payload)._replace(mail=whole)
        else:
            text = member(document, "", _utf8(payload, part.get_content_charset()))
            yield text._replace(mail=whole, is_body=True)


def _is_html(part: "Message") -> bool:
    return part.get_content_subtype() == "html" and not part.get_filename()


def _header(value: object) -> str:
    return readable(str(value or ""))


def _utf8(payload: bytes, charset: str | None) -> bytes:
    """Text in the character set that the mail names, as UTF-8; as it is, if that is not what it is."""
    try:
        return payload.decode(charset or "utf-8").encode()
    except (LookupError, UnicodeError):
        return payload
