"""What is new, and for whom. Pure: the log and the cursors themselves are in the store.

arriving    a paper of a dump → the entries it makes in the log
gathered    the unread entries of a digest → its works, each once
fate        what becomes of such a work in an issue of the digest
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from digest.identity import Work, folded
from digest.markup import latex
from digest.papers import Paper, without_abstract

Kind = Literal["new", "revised", "withdrawn", "seen"]


class Entry(NamedTuple):
    """One arrival of the log."""

    seq: int
    kind: Kind
    source: str
    atom: int
    version: int  # 0: the dump tells none
    at: datetime


class Span(NamedTuple):
    """What a digest has not read of a source: after < seq <= upto."""

    after: int
    upto: int


def arriving(
    paper: Paper, source: str, earlier: Collection[Entry], said: Sequence[Paper], seen: bool
) -> list[tuple[Kind, int]]:
    """The entries (kind, version) that a paper makes when a source shows it.

    `earlier` are the entries of its work so far, `said` what this source has said of the work before; `seen`: the work
    is to be known from now on, and news to nobody.
    """
    mine = {(entry.kind, entry.version) for entry in earlier if entry.source == source}
    if seen:
        return [] if ("seen", 0) in mine else [("seen", 0)]
    if ("new", 0) not in mine and ("seen", 0) not in mine:
        return [("new", 0)]
    found: list[tuple[Kind, int]] = []
    version = paper.version or 0
    if _revises(paper, said) and ("revised", version) not in mine:
        found.append(("revised", version))
    if paper.withdrawn and not any(kind == "withdrawn" for kind, _ in mine):
        found.append(("withdrawn", version))
    return found


def _revises(paper: Paper, said: Sequence[Paper]) -> bool:
    """A higher version than any before, in other words."""
    versions = [(before.version, before) for before in said if before.version]
    if not paper.version or not versions:
        return False
    version, before = max(versions, key=lambda pair: pair[0])
    # of one that was pruned the title is all that is left to compare
    said_now = without_abstract(paper) if before.pruned else paper
    return paper.version > version and _wording(said_now) != _wording(before)


def _wording(paper: Paper) -> tuple[str, str]:
    """Without signs and TeX: a version that was read before formulas were is not worded otherwise for that."""
    return folded(latex.plain(paper.title)), folded(latex.plain(paper.abstract))


class Arrival(NamedTuple):
    """A work with unread entries, and what they say."""

    work: int
    at: datetime  # of the first of them
    revisions: frozenset[int]


def gathered(entries: Iterable[Entry], work_of: Mapping[int, int]) -> list[Arrival]:
    """The works of unread entries, each once, in the order of their first entry."""
    first: dict[int, Entry] = {}
    revisions: dict[int, set[int]] = {}
    for entry in entries:
        work = work_of[entry.atom]
        first.setdefault(work, entry)
        if entry.kind == "revised":
            revisions.setdefault(work, set()).add(entry.version)
    return [Arrival(work, entry.at, frozenset(revisions.get(work, ()))) for work, entry in first.items()]


Fate = Literal["carried", "withdrawn", "new", "revised"]


def fate(arrival: Arrival, work: Work, carried: Collection[int], seen: bool, shows_revised: bool) -> Fate:
    """What becomes of an arrival in a digest.

    `carried` are the versions of the work that its issues have carried (0 among them, if any has); `seen` says that it
    was declared known from some time on, and so is news to nobody.
    """
    if work.withdrawn:
        return "withdrawn"
    if seen:
        return "carried"
    if not carried:
        return "new"
    newest = max(arrival.revisions, default=0)
    return "revised" if shows_revised and newest > max(carried) else "carried"


def by_work(entries: Iterable[Entry], work_of: Mapping[int, int]) -> dict[int, list[Entry]]:
    """Entries by the work that they are about."""
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        found.setdefault(work_of[entry.atom], []).append(entry)
    return found
