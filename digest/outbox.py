"""Frozen issues → files, written atomically, the same bytes every time.

An issue's files are expected until their hashes stand in the store, so that a crash leaves nothing out. Files are
written under the store's one writer's lock: two programs never write one file at a time.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
from jinja2 import Environment

from digest import crash, renderers, templating
from digest.config import INDEX, Home
from digest.errors import OutboxError
from digest.issue import Archive, Card, Head, Issue
from digest.store import Store, issues, log
from digest.store.issues import File, Stored

FROZEN = "issue.json"
FEED = 200  # entries of a feed, if there are as many; made of whole issues, so that its reader misses none


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
    of_archive = [each.FILE for name in (*head.outputs, INDEX) if (each := renderers.of_archive(name))]
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
        lay = {path: _sha256(home.outbox / path) for path in before if (home.outbox / path).is_file()}
        made = _made(store, home, wanted, templates)
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
    return "the templates have changed" if now.templates != before.templates else "the program has changed"


def _made(
    store: Store, home: Home, wanted: Iterable[Stored], templates: Environment
) -> dict[int, list[File]]:
    """Write the files of these issues, and once for each digest its index and its feeds; the files, by issue."""
    stamp = templating.fingerprint(templates)
    made: dict[int, list[File]] = {}
    archives: dict[tuple[str, str], File] = {}
    for number, head in wanted:
        issue = Issue(head, issues.cards_of(store, number))
        made[number] = [_write(home, f"{head.digest}/{head.folder}/{FROZEN}", frozen(issue), stamp)]
        for renderer in filter(None, map(renderers.of_issue, head.outputs)):
            pieces = renderer.render(issue, templates)
            made[number].append(_write(home, f"{head.digest}/{head.folder}/{renderer.FILE}", pieces, stamp))
        crash.point("issue written")
    for number, head in wanted:
        for one in filter(None, map(renderers.of_archive, (*head.outputs, INDEX))):
            if (head.digest, one.FILE) not in archives:
                pieces = one.render(_archive(store, head.digest), templates)
                archives[head.digest, one.FILE] = _write(home, f"{head.digest}/{one.FILE}", pieces, stamp)
                crash.point("archive written")
            made[number].append(archives[head.digest, one.FILE])
    return made


def _archive(store: Store, digest: str) -> Archive:
    with store.reading() as db:
        stored = issues.of_digest(db, digest)
        began = log.began(db, digest)
    newest = stored[0].head

    def entries() -> Iterator[tuple[Head, Card]]:
        given = 0
        for number, head in stored:
            if given >= FEED:
                return
            stream = issues.cards_of(store, number)
            for group in range(len(head.groups)):
                yield from ((head, card) for card in stream(group))
            given += head.papers

    heads = tuple(head for _, head in stored)
    return Archive(digest, newest.title, began or newest.made, newest.public, heads, entries)


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
    _write(home, path, [words], "")


def _write(home: Home, path: str, pieces: Iterable[str | bytes], stamp: str) -> File:
    """Write a file of the outbox: the old one or the new one is there, never half of one."""
    target = home.outbox / path
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sha256 = _pour(temporary, pieces)
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


def _pour(temporary: Path, pieces: Iterable[str | bytes]) -> str:
    hashed = hashlib.sha256()
    with temporary.open("wb") as file:
        crash.point("file opened")
        for piece in pieces:
            data = piece.encode() if isinstance(piece, str) else piece
            hashed.update(data)
            file.write(data)
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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
