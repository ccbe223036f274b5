"""A folder that people and programs drop dumps into; its files stay where they are."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from digest.sources import Found, named

UNFINISHED = (
    ".part",
    ".crdownload",
    ".tmp",
)  # what browsers and programs call a file that they are still writing


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`folder`: a path, relative to the home."""

    folder: str


def look(options: Options, home: Path) -> Iterator[Found]:
    """The files in the folder and in the folders below it, by path; OSError if the folder cannot be read."""
    top = home / options.folder
    next(top.iterdir(), None)  # os.walk would pass over a folder that is not there without a word
    for folder, below, files in os.walk(top):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if not name.startswith(".") and not name.lower().endswith(UNFINISHED) and path.is_file():
                state = path.stat()
                yield Found(_origin(path, home), path, state.st_size, state.st_mtime_ns)


def _origin(path: Path, home: Path) -> str:
    return named(path.relative_to(home) if path.is_relative_to(home) else path)
