"""Sources that are fetched, through the real program: each kind of trouble ends in its verdict, and nothing is lost."""

import json
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest import config
from digest.fetching import due as fetching
from digest.fetching import pace, web
from digest.sources import FIRST
from digest.store import log, open_store, visits, works
from tests import arxiv, homes
from tests.arxiv import Item
from tests.servers import Asked, Reply, Server, as_json, packed, serving, with_etag

DAYS = ("2026-11-19", "2026-11-20", "2026-11-21")  # Thursday to Saturday
NUMBERS = {DAYS[0]: range(10), DAYS[1]: range(10, 30), DAYS[2]: range(0)}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No second is waited for, and no lane of the user's is touched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(pace, "PAUSES", {})
    monkeypatch.setattr(web, "TRIES", (0.01, 0.02))


class Playing:
    """A server that shows a day's papers, in the shape of each kind of source, and the home that fetches them."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.day, self.shows = server, DAYS[0], DAYS[0]
        self.numbers = dict(NUMBERS)
        self.spoil: Callable[[Reply], Reply] = lambda reply: reply
        self.of_page: Callable[[Asked], bool] = lambda _asked: True
        server.play = self.play
        self.home = homes.make(folder / "home", self.settings())
        self.store = open_store(self.home / "digest.sqlite3")

    def settings(self) -> str:
        url = self.server.url
        return f"""\
contact = "me@example.org"

[sources.url]
url = "{url}/feed.json"
private = true

[sources.arxiv-rss]
arxiv_rss = ["cs.LG"]
address = "{url}/rss"
private = true

[sources.hf-daily]
hf_daily = "1 day"
address = "{url}/daily"
private = true
"""

    def play(self, asked: Asked) -> Reply:
        reply = self.whole(asked)
        return self.spoil(reply) if self.of_page(asked) else reply

    def whole(self, asked: Asked) -> Reply:
        items = [Item(number) for number in self.numbers[self.shows]]
        if asked.path == "/daily":
            return daily(items if asked.query["p"] == "0" else [], self.shows)
        if asked.path.startswith("/rss/"):
            return with_etag(asked, Reply(arxiv.feed("cs.LG", date.fromisoformat(self.shows), items)))
        entries = [
            {"title": one.title, "abstract": "Told.", "id": f"https://arxiv.org/abs/{one.id}"}
            for one in items
        ]
        return with_etag(asked, as_json(entries or [{"title": "The First", "url": "https://example.org/1"}]))

    def visit(self, name: str, now: datetime) -> fetching.Visit:
        """A visit to the source of this name; the day's list is that of `day`."""
        home = config.load(self.home)
        [source] = [one for one in home.sources if one.name == name]
        return fetching.visit(home, self.store, source, now, lambda *_: None)[0]

    def known(self) -> set[str]:
        """The titles of all works that ever arrived, each as often as it did; none may be there twice."""
        with self.store.reading() as db:
            entries = [
                entry for entry in log.unread(db, log.spans(db, "x", log.sources(db))) if entry.kind == "new"
            ]
            said = works.said(db, {entry.atom for entry in entries})
        titles = [row.paper.title for row in said]
        assert len(titles) == len(set(titles)) == len(entries)
        return set(titles)


def daily(items: list[Item], day: str) -> Reply:
    """A page of Hugging Face's list of a day."""
    return as_json(
        [
            {
                "title": one.title,
                "summary": "Told at length.",
                "publishedAt": "2026-11-18T00:00:00.000Z",
                "paper": {
                    "id": one.id,
                    "title": one.title,
                    "summary": "Told at length.",
                    "authors": [{"name": "Ada Quill"}],
                    "publishedAt": "2026-11-18T00:00:00.000Z",
                    "submittedOnDailyAt": f"{day}T00:00:00.000Z",
                    "upvotes": 3,
                },
            }
            for one in items
        ]
    )


def titles(*days: str) -> set[str]:
    return {Item(number).title for day in days for number in NUMBERS[day]}


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[Playing]:
    with serving(lambda _asked: Reply(status=500)) as server:
        one = Playing(server, tmp_path)
        try:
            yield one
        finally:
            one.store.close()


def noon(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00+00:00").astimezone(UTC)


def of_list(name: str, day: str) -> datetime:
    """A moment at which the list of this day is to be had."""
    return noon(f"{day[:8]}{int(day[8:]) + 1:02}") if name == "hf-daily" else noon(day)


KINDS = ("url", "arxiv-rss", "hf-daily")
HTML = Reply(b"<!DOCTYPE html><html><body>We are down for maintenance.</body></html>")
SPOILED: dict[str, Callable[[Reply], Reply]] = {
    "503": lambda _reply: Reply(b"busy", 503),
    "429 with an hour": lambda _reply: Reply(b"busy", 429, {"Retry-After": "3600"}),
    "a cut body": lambda reply: Reply(reply.body, cut=True),
    "a wrong length": lambda reply: Reply(reply.body, length=len(reply.body) + 1, cut=True),
    "a page of HTML": lambda _reply: HTML,
    "a redirect to a file": lambda _reply: Reply(status=302, headers={"Location": "file:///etc/passwd"}),
    "an empty body": lambda _reply: Reply(b""),
    "half of a document that says nothing of it": lambda reply: Reply(reply.body[: len(reply.body) // 2]),
    "a gzip that is cut": lambda reply: Reply(
        packed(reply.body).body[:-9], headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("trouble", SPOILED)
@pytest.mark.parametrize("name", KINDS)
def test_trouble_and_the_day_after(name: str, trouble: str, playing: Playing) -> None:
    """Thursday is well; on Friday something is wrong; the server healed, the next visit brings what was missed."""
    assert playing.visit(name, of_list(name, DAYS[0])).verdict == "complete"
    assert playing.known() == titles(DAYS[0])
    playing.shows = DAYS[1]
    playing.spoil = SPOILED[trouble]
    bad = playing.visit(name, of_list(name, DAYS[1]))
    assert bad.verdict in {"partial", "broken"}
    assert bad.why
    assert playing.known() <= titles(*DAYS[:2])
    playing.spoil = lambda reply: reply
    assert playing.visit(name, of_list(name, DAYS[1])).verdict == "complete"
    assert playing.known() == titles(*DAYS[:2])


@pytest.mark.parametrize("name", KINDS)
def test_other_characters_than_are_told(name: str, playing: Playing) -> None:
    playing.spoil = lambda reply: Reply(reply.body, headers={"Content-Type": "text/html; charset=utf-16"})
    assert playing.visit(name, of_list(name, DAYS[0])).verdict == "complete"
    assert playing.known() == titles(DAYS[0])


def test_yesterdays_feed_again(playing: Playing) -> None:
    playing.visit("arxiv-rss", noon(DAYS[0]))
    stale = playing.visit("arxiv-rss", noon(DAYS[1]))
    assert stale == fetching.Visit(
        source="arxiv-rss", verdict="stale", why=f"cs.LG: it still shows {DAYS[0]}, and {DAYS[1]} is due"
    )
    playing.shows = DAYS[1]
    assert playing.visit("arxiv-rss", noon(DAYS[1], 13)).verdict == "complete"
    assert playing.known() == titles(*DAYS[:2])


def test_a_quiet_weekend(playing: Playing) -> None:
    playing.shows = DAYS[1]
    playing.visit("arxiv-rss", noon(DAYS[1]))
    playing.shows = DAYS[2]
    assert playing.visit("arxiv-rss", noon(DAYS[2])).verdict == "quiet"


def test_a_feed_that_was_not_fetched_is_told_as_gone(playing: Playing) -> None:
    playing.visit("arxiv-rss", noon(DAYS[0]))
    playing.shows = "2026-11-23"
    playing.numbers["2026-11-23"] = range(40, 50)
    found = playing.visit("arxiv-rss", noon("2026-11-23"))
    assert found.verdict == "partial"
    assert f"the feed of {DAYS[1]} was not fetched and is gone" in found.why


def test_a_list_with_many_pages(playing: Playing) -> None:
    items = [Item(number) for number in range(230)]
    playing.server.play = lambda asked: daily(items[int(asked.query["p"]) * 100 :][:100], DAYS[0])
    assert playing.visit("hf-daily", noon(DAYS[1])).verdict == "complete"
    assert playing.known() == {one.title for one in items}
    assert {asked.query["limit"] for asked in playing.server.asked} == {"100"}


def test_days_that_were_missed_are_caught_up(playing: Playing) -> None:
    lists = {f"2026-11-{day:02}": [Item(day * 10 + one) for one in range(5)] for day in range(1, 20)}

    def play(asked: Asked) -> Reply:
        return daily(
            lists.get(asked.query["date"], []) if asked.query["p"] == "0" else [], asked.query["date"]
        )

    playing.server.play = play
    playing.visit("hf-daily", noon("2026-11-02"))
    playing.visit("hf-daily", noon("2026-11-20"))
    assert playing.known() == {one.title for items in lists.values() for one in items}


# --- when it is due ---


def due(playing: Playing, now: datetime, *, by_hand: bool = False) -> set[str]:
    home = config.load(playing.home)
    return {one.name for one in fetching.due(home, playing.store, now, by_hand=by_hand)}


def test_nothing_is_asked_for_before_it_is_due(playing: Playing) -> None:
    for name in KINDS:
        playing.visit(name, noon(DAYS[0]))
    assert due(playing, noon(DAYS[0])) == set()
    assert due(playing, noon(DAYS[0], 13)) == {"url"}
    assert due(playing, noon(DAYS[1], 5)) == {"url", "hf-daily"}
    assert due(playing, noon(DAYS[1], 6)) == {
        "url",
        "hf-daily",
        "arxiv-rss",
    }  # half past midnight, Eastern time


def test_what_failed_is_tried_again_soon_and_by_hand_at_once(playing: Playing) -> None:
    playing.visit("url", noon(DAYS[0]))
    playing.spoil = SPOILED["503"]
    playing.visit("url", noon(DAYS[0], 13))
    at = noon(DAYS[0], 13)
    assert "url" not in due(playing, at)
    assert "url" in due(playing, at, by_hand=True)
    assert "url" in due(playing, at.replace(minute=5))


def test_a_server_that_asks_for_time_gets_it_by_hand_too(playing: Playing) -> None:
    playing.spoil = lambda _reply: Reply(b"busy", 429, {"Retry-After": "7200"})
    playing.visit("url", noon(DAYS[0]))
    assert "url" not in due(playing, noon(DAYS[0], 13), by_hand=True)
    assert "url" in due(playing, noon(DAYS[0], 14), by_hand=True)


def test_another_address_is_another_source(playing: Playing) -> None:
    playing.visit("url", noon(DAYS[0]))
    settings = playing.home / "digest.toml"
    settings.write_text(settings.read_text().replace("feed.json", "other.json"))
    assert "url" in due(playing, noon(DAYS[0]))
    playing.visit("url", noon(DAYS[0]))
    assert "if-none-match" not in playing.server.asked[-1].headers


# --- the program as a whole ---


def build(playing: Playing, now: str, code: int = 0) -> list[dict[str, object]]:
    return homes.build(playing.home, now=now, code=code)


def test_bad_news_is_told_everywhere_and_once(playing: Playing, tmp_path: Path) -> None:
    def notices() -> list[str]:
        return sorted(file.name for file in (playing.home / "outbox" / "_notices").glob("*-arxiv-rss-*"))

    build(playing, f"{DAYS[0]}T12:00Z")
    playing.shows = DAYS[0]
    assert not (playing.home / "outbox" / "_notices").exists()
    for hour in (12, 13):
        made = build(playing, f"{DAYS[1]}T{hour}:00Z", code=3)
    assert made[0]["sources"]["arxiv-rss"] == "stale"  # type: ignore[index]
    assert notices() == [f"{DAYS[1]}T120000Z-arxiv-rss-stale.txt"]
    status = json.loads(homes.run(playing.home, "status", "--json", now=f"{DAYS[1]}T13:00Z", code=3).stdout)
    assert status["daily"]["sources"]["arxiv-rss"]["verdict"] == "stale"
    assert "it still shows" in status["daily"]["sources"]["arxiv-rss"]["why"]
    playing.shows = DAYS[1]
    build(playing, f"{DAYS[1]}T14:00Z")
    assert notices()[1:] == [f"{DAYS[1]}T140000Z-arxiv-rss-well.txt"]
    [issue] = [one for path, one in homes.frozen(playing.home).items() if path.endswith(DAYS[1])]
    assert homes.titles(issue) == titles(DAYS[1])


def test_the_footer_says_why(playing: Playing) -> None:
    build(playing, f"{DAYS[0]}T12:00Z")
    homes.drop(playing.home, "page.txt", 1, 2)
    settings = playing.home / "digest.toml"
    settings.write_text(settings.read_text() + '\n[sources.drop]\nfolder = "dumps"\n')
    build(playing, f"{DAYS[1]}T12:00Z", code=3)
    words = (playing.home / "outbox" / "daily" / DAYS[1] / "digest.txt").read_text()
    assert "it still shows" in " ".join(words.split())


def test_check_puts_nothing_into_the_store(playing: Playing) -> None:
    before = homes.rows(playing.home)
    said = homes.run(
        playing.home, "sources", "check", now=f"{DAYS[0]}T12:00Z", XDG_CACHE_HOME=str(playing.home)
    ).stdout
    assert "10 papers, 0 of them known, 0 rejects (arxiv_feed)" in said
    assert homes.rows(playing.home) == before
    assert not (playing.home / "kept").exists()
    build(playing, f"{DAYS[0]}T12:00Z")
    playing.shows = DAYS[0]
    stale = homes.run(
        playing.home, "sources", "check", "arxiv-rss", "--json", now=f"{DAYS[1]}T12:00Z", code=3
    )
    assert json.loads(stale.stdout)["verdict"] == "stale"
    assert (
        "no source that is fetched is named 'x'"
        in homes.run(playing.home, "sources", "check", "x", code=2).stderr
    )


def test_what_was_fetched_can_be_read_again(playing: Playing) -> None:
    build(playing, f"{DAYS[0]}T12:00Z")
    assert "10 papers" in homes.run(playing.home, "reread").stdout


@pytest.mark.parametrize(
    "point", ["dump opened", "dump closed", "source reached", "dump committed", "visit ended"]
)
def test_killed_in_a_visit_and_repeated(point: str, playing: Playing) -> None:
    playing.store.close()
    homes.run(playing.home, "build", now=f"{DAYS[0]}T12:00Z", code=-signal.SIGKILL, DIGEST_CRASH_AT=point)
    build(playing, f"{DAYS[0]}T12:00Z")
    [issue] = homes.frozen(playing.home).values()
    assert homes.titles(issue) == titles(DAYS[0])
    with closing(sqlite3.connect(playing.home / "digest.sqlite3")) as db:
        assert db.execute(
            "SELECT count(*) FROM sources WHERE verdict IN ('complete', 'quiet')"
        ).fetchone() == (3,)


def test_a_dump_that_cannot_be_stored_is_not_remembered_as_read(playing: Playing) -> None:
    """The entity tag stands in the store with the papers, or not at all: else the next visit would hear 304."""
    playing.spoil = lambda _reply: Reply(HTML.body, headers={"ETag": '"bad"'})
    playing.visit("url", noon(DAYS[0]))
    with playing.store.reading() as db:
        assert list(visits.reached(db, "url")) == [FIRST]


# --- settings ---


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('url = "journal.example.org"', "is not the address of a document"),
        ('url = "https://x.example.org/"\nevery = "often"', "'often' is not a span of time"),
        ('url = "https://x.example.org/"\nprivate = "yes"', "'yes' is not true or false"),
        ('arxiv_rss = ["machine learning"]', "is no category of arXiv"),
        ("arxiv_rss = []", "at least one category"),
        ('arxiv_rss = ["cs.LG"]\nholidays = ["1 May"]', "write dates such as"),
        ('hf_daily = "ever"', "'ever' is not a span of time"),
        ('folder = "dumps"\nprivate = true', "unknown key 'private'"),
        ('url = "https://x.example.org/"\nstale_after = "soon"', "'soon' is not a span of time"),
    ],
)
def test_mistakes_in_settings(table: str, said: str, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", f"[sources.one]\n{table}\n")
    assert said in homes.run(home, "check", code=2).stderr


def test_a_key_that_cannot_be_read_breaks_its_source_only(playing: Playing) -> None:
    settings = playing.home / "digest.toml"
    settings.write_text(
        settings.read_text() + '\n[sources.s2]\nsemantic_scholar = "kites"\nkey_file = "secret"\n'
    )
    made = build(playing, f"{DAYS[0]}T12:00Z", code=3)
    wanted = dict.fromkeys(("arxiv-rss", "hf-daily", "url"), "complete")
    assert made[0]["sources"] == wanted | {"s2": "broken"}
    assert "key_file: secret" in made[0]["reasons"]["s2"]  # type: ignore[index]


def test_a_check_where_nobody_can_be_asked(tmp_path: Path) -> None:
    said = homes.run(homes.make(tmp_path / "home"), "sources", "check").stderr
    assert "fetches by itself, so there is nobody to ask" in said
