"""The front page of a digest: all its issues, newest first, with the files that each has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jinja2 import Environment

from digest import plugins
from digest.issue import Archive, Head, Link
from digest.papers import readable
from digest.renderers._shown import readable_head
from digest.templating import stream

FILE = "index.html"
READS: Literal["archive"] = "archive"


@dataclass(frozen=True, slots=True)
class Listed:
    """An issue and the files it has, the page first."""

    head: Head
    files: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of the digest."""

    label: str
    url: str
    type: str


_TYPES = {  # a feed that is not here is linked on the page, but announced as of no type
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "jsonfeed": "application/feed+json",
}


def render(archive: Archive, templates: Environment) -> Iterator[str]:
    """The page."""
    made = _files("issue")
    issues = (Listed(readable_head(head), _links(head, made)) for head in archive.heads)
    newest = archive.heads[0].outputs if archive.heads else ()
    feeds = [
        Feed(name, file, _TYPES.get(name, "")) for name, file in _files("archive").items() if name in newest
    ]
    return stream(templates, "index.html.j2", title=readable(archive.title), issues=issues, feeds=feeds)


def _files(reads: str) -> dict[str, str]:
    """Name → file of the renderers that read an issue, or an archive."""
    loaded = {name: plugins.load("renderers", name) for name in plugins.names("renderers") if name != "index"}
    return {name: module.FILE for name, module in loaded.items() if reads == module.READS}


def _links(head: Head, made: dict[str, str]) -> tuple[Link, ...]:
    names = sorted((name for name in head.outputs if name in made), key=lambda name: (name != "html", name))
    return tuple(Link(name, f"{head.folder}/{made[name]}") for name in names)
