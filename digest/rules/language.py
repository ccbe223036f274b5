"""A query → a rule: what is asked, as a tree; knows no paper.

    either  = all (OR all)*
    all     = one ([AND] one)*
    one     = NOT one | -thing | thing
    thing   = * | word | "phrase" | field:word | field:"phrase" | field:(either) | (either)

Whatever a query holds is understood or refused with its column; nothing in it is passed over.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple, NoReturn, TypeAlias

from digest.errors import RuleError
from digest.rules import tokens

FIELDS = ("title", "abstract")
_SHORT = {"ti": "title", "abs": "abstract"}
_LATER = (
    "author", "au", "authors", "org", "category", "cat", "venue", "source", "id", "upvotes",
    "comments", "date",
)  # fmt: skip

MAX_DEPTH = 50  # brackets within brackets: nobody writes so many, and Python's own stack must not decide
SIGN_SHOWN = 20  # characters of a word to either side of the sign that spoils it
MIN_PREFIX = 3  # letters: with fewer a prefix finds half of all papers


@dataclass(frozen=True, slots=True)
class Everything:
    """`*`: every paper."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a phrase or a prefix, in any field."""

    text: str  # the words as written, one space between them; a star at the end: prefix
    steps: tuple[tokens.Step, ...] = field(repr=False, compare=False)  # a function of the text


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


Expression: TypeAlias = Everything | Term | InField | Not | And | Or


@dataclass(frozen=True, slots=True)
class Rule:
    """A query that was read; its `str` is the query in its canonical form, and gives the same expression."""

    query: str
    expression: Expression
    warnings: tuple[str, ...] = ()  # where it may have been meant otherwise

    def __str__(self) -> str:
        return _written(self.expression)


def parse(query: str) -> Rule:
    """The rule that a query means; RuleError, with the column, where it means none."""
    parser = _Parser(query, _lexemes(query))
    return Rule(query, parser.whole(), tuple(parser.warnings))


def _written(expression: Expression) -> str:
    match expression:
        case Everything():
            return "*"
        case Term():
            text = expression.text
            return f'"{text}"' if " " in text or text.upper() in _OPERATORS else text
        case InField():
            return f"{expression.field}:{_bracketed(expression.part, Term)}"
        case Not():
            return f"NOT {_bracketed(expression.part, Term, InField, Everything, Not)}"
        case And():
            simple = (Term, InField, Everything, Not)
            return " AND ".join(_bracketed(part, *simple) for part in expression.parts)
        case Or():
            return " OR ".join(_bracketed(part, Term, InField, Everything) for part in expression.parts)


def _bracketed(expression: Expression, *bare: type) -> str:
    written = _written(expression)
    return written if isinstance(expression, bare) else f"({written})"


_OPERATORS = ("AND", "OR", "NOT")
_QUOTES = '"“”„‟«»＂'
_LEXEME = re.compile(
    rf"(?P<space>\s+)|(?P<bracket>[()])|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<closed>[{_QUOTES}]?)"
    rf"|(?P<minus>-)|(?P<field>[^\W\d_]\w*):|(?P<bare>[^\s(){_QUOTES}]+)"
)


class _Lexeme(NamedTuple):
    kind: str  # AND OR NOT - ( ) * field term "the end"
    column: int
    field: str = ""
    term: Term | None = None


def _lexemes(query: str) -> list[_Lexeme]:
    """The query, piece by piece; the last one is its end."""
    found = [_lexeme(piece) for piece in _LEXEME.finditer(query) if piece.lastgroup != "space"]
    return [*found, _Lexeme("the end", len(query))]


def _lexeme(found: re.Match[str]) -> _Lexeme:
    query, at = found.string, found.start()
    after = query[found.end() : found.end() + 1]
    match found.lastgroup:
        case "bracket":
            return _Lexeme(found[0], at)
        case "closed":
            return _phrase(found, after)
        case "field":
            return _field(found, after)
        case "minus":
            if not after or after in ")-" or after.isspace():
                raise RuleError(query, at, "- stands directly before what it excludes")
            return _Lexeme("-", at)
        case _:
            return _bare(found, after)


def _phrase(found: re.Match[str], after: str) -> _Lexeme:
    query, at = found.string, found.start()
    if not found["closed"]:
        raise RuleError(query, at, "this quote is never closed")
    if after and after not in "()" and not after.isspace():
        raise RuleError(query, found.end(), _AFTER_QUOTE.get(after, "a space is missing after the quote"))
    body = tokens.without_full_stops(found["phrase"]).rstrip()
    return _Lexeme("term", at, term=_term(query, found.start("phrase"), body, quoted=True))


def _field(found: re.Match[str], after: str) -> _Lexeme:
    query, at, name = found.string, found.start(), found["field"]
    known = _SHORT.get(name, name)
    if name in _LATER:
        raise RuleError(query, at, f"{name}: is not there yet; title: and abstract: are")
    if known not in FIELDS:
        close = get_close_matches(name.lower(), (*FIELDS, *_SHORT, *_LATER), 1)
        hint = f"did you mean {close[0]}:?" if close else "title: and abstract: are"
        raise RuleError(query, at, f"{name}: is no field; {hint}")
    if not after or after == ")" or after.isspace():
        raise RuleError(query, found.end(), f"a word, a phrase or a bracket stands directly after {name}:")
    return _Lexeme("field", at, field=known)


_NOT_YET = {
    "=": "=, exactly so, is not there yet",
    "/": "/…/, a regular expression, is not there yet",
    "~": "~, words near each other, is not there yet",
}
_AFTER_QUOTE = {"~": _NOT_YET["~"], "*": "the * of a prefix stands inside the quotes"}


def _bare(found: re.Match[str], after: str) -> _Lexeme:
    query, at, word = found.string, found.start(), found[0]
    if word in _OPERATORS:
        return _Lexeme(word, at)
    if word.upper() in _OPERATORS:
        problem = f'"{word}" is an operator or a word: write it in capitals, {word.upper()}, or in quotes'
        raise RuleError(query, at, problem)
    if word == "*":
        return _Lexeme("*", at)
    if word[0] in _NOT_YET:
        raise RuleError(query, at, _NOT_YET[word[0]])
    term = _term(query, at, word, quoted=False)
    if after and after in _QUOTES:
        raise RuleError(query, found.end(), "a space is missing before the quote")
    return _Lexeme("term", at, term=term)


def _term(query: str, column: int, body: str, *, quoted: bool) -> Term:
    """A word, or the words of a phrase, which begins at that column of the query."""
    bare = body.removesuffix("*")
    spans = tokens.words(bare)
    stray = tokens.stray_sign(bare, spans, quoted)
    if stray is not None:
        raise RuleError(query, column + stray, _sign_problem(bare, stray, quoted))
    if not spans:
        raise RuleError(query, column, "no word stands between these quotes")
    if bare != body:
        _refuse_prefix(query, column, bare, *spans[-1])
    text = tokens.spaced(bare, spans) + body[len(bare) :]
    return Term(text, tokens.steps(text))


def _refuse_prefix(query: str, column: int, bare: str, begin: int, end: int) -> None:
    word = bare[begin:end]
    if end < len(bare):
        raise RuleError(query, column + len(bare), _HINTS["*"])
    if tokens.stands_alone(word):
        raise RuleError(query, column + end, "a Han or Kana character is a word of its own: leave * out")
    if sum(map(str.isalnum, word)) < MIN_PREFIX:
        raise RuleError(query, column + begin, f"a prefix has {MIN_PREFIX} letters at least")


_HINTS = _NOT_YET | {
    "*": "* stands alone, or at the end of a word or phrase",
    **dict.fromkeys("&|!", "no operator, which are AND, OR and NOT, and no part of a word"),
    "/": "/ joins no words: write them in quotes, with a space between them, or with OR",
    "'": "a phrase stands in double quotes",
    **dict.fromkeys("-‐‑‒–—−", "a hyphen stands between two letters, the - of NOT before a word"),
}


def _sign_problem(body: str, at: int, quoted: bool) -> str:
    sign = body[at] if body[at].isprintable() else f"U+{ord(body[at]):04X}"
    if sign in ".,;:!?" and body[at + 1 : at + 2].strip() == "":
        return f"a phrase never crosses {sign}" if quoted else f"{sign} joins no words: write AND or OR"
    if sign in _HINTS and (not quoted or sign == "*"):
        return _HINTS[sign]
    begin = max(body.rfind(" ", 0, at) + 1, at - SIGN_SHOWN)
    word = body[begin : at + SIGN_SHOWN].split()[0]
    return f'{sign} is no part of a word: what holds it is written exactly, ="{word}", and = is not there yet'


class _Parser:
    def __init__(self, query: str, lexemes: list[_Lexeme]) -> None:
        self.query = query
        self.lexemes = lexemes
        self.at = self.depth = 0
        self.field = ""  # the one whose bracket is open
        self.warnings: list[str] = []

    @property
    def next(self) -> _Lexeme:
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
            reading = f"OR beside NOT, or beside words without AND, is read as {_written(expression)}"
            self.warnings.append(f"column {column + 1}: {reading}")
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
        return Not(self.thing()) if self.take("-") else self.thing()

    def thing(self) -> Expression:
        lexeme = self.next
        if lexeme.term:
            self.at += 1
            return lexeme.term
        if self.take("*"):
            return Everything() if not self.field else self.fail("* stands in no field", lexeme.column)
        if self.take("("):
            return self.bracket(lexeme)
        if self.take("field"):
            return self.in_field(lexeme)
        before = self.lexemes[self.at - 1].kind if self.at else "the beginning"
        return self.fail(f"a word is missing between {before} and {self.next.kind}")

    def bracket(self, opened: _Lexeme) -> Expression:
        expression = self.deeper(self.either)
        if not self.take(")"):
            self.fail("this bracket is never closed", opened.column)
        return expression

    def in_field(self, lexeme: _Lexeme) -> Expression:
        if self.field:
            self.fail(f"a field stands within {self.field}: already", lexeme.column)
        if self.next.kind not in ("term", "(", "*"):
            self.fail(f"a word, a phrase or a bracket stands directly after {lexeme.field}:")
        self.field = lexeme.field
        part = self.thing()
        self.field = ""
        return InField(lexeme.field, part)

    def deeper(self, read: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH}", self.lexemes[self.at - 1].column)
        expression = read()
        self.depth -= 1
        return expression
