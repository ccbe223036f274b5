"""Notices of broken sources as mails to the operator: once each, and the file in the outbox stays."""

import email
import email.policy
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests import homes
from tests.servers import Reply, as_json, serving
from tests.smtp_server import Fault, Servers
from tests.smtp_server import Server as MailServer

ME, YOU = "me@example.org", "you@example.org"
LIST = as_json([{"title": "The First", "abstract": "Told.", "url": "https://example.org/1"}])


def make(folder: Path, url: str, server: MailServer | None) -> Path:
    """A home with a source that fetches, two operators, and perhaps a mail server."""
    smtp = f'[smtp]\nport = {server.port}\nfrom = "Papers <papers@example.org>"' if server else ""
    sources = f'[sources.feed]\nurl = "{url}/feed.json"\nevery = "1 hour"\nprivate = true'
    return homes.make(folder / "home", f'operator = ["{ME}", "{YOU}"]\n{smtp}\n{sources}\n')


def once(home: Path, hour: str, code: int = 0, **more: str) -> None:
    homes.run(home, "run", "--once", now=f"2026-11-20T{hour}Z", code=code, XDG_CACHE_HOME=str(home), **more)


def notices(home: Path) -> list[str]:
    return sorted(path for path in homes.tree(home / "outbox") if path.startswith("_notices/"))


def test_a_source_that_breaks_and_one_that_is_well_again(servers: Servers, tmp_path: Path) -> None:
    server = servers.begin(tmp_path / "server")
    with serving(lambda _asked: LIST) as web:
        home = make(tmp_path, web.url, server)
        once(home, "06:00")
        web.play = lambda _asked: Reply(b"gone", 404)
        once(home, "08:00", code=3)
        once(home, "10:00", code=3)
        web.play = lambda _asked: LIST
        once(home, "12:00")
    bad, well = notices(home)
    letters = server.letters()
    assert sorted(one.to for one in letters) == [ME, ME, YOU, YOU]
    assert len({one.message_id for one in letters}) == 4
    parsed = [email.message_from_bytes(one.data, policy=email.policy.default) for one in letters]
    for message, file in zip(parsed, (bad, bad, well, well), strict=True):
        assert message.get_content().replace("\r\n", "\n") == (home / "outbox" / file).read_text()
        assert message["auto-submitted"] == "auto-generated"
        assert message["from"] == "Papers <papers@example.org>"
    assert parsed[0]["subject"].startswith("Source feed is broken since 2026-11-20 08:00 UTC")
    assert parsed[0]["date"] == "Fri, 20 Nov 2026 08:00:00 +0000"
    assert parsed[2]["subject"].startswith("Source feed is well again")


def test_without_a_sender_there_is_only_the_file(tmp_path: Path) -> None:
    with serving(lambda _asked: Reply(b"gone", 404)) as web:
        home = make(tmp_path, web.url, None)
        once(home, "08:00", code=3)
    assert len(notices(home)) == 1
    assert homes.rows(home)["notices"] == []


def test_by_hand_they_go_with_the_letters(servers: Servers, tmp_path: Path) -> None:
    server = servers.begin(tmp_path / "server")
    with serving(lambda _asked: Reply(b"gone", 404)) as web:
        home = make(tmp_path, web.url, server)
        homes.run(home, "build", code=3, XDG_CACHE_HOME=str(home))
    assert server.letters() == []
    homes.run(home, "send")
    homes.run(home, "send")
    assert sorted(one.to for one in server.letters()) == [ME, YOU]


def states(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "digest.sqlite3")) as db:
        return [state for (state,) in db.execute("SELECT state FROM notices ORDER BY address")]


@pytest.mark.parametrize(
    ("fault", "first", "then"),
    [
        (Fault("rcpt", "451"), ["ready", "accepted"], ["accepted", "accepted"]),
        (Fault("rcpt", "550"), ["rejected", "accepted"], ["rejected", "accepted"]),
        (Fault("after storing", "drop"), ["doubt", "accepted"], ["doubt", "accepted"]),
        (Fault("connect", "drop", times=9), ["ready", "ready"], ["accepted", "accepted"]),
    ],
    ids=lambda value: f"{value.does} at {value.at}" if isinstance(value, Fault) else "",
)
def test_what_a_server_may_have_is_never_sent_again(
    fault: Fault, first: list[str], then: list[str], servers: Servers, tmp_path: Path
) -> None:
    server = servers.begin(tmp_path / "server", [fault])
    with serving(lambda _asked: Reply(b"gone", 404)) as web:
        home = make(tmp_path, web.url, server)
        once(home, "08:00", code=3)
        assert states(home) == first
        if fault.at == "connect":
            other = servers.begin(tmp_path / "other")
            settings = (home / "digest.toml").read_text()
            (home / "digest.toml").write_text(settings.replace(str(server.port), str(other.port)))
            server = other
        once(home, "09:00", code=3)
    assert states(home) == then
    copies = [one.to for one in server.letters()]
    assert len(copies) == len(set(copies))


@pytest.mark.parametrize("point", ["dot marked", "reply read"])
def test_killed_while_it_tells(point: str, servers: Servers, tmp_path: Path) -> None:
    server = servers.begin(tmp_path / "server")
    with serving(lambda _asked: Reply(b"gone", 404)) as web:
        home = make(tmp_path, web.url, server)
        once(home, "08:00", code=-signal.SIGKILL, DIGEST_CRASH_AT=point)
        once(home, "09:00", code=3)
        once(home, "10:00", code=3)
    copies = [one.to for one in server.letters()]
    assert len(copies) == len(set(copies))
    assert YOU in copies
    assert states(home) == ["dot", "accepted"]
