"""What strangers put into headers, dates, pages and totals: a line of the verdict at most, never the morning."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest.errors import SourceError
from digest.fetching import pace, web
from digest.fetching.public import is_public
from digest.fetching.web import Web
from digest.sources import arxiv_api, arxiv_oai, url
from digest.values import duration
from digest.verdicts import MOST_SAID
from tests import arxiv, homes
from tests.arxiv import Item
from tests.servers import Asked, Reply, Server, as_json, serving

BODY = b"<rss>" + b"The body of a document, as it should come. " * 2_000 + b"</rss>"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FRIDAY = "2026-11-20T12:00Z"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No second is waited for, and no lane of the user's is touched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(web, "TRIES", (0.01, 0.02))
    monkeypatch.setattr(pace, "PAUSES", {})


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(lambda _asked: Reply(BODY)) as one:
        yield one


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, key="SECRETKEY12345", private=True) as one:
        yield one


# --- the web ---


@pytest.mark.parametrize("tag", ["caf\xe9", "x" * 1_000, "a\x01b"])
def test_a_tag_that_cannot_be_sent_back_is_forgotten(tag: str, server: Server, ours: Web) -> None:
    server.play = lambda _asked: Reply(BODY, headers={"ETag": tag, "Last-Modified": "Thu, 01 Jan 2026"})
    with suppress(SourceError):  # a control character is refused by the protocol itself
        assert ours.get(server.url).condition == {
            "if-none-match": "",
            "if-modified-since": "Thu, 01 Jan 2026",
        }


@pytest.mark.parametrize("where", ["http://xn--zzzzzzzzz99999/", "http://[broken", "http://a:99999999/"])
def test_a_redirect_to_what_is_no_address_is_told_at_once(where: str, server: Server, ours: Web) -> None:
    server.play = lambda _asked: Reply(status=302, headers={"Location": where})
    with pytest.raises(SourceError, match=r"no address|not one of the web|looked up"):
        ours.get(server.url)


@pytest.mark.parametrize("when", ["1 Jan 99999999999999999999 00:00:00", "1e99", "nan", "-5", "9" * 500])
def test_a_time_that_is_none(when: str, server: Server, ours: Web) -> None:
    server.play = lambda _asked: Reply(status=429, headers={"Retry-After": when})
    with pytest.raises(SourceError) as caught:
        ours.get(server.url)
    assert caught.value.again
    assert 0 < caught.value.again.total_seconds() <= 86_400


def test_nothing_has_changed_of_what_nobody_has(server: Server, ours: Web) -> None:
    server.play = lambda _asked: Reply(status=304)
    with pytest.raises(SourceError, match="304, not changed, though it was never read"):
        ours.get(server.url)


def test_a_key_that_a_cut_would_have_saved(server: Server, ours: Web) -> None:
    for before in range(150, 210):
        server.play = lambda _asked, before=before: Reply(b"x" * before + b" SECRETKEY12345 is unknown", 403)  # type: ignore[misc]
        with pytest.raises(SourceError) as caught:
            ours.get(f"{server.url}?api_key=SECRETKEY12345")
        assert "SECRET" not in str(caught.value)


def test_what_stands_behind_an_address_is_in_no_message(server: Server, ours: Web) -> None:
    server.play = lambda _asked: Reply(status=404)
    with pytest.raises(SourceError) as caught:
        ours.get(f"{server.url}/feed?token=USERSECRET")
    assert str(caught.value) == f"{server.url}/feed?…: it answers 404"


def test_gzip_in_several_members(server: Server, ours: Web) -> None:
    packed = gzip.compress(BODY[:5_000]) + gzip.compress(BODY[5_000:]) + b"\0" * 600
    server.play = lambda _asked: Reply(packed, headers={"Content-Encoding": "gzip"})
    answer = ours.get(server.url)
    assert answer.body
    assert answer.body.read_bytes() == BODY


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (gzip.compress(BODY) + b"junk" * 9_000, "gzip data is broken"),
        (gzip.compress(b"") * 5_000, "MAX_MEMBERS"),
        (gzip.compress(BODY) + gzip.compress(BODY)[:50], "cut off"),
    ],
)
def test_what_stands_behind_gzip_data(packed: bytes, said: str, server: Server, ours: Web) -> None:
    server.play = lambda _asked: Reply(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceError, match=said):
        ours.get(server.url)


@contextmanager
def dripping(first: bytes, again: bytes) -> Iterator[str]:
    """A server that sends this, and then that without an end; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    one, _ = listener.accept()
                    with one, suppress(OSError):
                        one.recv(65_536)
                        one.sendall(first)
                        while True:
                            one.sendall(again)
                            time.sleep(0.02)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"e"),
    ],
)
def test_a_head_that_drips(first: bytes, again: bytes, ours: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_SECONDS", 0.5)
    with dripping(first, again) as address, pytest.raises(SourceError, match="MAX_SECONDS"):
        ours.get(address)


@pytest.mark.parametrize("address", ["168.63.129.16", "192.0.0.192", "fec0::1", "::ffff:168.63.129.16"])
def test_services_of_clouds_are_not_public(address: str) -> None:
    assert not is_public(address)


# --- the sources ---


def settings(table: str, server: Server) -> str:
    return f'[sources.one]\n{table}\naddress = "{server.url}"\nprivate = true\n'


def build(home: Path, now: str = FRIDAY, code: int = 3) -> str:
    """Why the source is bad; "" if it is not."""
    [made] = homes.build(home, now=now, code=code)
    return str(made.get("reasons", {}).get("one", ""))


def oai(inside: str, day: str = "2026-11-20") -> Reply:
    return Reply(
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{day}T00:00:00Z</responseDate>'
        f"{inside}</OAI-PMH>".encode()
    )


@pytest.mark.parametrize("day", ["0000-00-00", "0001-01-01", "2026-13-01"])
def test_an_answer_of_no_day_is_not_remembered(day: str, server: Server, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", settings('arxiv_oai = "cs"', server))
    server.play = lambda _asked: oai("<error code='noRecordsMatch'/>", day)
    assert day in build(home)
    server.play = lambda _asked: oai("<error code='noRecordsMatch'/>")
    assert build(home, code=0) == ""


def test_words_of_a_server_are_short_and_readable(server: Server, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", settings('arxiv_oai = "cs"', server))
    server.play = lambda _asked: oai(
        "<error code='badArgument'>\x1b]0;title\x07\u202eabc" + "z" * 90_000 + "</error>"
    )
    done = homes.run(home, "build", now=FRIDAY, code=3)
    said = done.stdout + done.stderr + homes.run(home, "status", now=FRIDAY, code=3).stdout
    said += homes.run(home, "sources", "check", now=FRIDAY, code=3).stdout
    said += "".join(path.read_text() for path in (home / "outbox" / "_notices").iterdir())
    assert "badArgument" in said
    assert not any(sign in said for sign in "\x1b\x07\u202e")
    assert len(said) < 10 * MOST_SAID


def test_tokens_without_an_end(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_oai, "MOST", 7)
    server.play = lambda _asked: oai(
        f"<ListRecords><record/><resumptionToken>t{len(server.asked)}</resumptionToken></ListRecords>"
    )
    options = arxiv_oai.Options(arxiv_oai="cs", address=server.url)
    with Web(tmp_path, private=True) as one, pytest.raises(SourceError, match="7 pages came"):
        for _ in arxiv_oai.visit(options, {}, one, NOW):
            pass


def test_a_token_that_is_too_long(server: Server, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", settings('arxiv_oai = "cs"', server))
    server.play = lambda _asked: oai(f"<record/><resumptionToken>{'t' * 100_000}</resumptionToken>")
    assert "100,000 characters, 2,000 at most" in build(home)


@pytest.mark.parametrize(
    "crumb", [b"<entry ", b"<id ", b"<error code=", b"<resumptionToken ", b"<responseDate "]
)
def test_looking_at_a_page_takes_time_as_its_size(crumb: bytes, tmp_path: Path) -> None:
    def took(size: int) -> float:
        data = b"<responseDate>2026-11-20</responseDate><totalResults>1</totalResults>" + crumb * (
            size // len(crumb)
        )
        body = tmp_path / "body"
        body.write_bytes(data)
        began = time.process_time()
        with suppress(SourceError):
            arxiv_api._looked(body, 200)
        for pattern in (
            arxiv_oai._DAY,
            arxiv_oai._TOKEN,
            arxiv_oai._ERROR,
            arxiv_oai._RECORD,
            arxiv_oai._END,
        ):
            pattern.findall(data)
        return time.process_time() - began

    assert took(800_000) <= 12 * max(took(200_000), 0.01)


def test_a_mistake_in_a_source_costs_its_papers_only(
    server: Server, ours: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digest import config
    from digest.fetching import due as fetching
    from digest.store import open_store

    def fails(*_: object) -> None:
        raise RecursionError("deep")

    monkeypatch.setattr(url, "visit", fails)
    home = config.load(
        homes.make(tmp_path / "home", f'[sources.one]\nurl = "{server.url}"\nprivate = true\n')
    )
    store = open_store(home.store)
    made, _ = fetching.visit(home, store, home.sources[0], NOW, lambda *_: None)
    store.close()
    assert made.verdict == "broken"
    assert "a mistake of this program: report it: RecursionError: deep" in made.why


def test_a_first_visit_that_fails_costs_no_day(server: Server, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", settings('hf_daily = "2 days"', server))
    server.play = lambda _asked: Reply(status=404)
    assert "404" in build(home, "2026-11-10T12:00Z")
    server.play = lambda _asked: as_json([])
    server.asked.clear()
    build(home, "2026-11-18T12:00Z", code=0)
    assert [asked.query["date"] for asked in server.asked] == [f"2026-11-{day:02}" for day in range(8, 18)]


def test_a_feed_that_was_gone_before_it_was_ever_read_is_told(server: Server, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", settings('arxiv_rss = ["cs.LG"]', server))
    server.play = lambda _asked: Reply(status=404)
    assert "404" in build(home, "2026-11-17T12:00Z")
    server.play = lambda _asked: Reply(arxiv.feed("cs.LG", date(2026, 11, 19), [Item(1)]))
    assert "2 days from 2026-11-17 to 2026-11-18 was not fetched" in build(home, "2026-11-19T12:00Z")


def test_a_feed_of_the_year_9999_is_of_its_day(server: Server, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", settings('arxiv_rss = ["cs.LG"]', server))
    server.play = lambda _asked: Reply(arxiv.feed("cs.LG", date(9999, 12, 24), [Item(1)]))
    build(home, "2026-11-19T12:00Z", code=0)
    server.play = lambda _asked: Reply(arxiv.feed("cs.LG", date(2026, 11, 20), [Item(2)]))
    build(home, "2026-11-20T12:00Z", code=0)


def test_a_total_that_is_too_small(server: Server, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", settings('openalex = "type:article"', server))

    def play(asked: Asked) -> Reply:
        page = {"*": 0, "b": 1}[asked.query["cursor"]]
        works = [
            {"id": f"https://openalex.org/W{n}", "title": f"Kite {n}"}
            for n in range(page * 100, page * 100 + 100)
        ]
        return as_json({"meta": {"count": 1, "next_cursor": "b" if page == 0 else None}, "results": works})

    server.play = play
    [made] = homes.build(home, now=FRIDAY)
    assert made["new"] == 200


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("SECRET-A\nSECRET-B", "that is no key"),
        ("S\xe9cret", "that is no key"),
        (None, "there is no such file: put the key there, or into DIGEST_KEY_ONE"),
    ],
)
def test_a_key_that_is_none(key: str | None, said: str, server: Server, tmp_path: Path) -> None:
    table = 'semantic_scholar = "kites"\nkey_file = "key"'
    home = homes.make(tmp_path / "home", settings(table, server))
    if key:
        (home / "key").write_text(key)
    done = homes.run(home, "build", now=FRIDAY, code=3)
    assert said in done.stdout + done.stderr
    assert "SECRET" not in done.stdout + done.stderr
    assert server.asked == []


@pytest.mark.parametrize("span", ["999999 weeks", "3661 days"])
def test_spans_that_lead_out_of_the_calendar(span: str) -> None:
    with pytest.raises(ValueError, match="3,660 days at most"):
        duration(span)


def test_nobody_is_asked_all_the_time() -> None:
    with pytest.raises(ValueError, match="every: once a minute at most"):
        url.Options(url="https://example.org/feed", every="0 min")
