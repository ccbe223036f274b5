"""The server that misbehaves does so as told, seen by the standard library's client."""

import smtplib
from pathlib import Path

import pytest

from tests import smtp_server
from tests.smtp_server import Fault, Servers

LETTER = b"Message-ID: <1@example.org>\r\nSubject: one\r\n\r\n.a dot\r\n"


def send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.sendmail("me@example.org", ["you@example.org"], LETTER)


def steps(server: smtp_server.Server) -> list[str]:
    return [step["step"] for step in server.steps()]


def test_a_good_server_stores_and_says_so(servers: Servers, tmp_path: Path) -> None:
    server = servers.begin(tmp_path)
    send(server.port)
    assert server.letters() == [
        smtp_server.Letter("you@example.org", "me@example.org", LETTER, "<1@example.org>")
    ]
    assert [step for step in steps(server) if step not in {"command", "reply", "ended"}] == [
        "connected",
        "dot",
        "stored",
        "answered",
    ]
    times = [step["at"] for step in server.steps()]
    assert times == sorted(times)


@pytest.mark.parametrize("at", ["connect", "ehlo", "mail", "rcpt", "data", "before storing"])
@pytest.mark.parametrize("does", ["drop", "reset", "stall", "half", "451", "550", "421"])
def test_a_fault_before_storing_stores_nothing_and_comes_once(
    at: str, does: str, servers: Servers, tmp_path: Path
) -> None:
    server = servers.begin(tmp_path, [Fault(at, does, seconds=0.05)])
    if not (at == "ehlo" and does in {"451", "550"}):  # there the client says HELO
        with pytest.raises((smtplib.SMTPException, OSError)):
            send(server.port)
        assert server.letters() == []
    send(server.port)
    assert len(server.letters()) >= 1
    assert "fault" in steps(server)


@pytest.mark.parametrize("does", ["drop", "reset", "stall", "half"])
def test_a_fault_after_storing_has_stored(does: str, servers: Servers, tmp_path: Path) -> None:
    server = servers.begin(tmp_path, [Fault("after storing", does, seconds=0.05)])
    with pytest.raises((smtplib.SMTPException, OSError)):
        send(server.port)
    assert len(server.letters()) == 1
    assert "answered" not in steps(server)


def test_a_slow_server_is_a_good_one(servers: Servers, tmp_path: Path) -> None:
    faults = [Fault(at, "slow", seconds=0.05) for at in smtp_server.PHASES if at != "rset"]
    server = servers.begin(tmp_path, faults)
    send(server.port)
    assert len(server.letters()) == 1


def test_an_idle_connection_is_closed(servers: Servers, tmp_path: Path) -> None:
    server = servers.begin(tmp_path, idle=0.05)
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        client.ehlo()
        assert client.getreply()[0] == 421
        assert client.sock
        assert client.sock.recv(1) == b""


def test_a_server_that_ended_refuses_and_begins_again(servers: Servers, tmp_path: Path) -> None:
    server = servers.begin(tmp_path)
    servers.end(server)
    with pytest.raises(ConnectionRefusedError):
        send(server.port)
    assert servers.begin(tmp_path, port=server.port).port == server.port
    send(server.port)
    assert len(server.letters()) == 1


def test_lies_are_refused() -> None:
    with pytest.raises(ValueError, match="no such fault"):
        Fault("after storing", "451")
