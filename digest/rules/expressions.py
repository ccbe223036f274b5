"""What a query asks, as a tree, and the tree written as a query again."""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from digest.rules.tokens import Step

# Fields of words; a query that names none looks at the first two.
WORDS = ("title", "abstract", "author", "org", "venue")
VALUES = ("category", "source", "id")  # fields of names, each compared as a whole
FIELDS = (*WORDS, *VALUES)
ANYWHERE = 2
NUMBERS = ("upvotes", "comments", "authors")
COMPARED = (*NUMBERS, "date")

SIGNS = ("<=", ">=", "<", ">", "=")
OPERATORS = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True)
class Everything:
    """`*`: every paper."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a phrase or a prefix."""

    text: str  # the words as written, one space between them; a star at the end: prefix
    steps: tuple[Step, ...] = field(repr=False, compare=False)  # a function of the text


@dataclass(frozen=True, slots=True)
class Near:
    """Words in one sentence, in any order, with so many others between the first and the last of them at most."""

    text: str
    distance: int
    steps: tuple[Step, ...] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Exact:
    """Words exactly so: case, number, accents and signs."""

    text: str  # one space for each run of them


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of RE2 (github.com/google/re2/wiki/Syntax)."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Value:
    """A name, for one of VALUES; a star at the end: prefix."""

    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A number or a date, beside what a paper has; false where it has none."""

    field: str  # one of COMPARED
    sign: str  # one of SIGNS
    value: str


@dataclass(frozen=True, slots=True)
class InField:
    """What is asked of one field alone."""

    field: str  # one of FIELDS
    part: "Expression"


@dataclass(frozen=True, slots=True)
class Not:
    """What a paper must not hold."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    """Two parts or more, none of them an And."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Two parts or more, none of them an Or."""

    parts: tuple["Expression", ...]


Leaf: TypeAlias = Term | Near | Exact | Pattern | Value
Expression: TypeAlias = Everything | Leaf | Compare | InField | Not | And | Or
_LEAVES = (Term, Near, Exact, Pattern, Value)
_BARE = re.compile(r"\w[\w.*-]*")
_SIMPLE = (*_LEAVES, Compare, InField, Everything)


def written(expression: Expression) -> str:
    """The expression as a query, which parses to the same."""
    match expression:
        case Everything():
            return "*"
        case And():
            return " AND ".join(_bracketed(part, *_SIMPLE, Not) for part in expression.parts)
        case Or():
            return " OR ".join(_bracketed(part, *_SIMPLE) for part in expression.parts)
        case Not():
            return f"NOT {_bracketed(expression.part, *_SIMPLE, Not)}"
        case InField():
            return f"{expression.field}:{_bracketed(expression.part, *_LEAVES)}"
        case Compare():
            sign = "" if expression.sign == "=" else expression.sign
            return f"{expression.field}:{sign}{expression.value}"
        case _:
            return _leaf(expression)


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Near():
            return f'"{leaf.text}"~{leaf.distance}'
        case Exact():
            return f'="{leaf.text}"'
        case Pattern():
            return f"/{leaf.pattern}/"
        case Value():
            is_bare = _BARE.fullmatch(leaf.text) and leaf.text.upper() not in OPERATORS
            return leaf.text if is_bare else f'"{leaf.text}"'
        case Term():
            is_bare = " " not in leaf.text and leaf.text.upper() not in OPERATORS
            return leaf.text if is_bare else f'"{leaf.text}"'


def _bracketed(expression: Expression, *bare: type) -> str:
    inside = written(expression)
    return inside if isinstance(expression, bare) else f"({inside})"
