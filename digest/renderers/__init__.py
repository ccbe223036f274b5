"""Issue → bytes. One file per output; a schedule's `outputs` are their names.

A renderer is a module with

    FILE      the name of the file it makes
    READS     "issue": made once for every issue, in the issue's folder;
              "archive": made anew with every issue, in the digest's folder
              "feed": the same, of the newest issues; of older ones once, as its volumes
    render    what it reads, and the templates → pieces of text, in order, never a whole issue at once

It knows no store, no clock and no disk: the same issue, code and templates give the same bytes everywhere.
"""

from collections.abc import Iterator
from typing import Literal, Protocol, cast

from jinja2 import Environment

from digest import plugins
from digest.issue import Archive, Feed, Issue


class IssueRenderer(Protocol):
    """A module of this folder that reads an issue."""

    FILE: str
    READS: Literal["issue"]

    def render(self, issue: Issue, templates: Environment) -> Iterator[str | bytes]:
        """The file, piece by piece; text is written as UTF-8."""


class ArchiveRenderer(Protocol):
    """A module of this folder that reads an archive."""

    FILE: str
    READS: Literal["archive"]

    def render(self, archive: Archive, templates: Environment) -> Iterator[str | bytes]:
        """The file, piece by piece; text is written as UTF-8."""


class FeedRenderer(Protocol):
    """A module of this folder that reads a feed, and each of its volumes."""

    FILE: str
    READS: Literal["feed"]

    def render(self, feed: Feed, templates: Environment) -> Iterator[str | bytes]:
        """The file, piece by piece; text is written as UTF-8."""


def of_issue(name: str) -> IssueRenderer | None:
    """The renderer of that name, if it reads issues."""
    module = plugins.load("renderers", name)
    return cast(IssueRenderer, module) if module.READS == "issue" else None


def of_archive(name: str) -> ArchiveRenderer | None:
    """The renderer of that name, if it reads archives."""
    module = plugins.load("renderers", name)
    return cast(ArchiveRenderer, module) if module.READS == "archive" else None


def of_feed(name: str) -> FeedRenderer | None:
    """The renderer of that name, if it makes feeds."""
    module = plugins.load("renderers", name)
    return cast(FeedRenderer, module) if module.READS == "feed" else None
