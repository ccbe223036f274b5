"""Issues in the store: frozen heads and cards, what they carried, their slots and their files; and the runs."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Integer, Row, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert

from digest.issue import Card, Head, Titled
from digest.store import Store
from digest.store.among import among
from digest.store.schema import cards, carried, files, issues, runs, slots

_head = msgspec.json.Decoder(Head)
_card = msgspec.json.Decoder(Card)
_titled = msgspec.json.Decoder(Titled)

FAILED = "failed"  # in place of a command
STREAMED = 500  # cards in memory at a time


class Stored(NamedTuple):
    """A frozen issue."""

    id: int
    head: Head


class Slot(NamedTuple):
    """A slot that came due, and what became of it."""

    slot: datetime
    state: str  # made | empty | waiting | skipped
    issue: int | None


class File(NamedTuple):
    """A file of the outbox as it was last written."""

    path: str
    sha256: str
    templates: str


class LastRun(NamedTuple):
    """The last row of the runs."""

    at: datetime
    command: str
    said: dict[str, Any]


def next_id(db: Connection) -> int:
    """The number that the next issue of the store will have."""
    return int(db.execute(select(func.coalesce(func.max(issues.c.id), 0))).scalar_one()) + 1


def next_number(db: Connection, digest: str) -> int:
    """The number of this digest's next issue, from 1."""
    query = select(func.coalesce(func.max(issues.c.number), 0)).where(issues.c.digest == digest)
    return int(db.execute(query).scalar_one()) + 1


def free_name(db: Connection, digest: str, date: str) -> str:
    """`daily-2026-11-21`, or with the first free number behind it."""
    first = f"{digest}-{date}"
    taken = set(
        db.execute(select(issues.c.name).where(issues.c.name.startswith(first, autoescape=True))).scalars()
    )
    if first not in taken:
        return first
    return next(name for n in range(2, len(taken) + 3) if (name := f"{first}-{n}") not in taken)


def freeze(db: Connection, number: int, head: Head) -> None:
    """Store the head of an issue whose cards are there."""
    row = {
        "id": number,
        "digest": head.digest,
        "number": head.number,
        "name": head.name,
        "entries": head.papers,
    }
    db.execute(insert(issues).values(row | {"head": msgspec.json.encode(head)}))


def add_cards(db: Connection, issue: int, placed: Iterable[tuple[int, int, Card]]) -> None:
    """Store cards of an issue, each with its group (from 0) and its place in the group."""
    rows = [
        {"issue": issue, "group": g, "place": p, "card": msgspec.json.encode(card)} for g, p, card in placed
    ]
    if rows:
        db.execute(insert(cards), rows)


def put_in_order(db: Connection, issue: int, group: int, places: Sequence[int]) -> None:
    """Let the cards of a group stand so: the place at which each was added, from the first to stand."""
    moved = [{"was": was, "is": place} for place, was in enumerate(places) if was != place]
    if not moved:
        return
    mine = (cards.c.issue == issue, cards.c.group == group)
    apart = update(cards).where(*mine, cards.c.place == bindparam("was"))
    db.execute(
        apart.values(place=-1 - bindparam("is", type_=Integer)), moved
    )  # no two at one place meanwhile
    db.execute(update(cards).where(*mine, cards.c.place < 0).values(place=-1 - cards.c.place))


def carry(db: Connection, digest: str, issue: int, atoms_and_versions: Iterable[tuple[int, int]]) -> None:
    """This issue carries these atoms; the database refuses what an issue of the digest has carried before."""
    rows = [{"digest": digest, "work": atom, "version": v, "issue": issue} for atom, v in atoms_and_versions]
    if rows:
        db.execute(insert(carried), rows)


def uncarry(db: Connection, digest: str, numbers: Collection[int]) -> None:
    """As if these issues of the digest had carried nothing; only in a copy of the store."""
    db.execute(delete(carried).where(carried.c.digest == digest, carried.c.issue.in_(numbers)))


def carried_versions(db: Connection, digest: str, atoms: Collection[int]) -> dict[int, set[int]]:
    """What issues of this digest have carried of these atoms: 0 as new, else the version of a revision."""
    query = select(carried.c.work, carried.c.version).where(carried.c.digest == digest)
    found: dict[int, set[int]] = {}
    for row in among(db, query, carried.c.work, sorted(atoms)):
        found.setdefault(row.work, set()).add(row.version)
    return found


def carriers(db: Connection, digest: str, atoms: Collection[int]) -> list[str]:
    """The names of this digest's issues that have carried one of these atoms, oldest first."""
    query = select(issues.c.id, issues.c.name).join_from(carried, issues, carried.c.issue == issues.c.id)
    rows = among(db, query.where(carried.c.digest == digest), carried.c.work, sorted(atoms))
    return [name for _, name in sorted({(int(row.id), str(row.name)) for row in rows})]


def of_digest(db: Connection, digest: str | None = None) -> list[Stored]:
    """The issues of a digest, or of all, newest first."""
    query = select(issues).order_by(issues.c.id.desc())
    rows = db.execute(query.where(issues.c.digest == digest) if digest else query)
    return [Stored(row.id, _head.decode(row.head)) for row in rows]


def named(db: Connection, name: str) -> Stored | None:
    """The issue of that name."""
    row = db.execute(select(issues).where(issues.c.name == name)).first()
    return Stored(row.id, _head.decode(row.head)) if row else None


def numbered(db: Connection, digest: str, number: int) -> Stored | None:
    """The issue of a digest that has this number."""
    row = db.execute(select(issues).where(issues.c.digest == digest, issues.c.number == number)).first()
    return Stored(row.id, _head.decode(row.head)) if row else None


def of_number(db: Connection, number: int) -> Stored | None:
    """The issue of that number in the store."""
    row = db.execute(select(issues).where(issues.c.id == number)).first()
    return Stored(row.id, _head.decode(row.head)) if row else None


def before(db: Connection, digest: str, number: int) -> Head | None:
    """The head of the digest's issue before the one of this number."""
    query = select(issues.c.head).where(issues.c.digest == digest, issues.c.number < number)
    row = db.execute(query.order_by(issues.c.number.desc()).limit(1)).first()
    return _head.decode(row.head) if row else None


def cards_of(store: Store, issue: int) -> Callable[[int], Iterator[Card]]:
    """What streams the cards of one group of an issue, in order, from the store."""
    return lambda group: map(_card.decode, _encoded(store, issue, group))


def titles_of(store: Store, issue: int) -> Iterator[Titled]:
    """Titles and authors of an issue, in order; the rest of its cards is not decoded."""
    query = select(cards.c.group, cards.c.place, cards.c.card).where(cards.c.issue == issue)
    query = query.order_by(cards.c.group, cards.c.place).limit(STREAMED)
    group = place = -1
    while True:
        behind = tuple_(cards.c.group, cards.c.place) > tuple_(group, place)
        with store.reading() as db:
            rows = list(db.execute(query.where(behind)))
        yield from (_titled.decode(row.card) for row in rows)
        if len(rows) < STREAMED:
            return
        group, place = rows[-1].group, rows[-1].place


def _encoded(store: Store, issue: int, group: int) -> Iterator[bytes]:
    place = -1
    while True:
        rows = _some_cards(store, issue, group, place)
        yield from (row.card for row in rows)
        if len(rows) < STREAMED:
            return
        place = rows[-1].place


def _some_cards(store: Store, issue: int, group: int, after: int) -> list[Row[Any]]:
    query = select(cards.c.place, cards.c.card).where(
        cards.c.issue == issue, cards.c.group == group, cards.c.place > after
    )
    with store.reading() as db:
        return list(db.execute(query.order_by(cards.c.place).limit(STREAMED)))


# --- slots ---


def latest_slot(db: Connection, digest: str) -> Slot | None:
    """The digest's latest slot that has come due."""
    query = select(slots).where(slots.c.digest == digest).order_by(slots.c.slot.desc()).limit(1)
    row = db.execute(query).first()
    return Slot(row.slot, row.state, row.issue) if row else None


def waiting_since(db: Connection, digest: str) -> datetime | None:
    """The first of the latest slots that have all been waiting; None: the latest is not waiting."""
    since = None
    query = select(slots.c.slot, slots.c.state).where(slots.c.digest == digest, slots.c.state != "skipped")
    for slot, state in db.execute(query.order_by(slots.c.slot.desc())):
        if state != "waiting":
            break
        since = slot
    return since


def settle(
    db: Connection, digest: str, slot: datetime, state: str, now: datetime, issue: int | None = None
) -> None:
    """The one row of a slot."""
    db.execute(insert(slots).values(digest=digest, slot=slot, state=state, at=now, issue=issue))


def skip(db: Connection, digest: str, of_slots: Iterable[datetime], now: datetime) -> None:
    """These slots will have no issue of their own."""
    rows = [{"digest": digest, "slot": slot, "state": "skipped", "at": now} for slot in of_slots]
    db.execute(upsert(slots).on_conflict_do_nothing(), rows)


def is_settled(db: Connection, digest: str, slot: datetime) -> bool:
    """Whether another process has been faster."""
    return (
        db.execute(select(slots.c.state).where(slots.c.digest == digest, slots.c.slot == slot)).first()
        is not None
    )


# --- files ---


def unwritten(db: Connection) -> list[Stored]:
    """The issues whose files are expected, oldest first."""
    query = select(issues).where(issues.c.id.not_in(select(files.c.issue))).order_by(issues.c.id)
    return [Stored(row.id, _head.decode(row.head)) for row in db.execute(query)]


def written(db: Connection, issue: int) -> dict[str, File]:
    """The files of an issue, by path, as they were written."""
    rows = db.execute(select(files).where(files.c.issue == issue))
    return {row.path: File(row.path, row.sha256, row.templates) for row in rows}


def newest_file(db: Connection, path: str) -> File | None:
    """A file as it was last written, with whichever issue."""
    row = db.execute(
        select(files).where(files.c.path == path).order_by(files.c.issue.desc()).limit(1)
    ).first()
    return File(row.path, row.sha256, row.templates) if row else None


def newest_below(db: Connection, folder: str) -> dict[str, File]:
    """The files below a folder as they were last written, by path."""
    below = files.c.path.startswith(folder, autoescape=True)
    rows = db.execute(select(files).where(below).order_by(files.c.issue))
    return {row.path: File(row.path, row.sha256, row.templates) for row in rows}


def renew_file(db: Connection, file: File) -> None:
    """A file of several issues is as it was written now, for each of them."""
    changed = {"sha256": file.sha256, "templates": file.templates}
    db.execute(update(files).where(files.c.path == file.path).values(changed))


def record_files(db: Connection, issue: int, made: Iterable[File]) -> None:
    """These files of an issue lie in the outbox."""
    db.execute(files.delete().where(files.c.issue == issue))
    db.execute(insert(files), [{"issue": issue, **file._asdict()} for file in made])


# --- runs ---


def record_run(db: Connection, now: datetime, command: str, said: object) -> None:
    """The run's own row."""
    db.execute(insert(runs).values(at=now, command=command, said=msgspec.json.encode(said)))


def record_failure(db: Connection, now: datetime, problem: str) -> None:
    """A run came to no end."""
    record_run(db, now, FAILED, {"problem": problem})


def last_run(db: Connection) -> LastRun | None:
    """What was done last."""
    query = select(runs).where(runs.c.command != FAILED).order_by(runs.c.id.desc()).limit(1)
    row = db.execute(query).first()
    return LastRun(row.at, row.command, msgspec.json.decode(row.said)) if row else None


def last_failure(db: Connection) -> tuple[datetime, str] | None:
    """When a run last came to no end, and why, if no other has come to its end since."""
    row = db.execute(select(runs).order_by(runs.c.id.desc()).limit(1)).first()
    return (row.at, msgspec.json.decode(row.said)["problem"]) if row and row.command == FAILED else None
