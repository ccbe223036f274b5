"""The front page of a digest: all its issues by month, newest first, a chart of its groups, a search."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from jinja2 import Environment

from digest import plugins
from digest.config import ALWAYS
from digest.issue import Archive, Head, Link
from digest.papers import readable
from digest.renderers._chart import chart
from digest.renderers._inline import inline
from digest.renderers._shown import readable_head
from digest.templating import fill, web

FILE = "index.html"
READS: Literal["archive"] = "archive"

UNFOLDED = 3  # months; the older ones show only how many papers they had until somebody opens them


@dataclass(frozen=True, slots=True)
class Listed:
    """An issue and the files it has, the page first."""

    head: Head
    files: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """The issues of a month, newest first."""

    month: str  # ISO 8601
    issues: tuple[Listed, ...]
    papers: int
    is_open: bool


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
_LABELS = {  # of files and feeds; others have the renderer's name
    "html": "Page", "markdown": "Markdown", "text": "Text", "mail": "Mail", "bibtex": "BibTeX", "ris": "RIS",
    "atom": "Atom", "rss": "RSS", "jsonfeed": "JSON Feed",
}  # fmt: skip


def render(archive: Archive, templates: Environment) -> Iterator[str]:
    """The page."""
    heads = [readable_head(head) for head in archive.heads]
    newest = archive.heads[0].outputs if archive.heads else ()
    feeds = [
        Feed(_LABELS.get(name, name), file, _TYPES.get(name, ""))
        for name, file in _files("feed").items()
        if name in newest
    ]
    yield fill(
        templates,
        "index.html.j2",
        title=readable(archive.title),
        issues=len(heads),
        papers=sum(head.papers for head in heads),
        months=_months(heads),
        chart=chart(heads),
        feeds=feeds,
        address=_address(archive),
        inline=inline(templates, "index.js.j2", loads=True),
    )


def _months(heads: Iterable[Head]) -> list[Month]:
    made = _files("issue")
    months: dict[str, list[Listed]] = {}
    for head in heads:
        months.setdefault(head.date[:7], []).append(Listed(head, _links(head, made)))
    return [
        Month(month, tuple(listed), sum(one.head.papers for one in listed), place < UNFOLDED)
        for place, (month, listed) in enumerate(months.items())
    ]


def _address(archive: Archive) -> str:
    """The public address of this page; empty where the outbox has none."""
    public = web(archive.public or "")
    return f"{public}/{archive.digest}/{FILE}" if public else ""


def _files(reads: str) -> dict[str, str]:
    """Name → file of the renderers that read an issue, or make a feed."""
    names = (name for name in plugins.names("renderers") if name not in ALWAYS)
    loaded = {name: plugins.load("renderers", name) for name in names}
    return {name: module.FILE for name, module in loaded.items() if reads == module.READS}


def _links(head: Head, made: dict[str, str]) -> tuple[Link, ...]:
    names = sorted((name for name in head.outputs if name in made), key=lambda name: (name != "html", name))
    return tuple(Link(_LABELS.get(name, name), f"{head.folder}/{made[name]}") for name in names)
