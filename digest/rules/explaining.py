"""Rule × paper → the part that decided: what was found and where, what is missing, or what NOT excludes.

Only the parts that a reader needs are told: of an AND that fails those that fail, of an OR that holds those that hold,
of an OR of words that fails its words together. A NOT that holds says nothing, unless nothing else is there to say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from digest import rules
from digest.rules.expressions import (
    COMPARED,
    FIELDS,
    And,
    Compare,
    Everything,
    Expression,
    InField,
    Not,
    Or,
    written,
)

# found, missing: a part that is in the paper, or is not; excluded, absent: what a NOT names is in it, or is not.
Kind = Literal["found", "missing", "excluded", "absent"]

WORDS_TOLD = 3  # of one part in one field: a card in an issue has them all
PARTS_TOLD = 12  # of an OR, by name


class Held(NamedTuple):
    """A word of the paper, and the field in which it stands."""

    field: str
    word: str


class Reason(NamedTuple):
    """A part of a rule that decided."""

    kind: Kind
    part: str  # as it is written in a rule
    held: tuple[Held, ...] = ()
    of: str = ""  # where it is one of several parts of an OR: that part


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a rule matches a paper, and why."""

    matches: bool
    reasons: tuple[Reason, ...]


def explain(rule: rules.Rule, reading: rules.Reading) -> Explanation:
    """Why the rule matches this paper, or why not."""
    explained = _Explained(reading, "")
    matches = explained.holds(rule.expression)
    return Explanation(matches, tuple(explained.reasons(rule.expression)))


def said(reason: Reason) -> str:
    """A reason in words, as they stand below the name of a group."""
    where, of = _where(reason.held), f" (of {reason.of})" if reason.of else ""
    match reason.kind:
        case "found":
            return reason.part + (f": {where}" if where else "")
        case "missing":
            return f"missing: {reason.part}" + (f", it has {where}" if where else "") + of
        case "excluded":
            return f"excluded by {reason.part}" + (f": {where}" if where else "") + of
        case "absent":
            return f"{reason.part}: it is not there"


def _where(held: Iterable[Held]) -> str:
    by_field: dict[str, list[str]] = {}
    for field, word in held:
        by_field.setdefault(field, []).append(word)
    return "; ".join(_in_field(*item) for item in by_field.items())


def _in_field(field: str, words: list[str]) -> str:
    if field in COMPARED:
        return f"{field} {words[0]}" if words[0] else f"no {field}"
    return f"{', '.join(words[:WORDS_TOLD])}{' …' if len(words) > WORDS_TOLD else ''} in {field}"


@dataclass(frozen=True, slots=True)
class _Explained:
    """Parts of a rule beside one paper; `field` is the one within whose bracket they stand."""

    reading: rules.Reading
    field: str

    def asked(self, part: Expression) -> Expression:
        return InField(self.field, part) if self.field else part

    def spots(self, part: Expression) -> list[rules.Spot] | None:
        asked = self.asked(part)
        return rules.match(rules.Rule(written(asked), asked), self.reading)

    def holds(self, part: Expression) -> bool:
        return self.spots(part) is not None

    def reasons(self, part: Expression) -> Iterator[Reason]:
        """What decided whether this part holds."""
        match part:
            case And():
                yield from self._of_all(part)
            case Or():
                yield from self._of_any(part)
            case Not():
                yield from self._of_not(part)
            case InField():
                yield from _Explained(self.reading, part.field).reasons(part.part)
            case Compare():
                yield Reason("found" if self.holds(part) else "missing", written(part), self._compared(part))
            case Everything():
                yield Reason("found", "*")
            case _:
                found = self.spots(part)
                kind: Kind = "missing" if found is None else "found"
                yield Reason(kind, written(self.asked(part)), self._held(found or ()))

    def _of_all(self, part: And) -> Iterator[Reason]:
        if not self.holds(part):
            for one in part.parts:
                if not self.holds(one):
                    yield from self.reasons(one)
            return
        told = [reason for one in part.parts for reason in self.reasons(one)]
        yield from [reason for reason in told if reason.kind != "absent"] or told

    def _of_any(self, part: Or) -> Iterator[Reason]:
        holding = [one for one in part.parts if self.holds(one)]
        for one in holding:
            yield from self.reasons(one)
        if holding:
            return
        simple = [one for one in part.parts if not isinstance(one, And | Not)]
        if len(simple) > 1:
            names = [written(self.asked(one)) for one in simple]
            rest = len(names) - PARTS_TOLD
            more = f", and {rest} more" if rest > 0 else ""
            yield Reason("missing", f"any of {', '.join(names[:PARTS_TOLD])}{more}")
        for one in part.parts:
            if one not in simple:
                of = written(self.asked(one)) if isinstance(one, And) else ""
                yield from (reason._replace(of=reason.of or of) for reason in self.reasons(one))
            elif len(simple) == 1:
                yield from self.reasons(one)

    def _of_not(self, part: Not) -> Iterator[Reason]:
        found = self.spots(part.part)
        if found is None:
            yield Reason("absent", written(self.asked(part)))
            return
        within = [one for reason in self.reasons(part.part) for one in reason.held]
        held = tuple(dict.fromkeys(within)) or self._held(found)
        yield Reason("excluded", written(self.asked(part)), held)

    def _held(self, spots: Iterable[rules.Spot]) -> tuple[Held, ...]:
        by_field: dict[int, list[rules.Spot]] = {}
        for spot in spots:
            by_field.setdefault(spot.field, []).append(spot)
        return tuple(
            Held(FIELDS[field], word)
            for field, mine in sorted(by_field.items())
            for word in rules.words(mine, self.reading)
        )

    def _compared(self, part: Compare) -> tuple[Held, ...]:
        has = self.reading.date if part.field == "date" else self.reading.numbers[part.field]
        return (Held(part.field, "" if has is None else str(has)),)
