"""The page of an issue: one file that needs no other, no script and no network."""

from collections.abc import Iterator
from typing import Literal

from jinja2 import Environment

from digest.issue import Issue
from digest.renderers._footer import footer
from digest.renderers._shown import readable_head, sections
from digest.templating import stream

FILE = "digest.html"
READS: Literal["issue"] = "issue"


def render(issue: Issue, templates: Environment) -> Iterator[str]:
    """The page, with every paper in full."""
    head = readable_head(issue.head)
    cards = sections(issue, limited=False)
    return stream(templates, "digest.html.j2", head=head, sections=cards, footer=footer(head))
