"""OpenAlex, Crossref, Semantic Scholar, bioRxiv: whole windows of days, page by page, and what a broken page does."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import zstandard
from sqlalchemy import text

from digest import config
from digest.errors import ConfigError
from digest.fetching import due as fetching
from digest.fetching import pace, web
from digest.sources import FIRST, _pages
from digest.store import Store, open_store, visits
from tests import homes, pages
from tests.servers import Asked, Reply, Server, as_json, serving

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)  # a Friday
KEY = "k3y+of/mine"
CONTACT = "curator@example.org"
ROWS = 3  # of a page: fewer than anybody asks for


# --- the catalogues ---


class Wanted(NamedTuple):
    """What a request asks for."""

    first: str
    last: str
    at: int  # records before it


class Shown(NamedTuple):
    """What a page has."""

    numbers: list[int]
    at: int
    total: int

    @property
    def end(self) -> int:
        return self.at + len(self.numbers)


class Kind(NamedTuple):
    """A catalogue, as it is asked and as it answers."""

    table: str
    format: str
    wanted: Callable[[Asked], Wanted]
    answer: Callable[[Shown], object]


def cursor(said: str) -> int:
    return 0 if said in {"", "*"} else int(said.removeprefix("after/+ "))


def dates(said: str, first: str, last: str) -> tuple[str, str]:
    """The two days of a filter; each has to be there once."""
    found = [part.partition(":") for part in said.split(",")]
    (one,), (two,) = ([day for name, _, day in found if name == wanted] for wanted in (first, last))
    return one, two


def of_openalex(asked: Asked) -> Wanted:
    assert asked.path == "/openalex"
    assert asked.query["per_page"] == "100"
    days = dates(asked.query["filter"], "from_publication_date", "to_publication_date")
    return Wanted(*days, cursor(asked.query["cursor"]))


def openalex(shown: Shown) -> object:
    """The next cursor is null on an empty page only."""
    following = f"after/+ {shown.end}" if shown.numbers else None
    return {
        "meta": {"count": shown.total, "per_page": 100, "next_cursor": following, "cost_usd": 0.0001},
        "results": [
            {
                "id": f"https://openalex.org/W{70_000 + number}",
                "doi": f"https://doi.org/10.5555/kite.{number}",
                "title": pages.paper(number)[0],
                "publication_date": "2026-11-18",
                "authorships": [{"author": {"display_name": "Ada Quill"}}],
                "is_retracted": False,
                "is_paratext": False,
                "abstract_inverted_index": {
                    word: [place] for place, word in enumerate(("Kites", "rise", str(number)))
                },
            }
            for number in shown.numbers
        ],
        "group_by": [],
    }


def of_crossref(asked: Asked) -> Wanted:
    assert asked.path == "/crossref"
    assert 0 < int(asked.query["rows"]) <= 1_000
    days = dates(asked.query["filter"], "from-created-date", "until-created-date")
    return Wanted(*days, cursor(asked.query["cursor"]))


def crossref(shown: Shown) -> object:
    """The next cursor never ends."""
    return {
        "status": "ok",
        "message-type": "work-list",
        "message-version": "1.0.0",
        "message": {
            "facets": {},
            "total-results": shown.total,
            "items": [
                {
                    "DOI": f"10.5555/kite.{number}",
                    "type": "posted-content",
                    "title": [pages.paper(number)[0]],
                    "author": [{"given": "Ada", "family": "Quill", "sequence": "first", "affiliation": []}],
                    "abstract": f"<jats:p>{pages.paper(number)[1]}</jats:p>",
                    "created": {"date-parts": [[2026, 11, 18]]},
                    "reference-count": 0,
                }
                for number in shown.numbers
            ],
            "items-per-page": 500,
            "next-cursor": f"after/+ {shown.end}",
        },
    }


def of_semantic_scholar(asked: Asked) -> Wanted:
    assert asked.path == "/s2"
    assert asked.query["query"] == 'kites | "toy boats"'
    assert {"title", "externalIds"} <= set(asked.query["fields"].split(","))
    first, _, last = asked.query["publicationDateOrYear"].partition(":")
    return Wanted(first, last, cursor(asked.query.get("token", "")))


def semantic_scholar(shown: Shown) -> object:
    """The total is an estimate, far too high."""
    return {
        "total": 2 * shown.total + 7,
        "token": f"after/+ {shown.end}" if shown.end < shown.total else None,
        "data": [
            {
                "paperId": f"{number:040x}",
                "externalIds": {"CorpusId": 900_000 + number, "DOI": f"10.5555/kite.{number}"},
                "title": pages.paper(number)[0],
                "abstract": pages.paper(number)[1],
                "authors": [{"authorId": "1", "name": "Ada Quill"}],
                "year": 2026,
                "publicationDate": "2026-11-18",
            }
            for number in shown.numbers
        ],
    }


def of_biorxiv(asked: Asked) -> Wanted:
    _, api, server, first, last, at, form = asked.path.split("/")
    assert (api, server, form) == ("biorxiv", "medrxiv", "json")
    return Wanted(first, last, int(at))


def biorxiv(shown: Shown) -> object:
    """Numbers as words; no total where there is nothing."""
    if not shown.numbers:
        return {"messages": [{"status": "no posts found"}], "collection": []}
    return {
        "messages": [
            {
                "status": "ok",
                "category": "all",
                "cursor": str(shown.at),
                "count": len(shown.numbers),
                "count_new_papers": "1",
                "total": str(shown.total),
            }
        ],
        "collection": [
            {
                "title": pages.paper(number)[0],
                "authors": "Quill, A.; Moe, M.",
                "author_corresponding_institution": "Institute of Kites",
                "doi": f"10.64898/2026.11.18.{700_000 + number}",
                "date": "2026-11-18",
                "version": "1",
                "type": "new results",
                "category": "neuroscience",
                "jatsxml": "https://www.medrxiv.org/content/early/x.source.xml",
                "abstract": pages.paper(number)[1],
                "published": "NA",
                "server": "medRxiv",
            }
            for number in shown.numbers
        ],
    }


KINDS = {
    "openalex": Kind('openalex = "default.search:kites"', "openalex", of_openalex, openalex),
    "crossref": Kind('crossref = "type:posted-content"', "crossref_json", of_crossref, crossref),
    "s2": Kind(
        "semantic_scholar = 'kites | \"toy boats\"'",
        "semantic_scholar",
        of_semantic_scholar,
        semantic_scholar,
    ),
    "biorxiv": Kind('biorxiv = "medrxiv"', "biorxiv_json", of_biorxiv, biorxiv),
}
ANNOUNCING = ("openalex", "crossref", "biorxiv")


class World:
    """A catalogue on a server, a home that asks it, and what came of that."""

    def __init__(self, kind: str, server: Server, folder: Path, store: Store) -> None:
        self.kind, self.server, self.folder, self.store = kind, server, folder, store
        self.days: dict[int, date] = {}  # when each paper was published
        self.unserved: set[int] = set()  # counted, but given to nobody
        self.wrong: dict[int, Reply] = {}  # in place of the page that begins there
        self.said: list[str] = []
        server.play = self.play

    def play(self, asked: Asked) -> Reply:
        kind = KINDS[self.kind]
        wanted = kind.wanted(asked)
        if wanted.at in self.wrong:
            return self.wrong[wanted.at]
        within = [number for number, day in self.days.items() if wanted.first <= str(day) <= wanted.last]
        served = [number for number in within if number not in self.unserved]
        return as_json(kind.answer(Shown(served[wanted.at : wanted.at + ROWS], wanted.at, len(within))))

    def publish(self, day: str, *numbers: int) -> None:
        self.days |= dict.fromkeys(numbers, date.fromisoformat(f"2026-{day}"))

    def visit(self, now: datetime = NOW) -> fetching.Visit:
        """A visit; it brings each record once, and none is refused."""
        home = config.load(self.folder)
        told = [source for source in home.sources if source.name == "cat"]
        made, reads = fetching.visit(home, self.store, told[0], now, lambda said, *_: self.said.append(said))
        assert {read.format for read in reads} <= {KINDS[self.kind].format}
        assert not any(read.rejects for read in reads)
        assert all(read.records for read in reads)
        return made

    @property
    def titles(self) -> set[str]:
        """The titles in the store, each of which came as news once."""
        with self.store.reading() as db:
            records = [
                json.loads(record)["title"] for (record,) in db.execute(text("SELECT record FROM papers"))
            ]
            query = "SELECT work FROM arrivals WHERE kind = 'new'"
            works = [work for (work,) in db.execute(text(query))]
        assert len(works) == len(set(works)) == len(set(records))
        return set(records)

    @property
    def standing(self) -> visits.Standing:
        with self.store.reading() as db:
            found = visits.standing(db, "cat")
        assert found
        return found

    @property
    def reached(self) -> dict[str, str]:
        """How far it is read, in its own words."""
        return {what: said for what, said in self.standing.reached.items() if what != FIRST}

    def has(self, *numbers: int) -> bool:
        return self.titles == homes.title(*numbers)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No second is waited for, and no lane of the user's is touched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("DIGEST_CONTACT", "DIGEST_KEY_CAT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pace, "PAUSES", {})
    monkeypatch.setattr(web, "TRIES", (0.01, 0.02))


def settings(kind: str, server: Server, *more: str) -> str:
    table = [KINDS[kind].table, f'address = "{server.url}/{kind}"', "private = true"]
    if kind in ("openalex", "s2"):
        table.append('key_file = "key"')
    return "\n".join((f'contact = "{CONTACT}"', "[sources.cat]", *table, *more)) + "\n"


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes the world of a kind, with more lines in its table."""
    stores = []
    with serving(lambda _asked: Reply(status=404)) as server:

        def make(kind: str, *more: str) -> World:
            folder = homes.make(tmp_path / "home", settings(kind, server, *more))
            (folder / "key").write_text(f"{KEY}\n")
            stores.append(open_store(config.load(folder).store))
            return World(kind, server, folder, stores[-1])

        yield make
    for store in stores:
        store.close()


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, worlds: Callable[..., World]) -> World:
    """The world of each kind."""
    one: World = worlds(request.param)
    return one


# --- what comes ---


def test_all_pages_of_the_window(world: World) -> None:
    world.publish("11-12", 90)  # a day too old
    world.publish("11-13", 1, 2)
    world.publish("11-16", 3, 4, 5, 6, 7)
    world.publish("11-19", 8)
    world.publish("11-20", 91)  # the day is not over
    made = world.visit()
    assert (made.verdict, made.why) == ("complete", "")
    assert world.has(*range(1, 9))
    assert world.reached == {"upto": "2026-11-19"}
    assert world.standing.due == datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert [said for said in world.said if said.startswith("fetched")] == [
        f"fetched {KINDS_SAID[world.kind]} 2026-11-13 to 2026-11-19, page {page}" for page in (1, 2, 3)
    ]


KINDS_SAID = {
    "openalex": "openalex",
    "crossref": "crossref",
    "s2": "semantic scholar",
    "biorxiv": "medrxiv",
}


def test_a_page_that_is_just_full_is_the_last(world: World) -> None:
    world.publish("11-18", *range(2 * ROWS))
    assert world.visit().verdict == "complete"
    assert world.has(*range(2 * ROWS))
    assert len(world.server.asked) == 2


def test_a_quiet_day(world: World) -> None:
    assert world.visit().verdict == "quiet"
    assert (world.titles, len(world.server.asked)) == (set(), 1)
    assert world.reached == {"upto": "2026-11-19"}
    assert not (world.folder / "kept").exists()


def test_an_outage_of_ten_days(world: World) -> None:
    world.publish("11-19", 1)
    world.visit()
    for day in range(20, 31):
        world.publish(f"11-{day}", 2 * day, 2 * day + 1)
    made = world.visit(NOW + timedelta(days=11))
    assert made.verdict == "complete"
    assert world.has(1, *range(40, 62))
    assert world.reached == {"upto": "2026-11-30"}


def test_what_is_indexed_late_is_brought_by_the_overlap(world: World) -> None:
    world.publish("11-19", 1)
    world.visit()
    world.publish("11-18", 2)
    world.publish("11-20", 3)
    assert world.visit(NOW + timedelta(days=1)).verdict == "complete"
    assert world.has(1, 2, 3)


def test_days_that_were_read_are_quiet(world: World) -> None:
    world.publish("11-19", 1, 2, 3, 4)
    world.visit()
    assert world.visit(NOW + timedelta(days=1)).verdict == "quiet"
    assert world.has(1, 2, 3, 4)


# --- what does not come ---

HTML = Reply(b"<!DOCTYPE html><html><title>Down for maintenance</title></html>")
WRONG = {
    "HTML": HTML,
    "nothing": Reply(b""),
    "a list": Reply(b"[]"),
    "an empty object": Reply(b"{}"),
    "no UTF-8": Reply(
        b'{"meta": {"count": 7, "next_cursor": "\xff"}, "results": [],'
        b' "message": {"total-results": 7, "items": [], "next-cursor": "\xff"},'
        b' "token": "\xff", "data": [], "messages": [{"status": "\xff"}]}'
    ),
    "lists in lists": Reply(
        b'{"results": [%s], "message": {"items": [%s]}, "data": [%s], "collection": [%s]}'
        % ((b"[" * 5_000 + b"]" * 5_000,) * 4)
    ),
    "JSON that is cut": Reply(b'{"meta": {"count": 7}, "results": [{"id": "https://openalex.org/W1", "titl'),
    "a server that is down": Reply(b"oh no", 503),
    "a connection that breaks off": Reply(b" " * 40_000, cut=True),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_broken_page_in_the_middle(world: World, wrong: str) -> None:
    world.publish("11-18", *range(1, 8))
    world.wrong = {ROWS: WRONG[wrong]}
    made = world.visit()
    assert made.verdict == "partial"
    assert "page 2: " in made.why
    assert world.has(1, 2, 3)
    assert world.reached == {}
    assert world.standing.due <= NOW + timedelta(minutes=5)
    world.wrong = {}
    assert world.visit(NOW + timedelta(minutes=5)).verdict == "complete"
    assert world.has(*range(1, 8))
    assert world.reached == {"upto": "2026-11-19"}


def test_nothing_but_a_broken_page(world: World) -> None:
    world.wrong = {0: HTML}
    made = world.visit()
    assert made.verdict == "broken"
    assert "what came is no answer of" in made.why
    assert world.reached == {}


def test_a_page_that_breaks_off_in_the_middle_of_a_record(world: World) -> None:
    """The same page as it should be, without its second half, and with the length of what is there."""
    world.publish("11-18", *range(1, 8))
    shown = Shown([4, 5, 6], ROWS, 7)
    whole = as_json(KINDS[world.kind].answer(shown)).body
    world.wrong = {ROWS: Reply(whole[: len(whole) // 2])}
    assert world.visit().verdict == "partial"
    assert world.has(1, 2, 3)
    assert world.reached == {}


@pytest.mark.parametrize("kind", ANNOUNCING)
def test_fewer_than_announced(kind: str, worlds: Callable[..., World]) -> None:
    world = worlds(kind)
    world.publish("11-18", *range(1, 9))
    world.unserved = {2, 5, 8}
    made = world.visit()
    assert (made.verdict, made.why) == ("partial", "5 of 8 came")
    assert world.reached == {}
    world.unserved = set()
    assert world.visit(NOW + timedelta(days=1)).verdict == "complete"
    assert world.has(*range(1, 9))


def test_a_server_that_is_down_for_days(world: World) -> None:
    """A window that was not read is asked for again from its first day, however long that takes."""
    world.publish("11-19", 1)
    world.visit()
    world.wrong = {0: Reply(b"oh no", 503)}
    for day in range(20, 25):
        world.publish(f"11-{day}", day)
        assert world.visit(NOW + timedelta(days=day - 19)).verdict == "broken"
    world.wrong = {}
    assert world.visit(NOW + timedelta(days=6)).verdict == "complete"
    assert world.has(1, *range(20, 25))


def test_a_search_that_goes_on_with_an_empty_page(worlds: Callable[..., World]) -> None:
    world = worlds("s2")
    world.publish("11-18", *range(1, 8))
    world.wrong = {ROWS: as_json({"total": 7, "token": "after/+ 3", "data": []})}
    made = world.visit()
    assert made.verdict == "partial"
    assert "empty" in made.why
    assert world.reached == {}


def test_a_list_without_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pages, "MOST", 4)
    world.publish("11-18", *range(100))
    made = world.visit()
    assert made.verdict == "partial"
    assert "more than 4 pages" in made.why
    assert world.reached == {}
    assert len(world.server.asked) == 4


def test_some_versions_of_biorxiv_are_counted_but_never_come(worlds: Callable[..., World]) -> None:
    world = worlds("biorxiv")
    world.publish("11-18", *range(24))
    world.unserved = {3, 21, 22}
    assert world.visit().verdict == "complete"
    assert world.reached == {"upto": "2026-11-19"}
    world.unserved = set()
    world.visit(NOW + timedelta(days=1))
    assert world.has(*range(24))


def test_biorxiv_says_that_something_else_is_wrong(worlds: Callable[..., World]) -> None:
    world = worlds("biorxiv")
    world.wrong = {0: as_json({"messages": [{"status": "database error"}], "collection": []})}
    made = world.visit()
    assert (made.verdict, "database error" in made.why) == ("broken", True)


# --- politeness, keys and money ---


def test_a_contact_is_told(world: World) -> None:
    world.visit()
    assert all(f"mailto:{CONTACT}" in asked.headers["user-agent"] for asked in world.server.asked)
    assert (world.server.asked[0].query.get("mailto") == CONTACT) == (world.kind == "crossref")


def test_the_key_goes_where_it_belongs(world: World) -> None:
    world.visit()
    asked = world.server.asked[0]
    assert (asked.query.get("api_key") == KEY) == (world.kind == "openalex")
    assert (asked.headers.get("x-api-key") == KEY) == (world.kind == "s2")


def test_429_is_not_asked_again_at_once(world: World) -> None:
    world.publish("11-18", *range(1, 8))
    world.wrong = {ROWS: Reply(b'{"message": "Too Many Requests"}', 429)}
    made = world.visit()
    assert made.verdict == "partial"
    assert "429" in made.why
    assert len(world.server.asked) == 2
    assert (world.standing.asked, world.standing.due) == (True, NOW + web.TOO_MANY)
    assert world.reached == {}


PLAN = b'{"error": "Plan upgrade required", "message": "from_created_date needs a Premium plan"}'


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(PLAN, 429), "Plan upgrade required"),
        (Reply(PLAN, 429, {"Retry-After": "1"}), "Plan upgrade required"),
        (Reply(b'{"error": "no key"}', 401), "it refuses the key"),
    ],
)
def test_what_openalex_refuses_is_told_with_what_to_do(
    reply: Reply, said: str, worlds: Callable[..., World]
) -> None:
    world = worlds("openalex")
    world.wrong = {0: reply}
    made = world.visit()
    assert made.verdict == "broken"
    assert said in made.why
    assert "free key at openalex.org/settings/api" in made.why
    assert len(world.server.asked) == 1
    assert not world.standing.asked  # with a key a build by hand may try at once


def test_openalex_wants_a_key(worlds: Callable[..., World]) -> None:
    world = worlds("openalex")
    (world.folder / "key").write_text("")
    world.wrong = {0: Reply(b"{}", 401)}
    assert "it wants a key" in world.visit().why
    assert "api_key" not in world.server.asked[0].query


def test_a_budget_of_openalex_that_is_used_up(worlds: Callable[..., World]) -> None:
    world = worlds("openalex")
    world.wrong = {0: Reply(b'{"error": "daily limit exceeded"}', 429, {"X-RateLimit-Reset": "7200"})}
    assert "budget" in world.visit().why
    assert (world.standing.asked, world.standing.due) == (True, NOW + timedelta(hours=2))


def everything_in(folder: Path) -> list[bytes]:
    """Everything that lies in a home, unpacked; but the file of the key."""
    found = {name: data for name, data in homes.tree(folder).items() if name != "key"}
    unpacker = zstandard.ZstdDecompressor()
    return [
        unpacker.decompressobj().decompress(data) if name.endswith(".zst") else data
        for name, data in found.items()
    ]


@pytest.mark.parametrize("kind", ["openalex", "s2"])
def test_the_key_stays_a_secret(kind: str, worlds: Callable[..., World]) -> None:
    """Also where a server says it back: in the program's output, its store, its outbox, its verdicts."""
    world = worlds(kind)
    keys = [KEY.encode(), quote(KEY, safe="").encode()]
    world.publish("11-18", *range(1, 8))
    echoed = b'{"message": "no such thing: %s"}' % b" ".join(keys)
    world.wrong = {ROWS: Reply(echoed, 400)}
    world.store.close()
    cache = str(world.folder.parent / "cache")
    done = homes.run(world.folder, "build", now=f"{NOW:%Y-%m-%dT%H:%M}+00:00", code=3, XDG_CACHE_HOME=cache)
    said = [done.stdout, done.stderr]
    for status in (401, 403, 404, 429):
        world.wrong = {ROWS: Reply(echoed, status)}
        said.append(world.visit().why)
        assert "page 2: " in said[-1]
    everything = [*everything_in(world.folder), *(one.encode() for one in said)]
    assert any(b"page 2: " in one for one in everything_in(world.folder))
    assert len(world.server.asked) == 10
    assert not any(key in one for key in keys for one in everything)


def test_readers_are_not_told_whom_to_write_to(world: World) -> None:
    world.wrong = {0: Reply(b"no", 400)}
    made = world.visit()
    assert "it answers 400: no" in made.why
    assert "=" not in made.why
    assert CONTACT.partition("@")[0] not in made.why


# --- settings ---

MISTAKES = [
    ('openalex = "kites"', "is no filter"),
    ('openalex = ""', "a filter or a search is needed"),
    ('openalex = "from_publication_date:2026-01-01"', "are added"),
    ('openalex = "type:article"\nreach_back = "36 hours"', "whole days"),
    ('openalex = "type:article"\noverlap = "0 days"', "whole days"),
    ('openalex = "type:article"\nreach_back = "999999 weeks"', "3,660 days at most"),
    ('openalex = "type:article"\naddress = "ftp://x"', "address of a document"),
    ('crossref = "kites, boats"', "is no filter"),
    ('crossref = ""\nquery = " "', "a filter or a query is needed"),
    ('crossref = "from-created-date:2026-01-01"', "are added"),
    ('semantic_scholar = " "', "a query is needed"),
    ('biorxiv = "arxiv"', "'biorxiv', 'medrxiv'"),
    ('biorxiv = "biorxiv"\ncategory = "a/b?c"', "is no subject"),
]


@pytest.mark.parametrize(("table", "said"), MISTAKES)
def test_mistakes_in_the_table(table: str, said: str, tmp_path: Path) -> None:
    homes.make(tmp_path / "home", f"[sources.cat]\n{table}\n")
    with pytest.raises(ConfigError, match=said):
        config.load(tmp_path / "home")


def asked_for(world: World) -> Any:
    world.visit()
    return world.server.asked[0].query


def test_journals_and_reviews_are_not_asked_for(worlds: Callable[..., World], tmp_path: Path) -> None:
    world = worlds("crossref", 'query = "toy boats"')
    assert asked_for(world)["query.bibliographic"] == "toy boats"
    assert asked_for(world)["filter"].count("type:") == 1
    file = world.folder / "digest.toml"
    file.write_text(file.read_text().replace("type:posted-content", "prefix:10.1101"))
    world.server.asked.clear()
    assert "prefix:10.1101,type:journal-article,type:posted-content," in asked_for(world)["filter"]


def test_front_matter_is_not_asked_for(worlds: Callable[..., World]) -> None:
    world = worlds("openalex", 'search = "toy boats"')
    said = asked_for(world)
    assert said["filter"].startswith("default.search:kites,is_paratext:false,from_publication_date:")
    assert said["search"] == "toy boats"


def test_a_category_of_biorxiv(worlds: Callable[..., World]) -> None:
    assert asked_for(worlds("biorxiv", 'category = "cell biology"')) == {"category": "cell_biology"}


def test_how_far_to_look_is_a_setting(worlds: Callable[..., World]) -> None:
    world = worlds("s2", 'reach_back = "2 weeks"', 'overlap = "1 day"')
    world.visit()
    world.visit(NOW + timedelta(days=1))
    first, second = (one.query["publicationDateOrYear"] for one in world.server.asked)
    assert (first, second) == ("2026-11-06:2026-11-19", "2026-11-19:2026-11-20")
