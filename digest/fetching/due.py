"""Sources that are fetched: what they bring goes into the store, and how far they were read with it, or neither.

A visit takes what a source brings, one document after the other, and ends with a verdict. Bad ones are visited again
soon; good ones when their next list is due.
"""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection

from digest import crash, keeping, sources
from digest.config import Home, Source
from digest.errors import DigestError, SourceError
from digest.ingesting import Tell, ingest
from digest.issue import DumpRead
from digest.sources import Brought, Dump, Part, Reached
from digest.store import Store, log, visits
from digest.store.visits import Standing
from digest.verdicts import BAD, Came, Finding, of_part, of_source

if TYPE_CHECKING:
    from digest.fetching.web import Web

AGAIN = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 30, 60)
)  # after a bad visit; the last one for ever


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a visit to a source."""

    source: str
    verdict: str
    why: str = ""


def due(home: Home, store: Store, now: datetime, *, by_hand: bool) -> list[Source]:
    """The sources to be visited now. By hand, one that failed is tried at once, unless it asked for time itself."""
    with store.reading() as db:
        known = visits.standings(db)
    found = []
    for source in home.sources:
        if not sources.is_fetched(source.kind):
            continue
        standing = known.get(source.name)
        is_due = standing is None or standing.kind != _kind(source) or standing.due <= now
        if is_due or (by_hand and standing and standing.failures and not standing.asked):
            found.append(source)
    return found


def all_due(
    home: Home, store: Store, now: datetime, tell: Tell, *, by_hand: bool
) -> tuple[list[Visit], list[DumpRead]]:
    """Visit every source that is due."""
    made: list[Visit] = []
    reads: list[DumpRead] = []
    for source in due(home, store, now, by_hand=by_hand):
        tell(f"asking {source.name}", 0, 0, "")
        one, read = visit(home, store, source, now, tell)
        made.append(one)
        reads += read
    return made, reads


def visit(
    home: Home, store: Store, source: Source, now: datetime, tell: Tell
) -> tuple[Visit, list[DumpRead]]:
    """Take what a source brings; its verdict, and the reads of its dumps."""
    with store.writing() as db:
        before = visits.begin(db, source.name, _kind(source), now)
    taken = _Taken(home, store, source.name, now, tell)
    asked: timedelta | None = None
    try:
        with TemporaryDirectory(prefix="digest-") as folder, opened(home, source, Path(folder)) as web:
            for brought in _asked(source, before.reached, web, now):
                taken.take(brought)
                if brought.body:
                    brought.body.unlink(missing_ok=True)
    except SourceError as error:
        taken.broke_off(str(error))
        asked = error.again
    finding = taken.verdict()
    with store.writing() as db:
        reached = visits.reached(db, source.name)
        following = sources.fetching(source.kind).following(source.options, reached, now)
        _end(db, source.name, before, finding, following, now, asked)
    crash.point("visit ended")
    return Visit(source=source.name, verdict=finding.verdict, why=finding.why), taken.reads


def _asked(source: Source, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """What the source brings; a mistake in its code costs its papers of today, not the issue."""
    try:
        yield from sources.fetching(source.kind).visit(source.options, reached, web, now)
    except DigestError:
        raise
    except Exception as error:  # a bug of ours, in one source of ten: it is told, and the other nine go on
        bug = f"{type(error).__name__}: {error}"
        raise SourceError(
            f"asking it failed, which is a mistake of this program: report it: {bug}"
        ) from error


def opened(home: Home, source: Source, folder: Path) -> "Web":
    """The web, as this source may see it; SourceError if its key cannot be read."""
    from digest.fetching.web import Web

    return Web(folder, contact=home.contact, key=_secret(home, source), private=source.private)


def _secret(home: Home, source: Source) -> str:
    """The key of a source: from the environment, else from its file; empty: it has none."""
    variable = f"DIGEST_KEY_{source.name.upper().replace('-', '_')}"
    if variable in os.environ or not source.key_file:
        where, key = variable, os.environ.get(variable, "").strip()
    else:
        where = f"[sources.{source.name}] key_file: {source.key_file}"
        try:
            key = (home.path / source.key_file).read_text(encoding="utf-8-sig").strip()
        except FileNotFoundError as error:
            raise SourceError(
                f"{where}: there is no such file: put the key there, or into {variable}"
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{where}: it cannot be read: {type(error).__name__}") from error
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise SourceError(f"{where}: that is no key, which is one line of letters, digits and signs")
    return key


class _Taken:
    """What was taken of a source in one visit, part by part."""

    def __init__(self, home: Home, store: Store, source: str, now: datetime, tell: Tell) -> None:
        self._home, self._store, self._source, self._now, self._tell = home, store, source, now, tell
        self._parts: dict[tuple[str, str], tuple[Part, Came]] = {}
        self._already: dict[tuple[str, str], int | None] = {}  # what had come of them before this visit
        self._unread: set[str] = set()  # parts of which a document could not be read
        self.reads: list[DumpRead] = []

    def take(self, brought: Brought) -> None:
        """Put a document into the store, and with it how far the source is read now."""
        part = brought.part
        key = (part.name, str(part.due or part.day or ""))
        came = self._parts[key][1] if key in self._parts else Came()
        if key not in self._already:
            with self._store.reading() as db:
                self._already[key] = visits.already(db, self._source, part.name, self._day(part))
        known = 0
        dump: Dump | None = None

        def also(db: Connection, papers: int) -> None:
            nonlocal known
            known = papers
            if part.name not in self._unread:
                visits.reach(db, self._source, brought.reached)
            if dump and (stored := log.dump(db, self._source, dump.sha256)):
                self._count(db, part, Came(came.papers + stored.read.papers, known=came.known + known))
            crash.point("source reached")

        if brought.body:
            self._tell(f"fetched {brought.origin}", 0, 0, "")
            dump = keeping.fetched(self._home.kept, self._source, brought.origin, brought.body, part.since)
            read = ingest(self._store, dump, self._now, self._tell, also=also)
            if read is None:  # only of files that lie at their source
                return
            self.reads.append(read)
            if read.format is None:
                self._unread.add(part.name)
                part = msgspec.structs.replace(part, problem=f"{brought.origin}: {read.brief}")
            came = Came(came.papers + read.papers, came.rejects + read.rejects, came.known + known)
        elif brought.reached:
            with self._store.writing() as db:
                also(db, 0)
        if key in self._parts and self._parts[key][0].problem and not part.problem:
            part = msgspec.structs.replace(part, problem=self._parts[key][0].problem)
        self._parts[key] = part, came

    def broke_off(self, problem: str) -> None:
        """Nothing more comes; whether what came was whole is for its parts to say."""
        self._parts["", "broken off"] = Part(problem=problem), Came()

    def verdict(self) -> Finding:
        """What it amounts to."""
        with self._store.reading() as db:
            return of_source(
                [(part.name, self._of(db, key, part, came)) for key, (part, came) in self._parts.items()]
            )

    def _of(self, db: Connection, key: tuple[str, str], part: Part, came: Came) -> Finding:
        earlier = visits.earlier(db, self._source, part.name, self._day(part))
        return of_part(part, came, earlier, self._already.get(key))

    def _day(self, part: Part) -> date:
        return part.due or self._now.date()

    def _count(self, db: Connection, part: Part, came: Came) -> None:
        """Keep the count of the day for those to come, with the papers themselves: a killed visit has counted too."""
        fresh = came.papers - came.known
        if fresh or (came.papers and part.due is None):
            day, papers = self._day(part), fresh if part.rolling else came.papers
            visits.count(db, self._source, part.name, day, papers)


def _end(
    db: Connection,
    source: str,
    before: Standing,
    finding: Finding,
    following: datetime,
    now: datetime,
    asked: timedelta | None,
) -> None:
    is_bad = finding.verdict in BAD
    failures = before.failures + 1 if is_bad else 0
    again = min(following, now + AGAIN[min(failures, len(AGAIN)) - 1]) if is_bad else following
    visits.end(
        db,
        source,
        now,
        due=max(again, now + asked) if asked else again,
        asked=bool(asked),
        failures=failures,
        verdict=finding.verdict,
        why=finding.why,
    )


def _kind(source: Source) -> str:
    """What tells one source from another of the same name: its kind and its options."""
    said = msgspec.json.encode(source.options)
    return f"{source.kind} {blake2b(said, digest_size=8).hexdigest()}"
