"""BibTeX's syntax: a file → its entries → their fields.

The file is cut into entries here, at braces, and each is parsed alone by bibtexparser: so a broken entry costs only
itself, and time and memory stay small.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from digest.formats import _text
from digest.papers import readable

MAX_ENTRY = 4 << 20  # characters: a reference list in a field has thousands
MAX_MACRO = 2_000  # characters: macros of macros must not grow without end
MAX_VALUE = 1 << 20  # characters of a field: the same for a field made of macros
MAX_FIELDS = 100  # without a comma between them

# --- the file → its entries ---


class Block(NamedTuple):
    number: int  # of its first line
    kind: str  # `article`, in small letters
    text: str  # from the opening bracket
    problem: str


_START = re.compile(r"[\s,;]*@[ \t]*([^\W\d][\w-]*)[ \t]*(?=[{(])")
_SIGN = re.compile(r"(?<!\\)[{}]")
_SIGN_WHEN_ROUND = re.compile(r'(?<!\\)[{}()"]')


def blocks(dump: BinaryIO) -> Iterator[Block]:
    """What stands between the brackets of `@kind{…}`; a new one at the beginning of a line ends one left open."""
    block: _Open | None = None
    for line in _text.lines(dump):
        if block and _START.match(line.text):
            yield block.ended("it has no closing bracket: the next entry begins inside it")
            block = None
        at: int | None = 0
        while at is not None:
            if block is None:
                found = _START.match(line.text, at)
                if not found:
                    break
                block, at = _Open(line.number, found[1].lower()), found.end()
            at = block.add(line.text, at)
            if at is not None:
                yield block.ended("")
                block = None
    if block:
        yield block.ended("it is cut off: it has no closing bracket")


class _Open:
    """An entry whose end has not been found yet."""

    def __init__(self, number: int, kind: str) -> None:
        self.number, self.kind = number, kind
        self.lines: list[str] = []
        self.size = self.depth = 0
        self.round = self.quoted = False

    def add(self, line: str, start: int) -> int | None:
        """Take the line from there; where in it the entry ends, None: not here."""
        if not self.lines:
            self.round = line.startswith("(", start)
        signs = _SIGN_WHEN_ROUND if self.round else _SIGN
        for sign in signs.finditer(line, start):
            if self._closes(sign[0], first=not self.lines and sign.start() == start):
                self._keep(line[start : sign.end()])
                return sign.end()
        self._keep(line[start:])
        return None

    def _closes(self, sign: str, first: bool) -> bool:
        if sign == "{":
            self.depth += 1
        elif sign == "}":
            self.depth = max(self.depth - 1, 0)
            return not self.depth and not self.round
        elif not self.depth and self.round and not first:
            if sign == '"':
                self.quoted = not self.quoted
            return sign == ")" and not self.quoted
        return False

    def _keep(self, text: str) -> None:
        self.size += len(text) + 1
        if self.size <= MAX_ENTRY:
            self.lines.append(text)

    def ended(self, problem: str) -> Block:
        """The entry, as far as it was read."""
        if self.size > MAX_ENTRY:
            problem = f"it has more than {MAX_ENTRY:,} characters (MAX_ENTRY)"
        return Block(self.number, self.kind, "\n".join(self.lines), problem)


# --- an entry → its fields ---


class Entry(NamedTuple):
    key: str
    fields: dict[str, str]  # in small letters → in TeX, without the outer braces

    def any(self, *names: str) -> str:
        """The first of these fields that says something."""
        return next((words for name in names if (words := self.fields.get(name, ""))), "")


_KEYLESS = re.compile(r"[{(]\s{0,9}[A-Za-z][\w-]{0,40}\s{0,9}=")
_NEXT = re.compile(r"\s*([A-Za-z][\w-]{0,40})\s*=\s*")
_BEFORE_BRACKET = re.compile(r"\\{1,9}(?=[{}])")


def parsed(block: Block, macros: dict[str, str]) -> Entry | str:
    """The entry, or why it cannot be read."""
    text = block.text
    if not block.problem:
        if _KEYLESS.match(text):
            text = f"{text[0]},{text[1:]}"
        return _fields(text, macros)
    # In `file = {C:\papers\}` a bracket only looks escaped.
    unescaped = _BEFORE_BRACKET.sub("", text)
    if unescaped == text or len(text) >= MAX_ENTRY:
        return block.problem
    entry = _fields(unescaped, macros)
    return block.problem if isinstance(entry, str) else entry


def _fields(text: str, macros: dict[str, str]) -> Entry | str:
    import logging

    from bibtexparser import model
    from bibtexparser.splitter import Splitter

    logging.getLogger("bibtexparser.splitter").disabled = True  # what it warns of becomes a reject
    for found in Splitter("@entry" + text).split().blocks:
        entry = found.ignore_error_block if isinstance(found, model.DuplicateFieldKeyBlock) else found
        if isinstance(entry, model.Entry):
            fields: dict[str, str] = {}
            for field in entry.fields:
                _take(field.key, field.value, fields, macros)
            return Entry(readable(entry.key), fields)
        error = getattr(found, "error", None)
        return f"it is no BibTeX: {readable(getattr(error, 'abort_reason', '') or str(error))[:200]}"
    return "it is no BibTeX"


def _take(name: str, raw: str, fields: dict[str, str], macros: dict[str, str]) -> None:
    """Note a field; the first of a name counts. Where a comma is missing the next field stands in its value."""
    for _ in range(MAX_FIELDS):
        value, rest = _value(raw, macros)
        if value.strip():
            fields.setdefault(name.strip().lower(), value.strip())
        following = _NEXT.match(rest)
        if not following:
            return
        name, raw = following[1], rest[following.end() :]


def _value(raw: str, macros: dict[str, str]) -> tuple[str, str]:
    """`"May" # { 5, } # year` in one piece, and what follows it."""
    parts, size, at = [], 0, 0
    while True:
        while at < len(raw) and (raw[at].isspace() or raw[at] == "#"):
            at += 1
        start, end = at, _end(raw, at)
        if raw[start : start + 1] in {"{", '"'}:
            part = raw[start + 1 : end - 1]
        else:
            part = macros.get(raw[start:end].lower(), raw[start:end])
        size += len(part)
        if size <= MAX_VALUE:
            parts.append(part)
        at = end
        if not raw[at : at + 40].lstrip().startswith("#"):
            return "".join(parts), raw[at:]


_BARE = re.compile(r'[^\s#,{}"=()]*')
_MARK = re.compile(r'(?<!\\)[{}"]')


def _end(raw: str, start: int) -> int:
    """Where the braced, quoted or bare piece ends that begins here."""
    opening = raw[start : start + 1]
    if opening not in {"{", '"'}:
        bare = _BARE.match(raw, start)
        return bare.end() if bare else start
    depth = 0
    for mark in _MARK.finditer(raw, start + (opening == '"')):
        depth += (mark[0] == "{") - (mark[0] == "}")
        if not depth and mark[0] == ("}" if opening == "{" else '"'):
            return mark.end()
    return len(raw) + 1


def define(text: str, macros: dict[str, str]) -> None:
    """Note the macro of a `@string`."""
    if named := _NEXT.match(text[1:]):
        macros[named[1].lower()] = _value(text[1 + named.end() :], macros)[0][:MAX_MACRO]
