"""Words in one sentence, in any order, with few others between them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from digest.rules.tokens import Span

At = dict[int, list[Span]]  # the words of a text, by their place in it, at which something stands


def near(
    found: Sequence[Sequence[Span]], distance: int, begins: Sequence[int], sentences: Sequence[int]
) -> list[Span]:
    """Every span that, with one of each of the others, fits between `distance` words at most; no word counts twice.

    `found`: where each of the wanted words stands; `begins` and `sentences`: of each word of the text.
    """
    places = [_places(spans, begins) for spans in found]
    if not all(places):
        return []
    reach = distance + len(places)
    good: set[tuple[int, int]] = set()
    for first in sorted({word for at in places for word in at}):
        window = range(first, first + reach)
        inside = [[n for n in window if n in at and sentences[n] == sentences[first]] for at in places]
        if not all(inside):
            continue
        apart = len({word for words in inside for word in words}) == sum(map(len, inside))
        for wanted, words in enumerate(inside):
            good |= {
                (wanted, word)
                for word in words
                if (wanted, word) not in good and (apart or _fits(inside, wanted, word))
            }
    return [span for wanted, word in sorted(good) for span in places[wanted][word]]


def _places(spans: Sequence[Span], begins: Sequence[int]) -> At:
    at: At = defaultdict(list)
    for span in spans:
        at[bisect_right(begins, span[0]) - 1].append(span)
    return at


def _fits(inside: Sequence[Sequence[int]], wanted: int, word: int) -> bool:
    """Whether each of the others can have a word of its own if this one has that word (Kuhn's matching)."""
    owner = {word: wanted}

    def give(one: int, tried: set[int]) -> bool:
        for place in inside[one]:
            if place in tried or place == word:
                continue
            tried.add(place)
            if place not in owner or give(owner[place], tried):
                owner[place] = one
                return True
        return False

    return all(give(one, set()) for one in range(len(inside)) if one != wanted)
