"""Where dumps come from. One file per kind of source.

A source is a module with

    Options   the keys of its table in digest.toml, typed; one of them has the module's own name and tells the kind
    look      its options and the home → the documents that lie there now, each with what tells it from an older one
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import msgspec

from digest import plugins


@dataclass(frozen=True, slots=True)
class Found:
    """A document that lies at a source, before anybody read it."""

    origin: str  # how people call it: its path below the home, or its name
    path: Path
    size: int  # bytes
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Dump:
    """A document that can be read now; known in the store by (source, sha256 of its bytes)."""

    source: str
    origin: str
    path: Path
    sha256: str = ""  # of the bytes as they came, where that is known; `path` may be a packed copy of them
    found: Found | None = None  # as it lay at its source, so that the next look at it costs one stat


def named(path: Path | str) -> str:
    """A path in words that can be printed and stored, also where its bytes are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class Source(Protocol):
    """A module of this folder."""

    Options: type[msgspec.Struct]

    def look(self, options: msgspec.Struct, home: Path) -> Iterator[Found]:
        """What lies there, in a fixed order; OSError if the source cannot be looked at."""


def load(kind: str) -> Source:
    """The kind of source of that name."""
    return cast(Source, plugins.load("sources", kind))
