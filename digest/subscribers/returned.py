"""A mail that came to the address for returned letters → whose letter it speaks of, and what it says.

Everybody can write such a mail, so only a token that we have signed says whose letter it was. What it says is told by
its status (RFC 3463 in RFC 3464) or its kind of complaint (RFC 5965), and only then by guessing.
"""

import email
import logging
import re
from collections.abc import Iterator
from email.message import Message
from typing import Literal, NamedTuple

from digest.secrets import Secrets
from digest.sending import tokens

LARGEST = (
    1 << 20
)  # bytes of a mail that are read: what a server says stands before the letter that it returns

# hard: there is no such mailbox. soft: it could not be delivered now. policy: what was refused is the letter or the
# sender, not the reader. late: it may still arrive. other: it says nothing of a letter.
Kind = Literal["hard", "soft", "policy", "complaint", "leave", "late", "other"]


class Returned(NamedTuple):
    """What a mail says of a subscriber."""

    subscriber: int
    issue: int | None  # its number in the digest
    kind: Kind
    why: str


def read(data: bytes, secrets: Secrets) -> Returned | None:
    """What a mail says, and of whom; None: nothing in it was signed by us."""
    try:
        return _read(data[:LARGEST], secrets)
    # Python's own reader stumbles over parameters such as `a*=b; a*0=c`, and over thousands of parts within each other
    except (TypeError, ValueError, RecursionError):
        return None


def _read(data: bytes, secrets: Secrets) -> Returned | None:
    mail = email.message_from_bytes(data)
    if _is_report(mail, "feedback-report"):
        return _complaint(mail, data, secrets)
    for token in _recipients(mail):
        if of := tokens.read(token, "bounce", secrets):
            return Returned(of.subscriber, of.issue, *said(mail))
        if of := tokens.read(token, "leave", secrets):
            kind: Kind = "other" if _is_report(mail, "delivery-status") else "leave"
            return Returned(of.subscriber, None, kind, "a mail to the address for leaving")
    return None


_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "Cc")
_TAGGED = re.compile(rf"\+([{tokens.ALPHABET}]{{24,39}})@", re.IGNORECASE)
_ANYWHERE = re.compile(rf"[+/]([{tokens.ALPHABET}]{{24,39}})(?![\w-])".encode(), re.IGNORECASE)
_TRIED = 20  # tokens of one mail: who writes a thousand into it shall not keep us busy


def _recipients(mail: Message) -> Iterator[str]:
    """The tokens that the mail was sent to."""
    values = (str(value) for name in _TO for value in mail.get_all(name, ()))
    yield from [token for value in values for token in _TAGGED.findall(value)][:_TRIED]


def _is_report(mail: Message, of: str) -> bool:
    return mail.get_content_type() == "multipart/report" and str(mail.get_param("report-type")).lower() == of


# ---- complaints


def _complaint(mail: Message, data: bytes, secrets: Secrets) -> Returned | None:
    """A report of somebody who pressed the button for spam; it holds the letter, and so one of its tokens."""
    kind, why = _feedback(mail)
    for found in _ANYWHERE.findall(data)[:_TRIED]:
        token = found.decode("ascii")
        if of := tokens.read(token, "bounce", secrets) or tokens.read(token, "leave", secrets):
            return Returned(of.subscriber, of.issue, kind, why)
    return None


_FEEDBACK = re.compile(r"[a-z-]{1,40}")  # as types of feedback are registered (RFC 5965 §7.3)


def _feedback(mail: Message) -> tuple[Kind, str]:
    fields = _fields(mail, "message/feedback-report")
    what = str(fields[0].get("Feedback-Type", "abuse")).strip().lower() if fields else "abuse"
    if what == "not-spam":
        return "other", what
    # whoever got a letter can write anything here, and it is shown and kept
    shown = what if _FEEDBACK.fullmatch(what) else "of an unknown type"
    return ("leave" if what.startswith("opt-out") else "complaint"), f"feedback report: {shown}"


def _fields(mail: Message, subtype: str) -> list[Message]:
    """The blocks of fields of a report's part that machines read."""
    for part in mail.walk():
        if part.get_content_type() == subtype:
            inner = part.get_payload()
            if isinstance(inner, list):
                return [block for block in inner if isinstance(block, Message)]
            return [email.message_from_string(str(inner).lstrip())]
    return []


# ---- bounces

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_HARD = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}  # RFC 3463 §3.2 to 3.5, RFC 7505 §4
_POLICY = ("5.1.7", "5.1.8", "5.3.4", "5.5.", "5.6.", "5.7.")


def said(mail: Message) -> tuple[Kind, str]:
    """What a bounce says, and in which words."""
    for block in _fields(mail, "message/delivery-status"):
        action = str(block.get("Action", "")).strip().lower()
        if action == "delayed":
            return "late", "delayed"
        if action in ("delivered", "relayed", "expanded"):
            return "other", action
        if action == "failed":
            diagnosis = str(block.get("Diagnostic-Code", ""))
            return of_reply(f"{block.get('Status', '')} {diagnosis}")
    return _guessed(mail)


def of_reply(words: str) -> tuple[Kind, str]:
    """What a server means by a reply; the first status that says more than that it failed counts."""
    found = [match[0] for match in _STATUS.finditer(words)]
    status = next((one for one in found if not one.endswith(".0.0")), found[0] if found else "")
    if status in _HARD:
        return "hard", status
    if status.startswith(_POLICY):
        return "policy", status
    return "soft", status or "no status"


def _guessed(mail: Message) -> tuple[Kind, str]:
    from flufl.bounce import all_failures  # 60 ms that mails with a status need not pay

    logging.getLogger(
        "flufl.bounce"
    ).disabled = True  # it prints a traceback; the tally tells it in our words
    try:
        temporary, permanent = all_failures(mail)
    # seventeen guessers of others raise what they please at a stranger's bytes, and one mail must not stop a mailbox
    except Exception as error:
        return "other", f"cannot be read: {type(error).__name__}"
    if permanent:
        return "hard", "by its words"
    return ("soft", "by its words") if temporary else ("other", "no bounce")
