"""The page of an issue: one file that needs no other and no network, and no script to be read."""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from jinja2 import Environment

from digest import citations
from digest.issue import Card, Head, Issue
from digest.papers import readable
from digest.renderers import _cards
from digest.renderers._footer import footer
from digest.renderers._inline import inline
from digest.renderers._shown import page, readable_head, shown
from digest.templating import count, fill

FILE = "digest.html"
READS: Literal["issue"] = "issue"

FILES = {"bibtex": ("BibTeX", "digest.bib"), "ris": ("RIS", "digest.ris")}  # lie beside the page


def render(issue: Issue, templates: Environment) -> Iterator[bytes]:
    """The page, with every paper in full."""
    return _cards.joined(frame(issue, templates), _cards.whole(issue, partial(card, templates=templates)))


def frame(issue: Issue, templates: Environment) -> _cards.Frame:
    """The page without its cards."""
    head = readable_head(issue.head)
    groups = [group for group in head.groups if group.papers]
    rendered = fill(
        templates,
        "digest.html.j2",
        cards=_cards.CARDS,
        head=head,
        groups=groups,
        footer=footer(head),
        inline=inline(templates, "digest.js.j2"),
        address=page(head),
        description=description(head),
        previous=_previous(issue),
        files=[FILES[name] for name in FILES if name in head.outputs],
    )
    return _cards.whole_frame("digest.html.j2", rendered, len(groups))


def card(paper: Card, templates: Environment) -> _cards.Card:
    """A paper, rendered once for whatever issue or reader."""
    row = shown(paper)
    return _cards.card(
        templates,
        "digest_card.html.j2",
        row=row,
        bibtex=citations.bibtex(row.card, abstract=False),
        ris=citations.ris(row.card, abstract=False),
    )


def description(head: Head) -> str:
    """The issue in a line, as it is told where its address is passed on."""
    groups = (f"{group.heading} {group.papers:,}" for group in head.groups if group.papers)
    return " · ".join((count(head.papers, "paper"), *groups))


def _previous(issue: Issue) -> str:
    """Where the page of the issue before lies, seen from this one; empty where there is none."""
    before = issue.previous
    return f"../{readable(before.folder)}/{FILE}" if before and "html" in before.outputs else ""
