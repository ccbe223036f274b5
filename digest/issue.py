"""The shapes of an issue, frozen when made; a renderer knows nothing else.

Head     everything but the papers: title, name, number, times, groups and their counts, the account
Card     one paper, ready to be shown
Issue    a head and its cards, group by group, streamed: an issue may have 25,000
Archive  the issues of a digest, newest first, and the titles for its search
Feed     the newest of them, or those of a volume, and their entries
"""

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    previous: Head | None = None  # of the digest's issue before it


class Titled(msgspec.Struct, frozen=True):
    """What the search of all issues knows of a paper."""

    title: str
    authors: tuple[str, ...] = ()


class Entry(NamedTuple):
    """A card as a feed carries it."""

    card: Card
    heading: str  # of its group
    updated: datetime  # UTC


def entries(issue: Issue) -> Iterator[Entry]:
    """The cards of an issue as a feed carries them, in order.

    Each was updated a millisecond before the one above it: a reader that sorts by time keeps the issue's order, and
    a validator finds no two alike.
    """
    left = issue.head.papers
    for place, group in enumerate(issue.head.groups):
        for card in issue.cards(place):
            left -= 1
            yield Entry(card, group.heading, issue.head.made + timedelta(milliseconds=left))


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest issues of one digest, or those of one of the volumes behind them; `entries()`: newest issue first."""

    digest: str
    title: str
    began: datetime  # UTC: when the digest was first seen; a feed without entries was last updated then
    public: str | None
    heads: tuple[Head, ...]  # newest first
    entries: Callable[[], Iterator[Entry]]
    volume: int = 0  # counted from 1, the oldest; 0: this is the feed itself
    volumes: int = 0  # how many there are


@dataclass(frozen=True, slots=True)
class Archive:
    """All issues of one digest, newest first."""

    digest: str
    title: str
    public: str | None
    heads: tuple[Head, ...]
    titles: Callable[[Head], Iterator[Titled]]  # of one of the issues, in the order of its numbers


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
    """The addresses of a work with their labels: the page of its first id, its PDF, its code, then all others. Where it
    has none, a search for its title, labelled as one.
    """
    pages, papers = (list(_of_ids(work, addresses)) for addresses in (_PAGES, _PDFS))
    others = (url for url in work.links if not _is_known(url, work.keys))
    every = [Link(_label(url), url) for url in dict.fromkeys((*pages, *papers, *others))]
    if not every:
        return (Link("Search by title", f"https://scholar.google.com/scholar?q={quote_plus(work.title)}"),)
    page = next((one for one in every if one.label not in _FIRST), every[0])
    rest = sorted(
        (one for one in every if one is not page), key=lambda one: _FIRST.get(one.label, len(_FIRST))
    )
    return (_named(page), *rest)[:MOST_LINKS]


def _named(page: Link) -> Link:
    return page if page.label in (*_FIRST, page.url) else Link(f"{page.label} page", page.url)


MOST_LINKS = 8
_PDF, _CODE = "PDF", "Code"
_FIRST = {_PDF: 0, _CODE: 1}  # of what is not the page
# Where the work of an id has its page; the first of them is where its title leads.
_PAGES = {
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "preprint": "https://doi.org/",
    "openreview": "https://openreview.net/forum?id=",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
}
_PDFS = {"arxiv": "https://arxiv.org/pdf/", "openreview": "https://openreview.net/pdf?id="}


def _of_ids(work: Work, addresses: dict[str, str]) -> Iterator[str]:
    for kind, address in addresses.items():
        for key in work.keys:
            if (value := key.removeprefix(f"{kind}:")) != key:
                yield address + quote(value, safe="/():;,=")


def _is_known(url: str, keys: Collection[str]) -> bool:
    """Whether it is the page or the PDF of one of these ids by another address; Hugging Face's page is another."""
    found = identifiers.of_link(url)
    if not found or found.key not in keys or "huggingface.co" in url:
        return False
    return _label(url) != _PDF or found.key.partition(":")[0] in _PDFS


_PLACES = {
    "arxiv.org": "arXiv",
    "doi.org": "DOI",
    "huggingface.co": "Hugging Face",
    "openreview.net": "OpenReview",
    "pubmed.ncbi.nlm.nih.gov": "PubMed",
}
_FORGES = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "sr.ht")
_IS_PDF = re.compile(r"/pdf(?:/|$)|\.pdf$", re.IGNORECASE)


def _label(url: str) -> str:
    """What it is, if it is a PDF or code; else where it is."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or url).removeprefix("www.")
    except ValueError:  # "https://[broken": the renderers will not make a link of it either
        return url
    if host in _FORGES:
        return _CODE
    return _PDF if _IS_PDF.search(parts.path) else _PLACES.get(host, host)
