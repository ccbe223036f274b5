"""A piece of a query → what it asks of a text or of a value, or where and why it asks nothing."""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from digest import identifiers
from digest.errors import RuleError
from digest.rules import tokens
from digest.rules.expressions import (
    NUMBERS,
    OPERATORS,
    SIGNS,
    Compare,
    Exact,
    Leaf,
    Near,
    Pattern,
    Term,
    Value,
)
from digest.rules.lexemes import QUOTES, Lexeme

if TYPE_CHECKING:
    from collections.abc import Callable

SIGN_SHOWN = 20  # characters of a word to either side of the sign that spoils it
MIN_PREFIX = 3  # letters: with fewer a prefix finds half of all papers
MOST_WORDS = 50  # of a phrase; no title is longer
MOST_NEAR = 8  # words near each other
FARTHEST = 50  # words between them: sentences have 25
LONGEST_PATTERN = 1_000  # characters; a text takes as many steps for each as the pattern is long
PATTERN_MEMORY = 4 << 20  # bytes; RE2 refuses what would need more
_PROBE = "aa  "  # it has an edge of a word, an inside and an outside: what finds nothing finds it here too


def leaf(query: str, lexeme: Lexeme) -> Leaf:
    """What a piece asks of a field of words."""
    match lexeme.kind:
        case "exact":
            return _exact(query, lexeme)
        case "near":
            return _near(query, lexeme)
        case "pattern":
            return _pattern(query, lexeme)
        case "phrase":
            body = tokens.without_full_stops(lexeme.text).rstrip()
            return _term(query, lexeme.inside, body, quoted=True)
        case _:
            return _word(query, lexeme)


def value(query: str, lexeme: Lexeme, field: str) -> Value:
    """What a piece asks of a field of names."""
    said = " ".join(lexeme.text.split())
    if lexeme.kind not in ("word", "phrase") or not said.strip("*"):
        raise RuleError(query, lexeme.column, f"{field}: is followed by a name, {_NAMES[field]}")
    if "*" in said[:-1]:
        raise RuleError(query, lexeme.inside + lexeme.text.index("*"), "* stands at the end of a name")
    if field == "id" and not said.endswith("*") and not ids(said):
        raise RuleError(query, lexeme.column, f"{said!r} is no id: id: is followed by {_NAMES[field]}")
    return Value(said)


_NAMES = {
    "category": "such as category:cs.LG; category:cs finds all of cs",
    "source": "that of a source, such as source:arxiv",
    "id": "that of arXiv, a DOI or the like, such as id:2601.00001",
}


def compare(query: str, lexeme: Lexeme, field: str) -> Compare:
    """What a piece asks of a number or a date."""
    sign = next((one for one in SIGNS if lexeme.text.startswith(one)), "")
    said = lexeme.text[len(sign) :]
    well = said.isascii() and said.isdigit() and len(said) <= 9 if field in NUMBERS else _is_date(said)
    if lexeme.kind != "word" or not well:
        example = f"{field}:>=10" if field in NUMBERS else "date:>=2026-01-01, date:2026-01 or date:<2026"
        what = "a number" if field in NUMBERS else "a date, year first,"
        raise RuleError(query, lexeme.column, f"{field}: is compared with {what} such as {example}")
    return Compare(field, sign or "=", str(int(said)) if field in NUMBERS else said)


def _is_date(said: str) -> bool:
    try:
        date.fromisoformat(f"{said}-01-01"[:10])
    except ValueError:
        return False
    return said.isascii() and len(said) in (4, 7, 10)


def ids(said: str) -> set[str]:
    """The keys that an id may stand for; empty: it is none."""
    known: tuple[Callable[[str], identifiers.Id | None], ...] = (
        identifiers.arxiv,
        identifiers.doi,
        identifiers.pmid,
        identifiers.pmcid,
        identifiers.openreview,
        identifiers.dblp,
        identifiers.openalex,
        identifiers.semantic_scholar,
    )
    return {found.key for read in known if (found := read(said))}


@cache
def compiled(pattern: str) -> Any:
    """A regular expression of RE2, whatever the case; re2.error if it is none."""
    import re2  # type: ignore[import-untyped]  # 14 ms, and most rules have no use for it

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    return re2.compile(pattern, options)


def _pattern(query: str, lexeme: Lexeme) -> Pattern:
    pattern = lexeme.text
    if not pattern:
        raise RuleError(query, lexeme.column, "no regular expression stands between these slashes")
    if len(pattern) > LONGEST_PATTERN:
        raise RuleError(
            query, lexeme.column, f"this regular expression has more than {LONGEST_PATTERN:,} characters"
        )
    import re2

    try:
        expression = compiled(pattern)
        found = any(one.start() == one.end() for one in expression.finditer(_PROBE))
    except (re2.error, UnicodeError) as error:  # UnicodeError: half a character
        said = error.args[0] if error.args else error
        told = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise RuleError(
            query, lexeme.inside, f"RE2 cannot read this (it has no look-around and no \\1): {told}"
        ) from error
    if found:
        raise RuleError(query, lexeme.inside, "this regular expression finds nothing too, so every paper")
    return Pattern(pattern)


def _exact(query: str, lexeme: Lexeme) -> Exact:
    said = " ".join(lexeme.text.split())
    if not said:
        raise RuleError(query, lexeme.inside, "no word stands between these quotes")
    return Exact(said)


def _near(query: str, lexeme: Lexeme) -> Near:
    behind = lexeme.inside + len(lexeme.text) + 1
    if not lexeme.distance:
        raise RuleError(query, behind, 'the number of words between them is missing: "sparse training"~4')
    if len(lexeme.distance) > 4 or int(lexeme.distance) > FARTHEST:
        raise RuleError(query, behind + 1, f"words further apart than {FARTHEST} are not near each other")
    term = _term(query, lexeme.inside, tokens.without_full_stops(lexeme.text).rstrip(), quoted=True)
    if not 2 <= len(term.steps) <= MOST_NEAR:
        raise RuleError(query, lexeme.column, f"2 to {MOST_NEAR} words can be near each other")
    return Near(term.text, int(lexeme.distance), term.steps)


def _word(query: str, lexeme: Lexeme) -> Term:
    word, at = lexeme.text, lexeme.column
    if word.upper() in OPERATORS:
        problem = f'"{word}" is an operator or a word: write it in capitals, {word.upper()}, or in quotes'
        raise RuleError(query, at, problem)
    if word[0] in _MARKS:
        raise RuleError(query, at, _MARKS[word[0]])
    term = _term(query, at, word, quoted=False)
    if lexeme.after and lexeme.after in QUOTES:
        raise RuleError(query, at + len(word), "a space is missing before the quote")
    return term


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
    if len(spans) > MOST_WORDS:
        raise RuleError(query, column + spans[MOST_WORDS][0], f"a phrase has {MOST_WORDS} words at most")
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


_MARKS = {
    "=": 'exactly so is written with quotes: ="C++"',
    "~": '~ and a number stand behind a phrase: "sparse training"~4',
}
_HINTS = _MARKS | {
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
    return f'{sign} is no part of a word: what holds it is written exactly, ="{word}"'
