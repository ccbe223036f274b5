"""In which order the papers of a group stand; the one place that decides it.

    relevance  with a word of the rule in the title first; then by how many of its words were found, upvotes,
               comments, date
    upvotes    by upvotes, comments, then as by relevance
    date       the newest first, then as by relevance

What a paper lacks counts as nothing. Papers that are equal in all of that stand in the order in which they arrived.
"""

from collections.abc import Iterable

from digest.config import Order
from digest.issue import Card

Rank = tuple[tuple[int, ...], str]  # greater: further up


def rank(order: Order, card: Card) -> tuple[Rank, ...]:
    """What a paper is compared by, the most important first."""
    talked = (card.upvotes or 0, card.comments or 0)
    words = (int(bool(card.in_title)), card.found)
    relevant: Rank = ((*words, *talked), card.published)
    match order:
        case "relevance":
            return (relevant,)
        case "upvotes":
            return (talked, ""), relevant
        case "date":
            return ((), card.published), relevant


def ordered(ranks: Iterable[tuple[Rank, ...]]) -> list[int]:
    """The places of papers, from 0 in the order of their arrival, as they stand in the group."""
    known = list(ranks)
    return sorted(range(len(known)), key=known.__getitem__, reverse=True)


def why(card: Card) -> str:
    """What put a paper where it stands, in words."""
    in_title = ", in the title too" if card.in_title else ""
    told = [
        f"{card.found} {'word' if card.found == 1 else 'words'} of the rule{in_title}",
        f"{card.upvotes or 0} upvotes",
        f"{card.comments or 0} comments",
        card.published or "no date",
    ]
    return ", ".join(told)
