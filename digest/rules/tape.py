"""Many texts → one row of runs: letters or digits of ASCII that touch, in the order in which they stand.

A run is a token, and its place in the row is the token's position. What only tokens.py can judge (accents, apostrophes,
versions, web addresses: one chunk between two spaces in 140) is judged there, once for each such chunk, and takes
the places of its tokens in the row. Arrays, as a loop over a million words takes longer than all of this.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from digest.rules.keys import Flags, Kinds, Numbers, Words, rows_between
from digest.rules.tokens import JOINED_PARTS, ends_in_et

END = b"\x00"  # of a text
TAKEN = b"\x01"  # a place that a token of a chunk takes
LONGEST = 24  # characters of what is compared as three words of 64 bits; of what is longer only the first

_LETTERS, _DIGITS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
_SPACES = b"\t\n\v\f\r\x1c\x1d\x1e\x1f \x00"  # as str.split has them
_STOPS = b".,;:!?"
_NO_TEXT = re.compile("[\x00\x01]")


def _table(*rows: tuple[int, bytes]) -> bytes:
    """A table for bytes.translate: what each byte is, in bits."""
    bits = [0] * 256
    for bit, members in rows:
        for byte in members:
            bits[byte] |= bit
    return bytes(bits)


_LETTER, _DIGIT, _TAKEN, _SPACE, _STOP, _END = 1, 2, 3, 8, 16, 8 | 32
_RUN = np.uint8(3)
_A_PLACE, _HYPHEN = TAKEN[0], ord("-")
_KINDS = _table(
    (_LETTER, _LETTERS), (_DIGIT, _DIGITS), (_TAKEN, TAKEN), (_SPACE, _SPACES), (_STOP, _STOPS), (_END, END)
)

# Two bytes, the second behind the first, that only tokens.py can judge; a bit for each kind of pair.
_ANY, _BEYOND = bytes(range(256)), bytes(range(128, 256))
_PAIRS = (
    (b"'" + _BEYOND, _ANY),
    (b".", _LETTERS),  # in e.g. and in addresses
    (b":", b"/"),
    (b"vV", _DIGITS),
    (_STOPS, b"\"')]"),
    (b"sS", b"."),  # of vs. alone
    (b"wW", b"."),  # of www. alone
    (b"l", b"."),  # of et al. alone
)
_FIRST, _SECOND = (_table(*((1 << bit, pair[which]) for bit, pair in enumerate(_PAIRS))) for which in (0, 1))
# Of some of these pairs only those behind such signs, the nearest first.
_ONLY_BEHIND = tuple(
    (1 << bit, [np.frombuffer(_table((1, signs)), np.bool_) for signs in before])
    for bit, before in ((5, (b"vV",)), (6, (b"wW",)), (7, (b"a", b" ", b"t")))
)


class Chunk(NamedTuple):
    """What stands between two spaces, as tokens.py judges it."""

    row: bytes  # as long as it is: TAKEN for each place, stops, and spaces
    places: int
    tokens: tuple[tuple[int, int, int], ...]  # asked for: the first place, the one after the last, the symbol


class Chunks(Protocol):
    """Chunks, as a tape asks for them."""

    def __getitem__(self, chunk: bytes, /) -> Chunk:
        """The chunk, judged."""


class Edges(NamedTuple):
    """Tokens of a tape, a row of each array for each."""

    first: Numbers  # place
    after: Numbers  # the place behind it
    symbol: Numbers


def edges(first: Numbers, last: Numbers, symbol: Numbers) -> Edges:
    """Tokens from one run to another; those without a symbol are none."""
    is_asked = symbol > 0
    return Edges(first[is_asked], last[is_asked] + 1, symbol[is_asked])


NO_EDGES = Edges(*(np.empty(0, np.int64) for _ in range(3)))


class Row(NamedTuple):
    """Tokens, and where their signs stand; arrays have a row for each."""

    signs: bytes  # and LONGEST more
    words: Words  # the eight signs from each on, without case
    starts: Numbers
    lengths: Numbers
    first: Numbers  # the runs of which each is made
    last: Numbers


class Tape(NamedTuple):
    """The runs of many texts, in the order in which they stand."""

    runs: Row
    joined: Row  # compounds, and those runs of their parts that are tokens too
    of_chunks: Edges
    is_parted: Flags  # whether no phrase gets across to this run from the one before; one more at the end
    ends: Numbers  # of texts: the byte behind each

    def text(self, runs: Numbers) -> Numbers:
        """In which text each of these runs stands."""
        return np.searchsorted(self.ends, self.runs.starts[runs], side="right")


def words_of(signs: bytes) -> Words:
    """The eight signs from each on, as one number."""
    return np.ndarray((len(signs) - 7,), np.dtype("<u8"), signs, strides=(1,))


def tape(texts: Sequence[str], chunks: Chunks) -> Tape:
    """The runs of these texts."""
    data, tokens = _judged(_bytes(texts), chunks)
    signs = bytes(data) + bytes(LONGEST)
    kinds = np.frombuffer(data.translate(_KINDS), np.uint8)
    starts, ends = _runs(kinds)
    text_ends = np.flatnonzero(kinds == _END)
    taken = np.searchsorted(starts, np.flatnonzero(kinds == _TAKEN))
    places = np.arange(len(starts))
    return Tape(
        runs=Row(signs, words_of(signs.lower()), starts, ends - starts, places, places),
        joined=_joined(signs, starts, ends),
        of_chunks=_placed(tokens, taken),
        is_parted=_parted(kinds, starts, ends, text_ends),
        ends=text_ends,
    )


def _bytes(texts: Sequence[str]) -> bytes:
    """The texts, each with END behind it."""
    data = END.join([*(text.encode("utf-8", "surrogatepass") for text in texts), b""])
    if TAKEN in data or data.count(END) > len(texts):
        return _bytes([_NO_TEXT.sub("<", text) for text in texts])
    return data


# --- what tokens.py judges ---


def _judged(data: bytes, chunks: Chunks) -> tuple[bytearray, list[tuple[int, Chunk]]]:
    """The texts with places for the tokens of such chunks; those that hold something, and the first place of each."""
    row = bytearray(data)
    found, places, upto = [], 0, 0
    for at in _odd(data):
        if at >= upto:
            begin, upto = data.rfind(b" ", 0, at) + 1, data.find(b" ", at)
            chunk = data[begin:upto]
            if upto < 0 or END in chunk or chunk.startswith(b"al."):
                begin, upto, chunk = _at_an_edge(data, at)
            judged = chunks[chunk]
            row[begin:upto] = judged.row
            if judged.tokens:
                found.append((places, judged))
            places += judged.places
    return row, found


def _at_an_edge(data: bytes, at: int) -> tuple[int, int, bytes]:
    """The chunk around a sign, where it begins or ends a text, or is the al. of et al., whose stop ends nothing."""
    begin, end = _chunk(data, at)
    chunk = data[begin:end]
    if chunk.startswith(b"al.") and data[begin - 2 : begin] == b"t ":
        before = data[slice(*_chunk(data, begin - 2))]
        if ends_in_et(before.decode("utf-8", "surrogatepass")):
            chunk = chunk.replace(b".", b" ", 1)
    return begin, end, chunk


def _chunk(data: bytes, at: int) -> tuple[int, int]:
    begin = max(data.rfind(b" ", 0, at), data.rfind(END, 0, at)) + 1
    end = data.find(END, at)
    return begin, max(data.find(b" ", at, end), 0) or end


def _odd(data: bytes) -> list[int]:
    """Where pairs of signs stand that only tokens.py can judge."""
    first, second = (np.frombuffer(data.translate(table), np.uint8) for table in (_FIRST, _SECOND))
    pairs = first[:-1] & second[1:]
    at = np.flatnonzero(pairs != 0)
    sign = np.frombuffer(data, np.uint8)
    for bit, before in _ONLY_BEHIND:
        for back, signs in enumerate(before, 1):
            at = at[(pairs[at] != bit) | signs[sign[at - back]]]
    return list(at.tolist())


def _placed(tokens: Sequence[tuple[int, Chunk]], taken: Numbers) -> Edges:
    """The tokens of chunks; `taken`: the runs that are places of theirs."""
    rows = [
        (at + first, at + after - 1, symbol) for at, chunk in tokens for first, after, symbol in chunk.tokens
    ]
    if not rows:
        return NO_EDGES
    first, last, symbol = np.array(rows, np.int64).T
    return edges(taken[first], taken[last], symbol)


# --- runs ---


def _runs(kinds: Kinds) -> tuple[Numbers, Numbers]:
    """Where the runs begin and end."""
    of_runs = np.append(kinds & _RUN, np.uint8(0))
    changes = of_runs[1:] != of_runs[:-1]
    changes |= of_runs[1:] == _TAKEN
    is_run = of_runs != 0
    starts = np.flatnonzero(changes & is_run[1:]) + 1
    ends = np.flatnonzero(changes & is_run[:-1]) + 1
    return (np.append(0, starts) if is_run[0] else starts), ends


def _parted(kinds: Kinds, starts: Numbers, ends: Numbers, text_ends: Numbers) -> Flags:
    """Whether a stop before a space, or the end of a text, stands before each run."""
    is_stop = np.append(((kinds[:-1] >> 1) & kinds[1:] & _SPACE).view(np.bool_), np.False_)
    is_parted = np.append(np.True_, is_stop[ends])
    is_stop[ends] = False  # most stops stand there, and searching takes longer
    for stops in (np.flatnonzero(is_stop), text_ends):
        is_parted[np.searchsorted(starts, stops)] = True
    return is_parted


class _Parts(NamedTuple):
    """Parts of compounds: runs that touch."""

    runs: Numbers  # all that are in compounds
    first: Numbers  # of each part
    last: Numbers
    goes_on: Flags  # whether a hyphen leads from it to the next


def _parts(sign: Kinds, starts: Numbers, ends: Numbers) -> _Parts:
    follows, touches = np.zeros((2, len(starts) + 1), np.bool_)  # by a hyphen or nothing; by nothing
    touching = np.flatnonzero(starts[1:] == ends[:-1]) + 1
    touches[touching[sign[starts[touching]] != _A_PLACE]] = True
    behind = np.flatnonzero((starts[1:] == ends[:-1] + 1) & (sign[ends[:-1]] == _HYPHEN)) + 1
    follows[behind[(sign[starts[behind]] != _A_PLACE) & (sign[ends[behind - 1] - 1] != _A_PLACE)]] = True
    follows |= touches
    runs = np.flatnonzero(follows[:-1] | follows[1:])
    begins = np.flatnonzero(~touches[runs])
    first = runs[begins]
    last = runs[np.append(begins[1:], len(runs)) - 1] if len(runs) else first
    return _Parts(runs, first, last, follows[last + 1])


def _joined(signs: bytes, starts: Numbers, ends: Numbers) -> Row:
    """All runs of up to four parts, and every compound, without their hyphens."""
    sign = np.frombuffer(signs, np.uint8)
    parts = _parts(sign, starts, ends)
    first, last = _of_parts(parts)
    begins, behind = starts[parts.runs], ends[parts.runs]
    _, at = rows_between(begins, behind)
    ends_here = np.cumsum(behind - begins)
    of_first, of_last = np.searchsorted(parts.runs, first), np.searchsorted(parts.runs, last)
    begins_here = ends_here[of_first] - (behind - begins)[of_first]
    solid = sign[at].tobytes() + bytes(LONGEST)
    return Row(solid, words_of(solid.lower()), begins_here, ends_here[of_last] - begins_here, first, last)


def _of_parts(parts: _Parts) -> tuple[Numbers, Numbers]:
    _, first, last, goes_on = parts
    several = last > first
    firsts, lasts = [first[several]], [last[several]]
    here = np.arange(len(first))
    for size in range(1, JOINED_PARTS):
        here = here[goes_on[here + size - 1]]
        firsts.append(first[here])
        lasts.append(last[here + size])
    begins = np.flatnonzero(~np.append(np.False_, goes_on)[:-1])
    ends = np.append(begins[1:], len(first)) - 1
    long = ends - begins >= JOINED_PARTS
    return np.concatenate([*firsts, first[begins[long]]]), np.concatenate([*lasts, last[ends[long]]])
