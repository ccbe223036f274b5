"""Tables of papers as text: CSV, TSV, and spreadsheets saved with `;`. What a column means, its name tells.

Seen from Zotero, Scopus, Web of Science, OpenAlex, PubMed, Embase, Rayyan, RefWorks, Google Scholar, OpenReview, IEEE
and from bots; read with the csv module, one record in memory at a time.

    preamble    lines before the header (Embase's `"SEARCH QUERY",…`, Excel's `sep=;`), at most PREAMBLE
    header      a line that names a title and one thing more of a paper; it alone decides which sign separates
    row         may run over several lines inside quotes; shorter than the header, or longer if the rest is empty

Traps: a quotation mark that is never closed would swallow the rest of the table, so it costs its own line only; a row
with too many cells is a reject, for nobody knows which of its cells was cut in two; a table that breaks off ends in a
shorter row, or inside quotes; spreadsheets make `704.0001` of `0704.0001` and `12345.0` of a PMID.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from digest.errors import DumpError
from digest.formats import _fields, _text
from digest.formats._fields import Columns, folded
from digest.formats._head import Head
from digest.papers import Paper, Reject, reject

GENERIC = True

PREAMBLE = 20  # lines
LONGEST_ROW = 2_000  # lines inside quotes
LARGEST_ROW = 4 << 20  # characters: what csv reads as one row
_SEPARATORS = "\t;,"
_OPENS = {
    separator: re.compile(rf'(?:^|{re.escape(separator)})"((?:[^"]|"")*+)("?)') for separator in _SEPARATORS
}
_CLOSES = re.compile(r'(?:[^"]|"")*+"')
# `name` alone is anybody's column; these make a paper's of it.
_OF_PAPERS = {"abstract", "authors", "doi", "arxiv", "pmid", "forum"}


def sniff(head: Head) -> bool:
    """A header of papers in the first lines, and below it a row that is separated as it is."""
    if head.is_json or head.root or "\0" in head.text:
        return False
    lines = iter(_text.Line(number, line) for number, line in enumerate(head.text.split("\n"), 1))
    if not (header := _header(lines)):
        return False
    if not header.columns.are_of_papers(head.text):
        return False
    below = next((line.text for line in lines if line.text.strip()), None)
    return below is None or header.separator in below or '"' in below


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the rows."""
    lines = _text.lines(dump)
    header = _header(lines)
    if not header:
        raise DumpError(f"none of its first {PREAMBLE} lines is a header that names a title")
    csv.field_size_limit(LARGEST_ROW + 1)
    width, shortest = len(header.names), len(header.names)
    ahead: _Row | None = None
    for row in _rows(lines, header.separator, width):
        if ahead:
            yield from _record(ahead, header, width)
            shortest = shortest if ahead.problem else min(shortest, len(ahead.cells))
        ahead = row
    if ahead and not ahead.problem and len(ahead.cells) < shortest:
        problem = f"cut off: it has {len(ahead.cells)} of {width} cells"
        ahead = ahead._replace(problem=problem)
    if ahead:
        yield from _record(ahead, header, width)


class _Header(NamedTuple):
    separator: str
    names: list[str]  # folded
    columns: Columns


class _Row(NamedTuple):
    where: str
    cells: list[str]
    problem: str = ""


def _header(lines: Iterator[_text.Line]) -> _Header | None:
    """The header, with the lines up to it taken."""
    for line in lines:
        if line.number > PREAMBLE or len(line.text) > 100_000:
            return None
        found = [_named(line.text, separator) for separator in _SEPARATORS if separator in line.text]
        best = max((one for one in found if one), key=lambda one: len(one.columns.fields), default=None)
        if best:
            return best
    return None


def _named(line: str, separator: str) -> _Header | None:
    cells = _cells(line, separator) if "://" not in line else []
    names = [folded(cell) if len(cell) < 100 else "" for cell in cells]
    columns = Columns(name for name in names if name)
    fields = columns.fields.keys()
    told = fields - {"summary", "state", "withdrawn", "month", "day"}
    title = columns.fields.get("title", [""])[0]
    if not title or len(told) + bool(columns.links) < 2:
        return None
    if told == {"title", "id"} and not columns.links and not columns.is_openreview:
        return None
    if title == "ti" and not {"au", "py", "so", "ab"} & set(names):
        return None
    if title in {"name", "display name", "paper"} and not fields & _OF_PAPERS:
        return None
    return _Header(separator, names, columns)


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _record(row: _Row, header: _Header, width: int) -> Iterator[Paper | Reject]:
    """The row's paper; nothing for a row of empty cells."""
    words = [cell.strip() for cell in row.cells]
    if not any(words):
        return
    problem = row.problem
    if any(words[width:]):
        problem = (
            f"it has {len(words)} cells, the header {width}: a quotation mark is missing, or one too many"
        )
    raw = header.separator.join(words)
    if problem:
        yield reject(row.where, problem, raw)
        return
    values: dict[str, str] = {}
    for name, word in zip(header.names, row.cells, strict=False):
        if name and not values.get(name):
            values[name] = word
    made = _fields.paper_of(row.where, values, header.columns)
    yield made if isinstance(made, Paper) else reject(made.where, made.reason, raw)


def _rows(lines: Iterable[_text.Line], separator: str, width: int) -> Iterator[_Row]:
    """The rows, each of one line or, where quotes stay open, of several."""
    full = (
        width - 1 if width > 3 or separator == "\t" else -1
    )  # separators in a line that is a row of its own
    again = deque[_text.Line]()  # lines that were taken for the rest of a row, and are none
    rest = iter(lines)
    while line := again.popleft() if again else next(rest, None):
        held, is_open, size = [line], _is_open(line.text, separator), len(line.text)
        while is_open and len(held) < LONGEST_ROW and size < LARGEST_ROW:
            more = again.popleft() if again else next(rest, None)
            if not more:
                break
            if more.text.count(separator) == full == line.text.count(separator):
                again.appendleft(more)
                break
            held.append(more)
            size += len(more.text)
            if closed := _CLOSES.match(more.text):
                is_open = _is_open(more.text[closed.end() :], separator, inside=True)
        if is_open:
            yield _unclosed(line, separator, full)
            again.extendleft(reversed(held[1:]))
        else:
            yield _parsed(line.where, "\n".join(one.text for one in held), separator)


def _unclosed(line: _text.Line, separator: str, full: int) -> _Row:
    """Tables with tabs often quote nothing: there the sign may be a title's own."""
    if separator == "\t" and line.text.count(separator) == full:
        return _Row(line.where, line.text.split(separator))
    return _Row(line.where, [line.text], "a quotation mark is opened and never closed")


def _is_open(text: str, separator: str, inside: bool = False) -> bool:
    """Whether the line ends inside quotes. `inside`: it is the rest of a line whose first cell began before it."""
    if '"' not in text:
        return False
    last = deque(_OPENS[separator].finditer(f"x{text}" if inside else text), maxlen=1)
    return bool(last) and not last[0][2]


def _parsed(where: str, text: str, separator: str) -> _Row:
    try:
        return _Row(where, next(csv.reader([text], delimiter=separator), []))
    except csv.Error as error:
        return _Row(where, [text[:1000]], f"it is no row of a table: {error}")
