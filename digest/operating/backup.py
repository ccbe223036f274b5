"""A copy of the store while others work with it: whole, looked through, and under its name only then."""

import os
from contextlib import closing
from datetime import datetime
from pathlib import Path

from digest.config import Home
from digest.errors import ConfigError, StoreError
from digest.store import copy, health, open_store


def make(home: Home, target: Path, now: datetime) -> Path:
    """Copy the store to this file, or into this folder under a name with the time; where it is."""
    file = target / f"digest-{now:%Y-%m-%dT%H%M%SZ}.sqlite3" if target.is_dir() else target
    if not home.store.exists():
        raise ConfigError(f"{home.store} is not there yet: there is nothing to copy")
    if file.exists():
        raise ConfigError(f"{file} is there already and stays as it is; name another file")
    partial = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        partial.touch(mode=0o600)  # addresses of subscribers may be in it
        copy(home.store, partial)
        _whole(partial)
        _sync(partial)
        partial.replace(file)
        _sync(file.parent)
    except OSError as error:
        raise StoreError(f"{file}: no copy can be made there: {error.strerror}") from error
    finally:
        for left in (partial, *(partial.with_name(f"{partial.name}-{end}") for end in ("wal", "shm"))):
            left.unlink(missing_ok=True)
    return file


def _whole(file: Path) -> None:
    """StoreError where the copy is damaged, as then the store is."""
    with closing(open_store(file)) as store:
        problems = health.of(store).problems
    if problems:
        raise StoreError(
            f"the store is damaged, and so is its copy, which was not kept: {'; '.join(problems)}"
        )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
