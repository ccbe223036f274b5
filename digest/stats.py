"""How many papers came by day: what each source showed for the first time, what each group of a digest carried."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from digest.charts import ROWS, drawn, grouped, spark
from digest.store import Store, issues, log


class Tally(msgspec.Struct, frozen=True):
    """A source or a group, and how many papers it had on each day of the span; on other days it had none."""

    name: str
    papers: int
    days: dict[str, int]


class Digest(msgspec.Struct, frozen=True):
    """A digest and the groups of its issues, in the order of the newest one."""

    name: str
    title: str
    groups: tuple[Tally, ...]


class Stats(msgspec.Struct, frozen=True, rename={"begin": "from", "end": "to"}):
    """A span of days, and what came in it."""

    begin: date  # of UTC, as are the days of sources; those of a digest are its own
    end: date
    sources: tuple[Tally, ...]
    digests: tuple[Digest, ...]


def of(store: Store, since: date | None, now: datetime) -> Stats:
    """What came since that day, or in the last month."""
    today = now.astimezone(UTC).date()
    begin = since or today - timedelta(days=ROWS - 1)
    with store.reading() as db:
        news = log.news_by_day(db, datetime.combine(begin, time(), UTC))
        made = issues.of_digest(db)
    by_source: dict[str, Counter[str]] = {}
    for source, day, papers in news:
        by_source.setdefault(source, Counter())[day] += papers
    digests: dict[str, dict[str, Counter[str]]] = {}
    titles: dict[str, str] = {}
    for _, head in made:
        if head.date >= begin.isoformat():
            titles.setdefault(head.digest, head.title)
            groups = digests.setdefault(head.digest, {})
            for group in head.groups:
                groups.setdefault(group.heading, Counter())[head.date] += group.papers
    of_digests = (Digest(name, titles[name], _tallies(groups)) for name, groups in sorted(digests.items()))
    return Stats(begin, today, _tallies(by_source), tuple(of_digests))


def _tallies(counted: dict[str, Counter[str]]) -> tuple[Tally, ...]:
    return tuple(
        Tally(name, days.total(), {day: days[day] for day in sorted(days) if days[day]})
        for name, days in counted.items()
    )


def lines(stats: Stats) -> Iterator[str]:
    """The same in words and bars."""
    if not stats.sources and not stats.digests:
        yield f"nothing has come since {stats.begin}: digest stats --since DATE looks further back"
        return
    rows = grouped(_days(stats))
    total: Counter[str] = Counter()
    for source in stats.sources:
        total.update(source.days)
    yield f"papers that were new to a source, {stats.begin} to {stats.end}: {total.total():,}"
    yield ""
    yield from drawn({name: sum(total[day] for day in days) for name, days in rows.items()})
    yield from _sparks("by source", stats.sources, rows)
    for digest in stats.digests:
        yield from _sparks(f"{digest.name}: {digest.title}, by group of its issues", digest.groups, rows)


def _days(stats: Stats) -> Iterator[str]:
    """Every day from the first on which anything came; a digest's last one may be a day further east."""
    groups = (group for digest in stats.digests for group in digest.groups)
    told = {date.fromisoformat(day) for tally in (*stats.sources, *groups) for day in tally.days}
    first, last = min(told, default=stats.begin), max(told | {stats.end})
    return (str(first + timedelta(days=number)) for number in range((last - first).days + 1))


def _sparks(heading: str, tallies: tuple[Tally, ...], rows: dict[str, list[str]]) -> Iterator[str]:
    if not tallies:
        return
    yield ""
    yield f"{heading}:"
    names, figures = max(len(one.name) for one in tallies), max(len(f"{one.papers:,}") for one in tallies)
    for one in tallies:
        shape = spark(sum(one.days.get(day, 0) for day in days) for days in rows.values())
        yield f"  {one.name:<{names}}  {one.papers:>{figures},}  {shape}".rstrip()
