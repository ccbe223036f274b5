"""Frozen issues → files, written atomically, the same bytes every time.

An issue's files are expected until their hashes stand in the store, so that a crash leaves nothing out. Files are
written under the store's one writer's lock: two programs never write one file at a time.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec
from jinja2 import Environment

from digest import crash, renderers, templating, volumes
from digest.config import ALWAYS, Home
from digest.issue import Archive, Entry, Feed, Head, Issue, Titled, entries
from digest.renderers import FeedRenderer
from digest.store import Store, issues, log
from digest.store.issues import File, Stored
from digest.writing import side_by_side, write

FROZEN = "issue.json"


def write_expected(store: Store, home: Home, templates: Environment) -> list[Head]:
    """Write the files of all issues that lack them; the heads of these issues."""
    with store.reading() as db:
        if not issues.unwritten(db):
            return []
    with store.writing() as db:
        expected = issues.unwritten(db)
        made = _made(store, home, expected, templates)
        for stored in expected:
            issues.record_files(db, stored.id, made[stored.id])
        crash.point("files recorded")
    return [stored.head for stored in expected]


def paths(head: Head) -> list[str]:
    """The files of an issue, the index and the feeds it renews, below the outbox."""
    folder = f"{head.digest}/{head.folder}"
    of_issue = [one.FILE for name in head.outputs if (one := renderers.of_issue(name))]
    of_archive = [each.FILE for name in (*head.outputs, *ALWAYS) if (each := renderers.of_archive(name))]
    of_archive += [feed.FILE for name in head.outputs if (feed := renderers.of_feed(name))]
    return [f"{folder}/{name}" for name in (FROZEN, *of_issue)] + [
        f"{head.digest}/{name}" for name in of_archive
    ]


class Difference(NamedTuple):
    """A file that came out other than it lay in the outbox."""

    path: str
    why: str


def rebuild(store: Store, home: Home, chosen: Iterable[Stored], templates: Environment) -> list[Difference]:
    """Write all files of these issues again; what differs from what lay there, and why."""
    with store.writing() as db:
        wanted = sorted(chosen)
        before = {path: file for stored in wanted for path, file in issues.written(db, stored.id).items()}
        # The index and the feeds of a digest were last written with its newest issue, chosen or not.
        before |= {path: newest for path in before if (newest := issues.newest_file(db, path))}
        for digest in {stored.head.digest for stored in wanted}:
            before |= issues.newest_below(db, f"{digest}/{volumes.FOLDER}/")
        lay = {path: _sha256(home.outbox / path) for path in before if (home.outbox / path).is_file()}
        made = _made(store, home, wanted, templates, again=True)
        now = {file.path: file for files in made.values() for file in files}
        for stored in wanted:
            issues.record_files(db, stored.id, made[stored.id])
        for file in now.values():
            issues.renew_file(db, file)
    return [
        Difference(path, why)
        for path, file in now.items()
        if (why := _difference(file, before.get(path), lay.get(path)))
    ]


def _difference(now: File, before: File | None, lay: str | None) -> str:
    """Why a file is another than it was; empty: it is not."""
    if before is None:
        return "it is new"
    if lay is None:
        return "it was missing"
    if lay != before.sha256:
        return "it had been changed since it was written"
    if now.sha256 == before.sha256:
        return ""
    if now.templates == before.templates:
        return "the program has changed"
    templates, was = (file.templates.partition("-")[0] for file in (now, before))
    return "the templates have changed" if templates != was else "the theme has changed"


def _made(
    store: Store, home: Home, wanted: Sequence[Stored], templates: Environment, *, again: bool = False
) -> dict[int, list[File]]:
    """Write the files of these issues, and once for each digest its index and its feeds; the files, by issue.

    `again`: also the volumes that are there.
    """
    stamp = templating.fingerprint(templates)
    made: dict[int, list[File]] = {}
    archives: dict[tuple[str, str], File] = {}
    for stored in wanted:
        made[stored.id] = _issue_made(store, home, stored, templates, stamp)
        crash.point("issue written")
    for number, head in wanted:
        for one in filter(None, map(renderers.of_archive, (*head.outputs, *ALWAYS))):
            if (head.digest, one.FILE) not in archives:
                pieces = one.render(_archive(store, head.digest), templates)
                archives[head.digest, one.FILE] = write(home, f"{head.digest}/{one.FILE}", pieces, stamp)
                crash.point("archive written")
            made[number].append(archives[head.digest, one.FILE])
    for digest in dict.fromkeys(head.digest for _, head in wanted):
        mine = [one for one in wanted if one.head.digest == digest]
        for number, files in _feeds_made(store, home, mine, templates, stamp, again).items():
            made[number] += files
    return made


def _issue_made(store: Store, home: Home, stored: Stored, templates: Environment, stamp: str) -> list[File]:
    """Write the files of an issue's own folder; its outputs side by side, for what they make of one paper together."""
    number, head = stored
    issue = _read_once(Issue(head, issues.cards_of(store, number), _previous(store, head)))
    folder = f"{head.digest}/{head.folder}"
    outputs = filter(None, map(renderers.of_issue, head.outputs))
    pieces = {f"{folder}/{one.FILE}": one.render(issue, templates) for one in outputs}
    return [write(home, f"{folder}/{FROZEN}", frozen(issue), stamp), *side_by_side(home, pieces, stamp)]


def _read_once(issue: Issue) -> Issue:
    """The issue with its cards in memory, where they are no more than the store streams at a time.

    Else each output reads them: of 50 papers that was a third of all work.
    """
    if issue.head.papers > issues.STREAMED:
        return issue
    groups = [
        tuple(issue.cards(place)) if group.papers else () for place, group in enumerate(issue.head.groups)
    ]
    return replace(issue, cards=lambda place: iter(groups[place]))


def _previous(store: Store, head: Head) -> Head | None:
    with store.reading() as db:
        return issues.before(db, head.digest, head.number)


def _archive(store: Store, digest: str) -> Archive:
    with store.reading() as db:
        stored = issues.of_digest(db, digest)
    newest = stored[0].head
    numbers = {head.name: number for number, head in stored}

    def titles(head: Head) -> Iterator[Titled]:
        return issues.titles_of(store, numbers[head.name])

    return Archive(digest, newest.title, newest.public, tuple(head for _, head in stored), titles)


def _feeds_made(
    store: Store, home: Home, mine: Sequence[Stored], templates: Environment, stamp: str, again: bool
) -> dict[int, list[File]]:
    """Write the feeds of a digest, and the volumes that are new; a volume is a file of the last of these issues."""
    digest = mine[0].head.digest
    makers = {name: one for _, head in mine for name in head.outputs if (one := renderers.of_feed(name))}

    def written(feed: Feed) -> list[File]:
        files = {_path(feed, one): one.render(feed, templates) for one in makers.values()}
        done = side_by_side(home, files, stamp)
        crash.point("archive written")
        return done

    feed, *older = _feeds(store, digest)
    current = dict(zip(makers, written(feed), strict=True))
    made = {number: [current[name] for name in head.outputs if name in current] for number, head in mine}
    for volume in older if again else _new_volumes(store, older, list(makers.values())):
        made[mine[-1].id] += written(volume)
    return made


def _path(feed: Feed, renderer: FeedRenderer) -> str:
    name = volumes.file(renderer.FILE, feed.volume) if feed.volume else renderer.FILE
    return f"{feed.digest}/{name}"


def _new_volumes(store: Store, older: Sequence[Feed], makers: Sequence[FeedRenderer]) -> list[Feed]:
    """The volumes that were not written yet, and the one before them, which links to them from now on."""
    with store.reading() as db:
        there = 0
        for volume in reversed(older):
            if all(issues.newest_file(db, _path(volume, one)) for one in makers):
                there = volume.volume
                break
    return list(older[max(0, there - 1) :]) if there < len(older) else []


def _feeds(store: Store, digest: str) -> list[Feed]:
    """The feed of a digest, and behind it its volumes, oldest first."""
    with store.reading() as db:
        stored = issues.of_digest(db, digest)[::-1]
        began = log.began(db, digest) or stored[-1].head.made
    older = volumes.parted([head.papers for _, head in stored])
    newest = range(older[-1].stop if older else 0, len(stored))

    def feed(volume: int, places: range) -> Feed:
        part = [stored[place] for place in reversed(places)]
        heads = tuple(head for _, head in part)

        def stream() -> Iterator[Entry]:
            for number, head in part:
                yield from entries(Issue(head, issues.cards_of(store, number)))

        return Feed(digest, heads[0].title, began, heads[0].public, heads, stream, volume, len(older))

    return [feed(0, newest), *(feed(number, places) for number, places in enumerate(older, start=1))]


def frozen(issue: Issue) -> Iterator[str]:
    """issue.json: the head, and the cards of each group."""
    yield msgspec.json.encode(issue.head).decode().removesuffix("}") + ',"cards":['
    for group in range(len(issue.head.groups)):
        yield "[" if group == 0 else ",["
        for place, card in enumerate(issue.cards(group)):
            yield ("," if place else "") + msgspec.json.encode(card).decode()
        yield "]"
    yield "]}\n"


def write_notice(home: Home, path: str, words: str) -> None:
    """A notice for the operator; the same one again is the same file."""
    write(home, path, [words], "")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
