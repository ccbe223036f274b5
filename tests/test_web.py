"""What is fetched and what is not: a server that misbehaves, addresses that lead astray, politeness."""

import gzip
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from digest.errors import SourceError
from digest.fetching import pace, web
from digest.fetching.public import is_public
from digest.fetching.web import Web
from tests import homes
from tests.servers import Asked, Reply, Server, packed, serving, with_etag

BODY = b"<rss>" + b"The body of a document, as it should come. " * 2_000 + b"</rss>"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No second is waited for, and no lane of the user's is touched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(web, "TRIES", (0.01, 0.02))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(lambda _asked: Reply(BODY)) as one:
        yield one


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Web]:
    """The web as a source sees it that may lead to this machine."""
    with Web(tmp_path, contact="me@example.org", key="s3cr3t", private=True) as one:
        yield one


def read(answer: web.Answer) -> bytes:
    assert answer.body
    return answer.body.read_bytes()


# --- what comes ---


def test_a_document(server: Server, ours: Web) -> None:
    assert read(ours.get(server.url)) == BODY
    assert server.asked[0].headers["user-agent"].startswith("digest/")
    assert "(mailto:me@example.org)" in server.asked[0].headers["user-agent"]


def test_an_unchanged_document_is_not_sent_again(server: Server, ours: Web) -> None:
    server.play = lambda asked: with_etag(asked, Reply(BODY))
    first = ours.get(server.url)
    again = ours.get(server.url, first.condition)
    assert (again.status, again.body) == (304, None)


def test_a_packed_document(server: Server, ours: Web) -> None:
    server.play = lambda _asked: packed(BODY)
    assert read(ours.get(server.url)) == BODY


def test_what_fails_once_is_asked_for_again(server: Server, ours: Web) -> None:
    replies = iter((Reply(status=503), Reply(BODY, cut=True), Reply(BODY)))
    server.play = lambda _asked: next(replies)
    assert read(ours.get(server.url)) == BODY
    assert len(server.asked) == 3


def test_a_server_that_asks_for_a_second_gets_it(server: Server, ours: Web) -> None:
    replies = iter((Reply(status=429, headers={"Retry-After": "1"}), Reply(BODY)))
    server.play = lambda _asked: next(replies)
    assert read(ours.get(server.url)) == BODY
    assert server.asked[1].at - server.asked[0].at >= 1


def test_redirects_are_followed(server: Server, ours: Web) -> None:
    def play(asked: Asked) -> Reply:
        return Reply(BODY) if asked.path == "/there" else Reply(status=302, headers={"Location": "/there"})

    server.play = play
    answer = ours.get(f"{server.url}/here")
    assert (read(answer), answer.url) == (BODY, f"{server.url}/there")


# --- what does not come ---

BROKEN: dict[str, tuple[Reply, str]] = {
    "503 again and again": (Reply(b"come later", 503), "answers 503: come later"),
    "404": (Reply(b"<html>no</html>", 404), "answers 404"),
    "a cut body": (Reply(BODY, cut=True), "broke off"),
    "less than its length": (Reply(BODY[:100], length=10_000, cut=True), "broke off"),
    "a cut gzip": (Reply(gzip.compress(BODY)[:-20], headers={"Content-Encoding": "gzip"}), "cut off"),
    "a broken gzip": (Reply(b"\x1f\x8b" + BODY, headers={"Content-Encoding": "gzip"}), "gzip data is broken"),
    "another packing": (Reply(BODY, headers={"Content-Encoding": "br"}), "packed as 'br'"),
    "redirects in a circle": (Reply(status=302, headers={"Location": "/again"}), "MAX_REDIRECTS"),
    "a redirect to a file": (
        Reply(status=302, headers={"Location": "file:///etc/passwd"}),
        "only http and https",
    ),
    "a redirect to nowhere": (Reply(status=302, headers={"Location": "http://[broken"}), "broken"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_server_that_misbehaves(name: str, server: Server, ours: Web) -> None:
    reply, said = BROKEN[name]
    server.play = lambda _asked: reply
    with pytest.raises(SourceError, match=said):
        ours.get(server.url)


def test_nobody_listens(ours: Web) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with pytest.raises(SourceError, match="check the address and the network"):
        ours.get(f"http://127.0.0.1:{port}/")


def test_an_endless_body(server: Server, ours: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_BODY", 1 << 20)
    server.play = lambda _asked: Reply(BODY, endless=True)
    with pytest.raises(SourceError, match="MAX_BODY"):
        ours.get(server.url)


def test_a_bomb(server: Server, ours: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_BODY", 8 << 20)
    server.play = lambda _asked: packed(bytes(64 << 20))
    with pytest.raises(SourceError, match="MAX_BODY"):
        ours.get(server.url)


def test_a_body_that_drips(server: Server, ours: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_SECONDS", 0.3)
    server.play = lambda _asked: Reply(BODY, drip=0.02)
    began = time.monotonic()
    with pytest.raises(SourceError, match="MAX_SECONDS"):
        ours.get(server.url)
    assert len(server.asked) == 1
    assert time.monotonic() - began < 20


def test_a_server_that_is_silent(server: Server, ours: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def play(_asked: Asked) -> Reply:
        time.sleep(1)
        return Reply(BODY)

    server.play = play
    monkeypatch.setattr(web, "MAX_SILENCE", 0.1)
    with Web(Path(ours._folder), private=True) as impatient, pytest.raises(SourceError, match="silent"):
        impatient.get(server.url)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("7200", 7200, 7200), ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400, 86_400), ("", 600, 600)],
)
def test_a_server_that_asks_for_hours_is_left_alone(
    header: str, least: int, most: int, server: Server, ours: Web
) -> None:
    server.play = lambda _asked: Reply(status=429, headers={"Retry-After": header} if header else {})
    with pytest.raises(SourceError, match="answers 429") as caught:
        ours.get(server.url)
    assert caught.value.again
    assert timedelta(seconds=least) <= caught.value.again <= timedelta(seconds=most)
    assert len(server.asked) == 1


def test_a_key_is_in_no_message(server: Server, ours: Web) -> None:
    server.play = lambda _asked: Reply(b"you sent s3cr3t", 403)
    with pytest.raises(SourceError, match="answers 403") as caught:
        ours.get(f"{server.url}/?api_key=s3cr3t")
    assert "s3cr3t" not in str(caught.value)


# --- where nobody is sent ---


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),  # noqa: S104
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1"),
        *("fe80::1%eth0", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.3.42", "2a04:4e42::810", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1/",
            "http://localhost/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
        ),
        *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/"),
        "http://127.1/",
    ],
)
def test_this_machine_is_not_fetched_by_any_name(url: str, tmp_path: Path) -> None:
    with (
        Web(tmp_path) as strict,
        pytest.raises(SourceError, match=r"not a public address: private = true|no connection|no address"),
    ):
        strict.get(url)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "data:,x"]
)
def test_other_schemes_are_not_fetched(url: str, ours: Web) -> None:
    with pytest.raises(SourceError, match="only http and https"):
        ours.get(url)


def test_other_ports_are_not_fetched(tmp_path: Path) -> None:
    with Web(tmp_path) as strict, pytest.raises(SourceError, match="port 22 is not one of the web"):
        strict.get("http://8.8.8.8:22/")


def looked_up(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let the names of the web mean these addresses, one after the other; the names that were looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if not host.endswith(".example.org"):
            return real(host, port, *rest, **more)
        asked.append(host)
        return real(answers[min(len(asked), len(answers)) - 1], port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_a_redirect_to_a_private_address(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path
) -> None:
    public = server.url.replace("127.0.0.1", "papers.example.org")
    server.play = lambda _asked: Reply(status=302, headers={"Location": f"{public}/inside"})
    # the server of the test stands for a public one, and only at its first look-up
    monkeypatch.setattr(web, "PORTS", {"http": int(server.url.rpartition(":")[2]), "https": 443})
    seen: list[str] = []

    def first_only(address: str) -> bool:
        seen.append(address)
        return len(seen) < 2

    monkeypatch.setattr(web, "is_public", first_only)
    asked = looked_up(monkeypatch, "127.0.0.1")
    with Web(tmp_path) as strict, pytest.raises(SourceError, match="not a public address"):
        strict.get(f"{public}/feed")
    assert asked == ["papers.example.org"] * 2
    assert server.paths == ["/feed"]


def test_a_name_that_means_another_address_a_moment_later(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path
) -> None:
    """The address that was looked at is connected to: there is no second look-up to answer otherwise."""
    port = int(server.url.rpartition(":")[2])
    monkeypatch.setattr(web, "PORTS", {"http": port, "https": 443})
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1")
    asked = looked_up(monkeypatch, "127.0.0.1", "10.0.0.1")
    with Web(tmp_path) as strict:
        assert read(strict.get(f"http://papers.example.org:{port}/feed")) == BODY
    assert asked == ["papers.example.org"]
    assert server.asked[0].headers["host"] == f"papers.example.org:{port}"


# --- politeness ---

ASK = """\
import sys
from pathlib import Path
from digest.fetching.web import Web
with Web(Path(sys.argv[1]), private=True) as web:
    for _ in range(2):
        web.get(sys.argv[2], lane="arxiv.org")
"""


def test_three_seconds_between_two_requests_to_arxiv_in_all_processes(server: Server, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    programs = []
    for folder in folders:
        folder.mkdir()
        line = [sys.executable, "-c", ASK, str(folder), server.url]
        programs.append(subprocess.Popen(line, env=homes.environment(XDG_CACHE_HOME=str(tmp_path / "cache"))))
    assert [program.wait(60) for program in programs] == [0, 0]
    moments = sorted(one.at for one in server.asked)
    assert len(moments) == 4
    assert all(after - before >= 3 for before, after in pairwise(moments))


def test_lanes() -> None:
    assert {pace.lane(host) for host in ("arxiv.org", "export.arxiv.org", "rss.arxiv.org")} == {"arxiv.org"}
    assert pace.lane("notarxiv.org") == "notarxiv.org"


@pytest.mark.parametrize(
    ("stamp", "left"), [(b"100.0", 2.0), (b"90.0", 0.0), (b"5000.0", 3.0), (b"", 0.0), (b"rubbish", 0.0)]
)
def test_how_long_is_left(stamp: bytes, left: float) -> None:
    assert pace._left(stamp, 3.0, 101.0) == left
