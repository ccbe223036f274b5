"""A query, piece by piece: what it is made of, before anybody asks what it means."""

import re
from typing import NamedTuple

from digest.errors import RuleError
from digest.rules.expressions import OPERATORS

# Behind the colon of a field everything is its own: id:arxiv:2601.00001 names one field.
QUOTES = '"“”„‟«»＂'
_LEXEME = re.compile(
    rf"(?P<space>\s+)|(?P<bracket>[()])"
    rf"|(?P<equals>=?)[{QUOTES}](?P<phrase>[^{QUOTES}]*)(?P<closed>[{QUOTES}]?)(?:~(?P<near>\d*))?"
    rf"|/(?P<pattern>(?:[^/\\]|\\.)*)(?P<ended>/?)"
    rf"|(?P<minus>-)|(?<!:)(?P<field>[^\W\d_]\w*):|(?P<bare>[^\s(){QUOTES}]+)",
    re.DOTALL,
)


class Lexeme(NamedTuple):
    """A piece of a query."""

    kind: str  # AND OR NOT - ( ) * field word phrase exact near pattern "the end"
    column: int
    text: str = ""  # without its quotes and slashes
    inside: int = 0  # the column at which the text begins
    after: str = ""  # the character behind it
    distance: str = ""  # of near


def lexemes(query: str) -> list[Lexeme]:
    """The pieces; the last one is the end. RuleError for one that does not end."""
    found = [_lexeme(piece) for piece in _LEXEME.finditer(query) if piece.lastgroup != "space"]
    return [*found, Lexeme("the end", len(query))]


def _lexeme(found: re.Match[str]) -> Lexeme:
    query, at = found.string, found.start()
    after = query[found.end() : found.end() + 1]
    if found["bracket"] or found["minus"]:
        return Lexeme(found[0], at, after=after)
    if found["phrase"] is not None:
        return _phrase(found, after)
    if found["pattern"] is not None:
        return _pattern(found, after)
    if found["field"]:
        return Lexeme("field", at, found["field"], at, after)
    word = found["bare"]
    kind = word if word in OPERATORS or word == "*" else "word"
    return Lexeme(kind, at, word, at, after)


_AFTER_QUOTE = {"*": "the * of a prefix stands inside the quotes"}


def _phrase(found: re.Match[str], after: str) -> Lexeme:
    query, at = found.string, found.start()
    if not found["closed"]:
        raise RuleError(query, found.start("phrase") - 1, "this quote is never closed")
    if not _ends(after):
        raise RuleError(query, found.end(), _AFTER_QUOTE.get(after, "a space is missing after the quote"))
    near = found["near"]
    if near is not None and found["equals"]:
        raise RuleError(query, found.end("closed"), "words are near each other or exactly so, not both")
    kind = "exact" if found["equals"] else "phrase" if near is None else "near"
    return Lexeme(kind, at, found["phrase"], found.start("phrase"), after, near or "")


def _pattern(found: re.Match[str], after: str) -> Lexeme:
    query, at = found.string, found.start()
    if not found["ended"]:
        raise RuleError(query, at, r"this regular expression is never closed: /…/, and \/ for a slash in it")
    if not _ends(after):
        raise RuleError(query, found.end(), r"a space is missing after the /; a slash in it is written \/")
    return Lexeme("pattern", at, found["pattern"], found.start("pattern"), after)


def _ends(after: str) -> bool:
    return not after or after in "()" or after.isspace()
