"""What a source would bring now, without anything of it going into the store: for `digest sources check`."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import msgspec
from sqlalchemy import Connection

from digest import identity, sources
from digest.config import Home, Source
from digest.errors import DumpError, SourceError
from digest.fetching.due import opened
from digest.papers import Paper
from digest.reading import Begun, records
from digest.sources import Brought, Part
from digest.store import Store, log, visits, works
from digest.verdicts import Came, Finding, brief, of_part, of_source

ENOUGH = 6  # documents of one source


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A document that would be read."""

    origin: str
    part: str
    day: str = ""  # that it says it is of
    bytes: int = 0
    seconds: float = 0.0  # until it was there
    format: str = ""
    papers: int = 0
    rejects: int = 0
    known: int = 0
    problem: str = ""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit would come to."""

    source: str
    verdict: str
    why: str
    documents: tuple[Seen, ...]


def check(home: Home, store: Store, source: Source, now: datetime) -> Check:
    """Ask a source as a visit would, for at most ENOUGH documents; nothing is kept, nothing remembered."""
    with store.reading() as db:
        standing = visits.standings(db).get(source.name)
    reached = standing.reached if standing else {}
    seen: list[Seen] = []
    parts: dict[tuple[str, str], tuple[Part, Came]] = {}
    problem = ""
    try:
        with TemporaryDirectory(prefix="digest-") as folder, opened(home, source, Path(folder)) as web:
            began = monotonic()
            for one in sources.fetching(source.kind).visit(source.options, reached, web, now):
                found = _looked(store, source.name, one, monotonic() - began, now)
                seen.append(found)
                _add(parts, one.part, found)
                if len(seen) == ENOUGH:
                    break
                began = monotonic()
    except SourceError as error:
        problem = str(error)
    with store.reading() as db:
        findings = [(part.name, _finding(db, source.name, part, came, now)) for part, came in parts.values()]
    if problem:
        findings.append(("", Finding("broken", problem)))
    told = of_source(findings)
    return Check(source=source.name, verdict=told.verdict, why=told.why, documents=tuple(seen))


def lines(check: Check) -> Iterator[str]:
    """The same in words."""
    yield f"{check.source}: {check.verdict}{f': {check.why}' if check.why else ''}"
    for one in check.documents:
        day = f" of {one.day}" if one.day else ""
        read = f"{one.papers:,} papers, {one.known:,} of them known, {one.rejects:,} rejects ({one.format})"
        said = brief(one.problem) or (read if one.bytes else "nothing to read")
        yield f"  {one.origin}{day}: {one.bytes / 1e3:,.0f} kB in {one.seconds:.1f} s: {said}"
    if len(check.documents) == ENOUGH:
        yield "  … and perhaps more: that was enough for a check"


def _looked(store: Store, source: str, one: Brought, seconds: float, now: datetime) -> Seen:
    """What is in a document."""
    day = one.part.day.isoformat() if one.part.day else ""
    seen = Seen(origin=one.origin or one.part.name, part=one.part.name, day=day, seconds=seconds)
    if one.body is None:
        return msgspec.structs.replace(seen, problem=one.part.problem)
    size, formats, papers, rejects, problem = one.body.stat().st_size, dict[str, None](), list[Paper](), 0, ""
    try:
        with one.body.open("rb") as file:
            for record in records(file, size, one.origin, now):
                if isinstance(record, Begun):
                    formats[record.format] = None
                elif isinstance(record, Paper):
                    papers.append(record)
                else:
                    rejects += 1
    except DumpError as error:
        problem = str(error)
    with store.reading() as db:
        known = _known(db, source, papers, one.part.since or now)
    return msgspec.structs.replace(
        seen,
        bytes=size,
        format=" + ".join(formats),
        papers=len(papers),
        rejects=rejects,
        known=known,
        problem=problem or one.part.problem,
    )


def _known(db: Connection, source: str, papers: list[Paper], since: datetime) -> int:
    """How many of these papers are of works that the source showed before that moment."""
    atoms = [identity.keys(paper) for paper in papers]
    stored = works.connected(db, atoms)
    work_of = works.of(db, stored.values())
    entries = log.entries(db, stored.values())
    shown = {work_of[entry.atom] for entry in entries if entry.source == source and entry.at < since}
    of_key = {key: work_of[number] for atom, number in stored.items() for key in identity.joining(atom)}
    return sum(any(of_key.get(key) in shown for key in identity.joining(atom)) for atom in atoms)


def _add(parts: dict[tuple[str, str], tuple[Part, Came]], part: Part, seen: Seen) -> None:
    key = (part.name, str(part.due or part.day or ""))
    came = parts[key][1] if key in parts else Came()
    if seen.problem and not part.problem:
        part = msgspec.structs.replace(part, problem=seen.problem)
    whole = Came(came.papers + seen.papers, came.rejects + seen.rejects, came.known + seen.known)
    parts[key] = part, whole


def _finding(db: Connection, source: str, part: Part, came: Came, now: datetime) -> Finding:
    day = part.due or now.date()
    earlier = visits.earlier(db, source, part.name, day)
    return of_part(part, came, earlier, visits.already(db, source, part.name, day))
