"""Many rules × many papers → which rules match which; where, `match` says for the few that are shown.

Rules are compiled once into distinct leaves, the texts of some hundred papers become one tape, and all phrases are
followed along it at once. A rule is looked at only when one of the leaves stands in the paper without which it cannot
match. Whatever decides is exact: the verdict is that of `match`.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, product
from math import prod
from typing import TypeAlias

import numpy as np

from digest.rules.expressions import (
    ANYWHERE,
    FIELDS,
    And,
    Exact,
    Expression,
    InField,
    Near,
    Not,
    Or,
    Term,
    Value,
)
from digest.rules.keys import Numbers, once, rows_between
from digest.rules.language import Rule
from digest.rules.matching import Reading, holds, names_of, wanted_names
from digest.rules.phrases import Phrases
from digest.rules.tape import LONGEST, tape
from digest.rules.tokens import Step
from digest.rules.vocabulary import RUN, Vocabulary

AT_ONCE = 512  # papers on one tape: some 800 kB, and its arrays some 20 MB; 256 take a tenth longer each
# To write a phrase of hyphenated words; of one with more each word is looked up, and then the whole
MOST_WAYS = 16
_Fields: TypeAlias = tuple[int, ...]
_Verdict: TypeAlias = Callable[[set[int], Reading], bool]  # of a rule, from the leaves that were found


class Engine:
    """Rules, compiled; the same for one and for a hundred thousand."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._vocabulary, self._phrases = Vocabulary(), Phrases()
        self._leaves: dict[object, int] = {}
        self._fields: list[int] = []  # of each leaf those in which it is asked for, a bit for each
        self._names: dict[int, dict[str, int]] = defaultdict(dict)  # field → name → its leaf
        self._sure = _Rows()  # leaf → rules that match wherever it stands
        self._likely = _Rows()  # leaf → rules that may match where it stands
        self._always: list[int] = []  # rules that may match a paper in which no leaf stands
        self._verdicts: dict[int, _Verdict] = {}
        for number, rule in enumerate(rules):
            self._add(number, rule.expression)
        self._vocabulary.ready()
        self._phrases.ready()
        self._leaves = {}  # from here on they are known by their numbers: 100,000 of them take 10 MB
        self._masks = np.array(self._fields, np.int64)
        self._read = [field for field in range(len(FIELDS)) if np.any(self._masks >> field & 1)]
        self._sure.ready(len(self._masks))
        self._likely.ready(len(self._masks))

    def matches(self, readings: Iterable[Reading]) -> Iterator[list[int]]:
        """For each paper the numbers of the rules that match it, in order; papers are taken AT_ONCE."""
        papers = iter(readings)
        while some := list(islice(papers, AT_ONCE)):
            yield from self._matches(some)

    def _matches(self, papers: Sequence[Reading]) -> list[list[int]]:
        at, leaves = self._found(papers)
        which, rules = self._sure.of(leaves)
        held = [at[which] * len(self.rules) + rules, self._judged(papers, at, leaves)]
        hits = once(np.concatenate(held))
        ends = np.searchsorted(hits, np.arange(1, len(papers) + 1) * len(self.rules)).tolist()
        numbers = (hits % max(1, len(self.rules))).tolist()
        return [numbers[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]

    def _found(self, papers: Sequence[Reading]) -> tuple[Numbers, Numbers]:
        """Which leaves stand in which paper: the paper's place and the leaf, each pair once, in order."""
        of_words = self._of_words(papers) if self._read else np.empty(0, np.int64)
        of_names = [
            at * len(self._masks) + leaf for at, paper in enumerate(papers) for leaf in self._named(paper)
        ]
        found = once(np.concatenate((of_words, np.array(of_names, np.int64))))
        return found // max(1, len(self._masks)), found % max(1, len(self._masks))

    def _of_words(self, papers: Sequence[Reading]) -> Numbers:
        texts = [paper.fields[field] for paper in papers for field in self._read]
        line = tape([text.as_read or text.text for text in texts], self._vocabulary)
        runs, leaves = self._phrases.found(line, *self._vocabulary.read(line))
        at, field = np.divmod(line.text(runs), len(self._read))
        is_asked = self._masks[leaves] >> np.array(self._read, np.int64)[field] & 1 > 0
        return (at * len(self._masks) + leaves)[is_asked]

    def _named(self, paper: Reading) -> Iterator[int]:
        for field, leaves in self._names.items():
            yield from (leaves[name] for name in names_of(field, paper) if name in leaves)

    def _judged(self, papers: Sequence[Reading], at: Numbers, leaves: Numbers) -> Numbers:
        """Paper and rule of those that have to be looked at, and match."""
        if not self._verdicts:
            return np.empty(0, np.int64)
        which, rules = self._likely.of(leaves)
        likely: list[set[int]] = [set(self._always) for _ in papers]
        for paper, rule in zip(at[which].tolist(), rules.tolist(), strict=True):
            likely[paper].add(rule)
        ends = np.searchsorted(at, np.arange(1, len(papers) + 1)).tolist()
        hits = []
        for place, (paper, begin, end) in enumerate(zip(papers, [0, *ends], ends, strict=False)):
            found = set(leaves[begin:end].tolist()) if likely[place] else set[int]()
            hits += [
                place * len(self.rules) + rule for rule in likely[place] if self._verdicts[rule](found, paper)
            ]
        return np.array(hits, np.int64)

    # --- compiling ---

    def _add(self, number: int, expression: Expression) -> None:
        fields = tuple(range(ANYWHERE))
        needed = self._needed(expression, fields)
        if needed is not None and _is_sure(expression):
            self._sure.add(needed, number)
            return
        self._verdicts[number] = self._verdict(expression, fields)
        if needed is None:
            self._always.append(number)
        else:
            self._likely.add(needed, number)

    def _needed(self, expression: Expression, fields: _Fields) -> frozenset[int] | None:
        """Leaves of which one at least stands in every paper that matches; None: there are no such."""
        match expression:
            case And():
                parts = [self._needed(part, fields) for part in expression.parts]
                return min((part for part in parts if part is not None), key=len, default=None)
            case Or():
                parts = [self._needed(part, fields) for part in expression.parts]
                return (
                    frozenset(chain.from_iterable(part or () for part in parts))
                    if None not in parts
                    else None
                )
            case InField():
                return self._needed(expression.part, (FIELDS.index(expression.field),))
            case Not():
                self._needed(expression.part, fields)
                return None
            case Value() if not expression.text.endswith("*"):
                return self._named_so(expression, fields[0])
            case Term() | Near() | Exact():
                return frozenset(self._parts(expression, fields)[:1]) or None
            case _:
                return None

    def _named_so(self, value: Value, field: int) -> frozenset[int]:
        names = self._names[field]
        for name in wanted_names(value.text, field) - names.keys():
            names[name] = self._leaf((field, name), ())
        return frozenset(names[name] for name in wanted_names(value.text, field))

    def _parts(self, leaf: Term | Near | Exact, fields: _Fields) -> list[int]:
        """The leaves that all stand where this one does, the rarest first, as far as one can guess; none: unknown."""
        if isinstance(leaf, Exact):
            runs = sorted(RUN.findall(leaf.text), key=len, reverse=True)
            return [self._run(run, fields) for run in runs if len(run) <= LONGEST]
        if isinstance(leaf, Term) and _ways(leaf) <= MOST_WAYS:
            return [self._phrase(leaf.steps, fields)]
        steps = sorted(leaf.steps, key=lambda step: -len(step[0][0].form))
        return [self._phrase((step,), fields) for step in steps]

    def _phrase(self, steps: tuple[Step, ...], fields: _Fields) -> int:
        known = len(self._leaves)
        leaf = self._leaf((steps, fields), fields)
        if len(self._leaves) > known:
            for way in product(*steps):
                self._phrases.add([self._vocabulary.symbol(one) for one in chain.from_iterable(way)], leaf)
        return leaf

    def _run(self, run: str, fields: _Fields) -> int:
        known = len(self._leaves)
        leaf = self._leaf((run.lower(), fields), fields)
        if len(self._leaves) > known:
            self._phrases.add([self._vocabulary.run(run)], leaf)
        return leaf

    def _leaf(self, what: object, fields: _Fields) -> int:
        leaf = self._leaves.setdefault(what, len(self._leaves))
        if leaf == len(self._fields):
            self._fields.append(sum(1 << field for field in fields))
        return leaf

    def _verdict(self, expression: Expression, fields: _Fields) -> _Verdict:
        match expression:
            case And():
                parts = [self._verdict(part, fields) for part in expression.parts]
                return lambda found, reading: all(part(found, reading) for part in parts)
            case Or():
                parts = [self._verdict(part, fields) for part in expression.parts]
                return lambda found, reading: any(part(found, reading) for part in parts)
            case Not():
                verdict = self._verdict(expression.part, fields)
                return lambda found, reading: not verdict(found, reading)
            case InField():
                return self._verdict(expression.part, (FIELDS.index(expression.field),))
            case Value() | Term() if _is_sure(expression):
                leaves = self._needed(expression, fields) or frozenset()
                return lambda found, reading: not leaves.isdisjoint(found)
            case Term() | Near() | Exact():
                needed = frozenset(self._parts(expression, fields))
                return lambda found, reading: needed <= found and holds(expression, fields, reading)
            case _:
                return lambda found, reading: holds(expression, fields, reading)


def _is_sure(expression: Expression) -> bool:
    """Whether it is enough that one of its leaves stands there."""
    match expression:
        case InField():
            return _is_sure(expression.part)
        case Or():
            return all(map(_is_sure, expression.parts))
        case Term():
            return _ways(expression) <= MOST_WAYS
        case Value():
            return not expression.text.endswith("*")
        case _:
            return False


def _ways(term: Term) -> int:
    return prod(map(len, term.steps))


class _Rows:
    """Leaf → rules."""

    def __init__(self) -> None:
        self._pairs = array("q")

    def add(self, leaves: Iterable[int], rule: int) -> None:
        for leaf in leaves:
            self._pairs.extend((leaf, rule))

    def ready(self, leaves: int) -> None:
        pairs = np.array(self._pairs, np.int64).reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        self._begins = np.searchsorted(pairs[:, 0], np.arange(leaves + 1))
        self._rules = pairs[:, 1].copy()
        self._pairs = array("q")

    def of(self, leaves: Numbers) -> tuple[Numbers, Numbers]:
        """The rules of these leaves: which of the leaves, and the rule."""
        which, rows = rows_between(self._begins[leaves], self._begins[leaves + 1])
        return which, self._rules[rows]
