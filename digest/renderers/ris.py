"""The papers of an issue as RIS, for a reference manager."""

from collections.abc import Iterator
from typing import Literal

from jinja2 import Environment

from digest import citations
from digest.issue import Issue

FILE = "digest.ris"
READS: Literal["issue"] = "issue"


def render(issue: Issue, templates: Environment) -> Iterator[str]:
    """The file: a record for each paper."""
    for place in range(len(issue.head.groups)):
        for card in issue.cards(place):
            yield citations.ris(card) + "\n"
