"""Lists of subscribers as files: CSV, as spreadsheets and mailing programs write it, and JSON."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from digest.errors import ConfigError
from digest.subscribers.subscribing import Subscriber, Wish, wish

Kind = Literal["csv", "json"]

COLUMNS = ("address", "status", "zone", "hour", "since")
_NAMES = {
    "address": ("address", "email", "e-mail", "mail", "email address", "e-mail address"),
    "zone": ("zone", "timezone", "time zone"),
    "hour": ("hour",),
    "status": ("status",),
}
_COLUMN = {name: column for column, names in _NAMES.items() for name in names}
# Spreadsheets run what begins so (OWASP, CSV injection); an address may begin with some of them.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class Refused(NamedTuple):
    """A line that nobody can be subscribed by."""

    line: int
    why: str


class Read(NamedTuple):
    """A list that was read."""

    wishes: list[Wish]
    refused: list[Refused]


def read(data: bytes, kind: Kind, name: str) -> Read:
    """The wishes of a list, and what was refused, line by line; ConfigError where it is no list at all."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{name}: it is not UTF-8 (byte {error.start + 1:,}); save it as UTF-8 and import it again"
        ) from error
    found = Read([], [])
    for line, row in _json(text, name) if kind == "json" else _csv(text, name):
        try:
            found.wishes.append(wish(**row))
        except ValueError as error:
            found.refused.append(Refused(line, str(error)))
    return found


def written(found: Iterable[Subscriber], kind: Kind) -> Iterator[str]:
    """Subscribers as a list that can be read again."""
    if kind == "json":
        rows = [
            {name: getattr(one, name) for name in COLUMNS} | {"since": one.since.isoformat()} for one in found
        ]
        yield msgspec.json.format(msgspec.json.encode(rows), indent=1).decode() + "\n"
        return
    yield _line(COLUMNS)
    for one in found:
        hour = "" if one.hour is None else str(one.hour)
        yield _line((one.address, one.status, one.zone, hour, one.since.isoformat()))


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells)
    return line.getvalue()


def _csv(text: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        columns: list[str] = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells, name)
                if "@" not in "".join(cells):
                    continue
            pairs = zip(columns, cells, strict=False)
            yield reader.line_num, {column: _bare(cell) for column, cell in pairs if column}
    except csv.Error as error:
        raise ConfigError(f"{name}: line {reader.line_num}: this is no CSV: {error}") from error


def _columns(cells: list[str], name: str) -> list[str]:
    """What each column is; of a list without a headline, the first is the address."""
    found = [_COLUMN.get(cell.strip().casefold(), "") for cell in cells]
    if "address" in found:
        return [column if column not in found[:place] else "" for place, column in enumerate(found)]
    if "@" in cells[0]:
        return ["address"]
    raise ConfigError(
        f"{name}: no column is called 'address' or 'email'; its first line says {', '.join(cells)[:100]!r}"
    )


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _json(text: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    try:
        if text.lstrip().startswith("["):
            rows = list(enumerate(msgspec.json.decode(text, type=list[Any]), start=1))
        else:
            rows = [(number, msgspec.json.decode(line)) for number, line in lines]
    except msgspec.DecodeError as error:
        raise ConfigError(
            f"{name}: this is neither a JSON list nor one JSON object a line: {error}"
        ) from error
    for number, row in rows:
        cells = row if isinstance(row, dict) else {"address": row}
        found = {
            _COLUMN[column]: "" if value is None else str(value)
            for key, value in cells.items()
            if (column := key.strip().casefold()) in _COLUMN
        }
        yield number, {"address": ""} | found
