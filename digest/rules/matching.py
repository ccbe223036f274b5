"""Rule × paper → where it matches, or None; knows no query, no file and no store."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from operator import eq, ge, gt, le, lt
from typing import NamedTuple

from digest.rules import terms
from digest.rules.expressions import (
    ANYWHERE,
    FIELDS,
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
)
from digest.rules.language import Rule
from digest.rules.near import near
from digest.rules.tokens import Place, Row, Span, Step, Tokens, Wanted

BETWEEN = "; "  # names of one field: no phrase gets across


class Reading(NamedTuple):
    """A paper as rules see it; any number of them may ask, and its text is read once, by the first."""

    fields: tuple[Tokens, ...]  # in the order of expressions.FIELDS
    keys: frozenset[str]  # its ids
    numbers: dict[str, int | None]
    date: str  # ISO 8601, as precise as known


_NOTHING = Tokens("")


def read(
    title: str,
    abstract: str = "",
    *,
    authors: Sequence[str] = (),
    n_authors: int | None = None,
    org: str = "",
    venue: str = "",
    categories: Sequence[str] = (),
    sources: Sequence[str] = (),
    keys: Collection[str] = (),
    upvotes: int | None = None,
    comments: int | None = None,
    date: str = "",
) -> Reading:
    """A paper for rules to match; costs nothing until one asks for a word."""
    # The full stop of an initial ends no sentence, but the next name begins another.
    one_by_one = ". ".join([name.replace(".", " ") for name in authors])
    names = Tokens(BETWEEN.join(authors), one_by_one) if authors else _NOTHING
    return Reading(
        (
            Tokens(title),
            Tokens(abstract),
            names,
            Tokens(org) if org else _NOTHING,
            Tokens(venue) if venue else _NOTHING,
            Tokens(BETWEEN.join(categories)) if categories else _NOTHING,
            Tokens(BETWEEN.join(sources)) if sources else _NOTHING,
            Tokens(BETWEEN.join(sorted(keys))) if keys else _NOTHING,
        ),
        frozenset(keys),
        {"upvotes": upvotes, "comments": comments, "authors": n_authors or len(authors) or None},
        date,
    )


class Spot(NamedTuple):
    """Where a rule found something."""

    field: int  # its place in FIELDS
    begin: int  # characters
    end: int


def match(rule: Rule, reading: Reading) -> list[Spot] | None:
    """Where a rule finds its words in a paper, the title first; None: the paper does not match.

    What stands under NOT is found nowhere, and a comparison neither, so `*` and a NOT alone give [].
    """
    found = _found(rule.expression, range(ANYWHERE), reading)
    return None if found is None else sorted(set(found))


def holds(expression: Expression, fields: Sequence[int], reading: Reading) -> bool:
    """Whether what is asked of these fields of a paper is so."""
    return _found(expression, fields, reading) is not None


def counted(rule: Rule, reading: Reading) -> int:
    """How many of the rule's words a paper has, in whatever forms; nobody looks for those under NOT."""
    return sum(holds(leaf, fields, reading) for leaf, fields in _leaves(rule.expression, range(ANYWHERE)))


def _leaves(expression: Expression, fields: Sequence[int]) -> Iterator[tuple[Leaf, Sequence[int]]]:
    match expression:
        case And() | Or():
            for part in expression.parts:
                yield from _leaves(part, fields)
        case InField():
            yield from _leaves(expression.part, (FIELDS.index(expression.field),))
        case Not() | Everything() | Compare():
            return
        case _:
            yield expression, fields


def lit(spots: Iterable[Spot], field: str) -> tuple[Span, ...]:
    """The characters of a field that were found, in order; places that touch are one."""
    return tuple(joined((spot.begin, spot.end) for spot in spots if FIELDS[spot.field] == field))


def joined(spans: Iterable[Span]) -> list[Span]:
    """Places in order; those that touch are one."""
    whole: list[Span] = []
    for begin, end in sorted(spans):
        if whole and begin <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((begin, end))
    return whole


def words(spots: Iterable[Spot], reading: Reading) -> tuple[str, ...]:
    """What stands at these places, each word once, whatever its case."""
    found: dict[str, str] = {}
    for field, begin, end in spots:
        word = reading.fields[field].text[begin:end]
        found.setdefault(word.casefold(), word)
    return tuple(found.values())


def _found(expression: Expression, fields: Iterable[int], reading: Reading) -> list[Spot] | None:
    match expression:
        case And():
            return _all(expression, fields, reading)
        case Or():
            hits = [_found(part, fields, reading) for part in expression.parts]
            held = [hit for hit in hits if hit is not None]
            return [spot for hit in held for spot in hit] if held else None
        case Not():
            return [] if _found(expression.part, fields, reading) is None else None
        case InField():
            return _found(expression.part, (FIELDS.index(expression.field),), reading)
        case Everything():
            return []
        case Compare():
            return [] if _compares(expression, reading) else None
        case _:
            return [Spot(n, *span) for n in fields for span in _spans(expression, n, reading)] or None


def _all(expression: And, fields: Iterable[int], reading: Reading) -> list[Spot] | None:
    spots: list[Spot] = []
    for part in expression.parts:
        found = _found(part, fields, reading)
        if found is None:
            return None
        spots += found
    return spots


def _spans(leaf: Leaf, field: int, reading: Reading) -> list[Span]:
    tokens = reading.fields[field]
    match leaf:
        case Term():
            return find(leaf.steps, tokens)
        case Near():
            found = [find((step,), tokens) for step in leaf.steps]
            return near(found, leaf.distance, *tokens.layout) if all(found) else []
        case Exact():
            return [one.span() for one in _exactly(leaf.text).finditer(tokens.bare)]
        case Pattern():
            return [one.span() for one in terms.compiled(leaf.pattern).finditer(tokens.text)]
        case Value():
            return _values(leaf.text, FIELDS[field], tokens.text, reading)


@cache
def _exactly(text: str) -> re.Pattern[str]:
    """These signs, with any space for a space; no letter or digit beside one, and "C" is not the C of C++ or C#."""
    said = r"\s+".join(map(re.escape, text.split(" ")))
    before = r"(?<!\w)" if text[0].isalnum() else ""
    return re.compile(
        rf"{before}{said}(?![\w+#])" if text[-1].isalnum() else rf"{before}{said}(?!{re.escape(text[-1])})"
    )


def _values(said: str, field: str, text: str, reading: Reading) -> list[Span]:
    """Which of the names of a field are this one."""
    wanted = said.casefold()
    keys = {key for key in terms.ids(said) if key in reading.keys} if field == "id" else set[str]()
    found, begin = [], 0
    for name in text.split(BETWEEN) if text else ():
        one = name.casefold()
        if (
            one.startswith(wanted[:-1]) or (field == "id" and one.partition(":")[2].startswith(wanted[:-1]))
            if wanted.endswith("*")
            else one == wanted or name in keys or (field == "category" and one.startswith(f"{wanted}."))
        ):
            found.append((begin, begin + len(name)))
        begin += len(name) + len(BETWEEN)
    return found


def wanted_names(said: str, field: int) -> set[str]:
    """What a paper has among its `names_of` that field where a value without a star is found."""
    keys = terms.ids(said) if FIELDS[field] == "id" else set[str]()
    return {said.casefold(), *(f"{KEY}{key}" for key in keys)}


KEY = " "  # before a key, as no name begins


def names_of(field: int, reading: Reading) -> set[str]:
    """The names in a field of names, whatever their case; of a category also what it is a part of."""
    text = reading.fields[field].text
    names = {name.casefold() for name in text.split(BETWEEN)} if text else set[str]()
    if FIELDS[field] == "category":
        names |= {name[:at] for name in names for at, sign in enumerate(name) if sign == "."}
    if FIELDS[field] == "id":
        names |= {f"{KEY}{name}" for name in text.split(BETWEEN) if name in reading.keys}
    return names


_SIGNS = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq}


def _compares(asked: Compare, reading: Reading) -> bool:
    """Whether the paper's number or date is so; a date is compared as precisely as both are known."""
    is_so = _SIGNS[asked.sign]
    if asked.field == "date":
        size = min(len(asked.value), len(reading.date))
        return bool(size) and is_so(reading.date[:size], asked.value[:size])
    number = reading.numbers[asked.field]
    return number is not None and is_so(number, int(asked.value))


# The character where a term began; the position that comes next; the character after what was found.
_Reached = tuple[int, int, int]


def find(term: tuple[Step, ...], tokens: Tokens) -> list[Span]:
    """The characters at which a term stands in a text; of several that begin together the shortest."""
    first = term[0][0][0]
    if len(term[0]) == 1 and not first.prefix and first.form not in tokens.index:
        return []  # most of all questions end here
    reached: Iterable[_Reached] = _starts(term[0], tokens)
    for step in term[1:] if reached else ():
        reached = {end for row in step for end in _onward(reached, row, tokens)}
    shortest: dict[int, int] = {}
    for begin, _, end in reached:
        shortest[begin] = min(end, shortest.get(begin, end))
    return list(shortest.items())


def _starts(step: Step, tokens: Tokens) -> list[_Reached]:
    starts: list[_Reached] = []
    for row in step:
        if places := _places(row[0], tokens):
            first = [(begin + p.begin, position + p.last, begin + p.end) for position, begin, p in places]
            starts += _onward(first, row[1:], tokens)
    return starts


def _onward(reached: Iterable[_Reached], row: Row, tokens: Tokens) -> Iterable[_Reached]:
    for wanted in row:
        if not reached:
            break
        after: dict[int, list[_Reached]] = defaultdict(list)
        for position, begin, piece in _places(wanted, tokens):
            after[position + piece.first].append((begin, position + piece.last, begin + piece.end))
        reached = [
            (began, position, end) for began, upto, _ in reached for _, position, end in after.get(upto, ())
        ]
    return reached


def _places(wanted: Wanted, tokens: Tokens) -> Iterable[Place]:
    places = _prefixed(wanted.form, tokens) if wanted.prefix else tokens.index.get(wanted.form, [])
    if wanted.acronym and places:
        return [place for place in places if place[2].capitals]
    return places


def _prefixed(prefix: str, tokens: Tokens) -> list[Place]:
    if f"\n{prefix}" not in tokens.prefixes:
        return []
    return [
        place for places in tokens.index.values() for place in places if place[2].plain.startswith(prefix)
    ]
