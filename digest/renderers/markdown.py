"""The issue as Markdown that says the same in CommonMark, on GitHub and in Python-Markdown."""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from jinja2 import Environment

from digest.issue import Card, Issue
from digest.renderers import _cards
from digest.renderers._footer import footer
from digest.renderers._shown import readable_head, shown
from digest.templating import fill

FILE = "digest.md"
READS: Literal["issue"] = "issue"


def render(issue: Issue, templates: Environment) -> Iterator[bytes]:
    """The file, with every paper in full; the editor's note is Markdown already and stands as it is."""
    return _cards.joined(frame(issue, templates), _cards.whole(issue, partial(card, templates=templates)))


def frame(issue: Issue, templates: Environment) -> _cards.Frame:
    """The file without its cards."""
    head = readable_head(issue.head)
    groups = [group for group in head.groups if group.papers]
    context = {"head": head, "groups": groups, "footer": footer(head), "cards": _cards.CARDS}
    return _cards.whole_frame("digest.md.j2", fill(templates, "digest.md.j2", **context), len(groups))


def card(paper: Card, templates: Environment) -> _cards.Card:
    """A paper, rendered once for whatever issue or reader."""
    return _cards.card(templates, "digest_card.md.j2", row=shown(paper))
