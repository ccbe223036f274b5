"""The known works that a rule matches, and why each is what it is."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from digest import identity, rules
from digest.asking.known import known
from digest.identity import Work
from digest.rules.engine import Engine
from digest.store import Store, works
from digest.store.works import Said

AT_ONCE = 500  # works in memory at a time


class Hit(NamedTuple):
    """A work that matches."""

    number: int
    work: Work
    matched: tuple[str, ...]
    said: tuple[Said, ...]


def matching(store: Store, rule: rules.Rule) -> Iterator[Hit]:
    """The works that the rule matches, oldest first."""
    engine = Engine([rule])
    with store.reading() as db:
        for atoms in works.all_of(db, AT_ONCE):
            said = works.by_work(works.said(db, atoms), atoms)
            some = [known(number, of_work, None) for number, of_work in said.items()]
            for one, hits in zip(some, engine.matches(each.reading for each in some), strict=True):
                if hits:
                    spots = rules.match(rule, one.reading) or ()
                    matched = rules.words(spots, one.reading)
                    yield Hit(one.number, one.work, matched, tuple(said[one.number]))


def count(store: Store) -> int:
    """How many works are known."""
    with store.reading() as db:
        return works.count(db)


def work_object(hit: Hit, why: bool) -> dict[str, Any]:
    """A work as `--json` prints it; with `why` also every record of it."""
    found = {"id": hit.number, **msgspec.structs.asdict(hit.work), "matched": hit.matched}
    found["sources"] = sorted({row.source for row in hit.said})
    if why:
        found["records"] = [
            {"source": row.source, "dump": row.origin, "paper": row.paper} for row in hit.said
        ]
        found["believed"] = {
            field: hit.said.index(row) for row, fields in _wins(hit.said) for field in fields
        }  # field → place in `records`
    return found


def _wins(said: Sequence[Said]) -> list[tuple[Said, list[str]]]:
    """The records that won a field, each with its fields; a field that nobody tells is nobody's."""
    papers = [row.paper for row in said]
    wins = identity.believed(papers)
    won = [
        [field for field, paper in wins.items() if paper is mine and getattr(mine, field)] for mine in papers
    ]
    return [(row, fields) for row, fields in zip(said, won, strict=True) if fields]


def work_lines(hit: Hit, why: bool) -> Iterator[str]:
    """A work in words; with `why` also its keys and every record of it."""
    facts = [hit.work.published, hit.work.org, ", ".join(hit.matched)]
    yield f"{hit.number}  {hit.work.title}" + "".join(f"  [{fact}]" for fact in facts if fact)
    if why:
        yield from (f"    key {key}" for key in hit.work.keys)
        for row, fields in _wins(hit.said):
            yield f"    {', '.join(fields)}: from {row.source}: {row.origin}, {row.paper.where}"
        for row in hit.said:
            yield f"    {row.source}: {row.origin}, {row.paper.where}: {row.paper.title}"
