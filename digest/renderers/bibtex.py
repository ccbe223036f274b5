"""The papers of an issue as BibTeX, for a library."""

from collections.abc import Iterator
from typing import Literal

from jinja2 import Environment

from digest import citations
from digest.issue import Issue

FILE = "digest.bib"
READS: Literal["issue"] = "issue"


def render(issue: Issue, templates: Environment) -> Iterator[str]:
    """The file: an entry for each paper."""
    for place in range(len(issue.head.groups)):
        for card in issue.cards(place):
            yield citations.bibtex(card) + "\n"
