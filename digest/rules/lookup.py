"""Texts of tokens → the symbols that they stand for; for all tokens of a tape at once."""

from array import array
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from digest.rules.keys import Flags, Keys, Numbers, Words, once
from digest.rules.tape import LONGEST, Edges, Row, edges, words_of

# What is looked up besides words: the form alone of one whose plural s is known by the capital before it, the
# beginning of a word, a run of letters or digits as it stands.
FORM, BEGINS, AS_IT_IS = 1, 2, 3
_SALT = (0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB)  # odd, and otherwise any
_SPREAD = np.uint64(_SALT[0])
_SIEVE = np.uint64(48)  # bits that go: 64 kB stay in the processor's cache
_IS_SMALL = np.uint64(0x2020202020202020)  # the bit that capitals lack; digits have it
# Of the first signs of a word; what is longer than a word has all eight.
_MASKS = np.array([(1 << (8 * min(size, 8))) - 1 for size in range(LONGEST + 1)], np.uint64)


class Entry(NamedTuple):
    """What is looked up, and the symbols that it stands for."""

    text: str
    what: int
    any: int
    with_capitals: int


class Lookup:
    """Texts of at most LONGEST ASCII characters, with what each is → symbols."""

    def __init__(self, rows: Iterable[Entry]) -> None:
        texts, others = bytearray(), array("q")
        with_s = bytearray(8)
        for text, *other in rows:
            texts += text.encode().ljust(LONGEST, b"\0")
            others.extend(other)
            if other[0] == FORM and len(text) < 8:
                with_s += f"{text}s".encode().ljust(8, b"\0")
        words = np.frombuffer(texts, "<u8").astype(np.uint64).reshape(-1, 3).T
        what, some, with_capitals = np.array(others, np.int64).reshape(-1, 3).T
        self._salt = np.array(_SALT, np.uint64)
        while len(once(key := self._key(words, what.view(np.uint64)).view(np.int64))) < len(key):
            self._salt += np.uint64(2)  # two texts had one key
        self._keys = Keys(key.view(np.uint64))
        order = self._keys.order
        self._texts, self._what = words[:, order], what[order]
        self.any, self.with_capitals = some[order], with_capitals[order]
        self._is_plain = (self._texts[1] == 0) & (self._what == 0)  # its key is its text
        self._sieve = np.zeros(1 << 16, np.bool_)
        self._sieve[_sieved(words[0])] = True
        self._sieve[_sieved(np.frombuffer(with_s, "<u8"))] = True  # a form with its s, before that is cut off

    def words(self, tokens: Row) -> tuple[Numbers, Numbers]:
        """Which of these tokens are asked for, and where in the table each stands."""
        first = tokens.words[tokens.starts] & _masks(tokens.lengths)
        asked = np.flatnonzero(self._sieve[_sieved(first)] & (tokens.lengths <= LONGEST))
        starts, lengths, first = tokens.starts[asked], tokens.lengths[asked], first[asked]
        plural = _plural_behind_a_capital(tokens, starts, lengths)
        lengths[plural] -= 1
        first[plural] &= _masks(lengths[plural])
        what = np.zeros(len(asked), np.uint64)
        what[plural] = FORM
        which, entry = self._find(_Texts(tokens.words, starts, lengths, first, what))
        return asked[which], entry

    def whole(self, tokens: Row, what: int, size: int | None = None) -> tuple[Numbers, Numbers]:
        """Which of these tokens, or their beginnings of this size, are in the table as just that; and where."""
        asked = np.flatnonzero((tokens.lengths >= (size or 1)) & (tokens.lengths <= LONGEST))
        starts = tokens.starts[asked]
        lengths = np.full(len(asked), size) if size else tokens.lengths[asked]
        first = tokens.words[starts] & _masks(lengths)
        whats = np.full(len(asked), what, np.uint64)
        which, entry = self._find(_Texts(tokens.words, starts, lengths, first, whats))
        return asked[which], entry

    def acronyms(self, tokens: Row, which: Numbers, entry: Numbers) -> Edges:
        """Those of the tokens found that were asked for with two capitals, and have them."""
        asked = np.flatnonzero(self.with_capitals[entry])
        held = asked[_has_capitals(tokens, which[asked])]
        return edges_of(tokens, which[held], self.with_capitals[entry[held]])

    def _key(self, words: Words, what: Words) -> Words:
        """The key of each text: itself, where it is a word of eight signs at most."""
        first, second, third = words
        key: Words = first ^ (what * self._salt[0]) ^ (second * self._salt[1]) ^ (third * self._salt[2])
        return key

    def _find(self, texts: "_Texts") -> tuple[Numbers, Numbers]:
        key = texts.first ^ (texts.what * self._salt[0])
        is_plain = texts.what == 0
        long = np.flatnonzero(texts.lengths > 8)
        is_plain[long] = False
        key[long] ^= texts.word(1, long) * self._salt[1]
        long = long[texts.lengths[long] > 16]
        key[long] ^= texts.word(2, long) * self._salt[2]
        which, entry = self._keys.find(key)
        same = is_plain[which] & self._is_plain[entry]  # then the key is the text
        doubted = np.flatnonzero(~same)
        of, to = which[doubted], entry[doubted]
        same[doubted] = self._what[to] == texts.what[of]
        for word in range(3):
            same[doubted] &= self._texts[word][to] == texts.word(word, of)
        return which[same], entry[same]


def edges_of(tokens: Row, which: Numbers, symbols: Numbers) -> Edges:
    """These of the tokens, each as its symbol."""
    return edges(tokens.first[which], tokens.last[which], symbols)


class _Texts(NamedTuple):
    """Texts to be found, and what each is."""

    words: Words  # the eight signs from each on
    starts: Numbers
    lengths: Numbers
    first: Words
    what: Words

    def word(self, number: int, which: Numbers) -> Words:
        """The first, second or third eight signs of these."""
        return self.words[self.starts[which] + 8 * number] & _masks(self.lengths[which] - 8 * number)


def _masks(lengths: Numbers) -> Words:
    masks: Words = _MASKS.take(lengths, mode="clip")
    return masks


def _sieved(one: Words) -> Numbers:
    sieved: Numbers = (one * _SPREAD >> _SIEVE).view(np.int64)
    return sieved


def _plural_behind_a_capital(tokens: Row, starts: Numbers, lengths: Numbers) -> Numbers:
    """Which of these tokens end in a plural s that the capital before it tells."""
    signs = np.frombuffer(tokens.signs, np.uint8)
    last = starts + lengths - 1
    ends = np.flatnonzero((signs[last] == ord("s")) & (lengths > 2))
    before = signs[last[ends] - 1]
    behind_capital: Numbers = ends[(before >= ord("A")) & (before <= ord("Z"))]
    return behind_capital


def _has_capitals(tokens: Row, which: Numbers) -> Flags:
    """Whether each of these tokens has two capitals."""
    words, starts, lengths = words_of(tokens.signs), tokens.starts[which], tokens.lengths[which]
    capitals = np.zeros(len(which), np.int64)
    for at in range(0, LONGEST, 8):
        capitals += np.bitwise_count(~words[starts + at] & _IS_SMALL & _masks(lengths - at))
    return np.greater_equal(capitals, 2)
