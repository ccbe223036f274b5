"""A paper as a mail shows it: its claim in place of its abstract, and nothing that lets one paper fill the mail."""

from dataclasses import replace

import msgspec

from digest.claims import claim
from digest.issue import Card
from digest.renderers._shown import Shown, facts

TITLE = 400  # characters
NAME = 80  # characters of an author, an organisation, a heading, a word
AUTHORS = 3  # by name; of the others the number
WORDS = 6  # of those that put it into its group
LINKS = 4  # its page, its PDF, its code and one more; the page of the issue has them all


def compact(row: Shown) -> Shown:
    """The row with a short card."""
    card = _short(row.card)
    return replace(row, card=card, facts=facts(card))


def named(row: Shown) -> Shown:
    """The row with no more than a name needs."""
    card = row.card
    short = msgspec.structs.replace(card, title=cut(card.title, TITLE), links=card.links[:LINKS])
    return replace(row, card=short)


def _short(card: Card) -> Card:
    said = claim(card.abstract, card.in_abstract)
    return msgspec.structs.replace(
        card,
        title=cut(card.title, TITLE),
        abstract=said.text,
        in_abstract=said.spans,
        authors=tuple(cut(name, NAME) for name in card.authors[:AUTHORS]),
        n_authors=max(card.n_authors or 0, len(card.authors)) or None,
        org=cut(card.org, NAME),
        links=card.links[:LINKS],
        matched=tuple(cut(word, NAME) for word in card.matched[:WORDS]),
        also=tuple(cut(heading, NAME) for heading in card.also[:WORDS]),
    )


def cut(words: str, most: int) -> str:
    """The words, with an ellipsis for what is too much."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
