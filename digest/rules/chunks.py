"""A text between two spaces → what it says to the terms of many rules, worked out once for each such chunk.

A paper becomes a line of marks: for each token its form if any rule asks for it, else NOTHING; a STOP where no phrase
gets across; and behind them, each with a sign of its own, what else is true of the chunk. Most chunks of a paper were
seen in another, so a line costs one look-up for each; and as no token reaches over a space, nothing is lost.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product
from sys import intern
from typing import NamedTuple

from digest.rules.number import singular
from digest.rules.tokens import Piece, Tokens, pieces_of

Marks = tuple[str, ...]

NOTHING, STOP = "_", "."
_NOTHING, _NOTHING_STOPPED = (NOTHING,), (NOTHING, STOP)
# Signs of what else is true. None of them is white space or part of a token.
JOINED = "\x01"  # the form of a compound, or of a run of its parts
CAPITALS = "\x02"  # the token before it has two capitals
CAPITALS_JOINED = "\x03"
BEGINS = "\x04"  # the prefix that a token begins with
EXACTLY = "\x05"  # a run of letters and digits as it stands
ELSE = frozenset((JOINED, CAPITALS, CAPITALS_JOINED, BEGINS, EXACTLY))

_RUN = re.compile(r"[^\W_]+")
_ET_AL = re.compile(r"\b([eE]t al)\.(?=[\"'’”)\]]*\s)")  # the one full stop that a chunk alone cannot judge
_SHORT = frozenset({"vs", "Vs"})


Pair = tuple[str, str]


class Special(NamedTuple):
    """A chunk of which more is true than its tokens, or which can be read in several ways."""

    marks: Marks  # all of them; what is true of a token stands behind it
    inside: frozenset[Pair] = (
        frozenset()
    )  # of which one stands directly behind the other, and one is of several parts
    first: Marks = ()  # tokens of several parts with which it may begin
    last: Marks = ()


class Asked:
    """What the terms of an engine ask of chunks."""

    def __init__(self) -> None:
        self.forms: set[str] = set()
        self.in_phrases: set[str] = set()  # those that stand beside another
        self.acronyms: set[str] = set()
        self.prefixes: set[str] = set()
        self.runs: set[str] = set()  # of letters and digits, exactly so


class Chunks(dict[str, Marks]):
    """Chunk → its tokens and stops."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked
        self._lengths = sorted({len(prefix) for prefix in asked.prefixes})
        self.special: dict[str, Special] = {}
        self._shared: dict[Marks, Marks] = {}  # what is looked up together lies together: twice as fast

    def __missing__(self, chunk: str) -> Marks:
        tokens = self._simple(chunk)
        if tokens is None:
            marks = tuple(self._marks(chunk))
            tokens = tuple(mark for mark in marks if mark[0] not in ELSE)
            if len(tokens) < len(marks):
                ways = (
                    _ways(chunk, self._asked.in_phrases) if any(mark[0] == JOINED for mark in marks) else ()
                )
                self.special[chunk] = Special(marks, *ways)
        self[chunk] = tokens = self._shared.setdefault(tokens, tuple(map(intern, tokens)))
        return tokens

    def pairs(self, parts: Sequence[str], compounds: Iterable[str]) -> Iterator[Pair]:
        """What stands behind what within these compounds of a text, and beside them."""
        for compound in compounds:
            ways = self.special[compound]
            yield from ways.inside
            for at in _places(parts, compound):
                yield from product(self._last(parts, at - 1), ways.first)
                yield from product(ways.last, self._first(parts, at + 1))

    def _last(self, parts: Sequence[str], at: int) -> Marks:
        while at >= 0 and not self[parts[at]]:  # what has neither token nor stop keeps no two words apart
            at -= 1
        if at < 0:
            return ()
        special = self.special.get(parts[at])
        return (*self[parts[at]][-1:], *(special.last if special else ()))

    def _first(self, parts: Sequence[str], at: int) -> Marks:
        while at < len(parts) and not self[parts[at]]:
            at += 1
        if at == len(parts):
            return ()
        special = self.special.get(parts[at])
        return (*self[parts[at]][:1], *(special.first if special else ()))

    def line(self, chunks: Iterable[str]) -> list[str]:
        """The tokens and stops of a text; between two texts all may be forgotten, within one nothing."""
        if len(self) >= KNOWN_CHUNKS:
            self.clear()
            self.special.clear()
            self._shared.clear()
        return list(chain.from_iterable(map(self.__getitem__, chunks)))

    def _simple(self, chunk: str) -> Marks | None:
        """The marks of a word of plain letters, with one stop behind it at most; None: it is no such chunk."""
        asked, stopped = self._asked, False
        if not (chunk.isascii() and chunk.isalpha()):
            chunk, last = chunk[:-1], chunk[-1]
            if last not in ".,;:!?" or not (chunk.isascii() and chunk.isalpha()):
                return None
            stopped = last != "." or chunk not in _SHORT
        if asked.runs and chunk in asked.runs:
            return None
        plain = chunk.lower()
        if asked.prefixes and any(plain[:size] in asked.prefixes for size in self._lengths):
            return None
        form = singular(chunk, plain)
        if form in asked.acronyms:
            return None
        if form not in asked.forms:
            return _NOTHING_STOPPED if stopped else _NOTHING
        return (form, STOP) if stopped else (form,)

    def _marks(self, chunk: str) -> list[str]:
        marks: list[str] = []
        for pieces in pieces_of(chunk):
            marks += self._of_word(pieces) if pieces else [STOP]
        if self._asked.runs:
            marks += [EXACTLY + run for run in _RUN.findall(Tokens(chunk).bare) if run in self._asked.runs]
        return marks

    def _of_word(self, pieces: tuple[Piece, ...]) -> list[str]:
        marks, joined = [], []
        asked = self._asked
        for piece in pieces:
            form, plain = piece.form, piece.plain
            capitals = piece.capitals and form in asked.acronyms
            if piece.last - piece.first == 1:
                marks.append(form if form in asked.forms else NOTHING)
                marks += [CAPITALS + form] * capitals
            else:
                joined += [JOINED + form] * (form in asked.forms) + [CAPITALS_JOINED + form] * capitals
            joined += [BEGINS + plain[:n] for n in self._lengths if plain[:n] in asked.prefixes]
        return marks + joined


def _ways(chunk: str, asked: set[str]) -> tuple[frozenset[Pair], Marks, Marks]:
    tokens, at = list[tuple[int, int, str, bool]](), 0
    for pieces in pieces_of(chunk):
        tokens += [
            (at + piece.first, at + piece.last, piece.form, piece.last - piece.first > 1)
            for piece in pieces
            if piece.form in asked
        ]
        at += max((piece.last for piece in pieces), default=1)
    return (
        frozenset(
            (one, two)
            for _, end, one, is_joined in tokens
            for begin, _, two, is_too in tokens
            if begin == end and (is_joined or is_too)
        ),
        tuple({form for begin, _, form, is_joined in tokens if is_joined and begin == 0}),
        tuple({form for _, end, form, is_joined in tokens if is_joined and end == at}),
    )


def _places(parts: Sequence[str], part: str) -> Iterator[int]:
    at = -1
    for _ in range(parts.count(part)):
        at = parts.index(part, at + 1)
        yield at


KNOWN_CHUNKS = 1 << 18  # some 25 MB


def joint(fields: Iterable[Tokens]) -> str:
    """The text of some fields, a stop between them, so that each chunk can be judged alone."""
    return f" {STOP} ".join([_judged(field) for field in fields])


def _judged(field: Tokens) -> str:
    return field.read if "t al." not in field.read else _ET_AL.sub(r"\1 ", field.as_read or field.bare)
