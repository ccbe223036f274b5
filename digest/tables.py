"""A TOML table → a typed value, or every mistake in it: file, key and what is allowed."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


class Tables:
    """Reads the tables of one file and notes what is wrong, so that nobody has to mend one mistake at a time."""

    def __init__(self, file: str, mistakes: list[str]) -> None:
        self.file = file
        self.mistakes = mistakes

    def wrong(self, where: str, problem: str) -> None:
        """Note a mistake."""
        self.mistakes.append(f"{self.file}: {where}: {problem}" if where else f"{self.file}: {problem}")

    def read(self, path: Path) -> dict[str, Any] | None:
        """The file's outermost table; None and a mistake if it is no TOML."""
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            self.wrong("", f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            self.wrong("", f"byte {error.start + 1} is not UTF-8: save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            self.wrong("", f"is not TOML: {error}")
        return None

    def struct(
        self,
        kind: type[T],
        table: Mapping[str, Any],
        where: str = "",
        instead: Mapping[str, Any] | None = None,
    ) -> T | None:
        """The table as a value of that kind, with a mistake for each key that is wrong.

        None if it cannot do without that key, and there is nothing to go on with `instead`.
        """
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for key in sorted(table.keys() - fields.keys()):
            self.wrong(where, f"unknown key {key!r}{meant(key, fields)}; known: {', '.join(sorted(fields))}")
        for key in sorted(fields.keys() - table.keys()):
            if fields[key].required:
                self.wrong(where, f"the key {key!r} is missing")
        values: dict[str, Any] = dict(instead or {})
        for key in sorted(table.keys() & fields.keys()):
            before = len(self.mistakes)
            value = self._value(fields[key].type, table[key], f"{where} {key}".strip())
            if len(self.mistakes) == before:
                values[fields[key].name] = value
        needed = {field.name for field in fields.values() if field.required}
        if not needed <= values.keys():
            return None
        try:
            return kind(**values)
        except ValueError as error:  # of its __post_init__: each value is right, but not what it says
            self.wrong(where, str(error))
            return None

    def _value(self, kind: Any, value: Any, where: str) -> Any:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
            return self.struct(kind, value, f"[{where.replace('[', '').replace('] ', '.')}]")
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            self.wrong(where, f"{value!r} is not {_wanted(kind)}")
            return None


def _wanted(kind: Any) -> str:
    """What a value of that kind looks like in TOML."""
    from msgspec import inspect  # only where there is a mistake

    match inspect.type_info(kind):
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(repr, values))}"
        case inspect.IntType() as number:
            return f"a whole number, {number.ge or 0} at least"
        case inspect.StrType():
            return "text in quotes"
        case inspect.BoolType():
            return "true or false"
        case inspect.VarTupleType(item_type=inspect.StrType()):
            return 'a list such as ["one", "two"]'
        case inspect.VarTupleType():
            return "tables in double brackets, [[…]]"
        case inspect.UnionType():
            return next(_wanted(part) for part in get_args(kind) if part is not type(None))
        case _:
            return "a table"


def meant(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing."""
    close = difflib.get_close_matches(word.casefold(), list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
