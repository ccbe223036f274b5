"""What is known, paper by paper, as rules see it: from the store, or from a dump that is only read."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from digest import identity, rules
from digest.arrivals import Entry, by_work
from digest.config import HAND
from digest.errors import DumpError
from digest.identity import Work
from digest.ingesting import Tell
from digest.issue import as_read
from digest.papers import Reject
from digest.preparing import batches
from digest.store import Store, log, works
from digest.store.works import Said

AT_ONCE = 500  # works in memory at a time
_NEVER = datetime.min.replace(tzinfo=UTC)


class Known(NamedTuple):
    """A paper as rules see it, and when it came."""

    number: int  # of its work; 0: it is of a dump that is only read
    work: Work
    reading: rules.Reading
    sources: tuple[str, ...]
    day: str  # of its first arrival; of a dump's paper: on which it says it was published; empty: none


def in_store(store: Store, since: datetime | None, tell: Tell) -> Iterator[Known]:
    """What the store knows, oldest first; or only what arrived since then.

    A work that was never news (`digest ingest --seen`) has no day, and did not arrive since any.
    """
    with store.reading() as db:
        of, done = works.count(db), 0
        for atoms in works.all_of(db, AT_ONCE):
            came = first_arrivals(by_work(log.entries(db, atoms), atoms))
            wanted = {
                a: work for a, work in atoms.items() if since is None or came.get(work, _NEVER) >= since
            }
            for number, said in works.by_work(works.said(db, wanted), wanted).items():
                yield known(number, said, came.get(number))
            done += len(set(atoms.values()))
            tell("reading what is known", done, of, "works")


def first_arrivals(entries: dict[int, list[Entry]]) -> dict[int, datetime]:
    """When each of these works was first news."""
    news = {work: [one.at for one in mine if one.kind == "new"] for work, mine in entries.items()}
    return {work: min(moments) for work, moments in news.items() if moments}


def known(number: int, said: Iterable[Said], came: datetime | None) -> Known:
    """A work of the store as rules see it."""
    rows = list(said)
    work = identity.merged([row.paper for row in rows])
    sources = tuple(sorted({row.source for row in rows}))
    return Known(number, work, as_read(work, sources), sources, came.date().isoformat() if came else "")


def in_dump(path: Path, now: datetime, rejects: list[Reject], tell: Tell) -> Iterator[Known]:
    """The papers of a dump, each once; what cannot be read goes to the rejects. Nothing is stored."""
    seen: set[str] = set()
    try:
        size = path.stat().st_size
        with closing(batches(path, now)) as rest:
            for batch in rest:
                rejects += batch.rejects
                for one in batch.papers:
                    name = identity.strongest(one.keys)
                    if name not in seen:
                        seen.add(name)
                        work = identity.merged([one.paper])
                        yield Known(0, work, as_read(work, [HAND]), (HAND,), work.published)
                tell(f"reading {path.name}", batch.position, size, "bytes")
    except (DumpError, OSError) as error:
        raise DumpError(f"{path}: {error}") from error
