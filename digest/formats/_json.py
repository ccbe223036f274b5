"""JSON documents → their records, one in memory at a time: JSON Lines, a list, or a list inside an envelope.

What breaks off or is no JSON is a reject; the records before it are not lost.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

import msgspec

from digest.errors import DumpError
from digest.papers import Paper, Reject, reject

MAX_RECORD = 16 << 20  # bytes: the largest real record seen has 3 MB, with thousands of citations
MAX_DEPTH = 200  # containers inside a record; a real one has a dozen
MAX_BLANK = 1 << 20  # bytes of white space, or of anything outside of records, in a row
CHUNK = 1 << 18

Make = Callable[
    [str, dict[str, Any]], "Paper | Reject | None"
]  # where and record → None: no record of a paper


def papers(dump: BinaryIO, make: Make, *paths: str) -> Iterator[Paper | Reject]:
    """What `make` makes of each record. `paths` say where records stand: `[]` the elements of a list, `message.items[]`
    those of a list in an envelope, `` the whole document (if nothing stood at the other paths) or each line of it.
    """
    for where, raw in records(dump, *paths):
        yield from one(where, raw, make)


def one(where: str, raw: bytes, make: Make) -> Iterator[Paper | Reject]:
    """What `make` makes of one record."""
    try:
        record = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield reject(where, f"it is not JSON: {error}", raw[:1000].decode("utf-8", "replace"))
        return
    if not isinstance(record, dict):
        yield reject(where, "it is no JSON object", raw[:1000].decode("utf-8", "replace"))
    elif made := make(where, record):
        if isinstance(made, Reject) and not made.raw:  # it shows what the record says
            made = reject(where, made.reason, raw[:1000].decode("utf-8", "replace"))
        yield made


def _decode(raw: bytes) -> Any:
    return msgspec.json.decode(raw)


def records(dump: BinaryIO, *paths: str) -> Iterator[tuple[str, bytes]]:
    """Where each record stands, and its bytes; DumpError for a record that is larger or deeper than any is."""
    number, first = _next(dump, 1)
    second = 0, b""
    if "" in paths and first.lstrip()[:1] == b"{" and not _breaks_off(first):
        try:
            second = _next(dump, number + 1)
        except DumpError:
            yield f"line {number}", first
            raise
    if second[1] and first.rstrip()[-1:] == b"}":
        yield from _of_lines(((number, first), second), dump)
    else:
        yield from _of_brackets(dump, first + second[1], frozenset(paths))


def whole(dump: BinaryIO, limit: int = 4 * MAX_RECORD) -> Any:
    """The whole document, for those that are no lists; DumpError if it is none or has more than `limit` bytes."""
    data = dump.read(limit + 1)
    if len(data) > limit:
        raise DumpError(f"it is one JSON document of more than {limit >> 20} MiB that is no list of records")
    try:
        return _decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DumpError(f"it is not JSON, or it is cut off: {error}") from error


def _line(dump: BinaryIO) -> bytes:
    """The next line; no more of it than tells that it is too long."""
    return dump.readline(MAX_RECORD + 1)


def _next(dump: BinaryIO, number: int) -> tuple[int, bytes]:
    """The next line that is not blank, and its number, where the next one has this; an empty one at the end."""
    blank = 0
    while (line := _line(dump).removeprefix(b"\xef\xbb\xbf")) and line.isspace():
        number += 1
        blank += len(line)
        if blank > MAX_BLANK:
            raise DumpError(f"it has blank lines of more than {MAX_BLANK >> 20} MiB in a row (MAX_BLANK)")
    return number, line


def _breaks_off(line: bytes) -> bool:
    """Whether the JSON goes on behind this line, as far as one can see, or several objects stand on it."""
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError) as error:
        return "truncated" in str(error) or "trailing" in str(error)
    return False


def _of_lines(first: Sequence[tuple[int, bytes]], dump: BinaryIO) -> Iterator[tuple[str, bytes]]:
    for number, line in chain(first, _rest(dump, max(number for number, _ in first) + 1)):
        if len(line) > MAX_RECORD:
            raise DumpError(f"line {number} has more than {MAX_RECORD >> 20} MiB (MAX_RECORD)")
        yield f"line {number}", line


def _rest(dump: BinaryIO, number: int) -> Iterator[tuple[int, bytes]]:
    """All lines that are not blank, where the next one has this number."""
    number, line = _next(dump, number)
    while line:
        yield number, line
        number, line = _next(dump, number + 1)


# A string, a bracket, or the quote of a string whose end has not been read yet.
_MARK = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|"', re.DOTALL)


class _Bytes:
    """A window on the dump; positions count from its beginning."""

    def __init__(self, dump: BinaryIO, first: bytes) -> None:
        self._dump, self._data, self._base = dump, first, 0
        self.keep: int | None = None  # from where on the bytes are still wanted

    def cut(self, start: int, end: int | None = None) -> bytes:
        """The bytes between these positions."""
        return self._data[start - self._base : None if end is None else end - self._base]

    def marks(self) -> Iterator[tuple[bytes, int, int]]:
        """Each string and bracket, with where it begins and ends."""
        at = last = 0
        while True:
            data, base = self._data, self._base
            for mark in _MARK.finditer(data, at - base):
                if mark[0] == b'"':
                    at = base + mark.start()
                    break
                at = last = base + mark.end()
                yield mark[0], base + mark.start(), at
            else:
                at = base + len(data)
                if self.keep is None and at - last > MAX_BLANK:
                    raise DumpError(
                        f"it has more than {MAX_BLANK >> 20} MiB without a record after byte {last:,} (MAX_BLANK)"
                    )
            if not self._read(at):
                return

    def _read(self, at: int) -> bool:
        """More of the dump, twice as much if much is still wanted; what is wanted no more is dropped."""
        keep = at if self.keep is None else min(self.keep, at)
        wanted = self._data[keep - self._base :]
        if len(wanted) > MAX_RECORD:
            raise DumpError(f"it has a record, or a line, of more than {MAX_RECORD >> 20} MiB (MAX_RECORD)")
        more = self._dump.read(max(CHUNK, len(wanted)))
        self._data, self._base = wanted + more, keep
        return bool(more)


def _of_brackets(dump: BinaryIO, first: bytes, paths: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    """The values at these paths, found by walking over strings and brackets, without recursion."""
    window = _Bytes(dump, first)
    longest = max(map(len, paths), default=0) + 1  # what is longer is none of them: names may have megabytes
    inside: list[
        tuple[str, bool]
    ] = []  # the containers around: path of what is in them, and whether they are lists
    name, count, depth = "", 0, 0  # the last string; records so far; containers inside the open record
    for sign, start, end in window.marks():
        if depth:
            depth += (sign in b"[{") - (sign in b"]}") if len(sign) == 1 else 0
            if depth > MAX_DEPTH:
                raise DumpError(f"record {count + 1} is nested more than {MAX_DEPTH} deep (MAX_DEPTH)")
            if not depth and window.keep is not None:
                count += 1
                yield f"record {count}", window.cut(window.keep, end)
                window.keep = None
        elif len(sign) > 1:
            name = sign[1:-1][:longest].decode("utf-8", "replace")
        elif sign in b"]}":
            del inside[-1:]
            if not inside and window.keep is not None:  # a document without any record inside
                count += 1
                yield f"record {count}", window.cut(window.keep, end)
                window.keep = None
        else:
            around, is_list = inside[-1] if inside else ("", True)
            path = around if is_list else f"{around}.{name}" if around else name
            if inside and sign == b"{" and path in paths:
                depth, window.keep = 1, start
                continue
            if not inside and "" in paths and sign == b"{":
                window.keep = start
            inside.append(((path + "[]" if sign == b"[" else path)[:longest], sign == b"["))
            if len(inside) > MAX_DEPTH:
                raise DumpError(f"it is nested more than {MAX_DEPTH} deep (MAX_DEPTH)")
    if window.keep is not None:
        yield f"record {count + 1}", window.cut(window.keep)


# --- what a record says; strangers put numbers, lists and nulls where words are expected ---


def at(record: object, *path: str | int) -> Any:
    """What stands at this path of keys and places in lists; None if there is nothing."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(record, list) or not -len(record) <= step < len(record):
                return None
            record = record[step]
        elif isinstance(record, dict):
            record = record.get(step)
        else:
            return None
    return record


def text(record: object, *path: str | int) -> str:
    """The words or number at this path; empty if there is something else. Of a list the first."""
    value = at(record, *path)
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), None)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def texts(record: object, *path: str | int) -> tuple[str, ...]:
    """The words at this path: those of a list, or the one that stands there."""
    value = at(record, *path)
    some = value if isinstance(value, list) else [value]
    return tuple(one for one in some if isinstance(one, str) and one.strip())


def number(record: object, *path: str | int) -> int | None:
    """The whole number at this path, also one that is written as words; 0 is a value."""
    value = at(record, *path)
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62 else None


def items(record: object, *path: str | int) -> list[dict[str, Any]]:
    """The objects of the list at this path."""
    value = at(record, *path)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
