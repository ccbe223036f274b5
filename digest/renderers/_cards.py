"""An output is a frame with places for cards, and a card has places for its number: each is rendered once.

Whatever cards an issue or a reader gets are joined into the frame as bytes: 50 of them take microseconds. A group has
its papers in full, then in mail and text others by name, then the number of the rest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from jinja2 import Environment

from digest import issue
from digest.errors import ConfigError
from digest.templating import fill

# What a template writes where the number, or the cards of a section, will stand. No text of a dump holds them:
# `readable` has dropped them.
NUMBER, CARDS = "\x01", "\x02"

PLACES = 3  # for cards in a group's template: in full, by name, and in front of what is only counted

Card = tuple[bytes, ...]  # what stands before, between and behind its number


class GroupFrame(NamedTuple):
    """A group without its papers."""

    heading: bytes
    names: bytes = b""  # in front of papers that are only named, and behind them
    behind: bytes = b""
    more: Card = ()  # has a place for the number of papers that are only counted


class Frame(NamedTuple):
    """An output without its papers: what stands before its groups, behind them, and behind the references."""

    before: bytes
    between: bytes
    behind: bytes
    groups: tuple[GroupFrame, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """The papers of a group; each iterable is read once, the references after all groups."""

    papers: int  # shown or not
    full: Iterable[Card]
    named: Iterable[Card] = ()
    names: int = 0  # how many of them are named
    more: int = 0  # how many are only counted
    references: Iterable[Card] = ()  # of those in full and those named, in this order


def card(templates: Environment, name: str, **context: object) -> Card:
    """A card by its template."""
    return parted(fill(templates, name, number=NUMBER, **context), NUMBER)


def parted(text: str, sign: str) -> tuple[bytes, ...]:
    """A rendered text, parted where the sign stands."""
    return tuple(text.encode().split(sign.encode()))


def frame(name: str, shell: str, groups: Sequence[GroupFrame]) -> Frame:
    """The frame by its rendered shell, which has one place for groups, or one more for references."""
    before, *rest = parted(shell, CARDS)
    if not 1 <= len(rest) <= 2:
        raise ConfigError(
            f"{name}: write {{{{ cards }}}} where the groups stand; it is there {len(rest)} times"
        )
    return Frame(before, rest[0], b"".join(rest[1:]), tuple(groups))


def group_frame(name: str, rendered: str) -> GroupFrame:
    """A group by its rendered template; ConfigError where the template has not all places for cards."""
    parts = parted(rendered, CARDS)
    if len(parts) != PLACES + 1:
        raise ConfigError(
            f"{name}: write {{{{ cards }}}} {PLACES} times: for papers in full, for papers by name, and in front of "
            f"the number of the rest; it is there {len(parts) - 1} times"
        )
    heading, names, behind, more = parts
    return GroupFrame(heading, names, behind, tuple(more.split(NUMBER.encode())))


def whole_frame(name: str, rendered: str, groups: int) -> Frame:
    """The frame of an output that has every paper in full, by its rendered template.

    ConfigError where the template has not a place for each group: no paper is left out because a template is wrong.
    """
    *headings, behind = parted(rendered, CARDS)
    if len(headings) != groups:
        raise ConfigError(
            f"{name}: it has {len(headings)} places for cards, and the issue has {groups} groups with papers: "
            "write {{ cards }} once for each of its sections"
        )
    return Frame(b"", behind, b"", tuple(map(GroupFrame, headings)))


def whole(of: issue.Issue, card: Callable[[issue.Card], Card]) -> Iterator[Filled]:
    """The groups that have papers, every one of them in full."""
    for place, group in enumerate(of.head.groups):
        if group.papers:
            yield Filled(group.papers, map(card, of.cards(place)))


def joined(frame: Frame, groups: Iterable[Filled]) -> Iterator[bytes]:
    """The frame with the papers of its groups, numbered through the issue: what is only counted has numbers too."""
    first, done = 1, []
    yield frame.before
    for around, group in zip(frame.groups, groups, strict=True):
        yield from _group(around, group, first)
        done.append((first, group.references))
        first += group.papers
    yield frame.between
    for first, references in done:
        yield from _numbered(references, count(first))
    yield frame.behind


def _group(around: GroupFrame, group: Filled, first: int) -> Iterator[bytes]:
    numbers = count(first)
    yield around.heading
    yield from _numbered(group.full, numbers)
    if group.names:
        yield around.names
        yield from _numbered(group.named, numbers)
        yield around.behind
    if group.more:
        yield f"{group.more:,}".encode().join(around.more)


def _numbered(cards: Iterable[Card], numbers: Iterator[int]) -> Iterator[bytes]:
    for one in cards:
        yield str(next(numbers)).encode().join(one)
