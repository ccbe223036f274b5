"""The issue as a mail (RFC 5322) that arrives whole: what goes beyond its budget is named, then counted.

From, To, Message-ID and the links to leave the list are put on for each letter.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment

from digest.issue import Head, Issue
from digest.renderers import _cards, _feed, _styled, text
from digest.renderers._cards import CARDS, NUMBER, Card, Filled, Frame, parted
from digest.renderers._compact import compact, cut, named
from digest.renderers._footer import Footer, footer
from digest.renderers._mime import message, phrase, unstructured
from digest.renderers._room import Given, Printed, Wanted, given, size
from digest.renderers._shown import Shown, page, readable_head, sections
from digest.templating import count, day, fill

FILE = "digest.eml"
READS: Literal["issue"] = "issue"

# Bytes of HTML: a large provider cuts mails at about 102 kB, and each letter adds its own links.
BUDGET = 80_000
DUMPS_SHOWN = 20
SUBJECT = 78  # characters: RFC 5322 §2.1.1, and more is not shown anywhere
PREHEADER = 130  # characters: no list of mails shows more behind the subject


class Part(NamedTuple):
    """One of the two bodies of a mail: its frame, and the cards of its groups."""

    frame: Frame
    groups: tuple[Filled, ...]


class Rendered(NamedTuple):
    """A mail whose cards can still be joined in another order, or for another reader."""

    text: Part
    html: Part


def render(issue: Issue, templates: Environment) -> Iterator[bytes]:
    """The message; its text and its HTML show the same papers."""
    head = readable_head(issue.head)
    made = rendered(issue, templates)
    yield from message(_headers(head), [("plain", body(made.text)), ("html", body(made.html))], head.name)


def body(part: Part) -> bytes:
    """The words of a part."""
    return b"".join(_cards.joined(part.frame, part.groups))


def rendered(issue: Issue, templates: Environment) -> Rendered:
    """Both parts with those papers in full, and those by name, that the HTML has room for."""
    head = readable_head(issue.head)
    foot = footer(head, DUMPS_SHOWN)
    css = _styled.sheet(templates)
    frame = _frame(head, foot, css, templates)
    wanted = [
        Wanted(one.papers, one.papers - one.named, chain(one.full, one.rest))
        for one in sections(issue, limited=True)
    ]
    in_full, by_name = partial(_in_full, templates, css), partial(_by_name, templates, css)
    groups = given(wanted, BUDGET - _size(frame), in_full, by_name)
    return Rendered(
        Part(text.frame(head, foot, templates), tuple(map(_of_text, wanted, groups, repeat(templates)))),
        Part(frame, tuple(map(_of_html, wanted, groups))),
    )


def _in_full(templates: Environment, css: str, row: Shown) -> Printed:
    short = compact(row)
    html = _card(templates, css, "mail_card.html.j2", short)
    return Printed(html, text.card(short, templates), text.links(short, templates))


def _by_name(templates: Environment, css: str, row: Shown) -> Card:
    return _card(templates, css, "mail_name.html.j2", named(row))


def _card(templates: Environment, css: str, name: str, row: Shown) -> Card:
    html = fill(templates, name, row=row, number=NUMBER)
    return parted(_styled.fragment(html, css), NUMBER)


def _of_html(wanted: Wanted, group: Given) -> Filled:
    return Filled(
        papers=wanted.papers,
        full=[one.html for one in group.full],
        named=group.named,
        names=len(group.named),
        more=wanted.papers - len(group.full) - len(group.named),
    )


def _of_text(wanted: Wanted, group: Given, templates: Environment) -> Filled:
    rows = list(map(named, group.rows))
    return replace(
        _of_html(wanted, group),
        full=[one.text for one in group.full],
        named=[text.name(row, templates) for row in rows],
        references=[*(one.links for one in group.full), *(text.links(row, templates) for row in rows)],
    )


# ---- the HTML without its papers


def _frame(head: Head, foot: Footer, css: str, templates: Environment) -> Frame:
    groups = [
        _cards.group_frame("mail_group.html.j2", _styled.fragment(html, css))
        for html in text.groups(head, templates, "mail_group.html.j2")
    ]
    shell = fill(
        templates,
        "mail.html.j2",
        cards=CARDS,
        head=head,
        footer=foot,
        page=page(head),
        preheader=preheader(head),
    )
    return _cards.frame("mail.html.j2", _styled.document(shell, css), groups)


def _size(frame: Frame) -> int:
    """Bytes of the frame with all that may stand in it."""
    return sum(map(len, frame[:3])) + sum(
        len(heading) + len(names) + len(behind) + size(more) for heading, names, behind, more in frame.groups
    )


def preheader(head: Head) -> str:
    """What a list of mails shows behind the subject: `12 new papers · Compression 5 · …`."""
    words = count(head.papers, "paper" if head.account.revised or head.since else "new paper")
    for group in head.groups:
        more = f" · {group.heading} {group.papers:,}" if group.papers else ""
        if len(words) + len(more) > PREHEADER:
            return f"{words} · …"
        words += more
    return words


# ---- headers


def _headers(head: Head) -> list[tuple[str, str]]:
    return [
        ("Subject", unstructured(subject(head), len("Subject: "))),
        ("Date", _feed.rfc5322(head.made)),
        ("List-Id", f"{phrase(cut(head.title, 60))}\r\n <{list_id(head)}>"),
        ("Content-Language", "en"),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834 §5: no out-of-office answers
    ]


def subject(head: Head) -> str:
    """`Daily Papers: 39 papers, 21 Nov 2026`; a long title is cut, the count and the date never are."""
    told = f": {count(head.papers, 'paper')}, {day(head.date)}"
    return cut(head.title, SUBJECT - len(told)) + told


_NO_LABEL = re.compile(r"[^a-z0-9]+")


def list_id(head: Head) -> str:
    """The list's name (RFC 2919): under the public host, else in the space `localhost` that is nobody's."""
    name = _NO_LABEL.sub("-", head.digest.lower()).strip("-") or "list"
    return f"{name}.{_host(head.public or '') or 'digest.localhost'}"


_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def _host(public: str) -> str:
    """The host's name in ASCII; empty where it is no name."""
    try:
        host = (urlsplit(public).hostname or "").encode("idna").decode("ascii")
    except ValueError:  # no address, or a label that IDNA refuses
        return ""
    return host if _HOST.fullmatch(host) else ""
