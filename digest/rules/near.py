"""Words in one sentence, in any order, with few others between them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from digest.rules.tokens import Span


class Stand(NamedTuple):
    """Where a wanted word stands: its words in the text (a compound written apart takes several), and characters."""

    begin: int
    last: int
    span: Span


Together = set[tuple[int, Stand]]  # one of each wanted word, by its place among them
STEPS = 300  # of looking for one choice; where it takes more, there will be one


def near(
    found: Sequence[Sequence[Span]], distance: int, begins: Sequence[int], sentences: Sequence[int]
) -> list[Span]:
    """Every span that, with one of each of the others, fits between `distance` words at most; no word counts twice.

    `found`: where each of the wanted words stands; `begins` and `sentences`: of each word of the text.
    """
    stands = [_stands(spans, begins) for spans in found]
    if not all(stands):
        return []
    widest = sum(max(one.last - one.begin + 1 for one in of_word) for of_word in stands)
    fits = _fits if widest == len(stands) else _leaves_few_others
    good: Together = set()
    at = [_by_begin(of_word) for of_word in stands]
    for first in sorted({one.begin for of_word in stands for one in of_word}):
        window = range(first, first + distance + widest)
        inside = [
            [one for n in window if n in of for one in of[n] if sentences[n] == sentences[first]] for of in at
        ]
        if not all(inside) or len({one.begin for those in inside for one in those}) < len(inside):
            continue
        if widest == len(stands) and _apart(inside):
            good |= {(wanted, one) for wanted, those in enumerate(inside) for one in those}
            continue
        for wanted, those in enumerate(inside):
            for one in those:
                if (wanted, one) not in good:
                    good |= fits(inside, wanted, one, distance)
    return [one.span for _, one in sorted(good)]


def _stands(spans: Sequence[Span], begins: Sequence[int]) -> list[Stand]:
    return [
        Stand(bisect_right(begins, begin) - 1, bisect_right(begins, end - 1) - 1, (begin, end))
        for begin, end in spans
    ]


def _by_begin(stands: Sequence[Stand]) -> dict[int, list[Stand]]:
    at: dict[int, list[Stand]] = defaultdict(list)
    for one in stands:
        at[one.begin].append(one)
    return at


def _apart(inside: Sequence[Sequence[Stand]]) -> bool:
    """Whether no two wanted words can have the same word of the text."""
    return len({one.begin for those in inside for one in those}) == sum(map(len, inside))


def _fits(inside: Sequence[Sequence[Stand]], wanted: int, stand: Stand, _distance: int) -> Together:
    """This one with one of each of the others, each of which has a word of its own (Kuhn's matching); or nothing."""
    owner = {stand.begin: (wanted, stand)}

    def give(one: int, tried: set[int]) -> bool:
        for place in inside[one]:
            if place.begin in tried or place.begin == stand.begin:
                continue
            tried.add(place.begin)
            if place.begin not in owner or give(owner[place.begin][0], tried):
                owner[place.begin] = one, place
                return True
        return False

    return (
        set(owner.values()) if all(give(one, set()) for one in range(len(inside)) if one != wanted) else set()
    )


def _leaves_few_others(
    inside: Sequence[Sequence[Stand]], wanted: int, stand: Stand, distance: int
) -> Together:
    """The same where compounds take several words, with few enough words between that are nobody's."""
    left = [(one, those) for one, those in enumerate(inside) if one != wanted]
    left.sort(key=lambda pair: len(pair[1]))
    steps = iter(range(STEPS))
    for choice in _choices(((wanted, stand),), left, steps):
        taken = [stand for _, stand in choice]
        words = sum(one.last - one.begin + 1 for one in taken)
        if max(one.last for one in taken) - min(one.begin for one in taken) + 1 - words <= distance:
            return set(choice)
    return {(wanted, stand)} if next(steps, None) is None else set()


def _choices(
    chosen: tuple[tuple[int, Stand], ...],
    left: Sequence[tuple[int, Sequence[Stand]]],
    steps: Iterator[int],
) -> Iterator[tuple[tuple[int, Stand], ...]]:
    """Ways to choose a stand for each of those left, no word of the text in two of them; all, or until steps end."""
    if not left:
        yield chosen
        return
    (one, those), *rest = left
    for place in those:
        if next(steps, None) is None:
            return
        if all(place.last < other.begin or other.last < place.begin for _, other in chosen):
            yield from _choices((*chosen, (one, place)), rest, steps)
