"""Some fields of a paper × the leaves that many rules ask of them → those that stand there."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import chain, pairwise
from sys import intern

from digest.rules.chunks import CAPITALS, ELSE, Asked, Chunks, Pair, joint
from digest.rules.demands import Demand, Written, demands, wanted_of
from digest.rules.expressions import Exact
from digest.rules.matching import Reading, holds


class Line:
    """The marks of a text, and what only some leaves want to know of them."""

    def __init__(self, text: str, chunks: Chunks) -> None:
        self._chunks = chunks
        self._parts = text.split()
        self.tokens = chunks.line(self._parts)
        special = chunks.special
        self._special = special.keys() & self._parts if special else set[str]()
        self.others = [mark for part in self._special for mark in special[part].marks]
        compounds = [
            part
            for part in self._special
            if special[part].inside or special[part].first or special[part].last
        ]
        self.of_compounds = (
            frozenset(chunks.pairs(self._parts, compounds)) if compounds else frozenset[Pair]()
        )

    @cached_property
    def marks(self) -> set[str]:
        """Every mark, once."""
        return {*self.tokens, *self.others}

    @cached_property
    def row(self) -> str:
        """The tokens and stops alone, one space around each."""
        return f" {' '.join(self.tokens)} "

    @cached_property
    def capitals(self) -> str:
        """The same with the sign of capitals behind the tokens that have them."""
        special = self._chunks.special
        marks = (special[part].marks if part in special else self._chunks[part] for part in self._parts)
        return f" {' '.join(m for m in chain.from_iterable(marks) if m[0] not in ELSE or m[0] == CAPITALS)} "

    def may_hide(self, phrase: str) -> bool:
        """Whether the phrase may be there and not in the row, as one of its words stands in a compound."""
        if not self.of_compounds:
            return False
        pairs = list(pairwise(phrase.split()))
        return not self.of_compounds.isdisjoint(pairs) and all(
            pair in self.of_compounds or f" {pair[0]} {pair[1]} " in self.row for pair in pairs
        )


class Lookout:
    """The leaves that are asked of the same fields, each under what of it the fewest others have.

    A word is known by its mark, a phrase of plain words by two of them, one behind the other.
    """

    def __init__(self, fields: Sequence[int]) -> None:
        self.fields = fields
        self.leaves: dict[Written, int] = {}  # to their numbers
        self._by_number: dict[int, Written] = {}
        self._words: dict[str, list[int]] = defaultdict(list)  # a mark → the leaves that it is proof of
        self._pairs: dict[Pair, list[int]] = defaultdict(list)  # → the leaves that they are proof of
        self._longer: dict[Pair, list[tuple[str, int]]] = defaultdict(list)  # → phrases, and their leaves
        self._others: dict[str, list[tuple[Demand, int]]] = defaultdict(list)
        self._phrases: set[Pair] = set()  # every two words of the longer ones
        self._keys: tuple[frozenset[str], frozenset[Pair], frozenset[Pair], frozenset[str]]

    def ready(self, asked: Asked) -> None:
        """Take in all leaves, and tell what they ask of chunks."""
        self._by_number = {number: leaf for leaf, number in self.leaves.items()}
        uses = Counter(marks[0] for leaf in self.leaves for demand in demands(leaf) for marks in demand.needs)
        for leaf, number in self.leaves.items():
            for demand in demands(leaf):
                asked.in_phrases.update(demand.phrase.split())
                if demand.phrase and demand.is_proof:
                    self._file_phrase(demand.phrase, number, uses)
                else:
                    self._file_word(demand, number, uses)
        for leaf in self.leaves:
            _ask(asked, leaf)
        self.leaves = {}  # from here on they are known by their numbers: 100,000 of them take 10 MB
        for pair in self._longer:
            self._pairs[pair] += ()
        self._keys = (
            frozenset(self._words),
            frozenset(self._pairs),
            frozenset(self._longer),
            frozenset(self._others),
        )

    def _file_phrase(self, phrase: str, number: int, uses: Counter[str]) -> None:
        pairs = list(pairwise(map(intern, phrase.split())))
        if len(pairs) == 1:
            self._pairs[pairs[0]].append(number)
        else:
            self._phrases.update(pairs)
            rarest = min(pairs, key=lambda pair: uses[pair[0]] * uses[pair[1]])
            self._longer[rarest].append((phrase, number))

    def _file_word(self, demand: Demand, number: int, uses: Counter[str]) -> None:
        for mark in min(demand.needs, key=lambda marks: (uses[marks[0]], -len(marks[0]))):
            if demand.is_proof:
                self._words[intern(mark)].append(number)
            else:
                self._others[mark].append((demand, number))

    def found(self, reading: Reading, chunks: Chunks) -> set[int]:
        """The numbers of the leaves that stand in these fields of a paper."""
        line = Line(joint([reading.fields[n] for n in self.fields]), chunks)
        words, pairs, longer, others = self._keys
        found: set[int] = set()
        found.update(
            *map(self._words.__getitem__, words.intersection(line.tokens) | words.intersection(line.others))
        )
        if pairs:
            here = pairs.intersection(pairwise(line.tokens)) | (pairs & line.of_compounds)
            found.update(*map(self._pairs.__getitem__, here))
            phrases = [phrase for pair in here & longer for phrase in self._longer[pair]]
            found.update([number for phrase, number in phrases if phrase in line.row])
            if not self._phrases.isdisjoint(line.of_compounds):
                found.update(self._hidden(phrases, found, line, reading))
        for mark in others.intersection(line.tokens) | others.intersection(line.others) if others else ():
            for demand, number in self._others[mark]:
                if number not in found and self._holds(demand, number, line, reading):
                    found.add(number)
        return found

    def _hidden(
        self, phrases: Sequence[tuple[str, int]], found: set[int], line: Line, reading: Reading
    ) -> list[int]:
        return [
            number
            for phrase, number in phrases
            if number not in found
            and line.may_hide(phrase)
            and holds(self._by_number[number], self.fields, reading)
        ]

    def _holds(self, demand: Demand, number: int, line: Line, reading: Reading) -> bool:
        if any(map(line.marks.isdisjoint, demand.needs)):
            return False
        if demand.phrase and demand.phrase not in line.row and not line.may_hide(demand.phrase):
            return False
        if demand.in_capitals and demand.in_capitals in line.capitals:
            return True
        return holds(self._by_number[number], self.fields, reading)


def _ask(asked: Asked, leaf: Written) -> None:
    if isinstance(leaf, Exact):
        asked.runs.update(mark[1:] for demand in demands(leaf) for (mark,) in demand.needs)
        return
    for wanted in wanted_of(leaf):
        if wanted.prefix:
            asked.prefixes.add(wanted.form)
        else:
            asked.forms.add(wanted.form)
            asked.acronyms |= {wanted.form} if wanted.acronym else set()
