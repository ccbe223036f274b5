"""A mail server: SMTP (RFC 5321), driven phase by phase, for smtplib's own `sendmail` hides whether the dot was sent.

A definite answer is an answer, before the dot or behind it. A line that breaks before the dot has sent nothing: the
server must throw away what has no end (RFC 5321 §4.1.1.4). A line that breaks behind it may have sent everything.
"""

import os
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache

import gevent.socket
import gevent.ssl

from digest import crash
from digest.config import Home, Smtp
from digest.deliveries import CUT_OFF, Dot, Outcome
from digest.errors import ConfigError, DeliveryError
from digest.sending.letters import Letter

KIND = "smtp"

CONNECT = 60  # seconds
COMMAND = 300  # seconds: RFC 5321 §4.5.3.2
ANSWER = 600  # seconds behind the dot: less makes doubts (RFC 5321 §4.5.3.2.6, RFC 1047)
IDLE = 1.0  # seconds after which a server may have hung up: it is asked before a letter is begun
GONE = (smtplib.SMTPException, OSError)
HANGS_UP = 421


@contextmanager
def opened(home: Home) -> "Iterator[_Connection]":
    """A connection; DeliveryError if the server cannot be reached or lets us not in."""
    connection = _Connection(home.smtp, _password(home))
    connection.open()
    try:
        yield connection
    finally:
        connection.close()


def offers(home: Home) -> dict[str, str]:
    """What the server offers whoever was let in: its extensions, each with what it says of it, and the kind of TLS."""
    with opened(home) as connection:
        return connection.offers()


def _password(home: Home) -> str:
    """From DIGEST_SMTP_PASSWORD, or the first line of `password_file`."""
    if not home.smtp.user:
        return ""
    if "DIGEST_SMTP_PASSWORD" in os.environ:
        return os.environ["DIGEST_SMTP_PASSWORD"]
    if not home.smtp.password_file:
        raise ConfigError(
            "digest.toml: [smtp] user: a user needs a password: name a password_file, or set DIGEST_SMTP_PASSWORD"
        )
    file = home.path / home.smtp.password_file
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"digest.toml: [smtp] password_file: {file} cannot be read: {error}") from error


class _Connection:
    """One connection, which is made anew when the server has hung up."""

    def __init__(self, settings: Smtp, password: str) -> None:
        self._settings, self._password = settings, password
        self._smtp: smtplib.SMTP | None = None
        self._used, self._fresh = 0.0, True

    def open(self) -> smtplib.SMTP:
        """Connect, and be let in."""
        self._smtp = None
        try:
            self._smtp, self._fresh = _connected(self._settings, self._password), True
        except GONE as error:
            raise DeliveryError(f"{_where(self._settings)}: {_words(error)}") from error
        return self._smtp

    def offers(self) -> dict[str, str]:
        """The server's extensions, and the kind of TLS."""
        smtp = self._alive()
        kind = smtp.sock.version() if isinstance(smtp.sock, gevent.ssl.SSLSocket) else None
        said = {name.upper(): _reply(250, value)[4:] for name, value in smtp.esmtp_features.items()}
        return said | ({"TLS": kind} if kind else {})

    def deliver(self, letter: Letter, dot: Dot) -> Outcome:
        """Hand a letter over."""
        smtp = self._alive()
        try:
            outcome = _begun(smtp, letter)
        except _HungUpError as error:
            if self._fresh:
                outcome = error.outcome
            else:  # what it says to a connection that was idle is not about this letter
                smtp = self._again()
                outcome = _begun_anew(smtp, letter)
        if outcome is None:
            outcome = _ended(smtp, letter, dot)
        self._used, self._fresh = time.monotonic(), False
        if outcome.kind in {"lost", "unknown"} or outcome.code == HANGS_UP or smtp.sock is None:
            self._drop()
        return outcome

    def _alive(self) -> smtplib.SMTP:
        if self._smtp is None:
            return self.open()
        if not self._fresh and time.monotonic() - self._used > IDLE:
            try:
                if self._smtp.noop()[0] == 250:
                    return self._smtp
            except GONE:
                pass
            return self._again()
        return self._smtp

    def _again(self) -> smtplib.SMTP:
        self._drop()
        return self.open()

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    def close(self) -> None:
        """Say good-bye; what the server answers changes nothing."""
        if self._smtp and self._smtp.sock:
            self._smtp.sock.settimeout(5)
            with suppress(*GONE):
                self._smtp.quit()
        self._drop()


# ---- the way in


def _connected(settings: Smtp, password: str) -> smtplib.SMTP:
    tls = _trusting() if settings.security != "none" else None
    if tls and settings.security == "tls":
        smtp: smtplib.SMTP = _Encrypted(
            settings.host, settings.port, _own_name(), timeout=CONNECT, context=tls
        )
    else:
        smtp = _Plain(settings.host, settings.port, _own_name(), timeout=CONNECT)
    try:
        smtp.ehlo_or_helo_if_needed()
        if tls and settings.security == "starttls":
            smtp.starttls(context=tls)
            smtp.ehlo_or_helo_if_needed()
        if settings.user:
            smtp.login(settings.user, password)
        if smtp.sock:
            smtp.sock.settimeout(COMMAND)
            # The dot is a small packet behind a large one: without this it waits for an acknowledgement, 40 ms.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        smtp.close()
        raise
    return smtp


class _Plain(smtplib.SMTP):
    """With sockets that let other lanes go on while this one waits."""

    def _get_socket(self, host: str, port: int, timeout: float) -> gevent.socket.socket:
        return gevent.socket.create_connection((host, port), timeout, self.source_address)


class _Encrypted(smtplib.SMTP_SSL):
    """The same from its first byte on encrypted."""

    def _get_socket(self, host: str, port: int, timeout: float) -> gevent.ssl.SSLSocket:
        plain = gevent.socket.create_connection((host, port), timeout, self.source_address)
        return self.context.wrap_socket(plain, server_hostname=host)


def _trusting() -> gevent.ssl.SSLContext:
    """What the machine trusts, for the host that was asked for."""
    context = gevent.ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    return context


@cache
def _own_name() -> str:
    """What this machine calls itself; looked up once, for a look-up may take seconds."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"


def _where(settings: Smtp) -> str:
    return f"the mail server {settings.host}:{settings.port}"


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it lets us not in: {_reply(error.smtp_code, error.smtp_error)}: check user and password in [smtp]"
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}; the host in [smtp] has to be the one it is for"
    return str(error) or type(error).__name__


# ---- a letter


class _HungUpError(Exception):
    """The server was gone, or went, before it heard anything of a letter."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reply)
        self.outcome = outcome


def _begun_anew(smtp: smtplib.SMTP, letter: Letter) -> Outcome | None:
    try:
        return _begun(smtp, letter)
    except _HungUpError as error:
        return error.outcome


def _begun(smtp: smtplib.SMTP, letter: Letter) -> Outcome | None:
    """Envelope and DATA; None: the server waits for the message. _HungUpError if it heard nothing of it."""
    size = f" SIZE={len(letter.data)}" if smtp.has_extn("size") else ""
    commands = (f"MAIL FROM:<{letter.sender}>{size}", f"RCPT TO:<{letter.to}>", "DATA")
    answers: list[tuple[int, bytes]] = []
    try:
        if smtp.has_extn("pipelining"):
            # No line break can be in them: both addresses are checked where the letter is made.
            smtp.send("".join(f"{command}\r\n" for command in commands))
            answers.extend(smtp.getreply() for _ in commands)
        else:
            answers.extend(_one_by_one(smtp, commands))
    except GONE as error:
        gone = f"before the message: {_words(error)}"
    else:
        gone = f"before the message: {_reply(*answers[-1])} is no answer"
    crash.point("envelope answered")
    codes = [code for code, _ in answers]
    if codes[-1:] == [354] and all(200 <= code < 300 for code in codes[:-1]):
        crash.point("letter begun")
        return None
    refused = [_answered(*answer) for answer in answers if answer[0] >= 400]
    _tidied(smtp, codes)
    outcome = refused[0] if refused else Outcome("lost", None, gone)
    if not codes or codes[0] == HANGS_UP:
        raise _HungUpError(outcome)
    return outcome


def _tidied(smtp: smtplib.SMTP, codes: Sequence[int]) -> None:
    """Ready for the next letter, or closed; one that waits for a message now, which would be for nobody, is closed."""
    if 354 in codes or HANGS_UP in codes or -1 in codes:
        smtp.close()
        return
    try:
        smtp.rset()
    except GONE:
        smtp.close()


def _one_by_one(smtp: smtplib.SMTP, commands: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    for command in commands:
        smtp.putcmd(command)
        answer = smtp.getreply()
        yield answer
        if not 200 <= answer[0] < 300:
            return


def _ended(smtp: smtplib.SMTP, letter: Letter, dot: Dot) -> Outcome:
    """The message, the mark, the dot, and the answer to it."""
    try:
        smtp.send(_stuffed(letter.data))
    except GONE as error:
        return Outcome("lost", None, f"within the message: {_words(error)}")
    crash.point("body sent")
    if not dot():
        smtp.close()  # the server throws away what has no end
        return CUT_OFF
    crash.point("dot marked")
    try:
        if smtp.sock:
            smtp.sock.settimeout(ANSWER)
        smtp.send(b".\r\n")
        crash.point("dot sent")
        answer = smtp.getreply()
        crash.point("reply read")
        if smtp.sock:
            smtp.sock.settimeout(COMMAND)
    except GONE as error:
        return Outcome("unknown", None, f"behind the dot: {_words(error)}")
    return _answered(*answer)


def _stuffed(data: bytes) -> bytes:
    """The message with a second dot where a line begins with one (RFC 5321 §4.5.2), and its last line ended."""
    stuffed = data.replace(b"\n.", b"\n..") if b"\n." in data else data  # a look costs a quarter
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _answered(code: int, words: bytes) -> Outcome:
    """An answer by its code; anything that is no answer at all is as good as none."""
    reply = _reply(code, words)
    if 200 <= code < 300:
        return Outcome("accepted", code, reply)
    if 400 <= code < 500:
        return Outcome("later", code, reply, whole_domain=code == HANGS_UP)
    if 500 <= code < 600:
        return Outcome("rejected", code, reply)
    return Outcome("unknown", None, f"no answer but {reply!r}")


def _reply(code: int, words: bytes | str) -> str:
    said = " ".join((words.decode("utf-8", "replace") if isinstance(words, bytes) else words).split())
    reply = f"{code} {said}"
    return reply if reply.isprintable() else "".join(filter(str.isprintable, reply))
