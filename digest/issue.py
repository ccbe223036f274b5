"""The shapes of an issue, frozen when made; a renderer knows nothing else.

Head     everything but the papers: title, name, number, times, groups and their counts, the account
Card     one paper, ready to be shown
Issue    a head and its cards, group by group, streamed: an issue may have 25,000
Archive  the issues of a digest, newest first, and the entries of its feeds
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import quote, quote_plus, urlsplit

import msgspec

from digest import identifiers, rules
from digest.formats import TRIED
from digest.identity import Work, strongest


class Link(msgspec.Struct, frozen=True):
    """An address and the words to show for it."""

    label: str
    url: str


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One paper as an issue shows it."""

    entry: str  # the feed's permanent id of this paper in this digest: urn:uuid:…
    work: int
    kind: Literal["new", "revised"] = "new"
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    n_authors: int | None = None
    org: str = ""
    published: str = ""  # ISO 8601, as precise as known: "2019", "2019-10", "2019-10-21"
    comments: int | None = None
    upvotes: int | None = None
    links: tuple[Link, ...] = ()  # never empty: where no dump gave one, a search link, labelled as one
    matched: tuple[str, ...] = ()  # the words that put it into its group, as they stand in the text
    found: int = 0  # how many of its rule's words these are forms of
    # Where they stand: the first character, and the one after the last.
    in_title: tuple[tuple[int, int], ...] = ()
    in_abstract: tuple[tuple[int, int], ...] = ()
    also: tuple[str, ...] = ()  # headings of the other groups that match
    sources: tuple[str, ...] = ()
    arrived: datetime  # UTC: when a source of this digest showed it


class GroupHead(msgspec.Struct, frozen=True):
    """A section of an issue: its heading, how many papers stand under it, how many of them mail and text show."""

    heading: str
    papers: int
    limit: int | None = None


class Account(msgspec.Struct, frozen=True):
    """What became of the works whose arrivals an issue read.

    arrivals = carried_before + withdrawn + new + revised, and new + revised = grouped + ungrouped.
    """

    arrivals: int = 0
    carried_before: int = 0
    withdrawn: int = 0
    new: int = 0
    revised: int = 0
    ungrouped: int = 0


REJECTS_TOLD = 20  # of one dump, wherever its read is told; the store has them all


class DumpRead(msgspec.Struct, frozen=True, kw_only=True):
    """A read of a dump, as the log has it."""

    origin: str
    source: str
    format: str | None = None  # null: nobody could read it, and `problem` says why
    records: int = 0
    papers: int = 0
    rejects: int = 0
    new: int = 0  # works that its source showed for the first time
    problem: str = ""
    same_as: str = ""  # by that name these bytes were read before
    rejected: tuple[str, ...] = ()  # the first REJECTS_TOLD of its rejects in words: where, and why

    @property
    def brief(self) -> str:
        """The problem without the names of all formats that were tried."""
        return self.problem.partition(TRIED)[0]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of an issue but its papers."""

    digest: str
    title: str
    name: str  # daily-2026-11-21, a second one that day daily-2026-11-21-2
    number: int
    date: str  # local date of the slot (by hand: of the making), ISO 8601
    made: datetime  # UTC
    slot: datetime | None  # UTC; null: built by hand
    since: str | None  # the date of an extra issue made with --since
    timezone: str
    groups: tuple[GroupHead, ...]
    account: Account
    dumps: tuple[DumpRead, ...]
    sources: dict[str, str]  # source → verdict: complete, partial, stale, quiet, broken
    reasons: dict[str, str] = {}  # source → why its verdict is a bad one, where it is known
    note: str  # the editor's words, Markdown; empty: none
    note_html: str  # the same, sanitised
    outputs: tuple[str, ...]
    public: str | None  # the address that the outbox is served under, without a final slash

    @property
    def folder(self) -> str:
        """Its folder below the digest's own in the outbox: `2026-11-21`, `2026-11-21-2`."""
        return self.name.removeprefix(f"{self.digest}-")

    @property
    def papers(self) -> int:
        """How many cards the issue has."""
        return sum(group.papers for group in self.groups)


@dataclass(frozen=True, slots=True)
class Issue:
    """One edition; `cards(n)` streams the cards of the n-th group of its head, in order."""

    head: Head
    cards: Callable[[int], Iterator[Card]]


@dataclass(frozen=True, slots=True)
class Archive:
    """All issues of one digest, newest first; `entries()` streams the cards of the feed, newest issue first."""

    digest: str
    title: str
    began: datetime  # UTC: when the digest was first seen; a feed without entries was last updated then
    public: str | None
    heads: tuple[Head, ...]
    entries: Callable[[], Iterator[tuple[Head, Card]]]


class Placed(NamedTuple):
    """Where a work goes in an issue."""

    group: int  # from 0
    spots: tuple[rules.Spot, ...]  # of its rule
    also: tuple[int, ...]  # the other groups that match; one that takes everything says nothing of the work


def as_read(work: Work, sources: Sequence[str]) -> rules.Reading:
    """A work, and the sources that showed it, as rules see them."""
    return rules.read(
        work.title,
        work.abstract,
        authors=work.authors,
        n_authors=work.n_authors,
        org=work.org,
        venue=work.venue,
        categories=work.categories,
        sources=sources,
        keys=work.keys,
        upvotes=work.upvotes,
        comments=work.comments,
        date=work.published,
    )


def placed(reading: rules.Reading, hits: Sequence[int], groups: Sequence[rules.Rule]) -> Placed:
    """Under the first of the groups whose rules match a paper."""
    group, *others = hits
    spots = rules.match(groups[group], reading) or ()
    return Placed(group, tuple(spots), tuple(n for n in others if str(groups[n]) != "*"))


def entry_id(digest: str, keys: Iterable[str]) -> str:
    """The permanent id of a work in the feeds of a digest, from the keys under which it was first carried."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"digest:{digest}:{strongest(keys)}").urn


def links(work: Work) -> tuple[Link, ...]:
    """The addresses of a work with their labels: the pages of its ids first, then what its records name. Where it has
    none, a search for its title, labelled as one.
    """
    pages = [
        page + quote(value, safe="/():;,=")
        for kind, page in _PAGES.items()
        for key in work.keys
        if (value := key.removeprefix(f"{kind}:")) != key
    ]
    others = (url for url in work.links if not _is_page(url, work.keys))
    found = list(dict.fromkeys((*pages, *others)))[:MOST_LINKS]
    if not found:
        return (Link("Search by title", f"https://scholar.google.com/scholar?q={quote_plus(work.title)}"),)
    return tuple(Link(_label(url), url) for url in found)


MOST_LINKS = 8
# Where the work of an id has its page; the first of them is where its title leads.
_PAGES = {
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "preprint": "https://doi.org/",
    "openreview": "https://openreview.net/forum?id=",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
}


def _is_page(url: str, keys: Collection[str]) -> bool:
    """Whether it is the page of one of these ids by another address; a PDF, and Hugging Face's page, are others."""
    found = identifiers.of_link(url)
    return bool(found and found.key in keys and "/pdf" not in url and "huggingface.co" not in url)


_LABELS = {
    "arxiv.org": "arXiv",
    "doi.org": "DOI",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "huggingface.co": "Hugging Face",
    "openreview.net": "OpenReview",
    "pubmed.ncbi.nlm.nih.gov": "PubMed",
}


def _label(url: str) -> str:
    try:
        host = urlsplit(url).hostname or url
    except ValueError:  # "https://[broken": the renderers will not make a link of it either
        return url
    host = host.removeprefix("www.")
    return _LABELS.get(host, host)
