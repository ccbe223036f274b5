"""[sources.NAME] of digest.toml → a source of this home."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from digest import plugins, sources, values
from digest.tables import Tables, meant

HAND = "hand"  # the source of dumps that are given by hand


@dataclass(frozen=True, slots=True)
class Source:
    """A source of this home, with the options of its kind."""

    name: str
    kind: str
    options: msgspec.Struct
    stale_after: timedelta | None
    private: bool = False  # whether it may lead to this machine and this network
    key_file: str = ""  # below the home


class _Lying(msgspec.Struct, frozen=True, kw_only=True):
    """What the table of any source may say."""

    stale_after: str = ""


class _Fetched(_Lying, frozen=True, kw_only=True):
    """What the table of any source may say that is fetched."""

    private: bool = False
    key_file: str = ""


_COMMON = frozenset(_Fetched.__struct_fields__)


def _of(table: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key in keys}


def _but(table: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


def source_of(name: str, table: dict[str, Any], tables: Tables) -> Source | None:
    """The source of this name; None, and every mistake in its table."""
    where = f"[sources.{name}]"
    kinds = plugins.names("sources")
    named = [kind for kind in kinds if kind in table]
    if not values.is_name(name) or name == HAND:
        tables.wrong(
            where,
            f"{name!r} cannot be a source's name: {values.NAME_RULE}; {HAND!r} is that of dumps given by hand",
        )
    elif len(named) != 1:
        strange = "".join(meant(key, kinds) for key in table if key not in kinds)
        tables.wrong(
            where, f"needs exactly one of these keys, which says its kind: {', '.join(kinds)}{strange}"
        )
    else:
        kind = named[0]
        if "key_file" in table and not sources.wants_key(kind):
            tables.wrong(where, f"key_file: {kind} asks nobody who wants a key: take it out")
        kinds_of: type[_Lying] = _Fetched if sources.is_fetched(kind) else _Lying
        common = tables.struct(kinds_of, _of(table, _COMMON), where)
        options = tables.struct(sources.options_of(kind), _but(table, _COMMON), where)
        if common is None or options is None:
            return None
        stale = common.stale_after
        stale_after = _span(stale, f"{where} stale_after", tables)
        if isinstance(common, _Fetched):
            return Source(name, kind, options, stale_after, common.private, common.key_file)
        return Source(name, kind, options, stale_after)
    return None


def _span(text: str, where: str, tables: Tables) -> timedelta | None:
    if not text:
        return None
    try:
        return values.duration(text)
    except ValueError as error:
        tables.wrong(where, str(error))
        return None
