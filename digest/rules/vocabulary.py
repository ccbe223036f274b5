"""The tokens that rules ask for, each with a number of its own, its symbol; and where on a tape they stand."""

import re
from collections.abc import Iterator
from itertools import count

import numpy as np

from digest.rules.lookup import AS_IT_IS, BEGINS, FORM, Entry, Lookup, edges_of
from digest.rules.number import singular, surfaces
from digest.rules.tape import LONGEST, TAKEN, Chunk, Edges, Row, Tape
from digest.rules.tokens import LONGEST_KNOWN, Tokens, Wanted, fold, pieces_of

KNOWN_CHUNKS = 1 << 17  # some 30 MB
RUN = re.compile("[A-Za-z]+|[0-9]+")  # of ASCII, as it stands


class Vocabulary(dict[bytes, Chunk]):
    """Symbols, from 1 on. As a table: the chunks that only tokens.py can judge."""

    def __init__(self) -> None:
        super().__init__()
        self._next = count(1)
        self._plain: dict[str, int] = {}  # form → symbol
        self._acronyms: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._acronym_prefixes: dict[str, int] = {}
        self._runs: dict[str, int] = {}  # in lower case

    def symbol(self, wanted: Wanted) -> int:
        """The symbol of what a term asks for."""
        if wanted.prefix:
            table = self._acronym_prefixes if wanted.acronym else self._prefixes
        else:
            table = self._acronyms if wanted.acronym else self._plain
        return table.get(wanted.form) or table.setdefault(wanted.form, next(self._next))

    def run(self, text: str) -> int:
        """The symbol of a run of ASCII letters or digits, whatever its case."""
        return self._runs.get(text.lower()) or self._runs.setdefault(text.lower(), next(self._next))

    def ready(self) -> None:
        """Make the table of all that was asked for."""
        prefixes = {**self._prefixes, **self._acronym_prefixes}
        self._sizes = sorted(set(map(len, prefixes)))
        self._has_long = bool(prefixes) or any(
            len(form) > LONGEST - 3 for form in (*self._plain, *self._acronyms)
        )
        self._table = Lookup(row for row in self._rows() if row.text.isascii() and len(row.text) <= LONGEST)

    def _rows(self) -> Iterator[Entry]:
        for form in {**self._plain, **self._acronyms}:
            symbols = self._plain.get(form, 0), self._acronyms.get(form, 0)
            yield Entry(form, FORM, *symbols)
            yield from (Entry(surface, 0, *symbols) for surface in surfaces(form))
        for prefix in {**self._prefixes, **self._acronym_prefixes}:
            yield Entry(prefix, BEGINS, self._prefixes.get(prefix, 0), self._acronym_prefixes.get(prefix, 0))
        for run, symbol in self._runs.items():
            yield Entry(run, AS_IT_IS, symbol, 0)

    # --- chunks ---

    def __missing__(self, chunk: bytes) -> Chunk:
        if len(self) >= KNOWN_CHUNKS:
            self.clear()
        text = chunk.decode("utf-8", "surrogatepass")
        row, tokens, places = bytearray(), list[tuple[int, int, int]](), 0
        for pieces in pieces_of(text):
            size = max((piece.last for piece in pieces), default=0)
            tokens += [
                (places + piece.first, places + piece.last, symbol)
                for piece in pieces
                for symbol in self._symbols(piece.form, piece.plain, piece.capitals)
            ]
            row += TAKEN * size or b". "
            places += size
        if self._runs:
            runs = RUN.findall(Tokens(text).bare)
            tokens += [(0, 1, self._runs[run.lower()]) for run in runs if run.lower() in self._runs]
        fitting = bytes(row).ljust(len(chunk))[: len(chunk)]  # a stop at its end has no space of its own
        judged = Chunk(fitting, places, tuple(tokens))
        if len(chunk) <= LONGEST_KNOWN:
            self[chunk] = judged
        return judged

    def _symbols(self, form: str, plain: str, capitals: bool) -> Iterator[int]:
        tables = [(self._plain, self._prefixes)]
        tables += [(self._acronyms, self._acronym_prefixes)] if capitals else []
        for words, prefixes in tables:
            if form in words:
                yield words[form]
            yield from (prefixes[plain[:size]] for size in self._sizes if plain[:size] in prefixes)

    # --- tapes ---

    def read(self, tape: Tape) -> tuple[Edges, Edges]:
        """The runs of a tape that were asked for as words; and all else that was and stands there."""
        which, entry = self._table.words(tape.runs)
        runs = edges_of(tape.runs, which, self._table.any[entry])
        found = [tape.of_chunks, self._table.acronyms(tape.runs, which, entry)]
        which, entry = self._table.words(tape.joined)
        found.append(edges_of(tape.joined, which, self._table.any[entry]))
        found.append(self._table.acronyms(tape.joined, which, entry))
        for tokens in (tape.runs, tape.joined):
            for size in self._sizes:
                which, entry = self._table.whole(tokens, BEGINS, size)
                found.append(edges_of(tokens, which, self._table.any[entry]))
                found.append(self._table.acronyms(tokens, which, entry))
            if self._has_long:
                found.append(self._long(tokens))
        if self._runs:
            which, entry = self._table.whole(tape.runs, AS_IT_IS)
            found.append(edges_of(tape.runs, which, self._table.any[entry]))
        return runs, Edges(*map(np.concatenate, zip(*found, strict=True)))

    def _long(self, tokens: Row) -> Edges:
        which, symbols = [], []
        for at in np.flatnonzero(tokens.lengths > LONGEST).tolist():
            begin = int(tokens.starts[at])
            solid = tokens.signs[begin : begin + int(tokens.lengths[at])].decode()
            plain = fold(solid)
            capitals = sum(map(str.isupper, solid)) >= 2
            for symbol in self._symbols(singular(solid, plain), plain, capitals):
                which.append(at)
                symbols.append(symbol)
        return edges_of(tokens, np.array(which, np.int64), np.array(symbols, np.int64))
