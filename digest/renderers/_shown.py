"""An issue as templates show it: sections of cards, everything said of a paper in words.

All text passes through `readable` here: nothing that cannot be seen gets into any output.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from msgspec.structs import replace

from digest.issue import Card, GroupHead, Head, Issue, Link
from digest.papers import readable
from digest.renderers._cards import CARDS, NUMBER
from digest.templating import count, day, web

TOGETHER = 64  # cards that are kept for the other outputs of their issue, which are written side by side
AUTHORS_SHOWN = 8  # papers with 500 authors exist; the byline stays two lines


@dataclass(frozen=True, slots=True)
class Shown:
    """A readable card; its links are those that may be followed."""

    card: Card
    facts: tuple[str, ...]  # who, where, when, how much talked about: in words, those that are told


@dataclass(frozen=True, slots=True)
class Section:
    """A group that has papers: some in full, then `named` ones by number and title.

    `full` and `rest` may be two ends of one stream: read them once, in this order.
    """

    heading: str
    papers: int
    full: Iterable[Shown]
    rest: Iterable[Shown]
    named: int


def sections(issue: Issue, *, limited: bool) -> Iterator[Section]:
    """The groups that have papers, in order; `limited`: no more of them in full than each group's limit."""
    for place, group in enumerate(issue.head.groups):
        if group.papers:
            rows = map(shown, issue.cards(place))
            full = group.limit if limited and group.limit is not None else group.papers
            yield Section(
                readable(group.heading), group.papers, islice(rows, full), rows, max(0, group.papers - full)
            )


@lru_cache(maxsize=TOGETHER)
def shown(card: Card) -> Shown:
    """The card, readable, with its facts."""
    title, abstract = readable(card.title), readable(card.abstract)
    plain = replace(
        card,
        title=title,
        in_title=card.in_title if title == card.title else (),
        abstract=abstract,
        in_abstract=card.in_abstract if abstract == card.abstract else (),
        links=tuple(Link(readable(link.label), url) for link in card.links if (url := web(link.url))),
        matched=tuple(map(readable, card.matched)),
        also=tuple(map(readable, card.also)),
    )
    return Shown(plain, facts(plain))


def facts(card: Card) -> tuple[str, ...]:
    """What is told of a paper beside its title and abstract; what is not told is left out, and 0 is told."""
    numbers = ((card.comments, "comment"), (card.upvotes, "upvote"))
    told = (
        byline(card),
        readable(card.org),
        day(readable(card.published)),
        *(count(number, noun) for number, noun in numbers if number is not None),
    )
    return tuple(filter(None, told))


def byline(card: Card) -> str:
    """The authors, a long list cut with their number; only the number where no dump told more."""
    named = authors(card)
    number = max(card.n_authors or 0, len(card.authors))
    if not named:
        return count(number, "author") if number else ""
    return ", ".join(named) + (f" and {number - len(named):,} more" if number > len(named) else "")


def authors(card: Card) -> list[str]:
    """The first authors by name."""
    return list(filter(None, map(readable, card.authors[:AUTHORS_SHOWN])))


def readable_head(head: Head) -> Head:
    """The head without what cannot be seen; groups keep their places, the note its lines."""
    return replace(
        head,
        title=readable(head.title),
        groups=tuple(GroupHead(readable(g.heading), g.papers, g.limit) for g in head.groups),
        dumps=tuple(replace(d, origin=readable(d.origin), problem=readable(d.problem)) for d in head.dumps),
        reasons={name: readable(why) for name, why in head.reasons.items()},
        note=_without_signs(head.note),
        note_html=_without_signs(head.note_html),
    )


def _without_signs(note: str) -> str:
    """A note of several lines without the signs that stand for cards and numbers."""
    return note.replace(CARDS, "").replace(NUMBER, "")


def page(head: Head) -> str:
    """The address of the issue's page; empty where there is none."""
    public = web(head.public or "")
    return f"{public}/{head.digest}/{head.folder}/digest.html" if public and "html" in head.outputs else ""


# Of the outputs that show every paper, the best to read first; the frozen issue is always there.
_WHOLE = {"html": "digest.html", "markdown": "digest.md", "text": "digest.txt"}


def place(head: Head) -> str:
    """The file in the outbox that shows every paper, for where the issue has no address."""
    whole = next((file for name, file in _WHOLE.items() if name in head.outputs), "issue.json")
    return f"{head.digest}/{head.folder}/{whole}"
