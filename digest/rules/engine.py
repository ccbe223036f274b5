"""Many rules × many papers → which rules match which; where, `match` says for the few that are shown.

Rules are compiled once into distinct leaves, papers are read once, and a rule is looked at only when one of the leaves
stands in the paper without which it cannot match. Whatever decides is exact: the verdict is that of `match`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from digest.rules.chunks import Asked, Chunks
from digest.rules.demands import can_be_told
from digest.rules.expressions import (
    ANYWHERE,
    FIELDS,
    And,
    Compare,
    Everything,
    Exact,
    Expression,
    InField,
    Near,
    Not,
    Or,
    Term,
    Value,
)
from digest.rules.language import Rule
from digest.rules.lookout import Lookout
from digest.rules.matching import Reading, holds, names_of, wanted_names

_Fields: TypeAlias = tuple[int, ...]
_Verdict: TypeAlias = Callable[[set[int], Reading], bool]  # of a rule, from the leaves that were found


class Engine:
    """Rules, compiled; the same for one and for a hundred thousand."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._lookouts: dict[_Fields, Lookout] = {}
        self._names: dict[int, dict[str, int]] = defaultdict(dict)  # field → name → the number of its leaf
        self._leaves = 0
        self._sure: dict[int, list[int]] = defaultdict(list)  # leaf → rules that match wherever it stands
        self._likely: dict[int, list[int]] = defaultdict(list)  # leaf → rules that may match where it stands
        self._always: list[int] = []  # rules that may match a paper in which no leaf stands
        self._verdicts: dict[int, _Verdict] = {}
        for number, rule in enumerate(rules):
            self._add(number, rule.expression)
        asked = Asked()
        for lookout in self._lookouts.values():
            lookout.ready(asked)
        self._chunks = Chunks(asked)

    def matches(self, readings: Iterable[Reading]) -> Iterator[list[int]]:
        """For each paper the numbers of the rules that match it, in order."""
        return map(self.hits, readings)

    def hits(self, reading: Reading) -> list[int]:
        """The numbers of the rules that match a paper, in order."""
        found = self._found(reading)
        hits: set[int] = set()
        hits.update(*map(self._sure.__getitem__, found))
        likely = {rule for leaf in found & self._likely.keys() for rule in self._likely[leaf]}
        for number in (*self._always, *likely):
            if number not in hits and self._verdicts[number](found, reading):
                hits.add(number)
        return sorted(hits)

    def _found(self, reading: Reading) -> set[int]:
        found: set[int] = set()
        for lookout in self._lookouts.values():
            found |= lookout.found(reading, self._chunks)
        for field, leaves in self._names.items():
            found.update(leaves[name] for name in names_of(field, reading) if name in leaves)
        return found

    # --- compiling ---

    def _add(self, number: int, expression: Expression) -> None:
        needed = self._needed(expression, tuple(range(ANYWHERE)))
        if needed is not None and _is_any(expression):
            for leaf in needed:
                self._sure[leaf].append(number)
            return
        self._verdicts[number] = self._verdict(expression, tuple(range(ANYWHERE)))
        if needed is None:
            self._always.append(number)
        for leaf in needed or ():
            self._likely[leaf].append(number)

    def _needed(self, expression: Expression, fields: _Fields) -> frozenset[int] | None:
        """Leaves of which one at least stands in every paper that matches; None: there are no such."""
        match expression:
            case And():
                parts = [self._needed(part, fields) for part in expression.parts]
                return min((part for part in parts if part is not None), key=len, default=None)
            case Or():
                parts = [self._needed(part, fields) for part in expression.parts]
                return frozenset[int]().union(*(part or () for part in parts)) if None not in parts else None
            case InField():
                return self._needed(expression.part, (FIELDS.index(expression.field),))
            case Not():
                self._needed(expression.part, fields)
                return None
            case _:
                return self._numbers(expression, fields) or None

    def _numbers(self, leaf: Expression, fields: _Fields) -> frozenset[int]:
        """The numbers of a leaf, of which one is found where it stands; none: it is asked of every paper."""
        match leaf:
            case Value() if not leaf.text.endswith("*"):
                names = wanted_names(leaf.text, fields[0])
                table = self._names[fields[0]]
                return frozenset(table.setdefault(name, self._next(name in table)) for name in names)
            case Term() | Near() | Exact() if can_be_told(leaf):
                lookout = self._lookouts.setdefault(fields, Lookout(fields))
                known = leaf in lookout.leaves
                return frozenset((lookout.leaves.setdefault(leaf, self._next(known)),))
            case _:
                return frozenset()

    def _next(self, known: bool) -> int:
        self._leaves += not known
        return self._leaves

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
            case _:
                numbers = self._numbers(expression, fields)
                if numbers:
                    return lambda found, reading: not numbers.isdisjoint(found)
                return lambda found, reading: holds(expression, fields, reading)


def _is_any(expression: Expression) -> bool:
    """Whether it is enough that one of its leaves stands there."""
    match expression:
        case And() | Not() | Everything() | Compare():
            return False
        case InField():
            return _is_any(expression.part)
        case Or():
            return all(map(_is_any, expression.parts))
        case _:
            return True
