"""A query → a rule: what is asked, as a tree; knows no paper.

    either  = all (OR all)*
    all     = one ([AND] one)*
    one     = NOT one | -thing | thing
    thing   = * | word | "phrase" | ="exactly so" | "near each other"~4 | /regular expression/ | (either)
            | field:thing | category:name | upvotes:>=10

Whatever a query holds is understood or refused with its column; nothing in it is passed over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn

from digest.errors import RuleError
from digest.rules import terms
from digest.rules.expressions import (
    COMPARED,
    FIELDS,
    VALUES,
    And,
    Everything,
    Expression,
    InField,
    Not,
    Or,
    written,
)
from digest.rules.lexemes import Lexeme, lexemes

SHORT = {"ti": "title", "abs": "abstract", "au": "author", "cat": "category"}  # as arXiv's search has them
NAMES = (*FIELDS, *COMPARED)

MAX_DEPTH = 50  # brackets within brackets: nobody writes so many, and Python's own stack must not decide

_LEAVES = ("word", "phrase", "exact", "near", "pattern")


@dataclass(frozen=True, slots=True)
class Rule:
    """A query that was read; its `str` is the query in its canonical form, and gives the same expression."""

    query: str
    expression: Expression
    doubts: tuple[tuple[int, Or], ...] = ()  # what may have been meant otherwise, and its column

    @property
    def warnings(self) -> tuple[str, ...]:
        """The doubtful readings, in brackets; written when asked: nested ones hold one another."""
        said = "OR beside NOT, or beside words without AND, is read as"
        return tuple(f"column {column + 1}: {said} {written(either)}" for column, either in self.doubts)

    def __str__(self) -> str:
        return written(self.expression)


def parse(query: str) -> Rule:
    """The rule that a query means; RuleError, with the column, where it means none."""
    parser = _Parser(query, lexemes(query))
    return Rule(query, parser.whole(), tuple(parser.doubts))


class _Parser:
    def __init__(self, query: str, pieces: list[Lexeme]) -> None:
        self.query = query
        self.lexemes = pieces
        self.at = self.depth = 0
        self.field = ""  # the one whose bracket is open
        self.doubts: list[tuple[int, Or]] = []

    @property
    def next(self) -> Lexeme:
        return self.lexemes[self.at]

    def take(self, *kinds: str) -> bool:
        taken = self.next.kind in kinds
        self.at += taken
        return taken

    def fail(self, problem: str, column: int | None = None) -> NoReturn:
        raise RuleError(self.query, self.next.column if column is None else column, problem)

    def whole(self) -> Expression:
        if self.next.kind == "the end":
            self.fail("the rule is empty; * means every paper")
        expression = self.either()
        if self.next.kind == ")":
            self.fail("this bracket was never opened")
        return expression

    def either(self) -> Expression:
        column = self.next.column
        parts: list[Expression] = []
        loose = False
        while not parts or self.take("OR"):
            part, so = self.all()
            parts += part.parts if isinstance(part, Or) else [part]
            loose = loose or so
        if len(parts) == 1:
            return parts[0]
        expression = Or(tuple(parts))
        if loose:
            self.doubts.append((column, expression))
        return expression

    def all(self) -> tuple[Expression, bool]:
        """The parts up to the next OR; and whether a NOT, or two words without AND, stand among them."""
        parts: list[Expression] = []
        loose = False
        while True:
            loose = loose or self.next.kind in ("NOT", "-")
            part = self.one()
            parts += part.parts if isinstance(part, And) else [part]
            if self.take("AND"):
                continue
            if self.next.kind in ("OR", ")", "the end"):
                return (And(tuple(parts)) if len(parts) > 1 else parts[0]), loose
            loose = True

    def one(self) -> Expression:
        if self.take("NOT"):
            return Not(self.deeper(self.one))
        if self.next.kind == "-" and (
            not self.next.after or self.next.after in ")-" or self.next.after.isspace()
        ):
            self.fail("- stands directly before what it excludes")
        return Not(self.thing()) if self.take("-") else self.thing()

    def thing(self) -> Expression:
        lexeme = self.next
        if lexeme.kind in _LEAVES:
            self.at += 1
            return self.leaf(lexeme)
        if self.take("*"):
            return Everything() if not self.field else self.fail("* stands in no field", lexeme.column)
        if self.take("("):
            return self.bracket(lexeme)
        if self.field in VALUES and lexeme.kind == "field" and lexeme.text not in (*NAMES, *SHORT):
            return self.leaf(self.name(lexeme))
        if self.take("field"):
            return self.in_field(lexeme)
        before = self.lexemes[self.at - 1].kind if self.at else "the beginning"
        return self.fail(f"a word is missing between {before} and {self.next.kind}")

    def name(self, lexeme: Lexeme) -> Lexeme:
        """What was taken for a field is the beginning of a name: id:(arXiv:2601.00001)."""
        self.at += 2 if self.lexemes[self.at + 1].kind == "word" else 1
        rest = self.lexemes[self.at - 1].text if self.lexemes[self.at - 1] is not lexeme else ""
        return lexeme._replace(kind="word", text=f"{lexeme.text}:{rest}")

    def leaf(self, lexeme: Lexeme) -> Expression:
        if self.field in VALUES:
            return terms.value(self.query, lexeme, self.field)
        if self.field == "author" and lexeme.kind in ("phrase", "near"):  # the full stop of an initial
            lexeme = lexeme._replace(text=lexeme.text.replace(". ", "  "))
        return terms.leaf(self.query, lexeme)

    def bracket(self, opened: Lexeme) -> Expression:
        expression = self.deeper(self.either)
        if not self.take(")"):
            self.fail("this bracket is never closed", opened.column)
        return expression

    def in_field(self, lexeme: Lexeme) -> Expression:
        name = self.named(lexeme)
        if not lexeme.after or lexeme.after == ")" or lexeme.after.isspace():
            self.fail(f"{_wanted(name)} stands directly after {name}:", lexeme.column + len(lexeme.text) + 1)
        if self.field:
            self.fail(f"a field stands within {self.field}: already", lexeme.column)
        if name in COMPARED:
            self.at += 1
            return terms.compare(self.query, self.lexemes[self.at - 1], name)
        if self.next.kind not in (*_LEAVES, "(", "*"):
            self.fail(f"{_wanted(name)} stands directly after {name}:")
        self.field = name
        part = self.thing()
        self.field = ""
        return InField(name, part)

    def named(self, lexeme: Lexeme) -> str:
        """The field that a query means."""
        known = SHORT.get(lexeme.text, lexeme.text)
        if known in NAMES:
            return known
        close = get_close_matches(lexeme.text.lower(), (*NAMES, *SHORT), 1)
        hint = f"did you mean {close[0]}:?" if close else f"there are {': '.join(NAMES)}:"
        return self.fail(f"{lexeme.text}: is no field; {hint}", lexeme.column)

    def deeper(self, read: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH}", self.lexemes[self.at - 1].column)
        expression = read()
        self.depth -= 1
        return expression


def _wanted(field: str) -> str:
    if field in COMPARED:
        return "a number, with < or > before it," if field != "date" else "a date, with < or > before it,"
    return "a name or a bracket" if field in VALUES else "a word, a phrase or a bracket"
