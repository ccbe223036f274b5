"""arXiv's API and its OAI-PMH, played with what they do on bad days; each visit goes through the whole path."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest import config
from digest.errors import ConfigError
from digest.fetching import due as fetching
from digest.fetching import pace, web
from digest.fetching.due import Visit
from digest.sources import FIRST, _arxiv, arxiv_api, arxiv_oai
from digest.store import Store, open_store, visits
from tests import arxiv, homes
from tests.arxiv import Item
from tests.servers import Asked, Reply, Server, serving

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)  # a Friday
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No second is waited for, and no lane of the user's is touched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(pace, "PAUSES", {})
    monkeypatch.setattr(web, "TRIES", (0.001, 0.001))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(lambda _asked: Reply(status=500)) as one:
        yield one


class Reader:
    """A home with one source, visited at will."""

    def __init__(self, path: Path, server: Server, *lines: str) -> None:
        table = "\n".join((*lines, f'address = "{server.url}"', "private = true"))
        settings = f'contact = "me@example.org"\n[sources.arxiv]\n{table}\n'
        self.home = config.load(homes.make(path, settings))
        self.store: Store = open_store(self.home.store)

    def visit(self, now: datetime = NOW) -> Visit:
        """Its verdict."""
        return fetching.visit(self.home, self.store, self.home.sources[0], now, lambda *_: None)[0]

    def news(self) -> list[str]:
        """The arXiv id of each arrival that says that a work is new."""
        with closing(sqlite3.connect(self.home.store)) as db:
            query = (
                "SELECT substr(key, 7) FROM arrivals JOIN keys USING (work) "
                "WHERE kind = 'new' AND key LIKE 'arxiv:%' ORDER BY seq"
            )
            return [row[0] for row in db.execute(query)]

    def reached(self) -> dict[str, str]:
        """How far the source is read, in its own words."""
        with self.store.reading() as db:
            return {what: said for what, said in visits.reached(db, "arxiv").items() if what != FIRST}

    def due(self) -> datetime:
        """When it is to be visited next."""
        with self.store.reading() as db:
            standing = visits.standing(db, "arxiv")
        assert standing
        return standing.due


Make = Callable[..., Reader]


@pytest.fixture
def make(tmp_path: Path, server: Server) -> Iterator[Make]:
    """Makes a home with a source of these lines."""
    made: list[Reader] = []

    def one(*lines: str) -> Reader:
        made.append(Reader(tmp_path / f"home{len(made)}", server, *lines))
        return made[-1]

    yield one
    for reader in made:
        reader.store.close()


def ids(*numbers: int) -> list[str]:
    return [Item(number).id for number in numbers]


def first_to(last: int) -> list[str]:
    return ids(*range(1, last + 1))


# --- the API ---

API = 'arxiv_api = "cat:cs.LG AND abs:kelp"'
DAYS = re.compile(r"\(cat:cs\.LG AND abs:kelp\) AND submittedDate:\[(\d{8})0000 TO (\d{8})0000\]")


def day_of(text: str) -> date:
    return date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")


def asked_days(asked: Asked) -> tuple[date, date]:
    """The first and the last day that a request asks for."""
    found = DAYS.fullmatch(asked.query["search_query"])
    assert found, asked.query
    return day_of(found[1]), day_of(found[2]) - DAY


class Api:
    """Papers by their day of submission, as the API finds them."""

    def __init__(self, submitted: dict[int, date]) -> None:
        self.submitted = submitted
        self.answers = 0
        self.empty: dict[int, int] = {}  # how many times the page that begins there is empty
        self.dropped: set[int] = set()  # papers that it counts and does not show

    def __call__(self, asked: Asked) -> Reply:
        first, last = asked_days(asked)
        found = [number for number, day in sorted(self.submitted.items()) if first <= day <= last]
        start, most = int(asked.query["start"]), int(asked.query["max_results"])
        assert (asked.query["sortBy"], asked.query["sortOrder"]) == ("submittedDate", "ascending")
        shown = [] if self._is_empty(start) else found[start : start + most]
        listed = [Item(number) for number in shown if number not in self.dropped]
        self.answers += 1
        made = f"2026-11-20T00:{self.answers // 60:02}:{self.answers % 60:02}Z"  # no two answers are the same
        return Reply(arxiv.page(listed, len(found), start).replace(b"2026-11-20T00:00:00Z", made.encode()))

    def _is_empty(self, start: int) -> bool:
        left = self.empty.get(start, 0)
        self.empty[start] = left - 1
        return left > 0


def daily(last: date, days: int, each: int) -> dict[int, date]:
    """So many papers each day, the last ones on this day."""
    return {
        day * each + number: last - timedelta(days=days - 1 - day)
        for day in range(days)
        for number in range(1, each + 1)
    }


@pytest.fixture
def in_fives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_api, "SLICE", 5)


def starts(server: Server) -> list[int]:
    return [int(asked.query["start"]) for asked in server.asked]


@pytest.mark.usefixtures("in_fives")
def test_a_window_comes_in_slices(server: Server, make: Make) -> None:
    server.play = Api(daily(date(2026, 11, 19), 6, 2))
    reader = make(API)
    assert reader.visit() == Visit(source="arxiv", verdict="complete")
    assert reader.news() == first_to(12)
    assert starts(server) == [0, 5, 10]
    assert asked_days(server.asked[0]) == (date(2026, 11, 13), date(2026, 11, 19))
    assert reader.reached() == {"upto": "2026-11-19", "missing": ""}


@pytest.mark.usefixtures("in_fives")
def test_a_last_page_that_is_full(server: Server, make: Make) -> None:
    server.play = Api(daily(date(2026, 11, 19), 5, 2))
    reader = make(API)
    assert reader.visit().verdict == "complete"
    assert (reader.news(), starts(server)) == (first_to(10), [0, 5])


def test_how_far_the_first_visit_looks_back(server: Server, make: Make) -> None:
    server.play = Api(daily(date(2026, 11, 19), 40, 1))
    reader = make(API, 'reach_back = "2 weeks"')
    reader.visit()
    assert asked_days(server.asked[0]) == (date(2026, 11, 6), date(2026, 11, 19))
    assert reader.news() == ids(*range(27, 41))


@pytest.mark.usefixtures("in_fives")
def test_papers_that_are_counted_and_not_shown(server: Server, make: Make) -> None:
    """The next visit asks for the same days; what is missing then again may never come, and is not waited for."""
    server.play = play = Api(daily(date(2026, 11, 19), 6, 2))
    play.dropped = {3}
    reader = make(API)
    assert reader.visit() == Visit(source="arxiv", verdict="partial", why="11 of 12 papers came")
    assert reader.reached() == {"missing": "2026-11-13"}
    assert reader.due() == NOW + fetching.AGAIN[0]
    assert reader.visit(NOW + timedelta(minutes=5)).verdict == "partial"
    assert reader.reached() == {"upto": "2026-11-19", "missing": ""}
    assert reader.news() == ids(1, 2, *range(4, 13))


@pytest.mark.usefixtures("in_fives")
def test_papers_that_are_shown_the_second_time(server: Server, make: Make) -> None:
    server.play = play = Api(daily(date(2026, 11, 19), 6, 2))
    play.dropped = {3, 12}
    reader = make(API)
    reader.visit()
    play.dropped = set()
    assert reader.visit(NOW + timedelta(minutes=5)).verdict == "complete"
    assert sorted(reader.news()) == first_to(12)


@pytest.mark.usefixtures("in_fives")
def test_an_empty_page_in_the_middle_is_asked_for_again(server: Server, make: Make) -> None:
    server.play = play = Api(daily(date(2026, 11, 19), 6, 2))
    play.empty = {5: 2}
    reader = make(API)
    assert reader.visit().verdict == "complete"
    assert (reader.news(), starts(server)) == (first_to(12), [0, 5, 5, 5, 10])


@pytest.mark.usefixtures("in_fives")
def test_a_page_that_stays_empty(server: Server, make: Make) -> None:
    server.play = play = Api(daily(date(2026, 11, 19), 6, 2))
    play.empty = {5: 3}
    reader = make(API)
    told = reader.visit()
    assert told.verdict == "partial"
    assert "after 5 papers of 2026-11-13 to 2026-11-19 the API sends empty pages" in told.why
    assert (reader.reached(), starts(server)) == ({}, [0, 5, 5, 5])
    assert reader.visit(NOW + timedelta(minutes=5)).verdict == "complete"
    assert reader.news() == first_to(12)


@pytest.mark.parametrize("body", [b"", b"\n", arxiv.page([Item(1)])[:-40]])
def test_a_first_page_without_anything_or_cut_off(server: Server, make: Make, body: bytes) -> None:
    """Such a page is no quiet day."""
    server.play = lambda _asked: Reply(body)
    reader = make(API)
    assert reader.visit().verdict == "broken"
    assert (len(server.asked), reader.reached()) == (3, {})


def test_a_page_that_is_cut_off_is_asked_for_again(server: Server, make: Make) -> None:
    """Else what came of it would be read, and the rest of it rejected as broken."""
    play, whole = Api(daily(date(2026, 11, 19), 1, 3)), [False, True]

    def cut(asked: Asked) -> Reply:
        reply = play(asked)
        return reply if whole.pop() is False else Reply(reply.body[:-200])

    server.play = cut
    reader = make(API)
    assert reader.visit().verdict == "complete"
    assert (reader.news(), starts(server)) == (first_to(3), [0, 0])


def test_no_paper_at_all_is_quiet(server: Server, make: Make) -> None:
    server.play = Api({})
    reader = make(API)
    assert reader.visit().verdict == "quiet"
    assert (len(server.asked), reader.reached()["upto"]) == (1, "2026-11-19")
    assert not list(reader.home.kept.glob("*"))  # a page without papers is no dump


def test_after_an_outage_one_visit_brings_all(server: Server, make: Make) -> None:
    server.play = Api(daily(date(2026, 11, 30), 18, 2))  # from 13 November on
    reader = make(API)
    reader.visit()
    assert len(reader.news()) == 14
    told = reader.visit(NOW + timedelta(days=10))
    assert (told.verdict, asked_days(server.asked[-1])) == (
        "complete",
        (date(2026, 11, 13), date(2026, 11, 29)),
    )
    assert reader.news() == first_to(34)


def test_the_second_day_brings_nothing_twice_and_what_was_held(server: Server, make: Make) -> None:
    server.play = play = Api(daily(date(2026, 11, 19), 7, 2))
    reader = make(API)
    reader.visit()
    play.submitted |= {15: date(2026, 11, 20), 16: date(2026, 11, 14)}  # the second was held for six days
    monday = datetime(2026, 11, 23, 7, tzinfo=UTC)
    play.submitted |= {17: date(2026, 11, 13)}
    assert reader.visit(monday).verdict == "complete"
    assert sorted(reader.news()) == first_to(17)
    assert reader.visit(monday + timedelta(minutes=5)).verdict == "complete"  # its list brought something
    assert len(reader.news()) == 17


def test_nobody_is_asked_at_the_weekend(server: Server, make: Make) -> None:
    server.play = Api({})
    reader = make(API)
    assert reader.visit().verdict == "quiet"
    assert reader.due() == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)  # Monday, with the feeds
    sunday = datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert reader.visit(sunday) == Visit(source="arxiv", verdict="quiet", why="nothing new")


def grown(play: Api, reader: Reader, off: frozenset[date]) -> None:
    """A month until Thursday, 19 November, with 20 papers of each announcement, and none on other days."""
    for number in range(31):
        visible = date(2026, 10, 20) + number * DAY
        if not _arxiv.why_empty(visible, off):
            play.submitted |= {20 * number + one: visible - DAY for one in range(1, 21)}
        told = reader.visit(datetime(visible.year, visible.month, visible.day, 7, tzinfo=UTC))
        expected = "quiet" if _arxiv.why_empty(visible, off) else "complete"
        assert (visible, told.verdict) == (visible, expected), told.why


def test_an_announcement_that_is_missing_is_waited_for_at_the_weekend(server: Server, make: Make) -> None:
    """After a month there is a usual; a holiday in it was no day without papers, nor is one to come."""
    server.play = play = Api({})
    reader = make(API, 'holidays = ["2026-11-10", "2026-11-23"]')
    grown(play, reader, _arxiv.holidays(["2026-11-10"]))
    for now in (NOW, NOW + DAY, NOW + 2 * DAY):
        assert reader.visit(now).why == "0 papers; usual on a Friday is 20"
        assert reader.due() <= now + timedelta(hours=1)
    play.submitted |= {1_000 + one: date(2026, 11, 19) for one in range(1, 21)}
    assert reader.visit(NOW + 2 * DAY + timedelta(hours=1)).verdict == "complete"
    assert reader.visit(NOW + 3 * DAY).why == "0 papers; usual on a Monday is 20"
    play.submitted |= {1_100 + one: date(2026, 11, 20) for one in range(1, 21)}
    assert reader.visit(NOW + 3 * DAY + timedelta(hours=1)).verdict == "complete"
    assert (
        reader.visit(NOW + 4 * DAY).verdict == "quiet"
    )  # there was no announcement on the evening of the 23rd
    assert reader.due() == datetime(2026, 11, 25, 5, 30, tzinfo=UTC)


def test_who_comes_between_the_announcement_and_the_feeds(server: Server, make: Make) -> None:
    """What it brings counts for the day that begins then: nothing is missing in the morning."""
    server.play = play = Api({})
    reader = make(API)
    grown(play, reader, _arxiv.HOLIDAYS)
    play.submitted |= {1_000 + one: date(2026, 11, 18) for one in range(1, 21)}
    assert reader.visit(datetime(2026, 11, 20, 2, 30, tzinfo=UTC)).verdict == "complete"
    assert reader.visit(NOW).verdict == "complete"


@pytest.mark.usefixtures("in_fives")
def test_too_much_for_a_search_comes_in_smaller_windows(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv_api, "MOST", 7)
    server.play = Api(daily(date(2026, 11, 19), 7, 3))
    reader = make(API)
    assert reader.visit().verdict == "complete"
    assert reader.news() == first_to(21)
    asked = [
        f"{first:%d}-{last:%d} {asked.query['start']}"
        for asked in server.asked
        for first, last in [asked_days(asked)]
    ]
    assert asked == [
        *("13-19 0", "13-16 0", "13-14 0", "13-14 5", "15-16 0", "15-16 5"),
        *("17-19 0", "17-18 0", "17-18 5", "19-19 0"),
    ]
    assert reader.reached()["upto"] == "2026-11-19"


def test_too_much_on_one_day(server: Server, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes before that day is kept, and not asked for again."""
    monkeypatch.setattr(arxiv_api, "MOST", 3)
    server.play = Api(daily(date(2026, 11, 16), 4, 1) | {10 + one: date(2026, 11, 17) for one in range(4)})
    reader = make(API)
    told = reader.visit()
    assert told.verdict == "partial"
    assert "4 papers of 2026-11-17, and a search gives 3 at most" in told.why
    assert (reader.news(), reader.reached()["upto"]) == (first_to(4), "2026-11-16")


def test_what_was_reached_is_never_taken_back(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days that were read are asked for again, and their windows end before the last day that was reached."""
    server.play = play = Api(daily(date(2026, 11, 19), 7, 1))
    reader = make(API)
    reader.visit()
    monkeypatch.setattr(arxiv_api, "MOST", 3)
    play.submitted |= {100 + one: date(2026, 11, 17) for one in range(4)}
    assert reader.visit(NOW + 3 * DAY).verdict == "partial"
    assert reader.reached()["upto"] == "2026-11-19"


ERROR = (
    b'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    b'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><opensearch:totalResults>1</opensearch:totalResults>'
    b"<entry><id>http://arxiv.org/api/errors#max_results_must_be_an_integer</id><title>Error</title>"
    b"<summary>max_results must be &lt;an&gt; integer</summary></entry></feed>"
)


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_is_told_in_its_words(server: Server, make: Make, status: int) -> None:
    server.play = lambda _asked: Reply(ERROR, status)
    reader = make(API)
    told = reader.visit()
    assert (told.verdict, told.why) == (
        "broken",
        "the API answers with an error: max_results must be <an> integer",
    )
    assert (len(server.asked), reader.news(), reader.reached()) == (1, [], {})


@pytest.mark.parametrize("status", [200, 400])
def test_a_page_that_is_no_feed(server: Server, make: Make, status: int) -> None:
    server.play = lambda _asked: Reply(b"<html><body>Search</body></html>", status)
    reader = make(API)
    told = reader.visit()
    assert (told.verdict, len(server.asked)) == ("broken", 1)
    assert "no answer of arXiv's API" in told.why


@pytest.mark.parametrize(
    "lines",
    [
        'arxiv_api = " "',
        'arxiv_api = "(cat:cs.LG"',
        'arxiv_api = "cat:cs.LG) OR (cat:cs.CL"',
        """arxiv_api = 'abs:"kelp'""",
        f'{API}\nreach_back = "12 hours"',
        f'{API}\nreach_back = "0 days"',
        f'{API}\nholidays = ["Christmas"]',
        'arxiv_oai = "cs.LG"',
        'arxiv_oai = "cs:LG"',
        'arxiv_oai = ""',
        'arxiv_oai = "cs"\nreach_back = "soon"',
    ],
)
def test_mistakes_are_found_before_anybody_is_asked(server: Server, make: Make, lines: str) -> None:
    with pytest.raises(ConfigError):
        make(lines)
    assert server.asked == []


@pytest.mark.parametrize("query", ['abs:")("', "(cat:cs.LG OR cat:cs.CL) AND ti:(a AND b)"])
def test_queries_that_are_closed(query: str) -> None:
    assert arxiv_api.Options(arxiv_api=query).arxiv_api == query


# --- OAI-PMH ---

OAI = 'arxiv_oai = "cs:cs:LG"'


def record(number: int, deleted: bool = False) -> str:
    one = Item(number)
    header = f"<identifier>oai:arXiv.org:{one.id}</identifier><datestamp>2026-11-20</datestamp><setSpec>cs</setSpec>"
    if deleted:
        return f'<record><header status="deleted">{header}</header></record>'
    return (
        f"<record><header>{header}</header><metadata><arXiv xmlns="
        f'"http://arxiv.org/OAI/arXiv/"><id>{one.id}</id><created>2026-11-18</created><authors><author><keyname>Quill'
        f"</keyname><forenames>Ada</forenames></author></authors><title>{one.title}</title><categories>cs.LG"
        f"</categories><abstract>We watch number {number} closely.</abstract></arXiv></metadata></record>"
    )


def oai(inside: str, day: str = "2026-11-20") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{day}T06:59:58Z</responseDate><request>http://oaipmh.arxiv.org/oai</request>{inside}</OAI-PMH>\n"
    ).encode()


def records(*numbers: int, then: str | None = None, day: str = "2026-11-20") -> Reply:
    """A page; `then`: what its resumption token says, None: it has none."""
    listed = "".join(map(record, numbers))
    following = (
        "" if then is None else f"<resumptionToken expires='2026-11-21T00:00:00Z'>{then}</resumptionToken>"
    )
    return Reply(oai(f"<ListRecords>{listed}{following}</ListRecords>", day))


def error(code: str, words: str = "", status: int = 200, day: str = "2026-11-20") -> Reply:
    return Reply(oai(f"<error code='{code}'>{words}</error>", day), status)


class Oai:
    """Pages by their token, the first by an empty one; it refuses the tokens that it does not know."""

    def __init__(self, **pages: Reply) -> None:
        self.pages = pages

    def __call__(self, asked: Asked) -> Reply:
        token = asked.query.get("resumptionToken")
        assert asked.query["verb"] == "ListRecords"
        if token:
            assert set(asked.query) == {"verb", "resumptionToken"}
            return self.pages.get(token, error("badResumptionToken", "It is expired."))
        assert asked.query["metadataPrefix"] == "arXiv"
        assert set(asked.query) <= {"verb", "metadataPrefix", "from", "set"}
        return self.pages["first"]


def three() -> Oai:
    return Oai(first=records(1, 2, then="b"), b=records(3, 4, then="c"), c=records(5, then=""))


def tokens(server: Server) -> list[str]:
    """What was asked for, in order: a token, or the day from which on."""
    return [asked.query.get("resumptionToken") or asked.query["from"] for asked in server.asked]


def test_three_pages(server: Server, make: Make) -> None:
    server.play = three()
    reader = make(OAI)
    assert reader.visit() == Visit(source="arxiv", verdict="complete")
    assert (reader.news(), tokens(server)) == (first_to(5), ["2026-11-13", "b", "c"])
    assert server.asked[0].query["set"] == "cs:cs:LG"
    assert reader.reached() == {"next": "", "began": "", "upto": "2026-11-20"}
    assert reader.due() == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


def test_everything_is_no_set(server: Server, make: Make) -> None:
    server.play = Oai(first=records(1))
    make('arxiv_oai = "all"', 'reach_back = "3000 days"').visit()
    assert server.asked[0].query == {"verb": "ListRecords", "metadataPrefix": "arXiv", "from": "2018-09-03"}


def test_a_token_comes_back_as_it_was(server: Server, make: Make) -> None:
    """arXiv's are percent-encoded queries (oaipmh/processors/resume.py), in XML."""
    query = "verb%3DListRecords%26metadataPrefix%3DarXiv%26skip%3D77 a+b/é&<"
    server.play = Oai(
        first=records(1, then=query.replace("&", "&amp;").replace("<", "&lt;")), **{query: records(2)}
    )
    reader = make(OAI)
    assert reader.visit().verdict == "complete"
    assert reader.news() == first_to(2)


def test_an_interrupted_harvest_goes_on(server: Server, make: Make) -> None:
    server.play = play = three()
    reader = make(OAI)
    play.pages["b"] = Reply(status=500)
    told = reader.visit()
    assert (told.verdict, reader.news(), reader.reached()) == (
        "partial",
        first_to(2),
        {"next": "b", "began": "2026-11-20"},
    )
    assert reader.due() == NOW + fetching.AGAIN[0]
    play.pages["b"] = three().pages["b"]
    server.asked.clear()
    assert reader.visit(NOW + timedelta(minutes=5)).verdict == "complete"
    assert (reader.news(), tokens(server)) == (first_to(5), ["b", "c"])
    assert reader.reached() == {"next": "", "began": "", "upto": "2026-11-20"}


def test_days_after_an_interrupted_harvest_the_next_one_follows(server: Server, make: Make) -> None:
    """The old one is of the day of its first answer: what came then and later is still to be asked for."""
    server.play = play = three()
    reader = make(OAI)
    play.pages["b"] = Reply(status=500)
    reader.visit()
    play.pages |= three().pages | {"first": records(6, 7, day="2026-11-24")}
    server.asked.clear()
    assert reader.visit(NOW + 4 * DAY).verdict == "complete"
    assert (reader.news(), tokens(server)) == (first_to(7), ["b", "c", "2026-11-19"])
    assert reader.reached()["upto"] == "2026-11-24"


@pytest.mark.parametrize(
    "refusal",
    [error("badResumptionToken"), error("badArgument", "?", 422), Reply(status=404), Reply(status=500)],
)
def test_a_token_of_no_use_costs_no_paper(server: Server, make: Make, refusal: Reply) -> None:
    server.play = play = three()
    reader = make(OAI)
    play.pages["b"] = Reply(status=500)
    reader.visit()
    play.pages |= {"b": refusal, "first": records(1, 2, then="d"), "d": records(3, 4, 5)}
    server.asked.clear()
    assert reader.visit(NOW + timedelta(minutes=5)) == Visit(source="arxiv", verdict="complete")
    assert reader.news() == first_to(5)
    assert list(dict.fromkeys(tokens(server))) == ["b", "2026-11-13", "d"]
    assert reader.reached() == {"next": "", "began": "", "upto": "2026-11-20"}


def test_a_token_is_kept_while_the_server_wants_to_be_left_alone(server: Server, make: Make) -> None:
    server.play = play = three()
    reader = make(OAI)
    play.pages["b"] = Reply(status=503, headers={"Retry-After": "7200"})
    reader.visit()
    assert reader.due() == NOW + timedelta(hours=2)
    server.asked.clear()
    reader.visit(NOW + timedelta(hours=2))
    assert (tokens(server), reader.reached()["next"]) == (["b"], "b")


def test_the_next_harvest_begins_a_day_before_the_first_answer_of_the_last(
    server: Server, make: Make
) -> None:
    """The last page came after midnight: what changed before it, and after the first one, is asked for again."""
    server.play = play = three()
    play.pages["first"] = records(1, 2, then="b", day="2026-11-19")
    reader = make(OAI)
    reader.visit()
    assert reader.reached()["upto"] == "2026-11-19"
    play.pages["first"] = records(1, 2, 3, 6, day="2026-11-23")
    assert reader.visit(NOW + 3 * DAY).verdict == "complete"
    assert tokens(server)[-1] == "2026-11-18"
    assert reader.news() == first_to(6)


def test_after_an_outage_one_harvest_brings_all(server: Server, make: Make) -> None:
    server.play = play = Oai(first=records(1))
    reader = make(OAI)
    reader.visit()
    play.pages |= {"first": records(*range(1, 30), then="b", day="2026-11-30"), "b": records(*range(30, 40))}
    assert reader.visit(NOW + 10 * DAY).verdict == "complete"
    assert (tokens(server)[1:], reader.news()) == (["2026-11-19", "b"], first_to(39))


def test_a_wrong_clock_of_the_server_is_not_followed(server: Server, make: Make) -> None:
    """A day to come would be an error ever after; one that is past is what an answer out of a cache says."""
    server.play = play = Oai(first=records(1, day="2031-01-01"))
    reader = make(OAI)
    reader.visit()
    assert reader.reached()["upto"] == "2026-11-20"
    play.pages["first"] = records(1, day="2026-11-17")
    reader.visit()
    assert reader.reached()["upto"] == "2026-11-20"


@pytest.mark.parametrize("status", [200, 404, 422])
def test_nothing_there_is_quiet(server: Server, make: Make, status: int) -> None:
    server.play = lambda _asked: error("noRecordsMatch", "The combination results in an empty list.", status)
    reader = make(OAI)
    assert reader.visit() == Visit(source="arxiv", verdict="quiet", why="nothing new")
    assert (reader.reached()["upto"], len(server.asked)) == ("2026-11-20", 1)


@pytest.mark.parametrize("status", [200, 400, 422])
def test_an_oai_error_is_told_with_its_code(server: Server, make: Make, status: int) -> None:
    server.play = lambda _asked: error("badArgument", "Set &lt;does&gt; not\n exist", status)
    reader = make(OAI)
    told = reader.visit()
    assert told.why == "the server answers with an error, badArgument: Set <does> not exist"
    assert (told.verdict, reader.reached(), len(server.asked)) == ("broken", {}, 1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Welcome</html>", "no answer of OAI-PMH"),
        (b"", "no answer of OAI-PMH"),
        (records(1, 2, then="b").body[:-60], "cut off"),
    ],
)
def test_what_is_no_page_is_not_the_last_one(server: Server, make: Make, body: bytes, said: str) -> None:
    server.play = play = Oai(first=records(1, then="a"), a=Reply(body))
    reader = make(OAI)
    told = reader.visit()
    assert told.verdict == "partial"
    assert said in told.why
    assert reader.reached() == {"next": "a", "began": "2026-11-20"}
    play.pages["a"] = records(2)
    assert reader.visit().verdict == "complete"


def test_pages_in_a_circle_come_to_an_end(server: Server, make: Make) -> None:
    server.play = Oai(first=records(1, then="a"), a=records(2, then="b"), b=records(3, then="a"))
    reader = make(OAI)
    told = reader.visit()
    assert (told.verdict, reader.news(), len(server.asked)) == ("partial", first_to(3), 3)
    assert "in a circle" in told.why
    assert reader.reached() == {"next": "", "began": ""}  # the next visit begins anew


def test_deleted_records_stop_nothing(server: Server, make: Make) -> None:
    listed = (
        f"<ListRecords>{record(1)}{record(2, deleted=True)}<resumptionToken>b</resumptionToken></ListRecords>"
    )
    only = f"<ListRecords>{record(4, deleted=True)}<resumptionToken>c</resumptionToken></ListRecords>"
    server.play = Oai(first=Reply(oai(listed)), b=Reply(oai(only)), c=records(3))
    reader = make(OAI)
    reader.visit()
    assert (reader.news(), reader.reached()["upto"]) == (ids(1, 3), "2026-11-20")


# --- both ---


@pytest.mark.parametrize("lines", [API, OAI])
def test_waiting_as_long_as_the_server_asks(server: Server, make: Make, lines: str) -> None:
    play = Api(daily(date(2026, 11, 19), 1, 2)) if lines == API else Oai(first=records(1, 2))
    busy = [Reply(b"Retry after 1 seconds", 503, {"Retry-After": "1"})]
    server.play = lambda asked: busy.pop() if busy else play(asked)
    reader = make(lines)
    assert reader.visit().verdict == "complete"
    first, second = server.asked
    assert second.at - first.at >= 1
    assert reader.news() == first_to(2)


@pytest.mark.parametrize("lines", [API, OAI])
def test_a_refusal_without_a_time_is_respected_for_ten_minutes(
    server: Server, make: Make, lines: str
) -> None:
    server.play = lambda _asked: Reply(b"Rate exceeded.", 429)
    reader = make(lines)
    told = reader.visit()
    assert (told.verdict, len(server.asked)) == ("broken", 1)
    assert reader.due() == NOW + timedelta(minutes=10)


@pytest.mark.usefixtures("in_fives")
@pytest.mark.parametrize("lines", [API, OAI])
def test_every_request_says_whom_to_write_to(server: Server, make: Make, lines: str) -> None:
    server.play = Api(daily(date(2026, 11, 19), 6, 2)) if lines == API else three()
    make(lines).visit()
    agents = {asked.headers["user-agent"] for asked in server.asked}
    assert (len(server.asked), len(agents)) == (3, 1)
    assert "mailto:me@example.org" in agents.pop()


@pytest.mark.parametrize("lines", [API, OAI])
def test_arxiv_has_one_lane(server: Server, make: Make, lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the address is: one request at a time, and a pause, for all that arXiv serves."""
    monkeypatch.setattr(pace, "PAUSES", {"arxiv.org": 0.2})
    monkeypatch.setattr(arxiv_api, "SLICE", 1)
    server.play = (
        Api(daily(date(2026, 11, 19), 1, 2))
        if lines == API
        else Oai(first=records(1, then="b"), b=records(2))
    )
    make(lines).visit()
    first, second = server.asked
    assert second.at - first.at >= 0.2


@pytest.mark.parametrize("kind", [arxiv_api.Options(arxiv_api="all:kelp"), arxiv_oai.Options(arxiv_oai="cs")])
def test_the_next_visit_is_never_in_the_hour_after_midnight(
    kind: arxiv_api.Options | arxiv_oai.Options,
) -> None:
    for hours in range(24 * 14):
        now = datetime(2026, 10, 26, tzinfo=UTC) + timedelta(hours=hours)  # the clocks change in between
        if isinstance(kind, arxiv_api.Options):
            comes = arxiv_api.following(kind, {}, now)
        else:
            comes = arxiv_oai.following(kind, {}, now)
        assert now < comes <= now + 4 * DAY
        assert comes.hour in {4, 5}
