"""What went wrong in the digests of others, played again day by day over real HTTP: nothing missed, nothing repeated,
and a true verdict every day.

    python -m tests.test_replay        prints the table

Each scenario names the thread in which somebody told of it (reference/peers.md). Its days say what the world shows
from then on, and what the program has to find of each source; then all issues together are compared with all that
was announced. Every scenario is played twice: by servers with entity tags, and by servers without.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from digest import config, crash, pipeline, schedule, standing, templating
from digest.config import Home
from digest.fetching import pace, web
from digest.freezing import Occasion
from digest.pipeline import Run
from digest.store import Store, issues, open_store
from tests import homes, servers
from tests.arxiv import Item, feed, hf_list, journal, lines
from tests.servers import Asked, Reply

Shows = Mapping[str, Reply]  # by path, with `?date=` where there is one; below `dumps/`: a file

# --- the words of the scenarios ---


class Day(NamedTuple):
    """A run of the program."""

    now: datetime
    shows: Shows
    verdicts: dict[str, str]  # of every source
    told: str  # words that the reasons of the verdicts must have
    killed: str  # the point at which the run is killed; empty: it is not
    by_hand: bool


@dataclass(frozen=True)
class Scenario:
    """Some days of the world."""

    name: str
    thread: str
    days: tuple[Day, ...]
    announced: frozenset[int]  # every paper that was ever announced
    lost: frozenset[int]  # of these: what nobody can bring any more, and what is told as such
    sources: tuple[str, ...]  # of SOURCES
    issues: tuple[str, ...]  # the names of all issues; empty: any
    keys: Mapping[str, object]  # of the schedule


SOURCES = {
    "arxiv": 'arxiv_rss = ["cs.LG"]\naddress = "{url}/rss"\nprivate = true',
    "both": 'arxiv_rss = ["cs.LG", "cs.CL"]\naddress = "{url}/rss"\nprivate = true',
    "hf": 'hf_daily = "1 day"\naddress = "{url}/hf"\nprivate = true',
    "journal": 'url = "{url}/journal"\nevery = "1 hour"\nprivate = true',
    "drop": 'folder = "dumps"',
}
HOURLY = {"cron": "0 * * * *", "outputs": []}


def played(
    name: str,
    thread: str,
    *days: Day,
    announced: int | set[int],
    lost: set[int] | None = None,
    issues: tuple[str, ...] = (),
    **keys: str,
) -> Scenario:
    """A scenario; `announced`: these papers, or those from 1 to this number."""
    all_of_them = range(1, announced + 1) if isinstance(announced, int) else announced
    sources = tuple(dict.fromkeys(source for day in days for source in day.verdicts))
    return Scenario(
        name,
        thread,
        days,
        frozenset(all_of_them),
        frozenset(lost or ()),
        sources,
        issues,
        {**HOURLY, **keys},
    )


def at(
    when: str,
    *shows: Shows,
    told: str = "",
    killed: str = "",
    by_hand: bool = False,
    **verdicts: str,
) -> Day:
    """A run at this time, UTC: `11-18 06:00` is of 2026."""
    now = datetime.fromisoformat(f"{when if when[:2] == '20' else f'2026-{when}'}+00:00")
    merged = {path: reply for show in shows for path, reply in show.items()}
    return Day(now, merged, verdicts, told, killed, by_hand)


def papers(*numbers: int | Item) -> list[Item]:
    return [one if isinstance(one, Item) else Item(one) for one in numbers]


def rss(category: str, day: str, *numbers: int | Item) -> Shows:
    """arXiv's feed of a category, with this date."""
    dated = date.fromisoformat(day if day[:2] == "20" else f"2026-{day}")
    return {f"/rss/{category}": Reply(feed(category, dated, papers(*numbers)))}


def lg(day: str, *numbers: int | Item) -> Shows:
    return rss("cs.LG", day, *numbers)


def cl(day: str, *numbers: int | Item) -> Shows:
    return rss("cs.CL", day, *numbers)


def hf(day: str, *numbers: int, page: int = 0, more: bool = False) -> Shows:
    """Hugging Face's list of a day; `more`: there is another page."""
    dated = date.fromisoformat(f"2026-{day}")
    reply = servers.as_json(hf_list(dated, papers(*numbers)))
    link = {"Link": '<https://huggingface.co/api/daily_papers>; rel="next"'} if more else {}
    return {f"/hf?date={dated}&p={page}": Reply(reply.body, headers={**reply.headers, **link})}


def at_journal(body: bytes) -> Shows:
    return {"/journal": Reply(body)}


def dropped(name: str, *numbers: int) -> Shows:
    return {f"dumps/{name}": Reply(homes.page(*numbers).encode())}


def failing(path: str, **reply: object) -> Shows:
    return {path: Reply(**reply)}  # type: ignore[arg-type]


def span(first: int, last: int) -> range:
    """These numbers, both too."""
    return range(first, last + 1)


LG = "/rss/cs.LG"
HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>"
EMPTY_LG = lg  # a feed without papers: only a day


def half(shows: Shows, path: str = LG) -> Shows:
    """The first half of the bytes, as if that were all."""
    return {path: Reply(shows[path].body[: len(shows[path].body) // 2])}


def broken_off(shows: Shows, path: str = LG) -> Shows:
    """The connection ends in the middle."""
    return {path: Reply(shows[path].body, cut=True)}


def weekdays(first: str, last: str) -> list[date]:
    """The days from Monday to Friday between these two, both too."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    every = (begin + timedelta(days=n) for n in range((end - begin).days + 1))
    return [day for day in every if day.weekday() < 5]


def batch(number: int, size: int = 20) -> range:
    """The papers of the n-th batch of a long story, from 0."""
    return range(number * size + 1, (number + 1) * size + 1)


def four_weeks(size: int = 20) -> tuple[Day, ...]:
    """Twenty good days before the eighteenth of November, with so many papers each."""
    days = weekdays("2026-10-21", "2026-11-17")
    return tuple(
        at(f"{day} 06:00", lg(str(day), *batch(n, size)), arxiv="complete") for n, day in enumerate(days)
    )


# --- what the world did ---

OLD_BATCH = (
    played(
        "yesterday's feed in the morning, byte for byte; today's an hour later",
        "ZJU-REAL/Polaris#213",
        at("11-17 06:00", lg("11-17", 1, 2, 3), arxiv="complete"),
        at("11-18 06:00", arxiv="stale", told="still shows 2026-11-17"),
        at("11-18 07:00", lg("11-18", 4, 5, 6), arxiv="complete"),
        announced=6,
    ),
    played(
        "yesterday's feed for the whole day: what was due then is gone, and told",
        "ZJU-REAL/Polaris#213",
        at("11-17 06:00", lg("11-17", 1, 2, 3), arxiv="complete"),
        at("11-18 06:00", arxiv="stale"),
        at("11-18 18:00", arxiv="stale"),
        at("11-19 06:00", lg("11-19", 7, 8), arxiv="partial", told="2026-11-18 was not fetched"),
        at("11-20 06:00", lg("11-20", 9), arxiv="complete"),
        announced=9,
        lost={4, 5, 6},
    ),
    played(
        "the right batch with yesterday's date, for a week",
        "ZJU-REAL/Polaris#304",
        at("11-16 06:00", lg("11-15", 1, 2), arxiv="complete"),
        at("11-17 06:00", lg("11-16", 3, 4), arxiv="complete"),
        at("11-18 06:00", lg("11-17", 5, 6), arxiv="complete"),
        at("11-19 06:00", lg("11-18", 7, 8), arxiv="complete"),
        announced=8,
    ),
    played(
        "the right batch with yesterday's date on one day only",
        "ZJU-REAL/Polaris#304",
        at("11-17 06:00", lg("11-17", 1, 2), arxiv="complete"),
        at("11-18 06:00", lg("11-17", 3, 4), arxiv="complete"),
        at("11-19 06:00", lg("11-19", 5, 6), arxiv="complete"),
        at("11-20 06:00", lg("11-20", 7, 8), arxiv="complete"),
        announced=8,
    ),
    played(
        "the first category is today's, the second comes later",
        "ZJU-REAL/Polaris#412",
        at("11-17 06:00", lg("11-17", 1, 2), cl("11-17", 3, 4), both="complete"),
        at("11-18 06:00", lg("11-18", 5, 6), both="stale", told="cs.CL: it still shows 2026-11-17"),
        at("11-18 07:00", cl("11-18", 7, 8), both="complete"),
        announced=8,
    ),
    played(
        "the first category is yesterday's, the second is today's",
        "ZJU-REAL/Polaris#414",
        at("11-17 06:00", lg("11-17", 1, 2), cl("11-17", 3, 4), both="complete"),
        at("11-18 06:00", cl("11-18", 7, 8), both="stale", told="cs.LG: it still shows 2026-11-17"),
        at("11-18 07:00", both="stale"),
        at("11-18 09:00", lg("11-18", 5, 6), both="complete"),
        announced=8,
    ),
    played(
        "old papers under today's date, the real batch later",
        "ZJU-REAL/Polaris#416",
        at("11-17 06:00", lg("11-17", *span(1, 6)), arxiv="complete"),
        at("11-18 06:00", lg("11-18", *span(1, 6)), arxiv="stale", told="nothing in it is new"),
        at("11-18 08:00", lg("11-18", *span(7, 20)), arxiv="complete"),
        announced=20,
    ),
    played(
        "back to the day before yesterday, and forth again",
        "lemon24/reader#340",
        at("11-17 06:00", lg("11-17", 1, 2), arxiv="complete"),
        at("11-18 06:00", lg("11-18", 3, 4), arxiv="complete"),
        at("11-19 06:00", lg("11-17", 1, 2), arxiv="stale"),
        at("11-19 07:00", lg("11-18", 3, 4), arxiv="stale"),
        at("11-19 08:00", lg("11-19", 5, 6), arxiv="complete"),
        at("11-20 06:00", lg("11-20", 7), arxiv="complete"),
        announced=7,
    ),
    played(
        "a page with a fresh date and content of last month",
        "Vincentqyw/cv-arxiv-daily#14",
        *four_weeks(),
        at("11-18 06:00", lg("11-18", *batch(0)), arxiv="stale"),
        at("11-19 06:00", lg("11-19", *batch(0)), arxiv="stale"),
        announced=400,
    ),
)

INCOMPLETE = (
    played(
        "half of today's batch, then all of it",
        "dw-dengwei/daily-arXiv-ai-enhanced#85",
        *four_weeks(),
        at("11-18 06:00", lg("11-18", *span(401, 405)), arxiv="partial", told="usual on a Wednesday is 20"),
        at("11-18 07:00", lg("11-18", *span(401, 420)), arxiv="complete"),
        announced=420,
    ),
    played(
        "an empty weekday, without history, that fills later",
        "TideDra/zotero-arxiv-daily#16",
        at("11-17 06:00", lg("11-17", 1, 2), arxiv="complete"),
        at("11-18 06:00", EMPTY_LG("11-18"), arxiv="quiet"),
        at("11-18 09:00", lg("11-18", 3, 4), arxiv="complete"),
        announced=4,
    ),
    played(
        "an empty weekday, after four weeks, that fills later",
        "TideDra/zotero-arxiv-daily#47",
        *four_weeks(),
        at("11-18 06:00", EMPTY_LG("11-18"), arxiv="partial", told="usual on a Wednesday is 20"),
        at("11-18 09:00", lg("11-18", *span(401, 420)), arxiv="complete"),
        announced=420,
    ),
    played(
        "half of a batch, all of it the next morning, today's two hours later",
        "ZJU-REAL/Polaris#414",
        *four_weeks(),
        at("11-18 06:00", lg("11-18", *span(401, 405)), arxiv="partial"),
        at("11-19 06:00", lg("11-18", *span(401, 420)), arxiv=""),
        at("11-19 08:00", lg("11-19", *span(421, 440)), arxiv="complete"),
        announced=440,
    ),
    played(
        "the rest of a batch comes with the next one",
        "scirate/scirate#511",
        *four_weeks(),
        at("11-18 06:00", lg("11-18", *span(401, 405)), arxiv="partial"),
        at("11-19 06:00", lg("11-19", *span(406, 440)), arxiv="complete"),
        announced=440,
    ),
    played(
        "Hugging Face's list of the day has one paper when it is read first",
        "takara-ai/papers-api#17",
        at("11-17 06:00", hf("11-16", 1, 2, 3), hf="complete"),
        at("11-18 06:00", hf("11-17", 4), hf="complete"),
        at("11-19 06:00", hf("11-17", 4, 5, 6, 7), hf("11-18", 8, 9), hf="complete"),
        announced=9,
    ),
    played(
        "Hugging Face's list of the day has one paper, after four weeks",
        "takara-ai/papers-api#17",
        *(
            at(f"{day + timedelta(days=1)} 06:00", hf(f"{day:%m-%d}", *batch(n)), hf="complete")
            for n, day in enumerate(weekdays("2026-10-20", "2026-11-16"))
        ),
        at("11-18 06:00", hf("11-17", 401), hf="partial", told="usual on a Tuesday is 20"),
        at("11-19 06:00", hf("11-17", *span(401, 420)), hf("11-18", *span(421, 440)), hf="complete"),
        announced=440,
    ),
    played(
        "a page of Hugging Face's list is short, and there is another",
        "dw-dengwei/daily-arXiv-ai-enhanced#85",
        at("11-17 06:00", hf("11-16", 1, 2, more=True), hf("11-16", 3, 4, page=1), hf="complete"),
        at("11-18 06:00", hf("11-17", 5, 6), hf="complete"),
        announced=6,
    ),
    played(
        "the connection breaks off in the middle of a feed, then it is whole",
        "FreshRSS/FreshRSS#5454",
        at("11-17 06:00", broken_off(lg("11-17", *span(1, 8))), arxiv="broken"),
        at("11-17 07:00", lg("11-17", *span(1, 8)), arxiv="complete"),
        announced=8,
    ),
    played(
        "the server sends half of a feed as if it were all, then all of it",
        "FreshRSS/FreshRSS#5454",
        at("11-17 06:00", half(lg("11-17", *span(1, 8))), arxiv="partial"),
        at("11-17 07:00", lg("11-17", *span(1, 8)), arxiv="complete"),
        announced=8,
    ),
    played(
        "a page of HTML instead of the feed, with status 200",
        "takara-ai/papers-api#12",
        at("11-17 06:00", lg("11-17", 1, 2), arxiv="complete"),
        at("11-18 06:00", failing(LG, body=HTML), arxiv="broken", told="no feed"),
        at("11-18 07:00", lg("11-18", 3, 4), arxiv="complete"),
        announced=4,
    ),
    played(
        "a page of HTML instead of a journal's feed, and of Hugging Face's list",
        "rss2email/rss2email#121",
        at(
            "11-18 06:00",
            failing("/journal", body=HTML),
            failing("/hf?date=2026-11-17&p=0", body=HTML),
            journal="broken",
            hf="broken",
        ),
        at(
            "11-18 08:00",
            at_journal(journal(papers(1, 2))),
            hf("11-17", 3, 4),
            journal="complete",
            hf="complete",
        ),
        announced=4,
    ),
    played(
        "two of three categories cannot be had",
        "TideDra/zotero-arxiv-daily#251",
        at("11-17 06:00", lg("11-17", 1), cl("11-17", 2), both="complete"),
        at("11-18 06:00", lg("11-18", 3), failing("/rss/cs.CL", status=404), both="partial", told="cs.CL"),
        at("11-18 08:00", cl("11-18", 4), both="complete"),
        announced=4,
    ),
    played(
        "429 with Retry-After: nobody comes sooner",
        "TideDra/zotero-arxiv-daily#145",
        at(
            "11-17 06:00",
            failing(LG, status=429, headers={"Retry-After": "3600"}),
            arxiv="broken",
            told="answers 429",
        ),
        at("11-17 06:30", lg("11-17", 1, 2, 3), arxiv="broken"),
        at("11-17 06:45", by_hand=True, arxiv="broken"),
        at("11-17 07:05", arxiv="complete"),
        announced=3,
    ),
    played(
        "503 for three hours",
        "scirate/scirate#480",
        at("11-17 06:00", lg("11-17", 1, 2), arxiv="complete"),
        at("11-18 06:00", failing(LG, status=503), arxiv="broken"),
        at("11-18 07:00", arxiv="broken"),
        at("11-18 09:00", lg("11-18", 3, 4), arxiv="complete"),
        announced=4,
    ),
)

OUTAGES = (
    played(
        "a missed day of the feed is told as gone, and another source brings it",
        "ZJU-REAL/Polaris#213",
        at(
            "11-17 06:00",
            lg("11-17", 1, 2),
            at_journal(lines(papers(1, 2))),
            arxiv="complete",
            journal="complete",
        ),
        at(
            "11-19 06:00",
            lg("11-19", 5, 6),
            at_journal(lines(papers(*span(1, 6)))),
            arxiv="partial",
            journal="complete",
            told="2026-11-18 was not fetched",
        ),
        at("11-20 06:00", lg("11-20", 7), arxiv="complete", journal="quiet"),
        announced=7,
    ),
    played(
        "what is gone is still told at the slot, though the source was visited again meanwhile",
        "rss2email/rss2email#195",
        at("11-17 07:00", lg("11-17", 1, 2), arxiv="complete"),
        at("11-19 05:31", lg("11-19", 5, 6), arxiv="partial"),
        at("11-19 05:40", arxiv="partial"),
        at("11-19 07:00", arxiv="partial", told="2026-11-18 was not fetched"),
        at("11-20 07:00", lg("11-20", 7), arxiv="complete"),
        announced=7,
        lost={3, 4},
        cron="0 7 * * *",
    ),
    played(
        "the program does not run for a month; Hugging Face's lists can still be had, arXiv's feeds cannot",
        "alphaXiv/feedback#215",
        at("10-16 06:00", lg("10-16", 1, 2), hf("10-15", 3, 4), arxiv="complete", hf="complete"),
        at(
            "11-17 06:00",
            *(hf(f"{day:%m-%d}", 100 + n) for n, day in enumerate(weekdays("2026-10-16", "2026-11-16"))),
            lg("11-17", 5, 6),
            arxiv="partial",
            hf="complete",
            told="21 days from 2026-10-19 to 2026-11-16",
        ),
        at("11-18 06:00", lg("11-18", 7), hf("11-17", 8), arxiv="complete", hf="complete"),
        announced={*span(1, 8), *span(50, 70), *span(100, 121)},
        lost=set(span(50, 70)),
    ),
    played(
        "Hugging Face is down for three days",
        "huggingface/autotrain-advanced#909",
        at("11-16 06:00", hf("11-15", 1), hf="complete"),
        at(
            "11-17 06:00",
            *(failing(f"/hf?date=2026-11-{day}&p=0", status=500) for day in range(12, 20)),
            hf="broken",
        ),
        at("11-18 06:00", hf="broken"),
        at(
            "11-19 06:00",
            *(hf(f"11-{day}", day) for day in (14, 16, 17, 18)),
            hf("11-15", 1),
            hf="complete",
        ),
        announced={1, 14, *span(16, 18)},
    ),
    played(
        "Hugging Face's list grows after it was read, and then nobody is there for four days",
        "takara-ai/papers-api#17",
        at("11-16 06:00", hf("11-15", 1), hf="complete"),
        at("11-17 06:00", hf("11-16", 2), hf="complete"),
        at(
            "11-21 06:00",
            hf("11-16", 2, 3, 4),
            *(hf(f"11-{day}", day) for day in range(17, 21)),
            hf="complete",
        ),
        announced={*span(1, 4), *span(17, 20)},
    ),
    played(
        "the feed is away for a day and a half",
        "Blake-Jiang/ad-arxiv-daily#1",
        at("11-17 06:00", lg("11-17", 1, 2), arxiv="complete"),
        at("11-18 06:00", failing(LG, status=500), arxiv="broken"),
        at("11-19 06:00", arxiv="broken"),
        at("11-19 12:00", lg("11-19", 5, 6), arxiv="partial", told="2026-11-18 was not fetched"),
        announced=6,
        lost={3, 4},
    ),
    *(
        played(
            f"killed: {point}",
            "rss2email/rss2email#20",
            at("11-17 06:00", lg("11-17", 1, 2, 3), arxiv="complete"),
            at("11-18 06:00", lg("11-18", 4, 5, 6), killed=point),
            at("11-18 06:10", arxiv="complete"),
            at("11-19 06:00", lg("11-19", 7), arxiv="complete"),
            announced=7,
        )
        for point in (
            *("dump opened", "arrivals appended", "source reached", "dump committed", "visit ended"),
            *("issue frozen", "cursor moved", "issue committed", "issue written", "run recorded"),
        )
    ),
)

AGAIN = (
    played(
        "two runs on one day, by hand and by the clock",
        "zulip/zulip#549",
        at("11-17 06:00", lg("11-17", 1, 2), arxiv="complete"),
        at("11-17 06:01", by_hand=True, arxiv="complete"),
        at("11-17 12:00", arxiv="complete"),
        at("11-18 06:00", lg("11-18", 3, 4), by_hand=True, arxiv="complete"),
        at("11-18 06:01", arxiv="complete"),
        announced=4,
    ),
    played(
        "versions: v2 of yesterday's, v3 of an older one, twice",
        "cjlee112/spnet#93",
        at("11-17 06:00", lg("11-17", 1, 2, 3), arxiv="complete"),
        at("11-18 06:00", lg("11-18", 4, Item(1, 2, "replace")), arxiv="complete"),
        at("11-19 06:00", lg("11-19", 5, Item(1, 3, "replace"), Item(2, 2, "replace")), arxiv="complete"),
        at("11-20 06:00", lg("11-20", 6, Item(1, 3, "replace")), arxiv="complete"),
        announced=6,
    ),
    played(
        "cross-lists: the next day in the second category, and back as a replacement",
        "matiscke/arxiv-scan#1",
        at("11-17 06:00", lg("11-17", 1, 2), cl("11-17", 2, 3), both="complete"),
        at("11-18 06:00", lg("11-18", 4), cl("11-18", 5, Item(1, 1, "cross")), both="complete"),
        at(
            "11-19 06:00",
            lg("11-19", 6, Item(1, 2, "replace")),
            cl("11-19", 7, Item(1, 2, "replace-cross")),
            both="complete",
        ),
        announced=7,
    ),
    played(
        "a day of replacements only",
        "ozan/arxiv-twitter#1",
        at("11-17 06:00", lg("11-17", 1, 2, 3), arxiv="complete"),
        at("11-18 06:00", lg("11-18", *(Item(n, 2, "replace") for n in (1, 2, 3))), arxiv="quiet"),
        at("11-19 06:00", lg("11-19", 4), arxiv="complete"),
        announced=4,
    ),
    played(
        "all ids of a feed change",
        "lemon24/reader#322",
        at("11-17 06:00", at_journal(journal(papers(1, 2, 3), doi=False)), journal="complete"),
        at("11-18 06:00", at_journal(journal(papers(1, 2, 3), "story", doi=False)), journal="quiet"),
        at(
            "11-19 06:00",
            at_journal(journal(papers(1, 2, 3, 4), "post", doi=False)),
            journal="complete",
        ),
        announced=4,
    ),
    played(
        "the same papers by three sources on three days",
        "dw-dengwei/daily-arXiv-ai-enhanced#36",
        at(
            "11-17 06:00",
            lg("11-17", 1, 2, 3),
            at_journal(lines(papers(1))),
            arxiv="complete",
            hf="quiet",
            journal="complete",
        ),
        at(
            "11-18 06:00",
            hf("11-17", 1, 2),
            lg("11-18", 4),
            at_journal(lines(papers(2, 3))),
            arxiv="complete",
            hf="complete",
            journal="complete",
        ),
        at(
            "11-19 06:00",
            hf("11-18", 4, 5),
            lg("11-19", 5, 6),
            at_journal(lines(papers(2, 3, 6))),
            arxiv="complete",
            hf="complete",
            journal="complete",
        ),
        announced=6,
    ),
    played(
        "an old paper on Hugging Face again",
        "huggingface/blog#2781",
        at("11-17 06:00", hf("11-16", 1, 2), hf="complete"),
        at("11-18 06:00", hf("11-17", 1, 3), hf="complete"),
        announced=3,
    ),
    played(
        "papers without an arXiv id",
        "ZJU-REAL/Polaris#753",
        at("11-17 06:00", at_journal(journal(papers(1, 2))), journal="complete"),
        at("11-18 06:00", at_journal(journal(papers(2, 3))), journal="complete"),
        at("11-19 06:00", at_journal(journal(papers(3, 4), doi=False)), journal="complete"),
        announced=4,
    ),
    played(
        "dates that sort wrong as words: 2026-7-15 after 2026-6-30",
        "TideDra/zotero-arxiv-daily#272",
        at("07-01 06:00", at_journal(lines(papers(1, 2), "2026-6-30")), journal="complete"),
        at(
            "07-15 06:00",
            at_journal(lines(papers(1, 2), "2026-6-30") + lines(papers(3, 4), "2026-7-15")),
            journal="complete",
        ),
        at("07-16 06:00", at_journal(lines(papers(3, 4), "2026-7-15")), journal="quiet"),
        announced=4,
    ),
    played(
        "a page that is dropped, dropped again under another name, and with more",
        "VulcanJS/Vulcan#776",
        at("11-17 06:00", dropped("a.txt", 1, 2), drop="complete"),
        at("11-18 06:00", dropped("b.txt", 1, 2), drop="quiet"),
        at("11-19 06:00", dropped("c.txt", 1, 2, 3), drop="complete"),
        announced=3,
    ),
)

# Where arXiv announces nothing on the evening of a holiday, the feeds of the day after it are empty; after a Friday
# that is a holiday, those of Monday. The nine holidays of 2026, and the day that they take.
HOLIDAYS = {
    "2026-01-01": "2026-01-02",
    "2026-01-19": "2026-01-20",
    "2026-06-19": "2026-06-22",
    "2026-07-03": "2026-07-06",
    "2026-09-07": "2026-09-08",
    "2026-11-26": "2026-11-27",
    "2026-12-25": "2026-12-28",
    "2026-12-29": "2026-12-30",
    "2026-12-31": "2027-01-01",
}


def around(holiday: str, empty: str) -> Scenario:
    """Every day from two days before a holiday until five after the day that it takes."""
    begin, end = date.fromisoformat(holiday) - timedelta(2), date.fromisoformat(empty) + timedelta(5)
    days, number = [], 0
    for n in range((end - begin).days + 1):
        day = begin + timedelta(n)
        nothing = day.weekday() >= 5 or day.isoformat() in {*HOLIDAYS.values(), "2025-12-31"}
        numbers = () if nothing else (number + 1, number + 2)
        number += len(numbers)
        days.append(at(f"{day} 06:00", lg(str(day), *numbers), arxiv="quiet" if nothing else "complete"))
    return played(
        f"{holiday} is a holiday", "TideDra/zotero-arxiv-daily#20", *days, announced=number, empty="skip"
    )


QUIET = (
    *(around(holiday, empty) for holiday, empty in HOLIDAYS.items()),
    played(
        "a day without announcements that nobody knew of",
        "TideDra/zotero-arxiv-daily#30",
        *four_weeks(),
        at("11-18 06:00", EMPTY_LG("11-18"), arxiv="partial", told="0 papers; usual on a Wednesday is 20"),
        at("11-18 12:00", arxiv="partial"),
        at("11-19 06:00", lg("11-19", *span(401, 420)), arxiv="complete"),
        announced=420,
    ),
    played(
        "papers on a day that is said to be a holiday",
        "TideDra/zotero-arxiv-daily#30",
        at("11-26 06:00", lg("11-26", 1, 2), arxiv="complete"),
        at("11-27 06:00", lg("11-27", 3, 4), arxiv="complete"),
        at("11-30 06:00", lg("11-30", 5, 6), arxiv="complete"),
        announced=6,
    ),
    played(
        "a weekend: empty feeds with the day's own date",
        "TideDra/zotero-arxiv-daily#3",
        at("11-20 06:00", lg("11-20", 1, 2), arxiv="complete"),
        at("11-21 06:00", EMPTY_LG("11-21"), arxiv="quiet", by_hand=True),
        at("11-22 06:00", EMPTY_LG("11-22"), arxiv="quiet", by_hand=True),
        at("11-23 06:00", lg("11-23", 3, 4), arxiv="complete"),
        announced=4,
    ),
    played(
        "a weekend: Friday's feed for three days",
        "dw-dengwei/daily-arXiv-ai-enhanced#2",
        at("11-20 06:00", lg("11-20", 1, 2), arxiv="complete"),
        at("11-21 06:00", arxiv="quiet"),
        at("11-22 06:00", arxiv="quiet"),
        at("11-23 06:00", arxiv="stale"),
        at("11-23 07:00", lg("11-23", 3, 4), arxiv="complete"),
        announced=4,
    ),
    played(
        "Friday's feed is read on Saturday, for on Friday nobody was there",
        "deariary/github-weekly-reporter#89",
        at("11-19 06:00", lg("11-19", 1, 2), arxiv="complete"),
        at("11-21 05:00", lg("11-20", 3, 4), arxiv="complete"),
        at("11-22 06:00", EMPTY_LG("11-22"), arxiv="quiet"),
        at("11-23 06:00", lg("11-23", 5), arxiv="complete"),
        announced=5,
    ),
    played(
        "Friday's feed is gone on Saturday",
        "deariary/github-weekly-reporter#89",
        at("11-19 06:00", lg("11-19", 1, 2), arxiv="complete"),
        at("11-21 12:00", EMPTY_LG("11-21"), arxiv="broken", told="2026-11-20 was not fetched"),
        at("11-23 06:00", lg("11-23", 5), arxiv="complete"),
        announced={1, 2, 3, 4, 5},
        lost={3, 4},
    ),
    played(
        "a weekly digest of a daily source",
        "openjournals/joss#246",
        *(
            at(f"{day} 06:00", lg(str(day), *batch(n, 3)), arxiv="complete")
            for n, day in enumerate(weekdays("2026-11-16", "2026-11-20"))
        ),
        at("11-23 07:00", lg("11-23", *batch(5, 3)), arxiv="complete"),
        at("11-24 07:00", lg("11-24", *batch(6, 3)), arxiv="complete"),
        at(
            "11-30 07:00",
            lg("11-30", *batch(9, 3)),
            arxiv="partial",
            told="2 days from 2026-11-25 to 2026-11-26",
        ),
        announced=30,
        lost={*batch(7, 3), *batch(8, 3)},
        cron="0 7 * * mon",
    ),
)


# When the slots around a change of the clocks are, UTC: a time that is left out comes with the next one that there is,
# one that comes twice counts the first time.
NIGHTS = {
    ("Europe/Berlin", "02:30"): (
        ("03-28 01:30", "03-29 01:00", "03-30 00:30"),
        ("10-24 00:30", "10-25 00:30", "10-26 01:30"),
    ),
    ("Europe/Berlin", "07:00"): (
        ("03-28 06:00", "03-29 05:00", "03-30 05:00"),
        ("10-24 05:00", "10-25 06:00", "10-26 06:00"),
    ),
    ("America/New_York", "02:30"): (
        ("03-07 07:30", "03-08 07:00", "03-09 06:30"),
        ("10-31 06:30", "11-01 07:30", "11-02 07:30"),
    ),
    ("America/New_York", "01:30"): (("10-31 05:30", "11-01 05:30", "11-02 06:30"),),
    ("America/New_York", "07:00"): (
        ("03-07 12:00", "03-08 11:00", "03-09 11:00"),
        ("10-31 11:00", "11-01 12:00", "11-02 12:00"),
    ),
}


def night(zone: str, when: str, slots: tuple[str, ...]) -> Scenario:
    """A page each day at 13:00 UTC, and until then a run every half an hour; each page has its issue, at its slot."""
    begin = datetime.fromisoformat(f"2026-{slots[0]}").replace(hour=12, minute=30) - timedelta(days=1)
    days = []
    for n in range(3 * 48 + 1):
        now = f"{begin + timedelta(minutes=30 * n):%m-%d %H:%M}"
        if now[6:] > "13:00":
            continue
        page = dropped(f"{now[:5]}.txt", 1 + n // 48) if now.endswith("13:00") else {}
        days.append(at(now, page, drop="complete" if now in slots else ""))
    return played(
        f"{slots[1][:5]} in {zone} at {when}",
        "buttondown/roadmap#2536",
        *days,
        announced=3,
        issues=tuple(f"daily-2026-{slot[:5]}" for slot in slots),
        cron=f"{int(when[3:])} {int(when[:2])} * * *",
        timezone=zone,
    )


CLOCKS = (
    *(night(*place, slots) for place, changes in NIGHTS.items() for slots in changes),
    played(
        "arXiv's clock goes forward: its feed is there an hour sooner",
        "fkubota/Carrier-Owl#57",
        at("03-05 06:00", lg("03-05", 1), arxiv="complete"),
        at("03-06 05:00", arxiv="complete"),
        at("03-06 06:00", lg("03-06", 2), arxiv="complete"),
        at("03-09 05:00", lg("03-09", 3), arxiv="complete"),
        announced=3,
    ),
    played(
        "arXiv's clock goes back: its feed is there an hour later",
        "fkubota/Carrier-Owl#57",
        at("10-30 05:00", lg("10-30", 1), arxiv="complete"),
        at("11-02 05:00", arxiv="quiet"),
        at("11-02 06:00", lg("11-02", 2), arxiv="complete"),
        announced=2,
    ),
)

SCENARIOS = (*OLD_BATCH, *INCOMPLETE, *OUTAGES, *AGAIN, *QUIET, *CLOCKS)


# --- the player ---


class Killed(BaseException):
    """As if by kill -9, as far as the store and the files are concerned (tests/test_crash.py really kills)."""


@dataclass
class Played:
    """What came of a scenario."""

    missed: frozenset[int]
    repeated: tuple[int, ...]
    issues: tuple[str, ...]
    wrong: tuple[str, ...]  # verdicts, and words that should have been told, day by day
    asked: int  # verdicts

    @property
    def right(self) -> int:
        return self.asked - len(self.wrong)


class World:
    """What is shown, at the moment."""

    def __init__(self, tagged: bool) -> None:
        self.shown: dict[str, Reply] = {}
        self.tagged = tagged

    def play(self, asked: Asked) -> Reply:
        some: dict[str, str] = {name: asked.query[name] for name in ("date", "p") if name in asked.query}
        path = f"{asked.path}?{urlencode(some)}" if some else asked.path
        reply = self.shown.get(path, servers.as_json([]) if asked.path == "/hf" else Reply(status=404))
        return servers.with_etag(asked, reply) if self.tagged and reply.status == 200 else reply


class Player:
    """One home, and one world around it."""

    def __init__(self, path: Path, scenario: Scenario, url: str, world: World) -> None:
        tables = [
            f"[sources.{name}]\n{SOURCES[name].replace('{url}', url)}\n"
            for name in scenario.sources
            if name in SOURCES
        ]
        keys: dict[str, Any] = {"sources": list(scenario.sources), **scenario.keys}
        homes.make(path, "".join(tables), daily=homes.schedule(**keys))
        self.home: Home = config.load(path)
        self.store: Store = open_store(self.home.store)
        self.scenario, self.world = scenario, world
        self.wrong: list[str] = []
        self.asked = 0

    def play(self) -> Played:
        """Day after day; then all that was carried."""
        for day in self.scenario.days:
            for path, reply in day.shows.items():
                if path.startswith("dumps/"):
                    (self.home.path / path).write_bytes(reply.body)
                else:
                    self.world.shown[path] = reply
            if day.killed:
                self._killed(day)
            else:
                self._compare(day, self._run(day))
        names, carried = self._carried()
        missed = self.scenario.announced - self.scenario.lost - set(carried)
        repeated = tuple(sorted({n for n in carried if carried.count(n) > 1}))
        strange = set(carried) & self.scenario.lost | set(carried) - self.scenario.announced
        self.wrong += [f"carried, though nobody brought it: {n}" for n in sorted(strange)]
        return Played(missed, repeated, names, tuple(self.wrong), self.asked)

    def _run(self, day: Day) -> Run:
        if not day.by_hand:
            return schedule.run_due(self.home, self.store, day.now, quiet, quiet, pipeline.at_once)
        wanted = [(digest, Occasion(now=day.now)) for digest in self.home.digests]
        templates = templating.environment(self.home.templates)
        return pipeline.build(self.home, self.store, templates, wanted, (), day.now, quiet)

    def _killed(self, day: Day) -> None:
        """The run ends at this point, and the next one finds what it left."""

        def die(name: str) -> None:
            if name == day.killed:
                raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(crash, "point", die)
            with pytest.raises(Killed):
                self._run(day)

    def _compare(self, day: Day, run: Run) -> None:
        """The verdicts that an issue tells, or the status where none was made."""
        now = standing.of(self.home, self.store, day.now)["daily"]["sources"]
        found = {name: one["verdict"] for name, one in now.items()}
        reasons = " ".join(one["why"] for one in now.values())
        for made in run.made:
            found |= made.sources
            reasons += " ".join(made.reasons.values())
        wanted = {name: verdict for name, verdict in day.verdicts.items() if verdict}
        self.asked += len(wanted) + bool(day.told)
        for name, verdict in wanted.items():
            if found[name] != verdict:
                self.wrong.append(f"{day.now:%m-%d %H:%M} {name}: {found[name]}, not {verdict}: {reasons}")
        if day.told not in reasons:
            self.wrong.append(f"{day.now:%m-%d %H:%M} not told: {day.told}; but: {reasons}")

    def _carried(self) -> tuple[tuple[str, ...], list[int]]:
        """The names of all issues, oldest first, and the number of each paper on each of their cards."""
        with self.store.reading() as db:
            stored = issues.of_digest(db, "daily")[::-1]
        cards = [
            card
            for one in stored
            for group in range(len(one.head.groups))
            for card in issues.cards_of(self.store, one.id)(group)
        ]
        return tuple(one.head.name for one in stored), [int(card.title.split()[-1]) for card in cards]


def quiet(*_said: object) -> None:
    """Nobody is told anything."""


@contextmanager
def hasty(cache: Path) -> Iterator[None]:
    """No pause between two requests, and no wait before another try."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        patch.setattr(pace, "PAUSES", {})
        patch.setattr(web, "TRIES", (0.0, 0.0))
        yield


def play(scenario: Scenario, folder: Path, tagged: bool) -> Played:
    """A scenario from its first day to its last."""
    world = World(tagged)
    with hasty(folder / "cache"), servers.serving(world.play) as server:
        player = Player(folder / "home", scenario, server.url, world)
        try:
            return player.play()
        finally:
            player.store.close()


# --- the tests ---

TWINS = [
    (scenario, tagged)
    for scenario in SCENARIOS
    for tagged in ((False,) if scenario.sources == ("drop",) else (False, True))
]

# Each once, with and without entity tags by turns: both of all take three minutes. `python -m tests.test_replay` does.
PLAYED = [
    (scenario, number % 2 == 0 and scenario.sources != ("drop",)) for number, scenario in enumerate(SCENARIOS)
]


@pytest.mark.parametrize(
    ("scenario", "tagged"), PLAYED, ids=[f"{one.thread}: {one.name}: {how}" for one, how in PLAYED]
)
def test_nothing_missed_nothing_repeated_every_verdict_right(
    scenario: Scenario, tagged: bool, tmp_path: Path
) -> None:
    found = play(scenario, tmp_path, tagged)
    assert found.missed == frozenset()
    assert found.repeated == ()
    assert found.wrong == ()
    assert not scenario.issues or found.issues == scenario.issues


def test_no_two_scenarios_are_the_same() -> None:
    assert len({(one.thread, one.name) for one in SCENARIOS}) == len(SCENARIOS)


def main() -> None:
    """Play everything, and print the table."""
    print(f"{'days':>5} {'papers':>6} {'gone':>5} {'missed':>6} {'repeated':>8} {'verdicts':>9}  scenario")  # noqa: T201
    for scenario, tagged in TWINS:
        with TemporaryDirectory() as folder:
            found = play(scenario, Path(folder), tagged)
        counts = f"{len(scenario.days):5} {len(scenario.announced):6} {len(scenario.lost):5}"
        right = f"{found.right}/{found.asked}"
        name = f"{scenario.thread}: {scenario.name}{' (tagged)' if tagged else ''}"
        print(f"{counts} {len(found.missed):6} {len(found.repeated):8} {right:>9}  {name}")  # noqa: T201
        for wrong in found.wrong:
            print(f"{'':46}  {wrong}")  # noqa: T201


if __name__ == "__main__":
    main()
