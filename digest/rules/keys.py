"""Numbers of 64 bits → where they stand in a table; asked by the million, and exact."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]
Kinds: TypeAlias = NDArray[np.uint8]
Flags: TypeAlias = NDArray[np.bool_]

# The golden ratio's bits spread neighbours (Knuth, TAOCP 3, §6.4); odd, so that no two keys become one.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_LEAST_BITS = 12
_NONE = np.empty(0, np.int64)


class Keys:
    """Keys other than 0, each once, in the order of their spread; and where in it each first few bits begin."""

    def __init__(self, keys: Words) -> None:
        spread = keys * _SPREAD
        self.order = np.argsort(spread)  # of the keys given: a place in it is what `find` tells
        bits = max(_LEAST_BITS, len(spread).bit_length() + 2)
        self._shift = np.uint64(64 - bits)
        counts = np.bincount((spread >> self._shift).view(np.int64), minlength=1 << bits)
        self._begins = (np.cumsum(counts) - counts).astype(np.int32)
        self._is_taken = counts > 0
        self._most = int(counts.max(initial=0))
        self._spread = np.append(spread[self.order], np.zeros(self._most, np.uint64))

    def find(self, keys: Words) -> tuple[Numbers, Numbers]:
        """Which of these there are, and the place of each in the order of the table."""
        spread = keys * _SPREAD
        buckets = (spread >> self._shift).view(np.int64)
        asked = np.flatnonzero(self._is_taken[buckets])
        spread, at = spread[asked], self._begins[buckets[asked]]
        found, places = [_NONE], [_NONE]
        for _ in range(self._most):
            is_here = self._spread[at] == spread
            here, left = np.flatnonzero(is_here), np.flatnonzero(~is_here)
            found.append(asked[here])
            places.append(at[here].astype(np.int64))
            asked, spread, at = asked[left], spread[left], at[left] + 1
        return np.concatenate(found), np.concatenate(places)


def once(numbers: Numbers) -> Numbers:
    """The numbers in order, each once."""
    numbers = np.sort(numbers)
    is_new = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=is_new[1:])
    return numbers[is_new]


def rows_between(begins: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """All rows from each beginning to its end: which of the spans each is of, and the row."""
    sizes = ends - begins
    which = np.repeat(np.arange(len(begins)), sizes)
    return which, np.arange(len(which)) + (begins - np.cumsum(sizes) + sizes)[which]
