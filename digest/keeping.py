"""Dumps that lie nowhere else are kept: those given by hand, of the standard input and of the web, packed, in `kept/`.

So that `digest reread` can read them with a newer reader. Dumps in folders stay where their owner put them.
"""

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO

import zstandard

from digest.config import Home
from digest.errors import ConfigError, StoreError
from digest.issue import DumpRead
from digest.sources import Dump, named
from digest.store import Store, log

STANDARD_INPUT = "standard input"
PIECE = 1 << 20  # bytes
PACKED = ".zst"


def given(kept: Path, source: str, path: Path) -> Dump:
    """A dump that was named by hand, after a packed copy of it was kept; one that cannot be read is told when it is
    read. StoreError if it cannot be kept.
    """
    dump = Dump(source, named(path.name), path.absolute())
    try:
        file = path.open("rb")
    except OSError:
        return dump
    with file:
        return replace(dump, sha256=_pack(file, kept))


def standard_input(kept: Path, source: str) -> Dump:
    """What comes on the standard input, kept as it comes."""
    sha256 = _pack(sys.stdin.buffer, kept)
    return Dump(source, STANDARD_INPUT, _place(kept, sha256), sha256=sha256)


def fetched(kept: Path, source: str, origin: str, body: Path, since: datetime | None) -> Dump:
    """A document that a source brought; where its body was, another may be soon. StoreError if it cannot be kept."""
    with body.open("rb") as file:
        sha256 = _pack(file, kept)
    return Dump(source, origin, _place(kept, sha256), sha256=sha256, since=since)


def _place(kept: Path, sha256: str) -> Path:
    return kept / f"{sha256}{PACKED}"


def _pack(file: "IO[bytes]", kept: Path) -> str:
    """Keep a packed copy of these bytes; their sha256. It has its name only when it is whole."""
    digest = hashlib.sha256()
    partial = kept / f".{os.getpid()}.part"
    try:
        kept.mkdir(parents=True, exist_ok=True)
        with (
            partial.open("wb") as target,
            zstandard.ZstdCompressor(level=1, threads=-1).stream_writer(target) as packed,
        ):
            while piece := file.read(PIECE):
                digest.update(piece)
                packed.write(piece)
        partial.replace(_place(kept, digest.hexdigest()))
    except OSError as error:
        raise StoreError(
            f"{kept}: a copy of the dump cannot be kept there: {error.strerror}: nothing was read"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return digest.hexdigest()


def forget(home: Home, store: Store, now: datetime) -> None:
    """Delete the copies of dumps that came longer ago than `keep`; what the store knows of them stays."""
    for copy in old(home, store, now):
        copy.unlink(missing_ok=True)


def old(home: Home, store: Store, now: datetime) -> list[Path]:
    """The copies that came longer ago than `keep`."""
    with store.reading() as db:
        received = log.received_before(db, now - home.keep)
    return [copy for sha256 in received if (copy := _place(home.kept, sha256)).exists()]


def stored(
    home: Home, store: Store, names: Sequence[str], *, rejects: bool
) -> tuple[list[Dump], list[DumpRead]]:
    """The dumps of these names, or all, as they can be read now; and those whose bytes are gone, with what to do.

    `rejects`: only those of which something, or everything, could not be read.
    """
    with store.reading() as db:
        known = log.dumps_with_paths(db)
    if strange := set(names) - {dump.read.origin for dump in known}:
        raise ConfigError(
            f"no dump is known as {', '.join(sorted(strange))}; digest ingest and build tell their names"
        )
    wanted = [
        dump
        for dump in known
        if (not names or dump.read.origin in names)
        and (not rejects or dump.read.rejects or dump.read.format is None)
    ]
    found, gone = [], []
    for dump in wanted:
        if place := _lies(home, dump):
            found.append(Dump(dump.read.source, dump.read.origin, place, sha256=dump.sha256))
        else:
            problem = (
                "its bytes are gone: it is not where it was, and no copy is kept; give it by hand once more"
            )
            gone.append(DumpRead(origin=dump.read.origin, source=dump.read.source, problem=problem))
    return found, gone


def _lies(home: Home, dump: log.KnownDump) -> Path | None:
    """Where the dump's bytes are: at its source, unchanged, or among those kept."""
    for path in dump.paths:
        place = Path(path)
        if place.is_file():
            with place.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == dump.sha256:
                    return place
    kept = _place(home.kept, dump.sha256)
    return kept if kept.exists() else None
