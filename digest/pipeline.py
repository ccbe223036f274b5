"""The path, one line per arrow:

source → dump → papers + rejects → works → arrivals → (a digest's cursor) → groups → issue → cards → outbox
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from jinja2 import Environment

from digest import crash, keeping, outbox, sources
from digest.config import HAND, Digest, Home
from digest.errors import ConfigError
from digest.fetching import due as fetching
from digest.fetching import notices
from digest.fetching.due import Visit
from digest.freezing import Made, Occasion, freeze, sources_of
from digest.ingesting import Tell, ingest
from digest.issue import DumpRead, Head
from digest.sending.sent import Sent
from digest.sources import Dump, Found
from digest.store import Store, issues, log
from digest.tables import meant

BEGINS_WITH = 500  # works: more than that a new digest does not carry without being told

Ready = Callable[[Found], bool]  # whether a file may be read now


def at_once(_found: Found) -> bool:
    """By hand nobody waits: a file that is still being written is read again when it has changed."""
    return True


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did: the dumps that it looked at, and what became of each digest."""

    dumps: tuple[DumpRead, ...]
    made: tuple[Made, ...]
    visits: tuple[Visit, ...] = ()  # to sources that are fetched
    refused: tuple[str, ...] = ()  # digests that were not made, and what to do
    warnings: tuple[str, ...] = ()  # what is perhaps not meant so
    sent: Sent | None = None  # what became of the letters that were due


def build(
    home: Home,
    store: Store,
    templates: Environment,
    wanted: Sequence[tuple[Digest, Occasion]],
    given: Sequence[Dump],
    now: datetime,
    tell: Tell,
    ready: Ready = at_once,
) -> Run:
    """Fetch, read, group, freeze, render. `given` are the dumps by hand; files at the sources are read when `ready`.

    A new digest that has too much unread is left out; ConfigError before anything is read if that leaves none.
    """
    unfinished = outbox.write_expected(store, home, templates)
    crash.point("old files written")
    refused = begin(home, store, [digest for digest, _ in wanted], now)
    if wanted and len(refused) == len(wanted):
        raise ConfigError(*refused.values())
    crash.point("digest begun")
    fetched = fetch(home, store, now, tell, ready, by_hand=any(one.slot is None for _, one in wanted))
    dumps = (*fetched.dumps, *read(store, given, now, tell))
    broken = [dump for dump in dumps if dump.format is None]
    made = [
        freeze(store, home, digest, occasion, broken, lambda done, of: tell("grouping", done, of, "papers"))
        for digest, occasion in wanted
        if digest.name not in refused
    ]
    tell("writing", 0, 0, "")
    outbox.write_expected(store, home, templates)
    done = tuple(_with_unfinished(one, unfinished) for one in made)
    with store.reading() as db:
        strange = strange_sources(home, log.sources(db), [digest for digest, _ in wanted])
    run = Run(
        dumps=dumps,
        made=done,
        visits=fetched.visits,
        refused=tuple(refused.values()),
        warnings=tuple(strange),
    )
    record(store, now, "build", run)
    keeping.forget(home, store, now)
    return run


class Fetched(NamedTuple):
    """What came from the sources."""

    dumps: tuple[DumpRead, ...]
    visits: tuple[Visit, ...]


def fetch(
    home: Home,
    store: Store,
    now: datetime,
    tell: Tell,
    ready: Ready = at_once,
    *,
    by_hand: bool = False,
) -> Fetched:
    """Visit the sources that are due; read what lies at the others, is `ready`, and was not read before."""
    visited, fetched = fetching.all_due(home, store, now, tell, by_hand=by_hand)
    notices.write(home, store, visited, now)
    waiting, problems = look(home, store)
    lying = read(store, [dump for dump in waiting if dump.found and ready(dump.found)], now, tell)
    return Fetched((*problems, *fetched, *lying), tuple(visited))


def look(home: Home, store: Store) -> tuple[list[Dump], list[DumpRead]]:
    """What lies at the sources and was not read before; and what cannot be looked at, as DumpReads with a problem."""
    waiting: list[Dump] = []
    problems: list[DumpRead] = []
    for source in home.sources:
        if sources.is_fetched(source.kind):
            continue
        try:
            found = list(sources.lying(source.kind).look(source.options, home.path))
        except OSError as error:
            problem = f"{error.filename}: {error.strerror}: make it, or change its table in digest.toml"
            problems.append(DumpRead(origin=source.name, source=source.name, problem=problem))
            continue
        with store.reading() as db:
            fresh = log.unknown(db, source.name, found)
        waiting += [Dump(source.name, one.origin, one.path, found=one) for one in fresh]
    return waiting, problems


def read(
    store: Store, dumps: Sequence[Dump], now: datetime, tell: Tell, *, seen: bool = False
) -> tuple[DumpRead, ...]:
    """Read dumps into the store, one after the other; `seen`: their works are news to nobody."""
    done = [ingest(store, dump, now, tell, seen=seen) for dump in dumps]
    return tuple(read for read in done if read)


def reread(store: Store, dumps: Sequence[Dump], now: datetime, tell: Tell) -> tuple[DumpRead, ...]:
    """Read dumps again that the store knows; what was known of their source to nobody's news stays so."""
    done = []
    for dump in dumps:
        with store.reading() as db:
            seen = log.was_seen(db, dump.source, dump.sha256)
        done.append(ingest(store, dump, now, tell, seen=seen, again=True))
    return tuple(read for read in done if read)


def begin(home: Home, store: Store, digests: Sequence[Digest], now: datetime) -> dict[str, str]:
    """Take up new digests; those that have to wait for a word of the operator, with that word."""
    waiting = waiting_for_start(home, store, digests, now)
    with store.reading() as db:
        new = [one for one in digests if one.name not in waiting and log.began(db, one.name) is None]
    for digest in new:
        with store.writing() as db:
            log.begin(db, digest.name, now)
    return waiting


def waiting_for_start(home: Home, store: Store, digests: Sequence[Digest], now: datetime) -> dict[str, str]:
    """The new digests that would carry more than BEGINS_WITH works that nobody asked for, with what to do."""
    with store.reading() as db:
        new = [digest for digest in digests if log.began(db, digest.name) is None]
        unread = {digest.name: log.backlog(db, sources_of(db, home, digest)) for digest in new}
    return {
        name: f"digest {name!r} is new and has {works:,} unread works: say where it begins: "
        f"digest start {name} --from now (or: all, or a date such as {now.date()})"
        for name, works in unread.items()
        if works > BEGINS_WITH
    }


def strange_sources(home: Home, brought: Collection[str], digests: Sequence[Digest]) -> list[str]:
    """The sources that schedules name, but nobody has configured, and that have not brought anything yet."""
    known = {*brought, HAND, *(source.name for source in home.sources)}
    return [
        f"{digest.name}: no source is named {name!r}{meant(name, known)}: it is not configured, "
        f"and has brought nothing yet; there are: {', '.join(sorted(known))}"
        for digest in digests
        for name in digest.sources
        if name not in known
    ]


def record(store: Store, now: datetime, command: str, run: Run) -> None:
    """The run's own row."""
    with store.writing() as db:
        issues.record_run(db, now, command, run)
    crash.point("run recorded")


def _with_unfinished(made: Made, unfinished: Sequence[Head]) -> Made:
    """If there was nothing more, the issue that an interrupted run had frozen and this one has written out."""
    heads = [head for head in unfinished if head.digest == made.digest]
    if made.issue or not heads:
        return made
    head = heads[-1]
    return Made(
        digest=made.digest,
        state="made",
        issue=head,
        account=head.account,
        groups=head.groups,
        dumps=head.dumps,
        sources=head.sources,
        reasons=head.reasons,
    )
