"""A year of a home, day by day: does a run in December cost what it cost in January?

    python -m benchmarks.year [--days 365]

Every day of 2026 at 07:00 UTC what is due is run, over real HTTP: arXiv's feed of 500 papers (none at weekends and
after holidays), 50 daily papers of Hugging Face (half of them arXiv's, none at weekends), and a page of 2,000 at an
address. One digest with four groups, which a tenth of the papers match, and all its outputs. Prints a line for each
month; at the end, whether any paper was missed or repeated, and December beside January.
"""

import argparse
import gc
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import NamedTuple
from xml.sax.saxutils import escape

import msgspec

from digest import config, pipeline, schedule
from digest.config import Home
from digest.fetching import pace
from digest.pipeline import Run
from digest.sources import _arxiv
from digest.store import Store, issues, open_store
from tests import homes, servers
from tests.servers import Asked, Reply

FIRST = date(2026, 1, 1)
IN_FEED, IN_LIST, IN_PAGE = 500, 50, 2_000  # papers a day
TOPICS = (
    "pruning",
    "diffusion",
    "retrieval",
    "graphene",
)  # a paper in forty is about the first of them, and so on
RARE = 40

GROUPS = tuple({"heading": topic.title(), "match": f"title:{topic}"} for topic in TOPICS)


class Paper(NamedTuple):
    """An invented paper."""

    id: str
    title: str
    abstract: str
    wanted: bool  # whether a group matches it


class Papers:
    """As many invented papers as are asked for, each another one."""

    def __init__(self) -> None:
        self._chance = random.Random(2026)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = [
            "".join(self._chance.choices(letters, k=self._chance.randint(2, 11))) for _ in range(20_000)
        ]
        self._given: dict[int, int] = {}  # by month

    def some(self, day: date, count: int) -> list[Paper]:
        """Papers that were not given before, with ids of this month."""
        first = self._given.get(day.month, 0)
        self._given[day.month] = first + count
        return [self._one(day, number) for number in range(first, first + count)]

    def _one(self, day: date, number: int) -> Paper:
        topic = TOPICS[number % RARE] if number % RARE < len(TOPICS) else ""
        title = " ".join([*self._chance.choices(self._words, k=8), topic]).strip().capitalize()
        abstract = " ".join(self._chance.choices(self._words, k=150))
        return Paper(f"{day:%y%m}.{number:05}", title, abstract, bool(topic))


@dataclass
class World:
    """What the three servers show today."""

    bodies: dict[str, Reply] = field(default_factory=dict)

    def play(self, asked: Asked) -> Reply:
        """The answer to a request."""
        if asked.path == "/hf":
            shown = self.bodies.get(f"/hf {asked.query['date']}") if asked.query["p"] == "0" else None
            return shown or servers.as_json([])
        return servers.with_etag(asked, self.bodies[asked.path])

    def show(self, day: date, papers: Papers) -> list[Paper]:
        """Another day begins; what is new on it."""
        is_empty = _arxiv.why_empty(day, _arxiv.HOLIDAYS)
        announced = papers.some(day, 0 if is_empty else IN_FEED)
        page = papers.some(day, IN_PAGE)
        yesterday = day - timedelta(days=1)
        listed: list[Paper] = []
        if yesterday.weekday() < 5:
            listed = [*announced[: IN_LIST // 2], *papers.some(day, IN_LIST - len(announced[: IN_LIST // 2]))]
        self.bodies |= {
            "/rss/cs.LG": Reply(_feed(day, announced)),
            "/page": Reply(_lines(day, page)),
            f"/hf {yesterday}": _list(yesterday, listed),
        }
        self.bodies.pop(f"/hf {day - timedelta(days=9)}", None)
        return [*{one.id: one for one in (*announced, *listed, *page)}.values()]


def _feed(day: date, papers: Sequence[Paper]) -> bytes:
    """arXiv's RSS."""
    dated = f"{day:%a, %d %b %Y} 00:00:00 -0500"
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>https://arxiv.org/abs/{one.id}</link>"
        f"<description>arXiv:{one.id}v1 Announce Type: new \nAbstract: {escape(one.abstract)}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{one.id}v1</guid><category>cs.LG</category>'
        f"<pubDate>{dated}</pubDate><arxiv:announce_type>new</arxiv:announce_type>"
        "<dc:creator>Ada Quill, Max Moe</dc:creator></item>"
        for one in papers
    )
    return (
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">'
        "<channel><title>cs.LG updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.LG</link>"
        f"<pubDate>{dated}</pubDate>{items}</channel></rss>"
    ).encode()


def _list(day: date, papers: Sequence[Paper]) -> Reply:
    """Hugging Face's list of a day."""
    return servers.as_json(
        [
            {
                "paper": {
                    "id": one.id,
                    "authors": [{"_id": one.id, "name": "Ada Quill"}],
                    "publishedAt": f"{day}T04:00:00.000Z",
                    "submittedOnDailyAt": f"{day}T00:00:00.000Z",
                    "title": one.title,
                    "summary": one.abstract,
                    "upvotes": 3,
                },
                "title": one.title,
                "summary": one.abstract,
                "numComments": 1,
            }
            for one in papers
        ]
    )


class _Line(msgspec.Struct):
    title: str
    abstract: str
    arxiv_id: str
    date: str


def _lines(day: date, papers: Sequence[Paper]) -> bytes:
    """JSON Lines of somebody's own."""
    encode = msgspec.json.Encoder().encode
    return b"".join(encode(_Line(one.title, one.abstract, one.id, str(day))) + b"\n" for one in papers)


class Cost(NamedTuple):
    """What a day cost, and whether its verdicts were right."""

    day: date
    papers: int  # that were new
    seconds: float
    computing: float  # seconds of it, on a processor: what else the machine does counts less
    megabytes: float  # the greatest resident memory
    stored: float  # megabytes of the store
    wrong: tuple[str, ...]


def a_home(path: Path, url: str) -> Home:
    """A home with the three sources and a digest."""
    private = "private = true\n"
    settings = (
        f'[sources.arxiv]\narxiv_rss = ["cs.LG"]\naddress = "{url}/rss"\n{private}'
        f'[sources.hf]\nhf_daily = "1 day"\naddress = "{url}/hf"\n{private}'
        f'[sources.page]\nurl = "{url}/page"\n{private}'
    )
    return config.load(homes.make(path, settings, daily=homes.schedule(GROUPS, cron="0 7 * * *")))


def run(home: Home, store: Store, day: date) -> Run:
    """What is due on this day."""
    now = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    return schedule.run_due(home, store, now, _quiet, _quiet, pipeline.at_once)


def a_day(home: Home, store: Store, world: World, papers: Papers, day: date) -> tuple[Cost, list[Paper]]:
    """The world goes on, and the program runs."""
    new = world.show(day, papers)
    gc.collect()
    forget_peak()
    began, computed = perf_counter(), process_time()
    done = run(home, store, day)
    seconds, computing = perf_counter() - began, process_time() - computed
    wanted = {
        "arxiv": "quiet" if _arxiv.why_empty(day, _arxiv.HOLIDAYS) else "complete",
        "page": "complete",
        "hf": "quiet" if day - FIRST < timedelta(days=1) and day.weekday() in {0, 6} else "complete",
    }
    found = {one.source: one.verdict for one in done.visits}
    why = {one.source: one.why for one in done.visits}
    wrong = tuple(
        f"{day} {name}: {found.get(name)}, not {verdict}: {why.get(name)}"
        for name, verdict in wanted.items()
        if found.get(name) != verdict
    )
    return Cost(day, len(new), seconds, computing, peak(), size(home.store), wrong), [
        one for one in new if one.wanted
    ]


def forget_peak() -> None:
    """From now on the peak of memory is counted anew (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """The greatest resident memory, in megabytes."""
    [line] = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def size(store: Path) -> float:
    """The store with its log, in megabytes."""
    files = (store, store.with_name(f"{store.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists()) / 1e6


def _quiet(*_said: object) -> None:
    """Nobody is told anything."""


@contextmanager
def without_pauses() -> Iterator[None]:
    """No pause between two requests to what is this machine."""
    before = dict(pace.PAUSES)
    pace.PAUSES.clear()
    try:
        yield
    finally:
        pace.PAUSES.update(before)


def carried(store: Store) -> list[str]:
    """The title of each card of each issue."""
    with store.reading() as db:
        made = issues.of_digest(db, "daily")
    return [
        card.title
        for one in made
        for group in range(len(one.head.groups))
        for card in issues.cards_of(store, one.id)(group)
    ]


def table(costs: Sequence[Cost]) -> None:
    """A line for each month, and the last beside the first."""
    heads = ("month", "papers", "s median", "s max", "s computing", "peak MB", "store MB", "wrong verdicts")
    print(" ".join(f"{head:>{max(8, len(head))}}" for head in heads))
    rows = []
    for month, of_month in groupby(costs, key=lambda cost: f"{cost.day:%Y-%m}"):
        some = list(of_month)
        rows.append(
            (
                median(one.seconds for one in some),
                median(one.computing for one in some),
                max(one.megabytes for one in some),
            )
        )
        print(
            f"{month:>8} {sum(one.papers for one in some):8,} {rows[-1][0]:8.2f}"
            f" {max(one.seconds for one in some):8.2f} {rows[-1][1]:11.2f} {rows[-1][2]:8.0f}"
            f" {some[-1].stored:8.0f} {sum(len(one.wrong) for one in some):14}"
        )
    time, computing, memory = (last / first for last, first in zip(rows[-1], rows[0], strict=True))
    print(
        f"the last month beside the first: {time:.2f} x the time of a run, {computing:.2f} x its computing,"
        f" {memory:.2f} x its memory"
    )


def main() -> None:
    """Let the days go by, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=365)
    days = [FIRST + timedelta(days=n) for n in range(parser.parse_args().days)]
    world, papers = World(), Papers()
    costs: list[Cost] = []
    wanted: list[str] = []
    with TemporaryDirectory() as folder, servers.serving(world.play) as server, without_pauses():
        home = a_home(Path(folder, "home"), server.url)
        store = open_store(home.store)
        for day in days:
            cost, matching = a_day(home, store, world, papers, day)
            costs.append(cost)
            wanted += [one.title for one in matching]
            for wrong in cost.wrong:
                print(wrong, flush=True)
        found = carried(store)
        store.close()
    table(costs)
    missed, repeated = len({*wanted} - {*found}), len(found) - len({*found})
    print(f"{len(found):,} papers in issues; missed {missed}, repeated {repeated}")


if __name__ == "__main__":
    main()
