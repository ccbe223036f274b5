"""An output is a shell with places for cards, and a card has places for its number: each is rendered once.

The same cards in another order, or for another reader, are joined as bytes: 50 of them take microseconds.
"""

from collections.abc import Iterable, Iterator
from itertools import count

from jinja2 import Environment

from digest.templating import stream

# What a template writes where the number, or the cards of a section, will stand. No text of a dump holds them:
# `readable` has dropped them.
NUMBER, CARDS = "\x01", "\x02"

Card = tuple[bytes, ...]  # what stands before, between and behind its number


def card(templates: Environment, name: str, **context: object) -> Card:
    """A card by its template, which writes NUMBER where its number is to stand."""
    return parted("".join(stream(templates, name, **context)), NUMBER)


def parted(text: str, sign: str) -> tuple[bytes, ...]:
    """A rendered text, parted where the sign stands."""
    return tuple(text.encode().split(sign.encode()))


def numbered(cards: Iterable[Card], first: int) -> Iterator[bytes]:
    """Cards with the numbers that they have in this issue."""
    return (str(number).encode().join(one) for number, one in zip(count(first), cards, strict=False))
