"""The issue as a mail (RFC 5322) that arrives whole: what goes beyond its budget is named, then counted.

From, To, Message-ID and the links to leave the list are put on for each letter.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from jinja2 import Environment

from digest.issue import Head, Issue
from digest.renderers import _feed, text
from digest.renderers._footer import Footer, footer
from digest.renderers._mime import message, phrase, unstructured
from digest.renderers._shown import Section, Shown, page, readable_head, sections
from digest.templating import count, day, stream

FILE = "digest.eml"
READS: Literal["issue"] = "issue"

# Bytes of HTML: a large provider cuts mails at about 102 kB, and each letter adds its own links.
BUDGET = 80_000
NAMED = 12_000  # bytes of it for papers that are only named
DUMPS_SHOWN = 20
TITLE_SHOWN = 400
ABSTRACT_SHOWN = 2_000  # arXiv allows 1,920; one paper must not take the place of ten
SUBJECT = 78  # characters: RFC 5322 §2.1.1, and more is not shown anywhere


def render(issue: Issue, templates: Environment) -> Iterator[str]:
    """The message; its text and its HTML show the same papers."""
    head = readable_head(issue.head)
    foot = footer(head, DUMPS_SHOWN)
    empty = tuple(Section(g.heading, g.papers, (), (), 0, g.papers) for g in head.groups if g.papers)
    room = BUDGET - _size(_html(head, empty, foot, templates))
    planned = tuple(_plan(sections(issue, limited=True), len(empty), room, templates))
    words = "".join(text.lines(head, planned, foot, templates))
    yield from message(
        _headers(head), [("plain", words), ("html", _html(head, planned, foot, templates))], head.name
    )


def _html(head: Head, planned: tuple[Section, ...], foot: Footer, templates: Environment) -> str:
    shown = {"head": head, "sections": planned, "footer": foot, "page": page(head)}
    first = next((row.card.title for section in planned for row in section.full), "")
    return "".join(stream(templates, "mail.html.j2", first=first, **shown))


def _size(html: str) -> int:
    return len(html.encode())


# ---- what there is room for


def _plan(cards: Iterable[Section], groups: int, room: int, templates: Environment) -> Iterator[Section]:
    """The sections with those papers in full, and those named, that there is room for.

    Each group gets an equal share of the room that those before it have left: the first one does not take it all.
    """
    full_room, named_room = room - NAMED, min(room, NAMED)
    for left, section in zip(range(groups, 0, -1), cards, strict=False):
        full, taken, over = _fitting(
            map(_short, section.full), full_room // left, _cost(templates, "mail_card.html.j2")
        )
        full_room -= taken
        rest = chain(over, map(_short, section.full), map(_short, section.rest))
        named, taken, _ = _fitting(rest, named_room // left, _cost(templates, "mail_name.html.j2"))
        named_room -= taken
        more = section.papers - len(full) - len(named)
        yield replace(section, full=full, rest=named, named=len(named), more=more)


def _fitting(
    rows: Iterable[Shown], room: int, cost: Callable[[Shown], int]
) -> tuple[tuple[Shown, ...], int, tuple[Shown, ...]]:
    """The first rows that fit, the room they take, and the row that did not fit."""
    kept: list[Shown] = []
    used = 0
    for row in rows:
        if used + (taken := cost(row)) > room:
            return tuple(kept), used, (row,)
        kept.append(row)
        used += taken
    return tuple(kept), used, ()


def _cost(templates: Environment, name: str) -> Callable[[Shown], int]:
    return lambda row: _size("".join(stream(templates, name, row=row)))


def _short(row: Shown) -> Shown:
    """The row without what would make one paper fill the mail."""
    card = row.card
    title, abstract = _cut(card.title, TITLE_SHOWN), _cut(card.abstract, ABSTRACT_SHOWN)
    return replace(row, card=msgspec.structs.replace(card, title=title, abstract=abstract))


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


# ---- headers


def _headers(head: Head) -> list[tuple[str, str]]:
    return [
        ("Subject", unstructured(subject(head), len("Subject: "))),
        ("Date", _feed.rfc5322(head.made)),
        ("List-Id", f"{phrase(_cut(head.title, 60))}\r\n <{list_id(head)}>"),
        ("Content-Language", "en"),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834 §5: no out-of-office answers
    ]


def subject(head: Head) -> str:
    """`Daily Papers: 39 papers, 21 Nov 2026`; a long title is cut, the count and the date never are."""
    told = f": {count(head.papers, 'paper')}, {day(head.date)}"
    return _cut(head.title, SUBJECT - len(told)) + told


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
