"""A paper that is known → where it is in every digest, and for every group what decided."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from digest.arrivals import Entry, Span, by_work
from digest.asking.known import Known, first_arrivals, in_store, known
from digest.config import Digest, Home
from digest.errors import ConfigError
from digest.freezing import sources_of
from digest.identity import folded
from digest.ingesting import Tell
from digest.rules.explaining import Explanation, explain, said
from digest.rules.terms import ids
from digest.store import Store, issues, log, works

TOLD = 10  # papers among which to choose


class Grouped(NamedTuple):
    """A group of a digest, and why its rule matches a paper or not."""

    heading: str
    rule: str
    why: Explanation


class Explained(NamedTuple):
    """A paper in one digest."""

    digest: str
    standing: str  # where it is, and why, in words
    group: str  # under which it goes; empty: none
    groups: tuple[Grouped, ...]


# --- which paper ---


def find(store: Store, words: str, tell: Tell) -> int:
    """The number of the work that is meant, by number, id or words of the title; ConfigError if that is not one."""
    by_number = _by_number(store, words)
    found = [by_number] if by_number else _by_id(store, ids(words)) or _by_title(store, words, tell)
    if len(found) == 1:
        return found[0]
    if not found:
        raise ConfigError(
            f"no paper is known by the number, the id or the title {words!r}; fewer words of the title find more, "
            "or search: digest papers WORDS"
        )
    listed = [f"  {one.number}  {one.work.title}" for one in _some(store, found[:TOLD])]
    rest = [f"  … and {len(found) - TOLD:,} more"] if len(found) > TOLD else []
    raise ConfigError(
        f"{len(found):,} papers have these words in their title; say which by its number:", *listed, *rest
    )


def _by_number(store: Store, words: str) -> int | None:
    if not (words.isascii() and words.isdigit() and len(words) < 16):
        return None
    with store.reading() as db:
        work = works.of(db, [int(words)])[int(words)]
        return work if works.key_sets(db, [work]) else None


def _by_id(store: Store, keys: set[str]) -> list[int]:
    if not keys:
        return []
    with store.reading() as db:
        atoms = works.connected(db, [frozenset(keys)])
        mine = [number for atom, number in atoms.items() if atom & keys]
        return sorted(set(works.of(db, mine).values()))


def _by_title(store: Store, words: str, tell: Tell) -> list[int]:
    """Works whose title has words that begin so; those alone, if there are any, whose title it is."""
    wanted = folded(words, spaces=True).split()
    whole, some = "".join(wanted), list[int]()
    same = list[int]()
    for one in in_store(store, None, tell) if wanted else ():
        title = folded(one.work.title, spaces=True).split()
        if "".join(title) == whole:
            same.append(one.number)
        elif all(any(word.startswith(begin) for word in title) for begin in wanted):
            some.append(one.number)
    return same or some


def _some(store: Store, numbers: list[int]) -> list[Known]:
    with store.reading() as db:
        atoms = works.members(db, numbers)
        rows = works.by_work(works.said(db, atoms), atoms)
        came = first_arrivals(by_work(log.entries(db, atoms), atoms))
        return [known(number, rows[number], came.get(number)) for number in numbers]


# --- where it is, and why ---


def of_work(store: Store, home: Home, number: int) -> tuple[Known, list[Explained]]:
    """A work, and where it is in each digest of the home."""
    [one] = _some(store, [number])
    with store.reading() as db:
        atoms = list(works.members(db, [number]))
        entries = log.entries(db, atoms)
        return one, [
            _in_digest(
                digest,
                one,
                entries,
                log.spans(db, digest.name, sources_of(db, home, digest)),
                issues.carriers(db, digest.name, atoms),
            )
            for digest in home.digests
        ]


def _in_digest(
    digest: Digest, one: Known, entries: list[Entry], spans: Mapping[str, Span], carried: Sequence[str]
) -> Explained:
    groups = tuple(
        Grouped(group.heading, str(group.rule), explain(group.rule, one.reading)) for group in digest.groups
    )
    group = next((group.heading for group in groups if group.why.matches), "")
    mine = [entry for entry in entries if entry.source in spans]
    unread = any(entry.seq > spans[entry.source].after for entry in mine)
    standing = _standing(digest, one, entries, mine, carried, group)
    return Explained(digest.name, standing or _to_come(digest.name, group, unread, mine), group, groups)


def _standing(
    digest: Digest, one: Known, entries: list[Entry], mine: list[Entry], carried: Sequence[str], group: str
) -> str:
    """Where the paper is for good; empty: that is still open."""
    if carried:
        beside = "no group matches it today" if not group else f"today it would go under {group!r}"
        return f"it is in {', '.join(carried)}; {beside}"
    if one.work.withdrawn:
        return "it is withdrawn: counted, never shown"
    if any(entry.kind == "seen" for entry in entries):
        return "it was declared known (digest ingest --seen), so it is news to nobody"
    if not mine:
        return (
            f"{digest.name} does not read its source, {', '.join(one.sources)}, but {', '.join(digest.sources)}: "
            f"add it to `sources` in schedules/{digest.name}.toml"
        )
    return ""


def _to_come(name: str, group: str, unread: bool, mine: list[Entry]) -> str:
    if not group:
        return "no group matches it"
    if unread:
        return f"it is unread: the next issue shows it under {group!r}"
    since = min(entry.at for entry in mine).date().isoformat()
    return (
        f"{name} has read past it and not shown it; today it would go under {group!r}, in an extra issue: "
        f"digest build {name} --since {since}"
    )


# --- in words, and for programs ---


def lines(one: Known, explained: list[Explained]) -> Iterator[str]:
    """The same in words."""
    yield f"{one.number}  {one.work.title}"
    facts = [one.day and f"arrived {one.day}", ", ".join(one.sources), *one.work.keys[:3]]
    yield "   " + "  ".join(f"[{fact}]" for fact in facts if fact and not fact.startswith("title:"))
    for digest in explained:
        yield ""
        yield f"{digest.digest}: {digest.standing}"
        for group in digest.groups:
            matches = group.why.matches
            place = "  ← here" if group.heading == digest.group else "  (also)" if matches else ""
            yield f"  {'+' if matches else '-'} {group.heading}{place}"
            yield from (f"      {said(reason)}" for reason in group.why.reasons)


def objects(one: Known, explained: list[Explained]) -> Iterator[dict[str, Any]]:
    """An object for each group of each digest."""
    for digest in explained:
        for group in digest.groups:
            yield {
                "id": one.number,
                "title": one.work.title,
                "digest": digest.digest,
                "standing": digest.standing,
                "group": group.heading,
                "rule": group.rule,
                "matches": group.why.matches,
                "here": group.heading == digest.group,
                "reasons": [
                    reason._asdict() | {"held": [held._asdict() for held in reason.held]}
                    for reason in group.why.reasons
                ],
            }
