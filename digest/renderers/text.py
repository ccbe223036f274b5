"""The issue as plain text of 72 columns: numbered papers, and at the end their addresses, under the same numbers.

Beyond a group's limit papers are named by number and title.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Literal

from jinja2 import Environment

from digest.issue import Head, Issue
from digest.renderers import _cards
from digest.renderers._cards import CARDS, NUMBER, Card, Filled, Frame
from digest.renderers._footer import Footer, footer
from digest.renderers._shown import Section, Shown, page, place, readable_head, sections
from digest.templating import fill

FILE = "digest.txt"
READS: Literal["issue"] = "issue"


def render(issue: Issue, templates: Environment) -> Iterator[bytes]:
    """The file."""
    head = readable_head(issue.head)
    around = frame(head, footer(head), templates)
    # The cards are read twice: 25,000 of them are too many to keep their addresses until the end.
    read = zip(sections(issue, limited=True), sections(issue, limited=True), strict=True)
    return _cards.joined(around, (_filled(once, again, templates) for once, again in read))


def _filled(once: Section, again: Section, templates: Environment) -> Filled:
    return Filled(
        papers=once.papers,
        full=(card(row, templates) for row in once.full),
        named=(name(row, templates) for row in once.rest),
        names=once.named,
        references=(links(row, templates) for row in chain(again.full, again.rest)),
    )


def frame(head: Head, foot: Footer, templates: Environment) -> Frame:
    """The text without its papers; the mail puts fewer of them in."""
    around = [
        _cards.group_frame("digest_group.txt.j2", each)
        for each in groups(head, templates, "digest_group.txt.j2")
    ]
    shell = fill(templates, FILE + ".j2", cards=CARDS, head=head, footer=foot, page=page(head))
    return _cards.frame(FILE + ".j2", shell, around)


def groups(head: Head, templates: Environment, name: str) -> Iterator[str]:
    """This template for each group that has papers."""
    where = {"page": page(head), "place": place(head), "cards": CARDS, "number": NUMBER}
    for group in head.groups:
        if group.papers:
            yield fill(templates, name, group=group, **where)


def card(row: Shown, templates: Environment) -> Card:
    """A paper in full, without its addresses."""
    return _cards.card(templates, "digest_card.txt.j2", row=row)


def name(row: Shown, templates: Environment) -> Card:
    """A paper by its title."""
    return _cards.card(templates, "digest_name.txt.j2", row=row)


def links(row: Shown, templates: Environment) -> Card:
    """The addresses of a paper."""
    return _cards.card(templates, "digest_links.txt.j2", row=row)
