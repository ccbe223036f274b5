"""A rule → what it cannot mean, and other words for what it may have meant. Pure: knows no paper."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeGuard

from digest.errors import RuleError
from digest.rules.expressions import (
    ANYWHERE,
    FIELDS,
    VALUES,
    And,
    Compare,
    Everything,
    Exact,
    Expression,
    InField,
    Leaf,
    Near,
    Not,
    Or,
    Pattern,
    Term,
    Value,
    written,
)
from digest.rules.language import parse

# Longest first: what is cut off a word to get at the forms beside it.
_ENDINGS = (
    *("izations", "isations", "ization", "isation", "ations", "ation", "izing", "ising", "ized", "ised"),
    *("izes", "ises", "ions", "ion", "ings", "ing", "ity", "ers", "er", "ed", "es", "ize", "ise"),
    *("ly", "al", "e", "s"),
)
_SHORTEST = 4  # letters of a prefix that is proposed: `car*` finds too much
_APART = 4  # words between the words of a phrase, in the phrase that is proposed in its place

# In what the other wording differs: the form of the word, its case, words that stand apart, another field.
Why = Literal["form", "case", "apart", "field"]


class Part(NamedTuple):
    """A leaf of a rule, with the field it is asked of; `negated`: it stands under NOT."""

    asked: Expression  # a rule by itself
    leaf: Leaf | Compare
    field: str  # empty: title and abstract
    negated: bool


class Rewording(NamedTuple):
    """Another way to ask."""

    why: Why
    asked: Expression


def parts(expression: Expression, field: str = "", negated: bool = False) -> Iterator[Part]:
    """The leaves of a rule, in their order."""
    match expression:
        case And() | Or():
            for part in expression.parts:
                yield from parts(part, field, negated)
        case Not():
            yield from parts(expression.part, field, not negated)
        case InField():
            yield from parts(expression.part, expression.field, negated)
        case Everything():
            return
        case Compare():
            yield Part(expression, expression, expression.field, negated)
        case _:
            yield Part(_in(field, expression), expression, field, negated)


def rewordings(part: Part) -> list[Rewording]:
    """What may have been meant, where a part finds nothing or little; the likeliest first."""
    match part.leaf:
        case Term() if not part.leaf.text.endswith("*"):
            found = _of_term(part.leaf)
        case Exact():
            found = [("case", f'"{part.leaf.text.lower()}"')]
        case _:
            found = []
    asked = [Rewording(why, _in(part.field, leaf)) for why, query in found if (leaf := _read(query))]
    if part.field in FIELDS[:ANYWHERE] and not isinstance(part.leaf, Compare):
        asked.append(Rewording("field", part.leaf))
    return asked


def _of_term(term: Term) -> list[tuple[Why, str]]:
    if " " in term.text:
        return [("apart", f'"{term.text}"~{_APART}')]
    if is_acronym(term):
        return [("case", term.text.lower())]
    stem = _stem(term.text)
    return [("form", f"{stem}*")] if stem else []


def is_acronym(leaf: Expression) -> bool:
    """Whether it is a word that finds only tokens with capitals."""
    return isinstance(leaf, Term) and len(leaf.steps) == 1 and leaf.steps[0][0][0].acronym


def is_short(leaf: Expression) -> TypeGuard[Term]:
    """Whether it is a word as acronyms are: 2 to 4 letters."""
    return isinstance(leaf, Term) and leaf.text.isalpha() and leaf.text.isascii() and 2 <= len(leaf.text) <= 4


def _stem(word: str) -> str:
    """What the forms of a word begin with: prun of prune, quantiz of quantization; empty: nothing that helps."""
    lower = word.lower()
    if not lower.isalpha():
        return ""
    ending = next((e for e in _ENDINGS if lower.endswith(e) and len(lower) - len(e) >= _SHORTEST), "")
    stem = lower.removesuffix(ending)
    if ending[:2] in ("iz", "is"):
        return stem + ending[:2]  # quantization, quantize: quantiz
    doubled = ending[:2] in ("in", "ed", "er") and stem[-1] == stem[-2] and stem[-1] not in "sl"
    if doubled and len(stem) > _SHORTEST:
        return stem[:-1]  # dropping, dropped: drop
    return stem if len(stem) >= _SHORTEST else ""


def _read(query: str) -> Expression | None:
    try:
        return parse(query).expression
    except RuleError:
        return None


def _in(field: str, part: Expression) -> Expression:
    return InField(field, part) if field else part


# --- what cannot be ---


def contradictions(expression: Expression) -> list[str]:
    """The parts of a rule, as they are written, that no paper can ever match; the whole rule alone if it is one."""
    if _never(expression):
        return [written(expression)]
    inside = expression.parts if isinstance(expression, And | Or) else ()
    return [said for part in inside for said in contradictions(part)]


def without_contradiction(expression: Expression) -> Expression | None:
    """The rule without what takes back the rest of it; None: nothing is left."""
    match expression:
        case And():
            kept = [part for part in expression.parts if not isinstance(part, Not)]
            return whole(kept) if kept and not _never(whole(kept)) else None
        case Or():
            some = [part for part in expression.parts if not _never(part)]
            return (some[0] if len(some) == 1 else Or(tuple(some))) if some else None
        case _:
            return None


def whole(parts: Sequence[Expression]) -> Expression:
    """All of these parts, one at least, as one rule."""
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _never(expression: Expression) -> bool:
    match expression:
        case Not():
            return _always(expression.part)
        case And():
            some = expression.parts
            refused = Or(tuple(one.part for one in some if isinstance(one, Not)))
            return any(_never(one) or _within(one, refused) for one in some) or _no_number(some)
        case Or():
            return all(map(_never, expression.parts))
        case _:
            return False


def _always(expression: Expression) -> bool:
    match expression:
        case Everything():
            return True
        case Or():
            some = expression.parts
            refused = [one.part for one in some if isinstance(one, Not)]
            return any(map(_always, some)) or any(one == other for one in some for other in refused)
        case _:
            return False


def _within(part: Expression, refused: Expression) -> bool:
    """Whether all that a part finds is refused: `a -a`, `title:a -a`, `a -(a OR b)`."""
    if part == refused:
        return True
    if isinstance(part, Or):
        return all(_within(one, refused) for one in part.parts)
    if isinstance(part, And) and any(_within(one, refused) for one in part.parts):
        return True
    if isinstance(refused, Or):
        return any(_within(part, one) for one in refused.parts)
    return isinstance(part, InField) and part.field in FIELDS[:ANYWHERE] and part.part == refused


def _no_number(some: Sequence[Expression]) -> bool:
    """Whether no number is on the right side of all of these comparisons."""
    low: dict[str, int] = {}
    high: dict[str, int] = {}
    for one in some:
        if isinstance(one, Compare) and one.field != "date":
            value = int(one.value)
            if one.sign in (">", ">=", "="):
                low[one.field] = max(low.get(one.field, 0), value + (one.sign == ">"))
            if one.sign in ("<", "<=", "="):
                high[one.field] = min(high.get(one.field, value), value - (one.sign == "<"))
    return any(high[name] < low.get(name, 0) for name in high)


# --- narrower, wider ---


def in_title(expression: Expression) -> Expression | None:
    """The rule with its words asked of the title alone, what NOT refuses as before; None: that changes nothing."""
    narrowed = _titled(expression)
    return narrowed if narrowed != expression else None


def _titled(expression: Expression) -> Expression:
    match expression:
        case And() | Or() if _is_plain(expression):
            return InField("title", expression)
        case And():
            return And(tuple(map(_titled, expression.parts)))
        case Or():
            return Or(tuple(map(_titled, expression.parts)))
        case Term() | Near() | Exact() | Pattern():
            return InField("title", expression)
        case _:
            return expression


def _is_plain(expression: Expression) -> bool:
    """Whether it asks for nothing but words, and names no field."""
    match expression:
        case And() | Or():
            return all(map(_is_plain, expression.parts))
        case _:
            return isinstance(expression, Term | Near | Exact | Pattern)


def or_lacking(part: Part) -> Expression | None:
    """The part, or papers that lack its field: `upvotes:>=10 OR NOT upvotes:>=0`, `org:mila OR NOT org:/./`."""
    if isinstance(part.leaf, Compare):
        least = "1000" if part.field == "date" else "0"
        there: Expression = Compare(part.field, ">=", least)
    elif part.field and part.field not in VALUES:
        there = InField(part.field, Pattern("."))
    else:
        return None
    return Or((part.asked, Not(there)))


def is_value(part: Part) -> bool:
    """Whether it is a name, which is compared as a whole."""
    return isinstance(part.leaf, Value)
