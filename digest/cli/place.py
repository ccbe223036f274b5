"""Where and when a command works, and what several commands ask for."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.errors import ConfigError

if TYPE_CHECKING:
    from digest.config import Home
    from digest.sources import Dump
    from digest.store import Store


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a command works."""

    path: Path
    now: datetime  # aware, UTC, whole seconds

    def home(self, only: Collection[str] | None = None, *, strict: bool = True) -> "Home":
        """The home with its settings and all its digests, or only these; ConfigError with all their mistakes."""
        from digest import config, crash

        home = config.load(self.path, only=only, strict=strict)
        crash.point("home loaded")
        return home

    def clock(self) -> Callable[[], datetime]:
        """A clock that begins at `now` and goes on, in whole seconds."""
        import time

        began = time.monotonic()
        return lambda: self.now + timedelta(seconds=int(time.monotonic() - began))


DUMP = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="JSON, one object a line, for programs.")


@contextmanager
def opened(home: "Home") -> "Iterator[Store]":
    """The home's store, given back whatever happens."""
    from digest import crash
    from digest.store import open_store

    store = open_store(home.store)
    crash.point("store opened")
    try:
        yield store
    finally:
        store.close()


def by_hand(home: "Home", paths: tuple[Path, ...], source: str) -> list["Dump"]:
    """Dumps that were named on the command line; `-` is the standard input. They are kept, for `digest reread`."""
    from digest import keeping
    from digest.values import NAME_RULE, is_name

    if not is_name(source):
        raise ConfigError(f"{source!r} cannot be a source's name: {NAME_RULE}")
    return [
        keeping.standard_input(home.kept, source)
        if str(path) == "-"
        else keeping.given(home.kept, source, path)
        for path in paths
    ]
