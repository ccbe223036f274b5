"""Where dumps come from. One file per kind of source.

A source is a module with

    Options    the keys of its table in digest.toml, typed; one of them has the module's own name and tells the kind

and either, where documents lie already,

    look       its options and the home → the documents that lie there now, each with what tells it from an older one

or, where they have to be fetched,

    visit      its options, how far it was read, the web → what it brings now, one document after the other
    following  when to come again after all went well
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import msgspec

from digest import plugins

if TYPE_CHECKING:
    from digest.fetching.web import Web


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
    since: datetime | None = None  # what its source showed before that was known; default: before this run


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A list that a source shows, and what the source itself says of it: a category, a day, a window of days."""

    name: str = ""  # "cs.LG"; empty: the source shows one list only
    day: date | None = None  # that it says it is of
    due: date | None = None  # that it should be of by now
    since: datetime | None = None  # when that was due: what came before is of an older list
    announced: int | None = None  # how many records it says there are
    rolling: bool = False  # it overlaps what came before: only what is new in it tells whether it is whole
    nothing_due: str = ""  # why nothing is due: a weekend, a holiday
    unchanged: bool = False  # the server says that nothing has changed
    problem: str = ""  # why it did not come, or not all of it


class Brought(NamedTuple):
    """A document that a source brought, or the news that there is none."""

    part: Part
    origin: str = ""
    body: Path | None = None  # its bytes, until the next one is asked for
    reached: Mapping[str, str] = MappingProxyType({})  # what is to be remembered once it is in the store


Reached = Mapping[str, str]  # how far a source was read, in its own words
FIRST = "first asked"  # in that: when it was, for a first visit that fails is not to cost the days before the next one


def first_asked(reached: Reached, now: datetime) -> datetime:
    """When the source was asked first: now, if it never was."""
    return datetime.fromisoformat(reached[FIRST]) if FIRST in reached else now


def named(path: Path | str) -> str:
    """A path in words that can be printed and stored, also where its bytes are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class Lying(Protocol):
    """A module of this folder whose documents lie there already."""

    Options: type[msgspec.Struct]

    def look(self, options: msgspec.Struct, home: Path) -> Iterator[Found]:
        """What lies there, in a fixed order; OSError if the source cannot be looked at."""


class Fetching(Protocol):
    """A module of this folder whose documents have to be fetched."""

    Options: type[msgspec.Struct]

    def visit(
        self, options: msgspec.Struct, reached: Reached, web: "Web", now: datetime
    ) -> Iterator[Brought]:
        """What it brings now. A part that does not come is told as such, so that the others do; SourceError if nothing
        more can come. After a document that could not be read, what is left of its part is not remembered.
        """

    def following(self, options: msgspec.Struct, reached: Reached, now: datetime) -> datetime:
        """When to come again, if all went well now."""


def is_fetched(kind: str) -> bool:
    """Whether documents of this kind of source have to be fetched."""
    return hasattr(plugins.load("sources", kind), "visit")


def wants_key(kind: str) -> bool:
    """Whether a key of the operator's is sent to this kind of source."""
    return hasattr(plugins.load("sources", kind), "KEYED")


def options_of(kind: str) -> type[msgspec.Struct]:
    """What the table of this kind of source may say."""
    return cast("type[msgspec.Struct]", plugins.load("sources", kind).Options)


def lying(kind: str) -> Lying:
    """The kind of source of that name, for one whose documents lie there."""
    return cast(Lying, plugins.load("sources", kind))


def fetching(kind: str) -> Fetching:
    """The kind of source of that name, for one whose documents have to be fetched."""
    return cast(Fetching, plugins.load("sources", kind))
