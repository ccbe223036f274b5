"""Rule × paper → the words that matched, or None; knows no query, no file and no store."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from digest.rules.language import FIELDS, And, Everything, Expression, InField, Not, Or, Rule, Term
from digest.rules.tokens import Place, Row, Span, Step, Tokens, Wanted


@dataclass(frozen=True, slots=True)
class Reading:
    """A paper as rules see it; any number of them may ask, and its text is read once, by the first."""

    fields: tuple[Tokens, ...]  # in the order of language.FIELDS


def read(title: str, abstract: str) -> Reading:
    """A paper for rules to match; costs nothing until one asks for a word."""
    return Reading((Tokens(title), Tokens(abstract)))


_Found = list[tuple[int, int, int]]  # field, first character, the one after the last


def match(rule: Rule, reading: Reading) -> tuple[str, ...] | None:
    """The words that put a paper under a rule, as they stand in its text; None: it does not go there.

    Each once, whatever its case, in order of the text, the title first. Words under NOT are never among them,
    so `*` and a NOT alone give ().
    """
    found = _found(rule.expression, tuple(range(len(FIELDS))), reading)
    if found is None:
        return None
    words: dict[str, str] = {}
    for field, begin, end in sorted(found):
        word = reading.fields[field].text[begin:end]
        words.setdefault(word.casefold(), word)
    return tuple(words.values())


def _found(expression: Expression, fields: tuple[int, ...], reading: Reading) -> _Found | None:
    match expression:
        case Term():
            spans = [(n, *span) for n in fields for span in find(expression.steps, reading.fields[n])]
            return spans or None
        case And():
            return _all(expression, fields, reading)
        case Or():
            hits = [_found(part, fields, reading) for part in expression.parts]
            held = [hit for hit in hits if hit is not None]
            return [span for hit in held for span in hit] if held else None
        case Not():
            return [] if _found(expression.part, fields, reading) is None else None
        case InField():
            return _found(expression.part, (FIELDS.index(expression.field),), reading)
        case Everything():
            return []


def _all(expression: And, fields: tuple[int, ...], reading: Reading) -> _Found | None:
    spans: _Found = []
    for part in expression.parts:
        found = _found(part, fields, reading)
        if found is None:
            return None
        spans += found
    return spans


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
