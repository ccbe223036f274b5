"""The issue as Markdown that says the same in CommonMark, on GitHub and in Python-Markdown."""

from collections.abc import Iterator
from typing import Literal

from jinja2 import Environment

from digest.issue import Issue
from digest.renderers._footer import footer
from digest.renderers._shown import readable_head, sections
from digest.templating import stream

FILE = "digest.md"
READS: Literal["issue"] = "issue"


def render(issue: Issue, templates: Environment) -> Iterator[str]:
    """The file, with every paper in full; the editor's note is Markdown already and stands as it is."""
    head = readable_head(issue.head)
    cards = sections(issue, limited=False)
    return stream(templates, "digest.md.j2", head=head, sections=cards, footer=footer(head))
