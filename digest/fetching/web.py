"""Documents from the web; the only file that imports httpx.

An address comes from the operator, but where it leads is a stranger's choice, at each redirect again. So a name is
looked up once, what it means has to be public (unless the source says `private = true`), and the connection goes to
just that address: no second look-up can answer otherwise. Each limit is named for what it stops:

    MAX_BODY       a body without an end
    MAX_SECONDS    an answer that drips, be it its head or its body
    MAX_REDIRECTS  redirects in a circle
    MAX_MEMBERS    gzip data in crumbs

No message has more of an address than its path, for what stands behind it may be a key or an address of contact.
"""

import random
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple
from urllib.parse import quote

import httpx

from digest import VERSION
from digest.errors import SourceError
from digest.fetching import pace
from digest.fetching.public import is_public
from digest.papers import readable

MAX_BODY = 256 << 20  # bytes, unpacked; the largest list that anybody sends at once has 40 MB
MAX_SECONDS = 600.0  # for one document; arXiv's OAI takes up to 180 s for the first byte
MAX_SILENCE = 200.0  # seconds without a byte
MAX_REDIRECTS = 5
MAX_MEMBERS = 1_000  # of gzip data, which may be in several (RFC 1952, 2.2)
MAX_TAG = 500  # characters of an entity tag or a date that is sent back
TRIES = (1.0, 5.0)  # seconds before the second and the third try
WAIT = 60.0  # seconds that a server may ask us to wait within a run; for longer the next run comes
TOO_MANY = timedelta(minutes=10)  # after a 429 that does not say how long
PIECE = 1 << 16
PORTS = {"http": 80, "https": 443}


CONDITIONS = {"if-none-match": "etag", "if-modified-since": "last-modified"}


class Answer(NamedTuple):
    """What a server sent."""

    status: int
    body: Path | None  # None: 304, nothing has changed
    headers: Mapping[str, str]
    url: str  # after all redirects

    @property
    def condition(self) -> dict[str, str]:
        """What to send next time, so that an unchanged document is not sent again (RFC 9110, 13.1)."""
        said = {ask: self.headers.get(name, "") for ask, name in CONDITIONS.items()}
        return {ask: tag if _is_plain(tag) and len(tag) <= MAX_TAG else "" for ask, tag in said.items()}


class Web:
    """The web as one source sees it; bodies go into `folder`."""

    def __init__(self, folder: Path, *, contact: str = "", key: str = "", private: bool = False) -> None:
        self.contact, self.key = contact, key
        self._folder, self._private = folder, private
        self._count = 0
        self._socket: socket.socket | None = None  # of the connection that is open
        self._client = httpx.Client(
            headers={"user-agent": agent(contact), "accept-encoding": "gzip"},
            timeout=httpx.Timeout(MAX_SILENCE, connect=15),
            limits=httpx.Limits(max_connections=1),
            trust_env=False,  # a proxy of the environment would look names up by itself
        )

    def __enter__(self) -> "Web":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        lane: str = "",
        also: frozenset[int] = frozenset(),
    ) -> Answer:
        """GET, after our turn in the `lane` (default: that of the host); 200, 304 and the statuses in `also` answer.

        A failure that may pass is tried again twice. SourceError with what to do; one is that no address is public.
        """
        try:
            return self._tried(url, dict(headers or {}), lane, also)
        except SourceError as error:
            raise SourceError(self._bare(str(error)), error.again) from None

    def _bare(self, told: str) -> str:
        """The same words without the key."""
        if not self.key:
            return told
        return told.replace(self.key, "…").replace(quote(self.key, safe=""), "…")

    def _tried(self, url: str, headers: dict[str, str], lane: str, also: frozenset[int]) -> Answer:
        for pause in (*TRIES, None):
            try:
                answer = self._redirected(url, headers, lane)
            except (
                httpx.InvalidURL,
                UnicodeError,
            ) as error:  # httpx reads the host of a redirect only when asked
                raise SourceError(f"{_shown(url)}: it leads to what is no address") from error
            except (httpx.TransportError, httpx.DecodingError, OSError) as error:
                problem, again = f"{_shown(url)}: {_explained(error)}", None
            else:
                if answer.status == 304 and headers.keys().isdisjoint(CONDITIONS):
                    raise SourceError(f"{_shown(url)}: it answers 304, not changed, though it was never read")
                if answer.status in {200, 304} or answer.status in also:
                    return answer
                problem, again = self._refusal(answer), _asked(answer)
                if answer.status not in {429, 500, 502, 503, 504} or (again and again.total_seconds() > WAIT):
                    raise SourceError(problem, again)
            if pause is None:
                raise SourceError(problem, again)
            time.sleep(max(again.total_seconds() if again else 0.0, pause * random.uniform(1, 1.5)))  # noqa: S311
        raise AssertionError

    def _redirected(self, url: str, headers: dict[str, str], lane: str) -> Answer:
        """Follow redirects, each to an address that is looked at like the first; no secret goes to another host."""
        first = _parsed(url, f"{_shown(url)}: it is no address")
        at = first
        for _ in range(MAX_REDIRECTS + 1):
            with pace.turn(lane or pace.lane(at.host)):
                answer = self._asked_once(at, headers)
            where = answer.headers.get("location", "")
            if answer.status not in {301, 302, 303, 307, 308} or not where:
                return answer
            following = _parsed(at.join, f"{_shown(url)}: it leads to what is no address", where)
            if at.scheme == "https" and following.scheme == "http":
                raise SourceError(
                    f"{_shown(url)}: it leads from https to http, to {_shown(str(following))}: "
                    "name that address if it is meant"
                )
            if following.host != first.host:
                headers = {name: value for name, value in headers.items() if name.lower() != "x-api-key"}
            at = following
        raise SourceError(
            f"{_shown(url)}: more than {MAX_REDIRECTS} redirects (MAX_REDIRECTS); the last leads to {_shown(str(at))}"
        )

    def _asked_once(self, url: httpx.URL, headers: Mapping[str, str]) -> Answer:
        if url.scheme not in PORTS:
            raise SourceError(f"{_shown(str(url))}: only http and https are fetched")
        problem: Exception | None = None
        for address in self._addresses(url):
            try:
                return self._from(address, url, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                problem = error
        raise problem or httpx.ConnectError("it has no address")

    def _addresses(self, url: httpx.URL) -> list[str]:
        """What the host's name means now, looked up this once; SourceError if any of it is not public."""
        port = url.port or PORTS[url.scheme]
        if port not in PORTS.values() and not self._private:
            raise SourceError(
                f"{_shown(str(url))}: port {port} is not one of the web: private = true in its table allows it"
            )
        try:
            found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise httpx.ConnectError(f"{url.host} cannot be looked up: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if not self._private and not is_public(address):
                raise SourceError(
                    f"{_shown(str(url))}: {url.host} is {address}, which is not a public address: "
                    "private = true in its table allows it"
                )
        return addresses

    def _from(self, address: str, url: httpx.URL, headers: Mapping[str, str]) -> Answer:
        """Ask the server at this very address, by the name that it is known by (RFC 9110, 7.2; RFC 6066, 3)."""
        request = self._client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={**headers, "host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.host},
        )
        request.extensions["trace"] = self._traced
        began = time.monotonic()
        watch = threading.Timer(MAX_SECONDS, self._hang_up)
        watch.daemon = True
        watch.start()
        response: httpx.Response | None = None
        try:
            response = self._client.send(request, stream=True)
            self._count += 1
            body = None if response.status_code == 304 else self._folder / f"{self._count}.body"
            if body:
                with body.open("wb") as file:
                    _save(response, file, url, began)
            return Answer(response.status_code, body, response.headers, str(url))
        except httpx.TransportError as error:
            if time.monotonic() - began < MAX_SECONDS:
                raise
            raise _late(url, 0) from error
        finally:
            watch.cancel()
            if response:
                response.close()

    def _traced(self, event: str, info: dict[str, Any]) -> None:
        """Remember the socket of a new connection (httpcore, Extensions, "trace")."""
        if event == "connection.connect_tcp.complete":
            self._socket = info["return_value"].get_extra_info("socket")

    def _hang_up(self) -> None:
        """httpx knows how long a server may be silent, and not how long it may talk."""
        if self._socket:
            with suppress(OSError):  # it was closed a moment ago
                self._socket.shutdown(socket.SHUT_RDWR)

    def _refusal(self, answer: Answer) -> str:
        said = answer.body.read_bytes()[:4_000].decode("utf-8", "replace") if answer.body else ""
        words = " ".join(self._bare(readable(said)).split())[:200]
        return f"{_shown(answer.url)}: it answers {answer.status}{f': {words}' if words and '<' not in words else ''}"


def agent(contact: str) -> str:
    """How we introduce ourselves (RFC 9110, 10.1.5), with an address where there is one."""
    return f"digest/{VERSION}{f' (mailto:{contact})' if contact else ''}"


def _parsed(make: str | Callable[[str], httpx.URL], problem: str, where: str = "") -> httpx.URL:
    """An address, or the one that another leads to."""
    try:
        return httpx.URL(make) if isinstance(make, str) else make(where)
    except (httpx.InvalidURL, ValueError) as error:  # idna raises a UnicodeError for some names
        raise SourceError(problem) from error


def _shown(url: str) -> str:
    """An address as messages have it, without its query."""
    bare, sign, _ = url.partition("?")
    return f"{bare[:200]}{'…' if len(bare) > 200 else ''}{sign and '?…'}"


def _is_plain(text: str) -> bool:
    """Whether it can be sent as a header (RFC 9110, 5.5)."""
    return text.isascii() and text.isprintable()


def _late(url: httpx.URL, size: int) -> SourceError:
    return SourceError(
        f"{_shown(str(url))}: after {MAX_SECONDS:.0f} seconds (MAX_SECONDS) it had sent {size:,} bytes and no end"
    )


def _save(response: httpx.Response, file: IO[bytes], url: httpx.URL, began: float) -> None:
    """The body, unpacked, as far as the limits go."""
    size = 0
    for piece in _unpacked(response, url):
        size += len(piece)
        if size > MAX_BODY:
            raise SourceError(
                f"{_shown(str(url))}: it sends more than {MAX_BODY >> 20} MiB (MAX_BODY): nothing was read"
            )
        if time.monotonic() - began > MAX_SECONDS:
            raise _late(url, size)
        file.write(piece)


def _unpacked(response: httpx.Response, url: httpx.URL) -> Iterator[bytes]:
    """httpx would unpack a piece as a whole, a thousand times its size; here it comes in pieces again."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", ""}:
        raise SourceError(f"{_shown(str(url))}: it is packed as {encoding[:40]!r}, which nobody asked for")
    if "gzip" not in encoding:
        yield from response.iter_raw()
        return
    unpacker, members = zlib.decompressobj(wbits=31), 1
    try:
        for raw in response.iter_raw():
            left = raw
            while left:
                if unpacker.eof:
                    if not left.strip(b"\0"):  # padding, as tape archives have it
                        break
                    unpacker, members = zlib.decompressobj(wbits=31), members + 1
                    if members > MAX_MEMBERS:
                        raise SourceError(
                            f"{_shown(str(url))}: its gzip data has more than {MAX_MEMBERS:,} members (MAX_MEMBERS)"
                        )
                yield unpacker.decompress(left, PIECE)
                left = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise httpx.DecodingError(f"its gzip data is broken: {error}") from error
    if not unpacker.eof:
        raise httpx.DecodingError("its gzip data is cut off")


def _explained(error: Exception) -> str:
    """What went wrong on the way, in a few words."""
    match error:
        case httpx.ConnectTimeout():
            return "it does not answer: check the address and the network"
        case httpx.TimeoutException():
            return f"it was silent for {MAX_SILENCE:.0f} seconds"
        case httpx.ConnectError():
            return f"no connection: {error}: check the address and the network"
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return f"the connection broke off: {error}"
        case _:
            return str(error) or type(error).__name__


def _asked(answer: Answer) -> timedelta | None:
    """How long the server asks us to stay away: seconds or a date (RFC 9110, 10.2.3)."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said[:9]), 86_400))
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return TOO_MANY if answer.status == 429 else None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return timedelta(seconds=min(max(seconds, 1.0), 86_400.0))
