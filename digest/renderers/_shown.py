"""An issue as templates show it: sections of numbered cards, everything said of a paper in words.

All text passes through `readable` here: nothing that cannot be seen gets into any output.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count as from_number
from itertools import islice

from msgspec.structs import replace

from digest.issue import Card, GroupHead, Head, Issue, Link
from digest.papers import readable
from digest.templating import count, day, web

AUTHORS_SHOWN = 8  # papers with 500 authors exist; the byline stays two lines


@dataclass(frozen=True, slots=True)
class Shown:
    """A card with its number in the issue; its links are those that may be followed."""

    number: int
    card: Card
    facts: tuple[str, ...]  # who, where, when, how much talked about: in words, those that are told


@dataclass(frozen=True, slots=True)
class Section:
    """A group that has papers: some in full, then `named` ones by number and title, `more` only counted.

    `full` and `rest` may be two ends of one stream: read them once, in this order.
    """

    heading: str
    papers: int
    full: Iterable[Shown]
    rest: Iterable[Shown]
    named: int
    more: int = 0


def sections(issue: Issue, *, limited: bool) -> Iterator[Section]:
    """The groups that have papers, in order; `limited`: no more of them in full than each group's limit."""
    first = 1
    for place, group in enumerate(issue.head.groups):
        if group.papers:
            numbers = from_number(first)
            rows = (shown(card, next(numbers)) for card in issue.cards(place))
            full = group.limit if limited and group.limit is not None else group.papers
            yield Section(
                readable(group.heading), group.papers, islice(rows, full), rows, max(0, group.papers - full)
            )
            first += group.papers


def shown(card: Card, number: int = 0) -> Shown:
    """The card, readable, with its facts."""
    title, abstract = readable(card.title), readable(card.abstract)
    plain = replace(
        card,
        title=title,
        in_title=card.in_title if title == card.title else (),
        abstract=abstract,
        in_abstract=card.in_abstract if abstract == card.abstract else (),
        links=tuple(Link(readable(link.label), web(link.url)) for link in card.links if web(link.url)),
        matched=tuple(map(readable, card.matched)),
        also=tuple(map(readable, card.also)),
    )
    return Shown(number, plain, facts(plain))


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
    return [readable(name) for name in card.authors[:AUTHORS_SHOWN] if readable(name)]


def readable_head(head: Head) -> Head:
    """The head without what cannot be seen; groups keep their places, the note its lines."""
    return replace(
        head,
        title=readable(head.title),
        groups=tuple(GroupHead(readable(g.heading), g.papers, g.limit) for g in head.groups),
        dumps=tuple(replace(d, origin=readable(d.origin), problem=readable(d.problem)) for d in head.dumps),
    )


def page(head: Head) -> str:
    """The address of the issue's page; empty where there is none."""
    public = web(head.public or "")
    return f"{public}/{head.digest}/{head.folder}/digest.html" if public and "html" in head.outputs else ""
