"""Files of the outbox: the old one or the new one is there, never half of one."""

import hashlib
import os
from collections.abc import Generator, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from digest import crash
from digest.config import Home
from digest.errors import OutboxError
from digest.store.issues import File

Pieces = Iterable[str | bytes]


def write(home: Home, path: str, pieces: Pieces, stamp: str) -> File:
    """Write a file below the outbox; `stamp` is the templates' fingerprint."""
    return side_by_side(home, {path: pieces}, stamp)[0]


def side_by_side(home: Home, files: Mapping[str, Pieces], stamp: str) -> list[File]:
    """Write files, a piece of each in turn: what two of them make of one paper is made at the same time, and kept
    for so long only.
    """
    running = {path: _writing(home, path, pieces, stamp) for path, pieces in files.items()}
    done: dict[str, File] = {}
    try:
        while running:
            for path, writing in list(running.items()):
                try:
                    next(writing)
                except StopIteration as end:
                    done[path] = end.value
                    del running[path]
    finally:
        for writing in running.values():  # what stopped one of them: the halves of the others go now
            writing.close()
    return [done[path] for path in files]


def _writing(home: Home, path: str, pieces: Pieces, stamp: str) -> Generator[None, None, File]:
    target = home.outbox / path
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sha256 = yield from _pouring(temporary, pieces)
        crash.point("file written")
        temporary.replace(target)
        crash.point("file renamed")
        _sync_folder(target.parent)
    except OSError as error:
        raise OutboxError(
            f"{target}: cannot be written: {error.strerror}. "
            "The issue is safe in the store: mend that, and run this again"
        ) from error
    finally:
        with suppress(OSError):  # what kept us from writing may keep us from this too
            temporary.unlink(missing_ok=True)
    return File(path, sha256, stamp)


def _pouring(temporary: Path, pieces: Pieces) -> Generator[None, None, str]:
    hashed = hashlib.sha256()
    with temporary.open("wb") as file:
        crash.point("file opened")
        for piece in pieces:
            data = piece.encode() if isinstance(piece, str) else piece
            hashed.update(data)
            file.write(data)
            yield
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest()


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
