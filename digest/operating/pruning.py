"""What a home can do without, and how much room it takes."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from digest import keeping
from digest.config import Home
from digest.store import Store, pruning
from digest.store.pruning import Dropped

MB = 1_000_000
LEFT_OVER = 86_400  # seconds: a copy that is begun, and so old, is of a program that was killed


def prune(home: Home, store: Store, age: timedelta, now: datetime, *, dry: bool) -> dict[str, Dropped]:
    """Drop kept dumps that are older than `keep`, and abstracts and runs that are older than `age`.

    `dry`: only say what that would free.
    """
    found = {
        "kept dumps": _files(keeping.old(home, store, now), dry=dry),
        "unfinished copies": _files(_unfinished(home), dry=dry),
        "abstracts": pruning.abstracts(store, now - age, dry=dry),
        "runs": pruning.old_runs(store, now - age, dry=dry),
    }
    if not dry and (found["abstracts"].number or found["runs"].number):
        pruning.shrink(store)
    return found


def _unfinished(home: Home) -> list[Path]:
    return [part for part in home.kept.glob(".*.part") if time.time() - part.stat().st_mtime > LEFT_OVER]


def _files(files: list[Path], *, dry: bool) -> Dropped:
    size = sum(file.stat().st_size for file in files)
    for file in () if dry else files:
        file.unlink(missing_ok=True)
    return Dropped(len(files), size)


def lines(found: dict[str, Dropped], *, dry: bool) -> Iterator[str]:
    """The same in words."""
    for what, dropped in found.items():
        if dropped.number:
            yield f"{dropped.number:,} {what}, {dropped.size / MB:,.1f} MB"
    total = sum(dropped.size for dropped in found.values())
    if not total:
        yield "there is nothing to prune"
    else:
        yield f"{total / MB:,.1f} MB {'would be free; nothing was changed' if dry else 'are free'}"
