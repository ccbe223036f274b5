"""What a mail has room for: papers in full, papers by name, and how many can only be counted.

Where all papers can be named in two thirds of the room, every one of them is, and the rest of the room is for cards.
Groups share what there is: a small one takes what it needs, and what it leaves is for the larger ones.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple, TypeVar

from digest.renderers._cards import Card
from digest.renderers._shown import Shown

# Of the room, where not all papers have a card: 500 of them get 19 cards and 234 names. With half of it 30 and 170.
NAMES_SHARE = 2 / 3
ALL = 80  # papers: a card has a kilobyte and more, so the cards of 80 papers have never fitted
DIGITS = 5  # of the largest number of a paper


class Printed(NamedTuple):
    """A paper in full, as both parts of a mail have it."""

    html: Card
    text: Card
    links: Card  # at the end of the text


InFull = Callable[[Shown], Printed]
ByName = Callable[[Shown], Card]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a group could show: its papers in order, and how many of them it would have in full."""

    papers: int
    limit: int
    rows: Iterable[Shown]


@dataclass(frozen=True, slots=True)
class Given:
    """What a group shows: its first papers in full, then others by name."""

    full: tuple[Printed, ...]
    named: tuple[Card, ...]
    rows: tuple[Shown, ...]  # those that are named


@dataclass(frozen=True, slots=True)
class _Read:
    """The papers of a group by name, as far as their names could ever fit."""

    wanted: Wanted
    rows: list[Shown]
    names: list[Card]
    sizes: list[int]

    @property
    def is_whole(self) -> bool:
        return len(self.rows) == self.wanted.papers


def given(groups: Sequence[Wanted], room: int, in_full: InFull, by_name: ByName) -> list[Given]:
    """What each group shows in so many bytes."""
    if sum(one.papers for one in groups) > ALL or any(one.limit < one.papers for one in groups):
        return _parted(groups, room, in_full, by_name)
    remembered = cache(in_full)
    groups = [replace(one, rows=list(one.rows)) for one in groups]
    every = [tuple(map(remembered, one.rows)) for one in groups]
    if sum(size(card.html) for cards in every for card in cards) <= room:
        return [Given(cards, (), ()) for cards in every]
    return _parted(groups, room, remembered, by_name)


def _parted(groups: Sequence[Wanted], room: int, in_full: InFull, by_name: ByName) -> list[Given]:
    """Some papers in full, others by name, where not all have room for their cards."""
    room = max(room, 0)
    read = [_read(group, room, by_name) for group in groups]
    all_names = sum(sum(one.sizes) for one in read)
    all_named = all_names <= room * NAMES_SHARE and all(one.is_whole for one in read)
    for_names = all_names if all_named else int(room * NAMES_SHARE)
    left = room - for_names
    full, spent = _shared(read, left, lambda n, room: _cards(read[n], room, in_full, refunds=all_named))
    if all_named:
        named = [tuple(one.names[len(cards) :]) for one, cards in zip(read, full, strict=True)]
    else:
        named, _ = _shared(
            read, for_names + left - spent, lambda n, room: _names(read[n], len(full[n]), room)
        )
    return [
        Given(cards, names, tuple(one.rows[len(cards) : len(cards) + len(names)]))
        for one, cards, names in zip(read, full, named, strict=True)
    ]


def _read(group: Wanted, room: int, by_name: ByName) -> _Read:
    read = _Read(group, [], [], [])
    left = room
    for row in group.rows:
        name = by_name(row)
        left -= size(name)
        if left < 0:
            break
        read.rows.append(row)
        read.names.append(name)
        read.sizes.append(size(name))
    return read


_One = TypeVar("_One")


def _shared(
    read: Sequence[_Read], room: int, take: Callable[[int, int], tuple[tuple[_One, ...], int]]
) -> tuple[list[tuple[_One, ...]], int]:
    """What each group takes of its share, the smallest first; and what all take together."""
    taken: list[tuple[_One, ...]] = [()] * len(read)
    spent = 0
    smallest_first = sorted(range(len(read)), key=lambda place: read[place].wanted.papers)
    for left, place in zip(range(len(read), 0, -1), smallest_first, strict=True):
        taken[place], cost = take(place, (room - spent) // left)
        spent += cost
    return taken, spent


def _cards(one: _Read, room: int, in_full: InFull, *, refunds: bool) -> tuple[tuple[Printed, ...], int]:
    """The first cards that fit, and what they take; `refunds`: a paper in full gives back the room of its name."""
    cards: list[Printed] = []
    used = 0
    for row, of_name in zip(one.rows[: one.wanted.limit], one.sizes, strict=False):
        card = in_full(row)
        cost = size(card.html) - (of_name if refunds else 0)
        if used + cost > room:
            break
        cards.append(card)
        used += cost
    return tuple(cards), used


def _names(one: _Read, after: int, room: int) -> tuple[tuple[Card, ...], int]:
    """The names that fit of the papers that are not in full, and what they take."""
    used = 0
    for at, cost in enumerate(one.sizes[after:], start=after):
        if used + cost > room:
            return tuple(one.names[after:at]), used
        used += cost
    return tuple(one.names[after:]), used


def size(card: Card) -> int:
    """Bytes of a card with a number of DIGITS."""
    return sum(map(len, card)) + DIGITS * (len(card) - 1)
