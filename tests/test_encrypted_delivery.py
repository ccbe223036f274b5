"""SMTP behind TLS and a password, to a server that is not of this project (aiosmtpd)."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from digest.config import Home
from digest.deliveries import delivery, smtp
from digest.errors import ConfigError, DeliveryError
from tests.test_deliveries import home, letter, sent, whole

SECURE = ("tls", "starttls")
WORD = "open sesame"


@dataclass
class Server:
    """What it heard, and whether it was encrypted."""

    security: str
    port: int
    heard: list[tuple[bool, bytes]] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a letter."""
        assert isinstance(envelope.content, bytes)
        self.heard.append((session.ssl is not None or self.security == "tls", envelope.content))
        return "250 kept"


def lets_in(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, said: object) -> AuthResult:
    known = LoginPassword(b"me", WORD.encode())
    return AuthResult(success=said == known, handled=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=SECURE)
def server(request: pytest.FixtureRequest, authority: trustme.CA) -> Iterator[Server]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as free:
        made = Server(request.param, free.getsockname()[1])
    at_once = made.security == "tls"
    controller = Controller(
        made,
        hostname="127.0.0.1",
        port=made.port,
        authenticator=lets_in,
        auth_required=not at_once,  # nor would it require a password without it
        auth_require_tls=not at_once,  # it knows of no TLS but STARTTLS
        ssl_context=context if at_once else None,
        tls_context=None if at_once else context,
        require_starttls=not at_once,
    )
    controller.start()
    yield made
    controller.stop()


def a_home(folder: Path, server: Server) -> Home:
    keys = f'port = {server.port}\nsecurity = "{server.security}"\nuser = "me"\npassword_file = "password"\n'
    made = home(folder, keys)
    (made.path / "password").write_text(f"{WORD}\n")
    return made


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the machine trusted the authority of these tests."""
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))


@pytest.mark.usefixtures("trusted")
def test_letters_go_out_encrypted_to_who_knows_us(server: Server, tmp_path: Path) -> None:
    made = a_home(tmp_path, server)
    letters = [letter(number) for number in range(3)]
    assert [one.kind for one in sent(made, *letters)] == ["accepted"] * 3
    assert [(True, whole(data)) for _, data in server.heard] == [(True, one.data) for one in letters]
    assert all(encrypted for encrypted, _ in server.heard)
    assert smtp.offers(made)["TLS"].startswith("TLSv1.")


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_told_and_not_repeated(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_SMTP_PASSWORD", "close sesame")
    with pytest.raises(DeliveryError, match=r"it lets us not in: 535 .*check user and password") as told:
        sent(a_home(tmp_path, server), letter())
    assert "sesame" not in str(told.value)
    assert server.heard == []


def test_a_certificate_that_nobody_vouches_for(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="its certificate is not trusted: "):
        sent(a_home(tmp_path, server), letter())
    assert server.heard == []


def test_a_user_without_a_password(tmp_path: Path) -> None:
    made = home(tmp_path, 'security = "tls"\nuser = "me"\n')
    with (
        pytest.raises(ConfigError, match=r"\[smtp\] user: a user needs a password"),
        delivery("smtp").opened(made),
    ):
        pass
