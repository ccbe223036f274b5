"""The issue as plain text of 72 columns; beyond a group's limit papers are named by number and title."""

from collections.abc import Iterable, Iterator
from typing import Literal

from jinja2 import Environment

from digest.issue import Head, Issue
from digest.renderers._footer import Footer, footer
from digest.renderers._shown import Section, page, readable_head, sections
from digest.templating import stream

FILE = "digest.txt"
READS: Literal["issue"] = "issue"


def render(issue: Issue, templates: Environment) -> Iterator[str]:
    """The file."""
    head = readable_head(issue.head)
    return lines(head, sections(issue, limited=True), footer(head), templates)


def lines(head: Head, cards: Iterable[Section], foot: Footer, templates: Environment) -> Iterator[str]:
    """The text of just these sections: the mail shows fewer papers than the file."""
    return stream(templates, "digest.txt.j2", head=head, sections=cards, footer=foot, page=page(head))
