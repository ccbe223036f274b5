"""Mail servers that misbehave as they are told, in a process of their own; every step is logged with its time.

    with smtp_server.running() as servers:
        server = servers.begin(folder, [Fault("after storing", "drop")])
        …send to server.port…
        server.letters(), server.steps()

A letter is stored when its last byte has come and before its 250 is written. Who sends may be killed at any moment:
what is in the folder then is what a real server would have.
"""

import hashlib
import json
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

PHASES = (
    "connect",
    "ehlo",
    "mail",
    "rcpt",
    "data",
    "body",
    "before storing",
    "after storing",
    "rset",
    "quit",
)
# What a fault does: one of these, or the code of an answer (421 ends the connection too).
DOES = ("drop", "reset", "stall", "half", "slow")
OFFERS = ("PIPELINING", "8BITMIME", "SIZE 10485760")


@dataclass(frozen=True)
class Fault:
    """What goes wrong in a phase, the first `times` times after `skip` times that it went well."""

    at: str
    does: str
    times: int = 1
    skip: int = 0
    seconds: float = 0.3  # of a stall, after which the connection ends

    def __post_init__(self) -> None:
        known = self.at in PHASES and (self.does in DOES or re.fullmatch("[45][0-9][0-9]", self.does))
        # A server that has stored a letter and says that it has not is lying: nobody can send to it once. In the
        # middle of a letter a code other than 421 would be the answer to a command that is to come.
        lies = self.does.isdigit() and (
            self.at == "after storing" or (self.at == "body" and self.does != "421")
        )
        if not known or lies:
            raise ValueError(f"no such fault: {self}")


@dataclass(frozen=True)
class Letter:
    """What was stored."""

    to: str
    sender: str
    data: bytes
    message_id: str


class Server(NamedTuple):
    """A server that runs, and what it has left."""

    port: int
    folder: Path

    def steps(self) -> list[dict[str, Any]]:
        """Its log, in order."""
        return [json.loads(line) for line in (self.folder / "log.jsonl").read_text().splitlines()]

    def letters(self) -> list[Letter]:
        """What it has stored, in order."""
        return [
            Letter(step["to"], step["sender"], (self.folder / step["file"]).read_bytes(), step["message_id"])
            for step in self.steps()
            if step["step"] == "stored"
        ]


class Servers:
    """The process, in which any number of servers run."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.smtp_server"],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(
        self,
        folder: Path,
        faults: Sequence[Fault] = (),
        *,
        idle: float = 60,
        offers: Sequence[str] = OFFERS,
        port: int = 0,
    ) -> Server:
        """A new server that writes into this folder; it ends a connection after `idle` seconds of silence."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "log.jsonl").touch()
        asked = {
            "folder": str(folder),
            "faults": [asdict(one) for one in faults],
            "idle": idle,
            "offers": list(offers),
            "port": port,
        }
        return Server(int(self._ask(asked)), folder)

    def end(self, server: Server) -> None:
        """Nothing listens at its port from now on."""
        self._ask({"end": server.port})

    def _ask(self, asked: dict[str, Any]) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def running() -> Iterator[Servers]:
    """The process for as long as it is needed."""
    servers = Servers()
    try:
        yield servers
    finally:
        servers.close()


# ---- in the process


class _EndedError(Exception):
    """The connection is over."""


class _Listening:
    """One server: its folder, its faults, its log."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.folder = Path(asked["folder"])
        self.idle: float = asked["idle"]
        self.offers: list[str] = asked["offers"]
        self._faults = [Fault(**one) for one in asked["faults"]]
        self._met: Counter[Fault] = Counter()
        self._lock = threading.Lock()
        # Closed only by the end of the process: a thread may still have a step to write.
        self._log = (self.folder / "log.jsonl").open("a", encoding="utf-8")
        self._connections, self._files = count(1), count(1)
        self.socket = socket.create_server(("127.0.0.1", asked["port"]), backlog=100)
        threading.Thread(target=self._accept, daemon=True).start()

    def log(self, connection: int, step: str, **more: object) -> None:
        with self._lock:
            line = {"at": time.time(), "connection": connection, "step": step, **more}
            self._log.write(json.dumps(line) + "\n")
            self._log.flush()

    def fault(self, phase: str) -> Fault | None:
        """What goes wrong now."""
        with self._lock:
            mine = [one for one in self._faults if one.at == phase]
            self._met.update(mine)
            return next((one for one in mine if one.skip < self._met[one] <= one.skip + one.times), None)

    def file(self) -> str:
        with self._lock:
            return f"{next(self._files):05}.eml"

    def close(self) -> None:
        """Refuse whoever comes; shut down first, for `accept` would hold the socket open."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                talk, _ = self.socket.accept()
                talk.settimeout(self.idle)
                threading.Thread(target=_Talk(self, talk, next(self._connections)).go, daemon=True).start()


class _Talk:
    """One connection."""

    def __init__(self, server: _Listening, talk: socket.socket, number: int) -> None:
        self._server, self._socket, self._number = server, talk, number
        self._lines: BinaryIO = talk.makefile("rb")
        self._sender: str | None = None
        self._to: list[str] = []

    def go(self) -> None:
        why = "the client ended it"
        try:
            self._log("connected")
            self._answer("connect", "220 test ESMTP")
            while line := self._lines.readline(2000):
                self._command(line.decode("ascii", "replace").rstrip("\r\n"))
        except _EndedError as ended:
            why = str(ended)
        except TimeoutError:
            why = f"nothing came for {self._server.idle} seconds"
            with suppress(OSError):
                self._write("421 4.4.2 timeout exceeded")  # as Postfix does
        except OSError as error:
            why = str(error)
        self._log("ended", why=why)
        self._lines.close()
        self._socket.close()

    def _log(self, step: str, **more: object) -> None:
        self._server.log(self._number, step, **more)

    def _command(self, line: str) -> None:
        self._log("command", line=line)
        verb = line[:4].upper()
        if verb in {"EHLO", "HELO"}:
            names = ["test", *self._server.offers] if verb == "EHLO" else ["test"]
            self._answer("ehlo", "\r\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"]))
        elif verb == "MAIL":
            self._sender, self._to = None, []
            if self._answer("mail", "250 2.1.0 Ok"):
                self._sender = _path(line)
        elif verb == "RCPT":
            if self._sender is None:
                self._write("503 5.5.1 MAIL first")
            elif self._answer("rcpt", "250 2.1.5 Ok"):
                self._to.append(_path(line))
        elif verb == "DATA":
            if self._sender is None or not self._to:
                self._write("503 5.5.1 nobody to send to")
            elif self._answer("data", "354 go on"):
                self._take()
        elif verb == "RSET":
            self._sender, self._to = None, []
            self._answer("rset", "250 2.0.0 Ok")
        elif verb == "NOOP":
            self._write("250 2.0.0 Ok")
        elif verb == "QUIT":
            self._answer("quit", "221 2.0.0 Bye")
            raise _EndedError("QUIT")
        else:
            self._write("502 5.5.2 no such command")

    def _take(self) -> None:
        """Everything up to the dot; what comes to no dot is thrown away (RFC 5321 §4.1.1.4)."""
        self._meets("body")
        lines: list[bytes] = []
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                raise _EndedError("the client ended it in the middle of a letter")
            lines.append(line[1:] if line.startswith(b".") else line)
        data = b"".join(lines)
        sha256, to = hashlib.sha256(data).hexdigest(), self._to
        message_id = _message_id(data)
        self._log("dot", to=to[0], message_id=message_id, sha256=sha256)
        if not self._meets("before storing"):
            self._sender = None
            return
        for address in to:
            file = self._server.file()
            (self._server.folder / file).write_bytes(data)
            self._log(
                "stored", to=address, sender=self._sender, message_id=message_id, file=file, sha256=sha256
            )
        queued = f"250 2.0.0 Ok: queued as {sha256[:10].upper()}"
        self._sender = None
        self._answer("after storing", queued)
        self._log("answered", to=to[0], message_id=message_id)

    def _answer(self, phase: str, good: str) -> bool:
        """Say what is to be said in this phase; whether it was the good answer."""
        fault = self._server.fault(phase)
        if fault and fault.does == "slow":
            self._log("reply", line=good)
            self._slowly(f"{good}\r\n", fault.seconds)
        elif fault:
            self._fail(fault, good)
            return False
        else:
            self._write(good)
        return True

    def _meets(self, phase: str) -> bool:
        """Whether all goes well in a phase in which nothing is to be said."""
        fault = self._server.fault(phase)
        if fault and fault.does == "slow":
            time.sleep(fault.seconds)
        elif fault:
            self._fail(fault, "250 2.0.0 Ok")
            return False
        return True

    def _fail(self, fault: Fault, good: str) -> None:
        """Do what goes wrong; return if the connection goes on."""
        self._log("fault", phase=fault.at, does=fault.does)
        if fault.does == "stall":
            time.sleep(fault.seconds)
        elif fault.does == "half":
            self._socket.sendall(good[:2].encode())  # of a 250 any more would be a 250 to some
        elif fault.does == "reset":
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault.does.isdigit():
            self._write(f"{fault.does} {fault.does[0]}.3.0 as the test wants it")
            if fault.does != "421" and fault.at != "connect":
                return
        raise _EndedError(f"{fault.does} at {fault.at}")

    def _write(self, line: str) -> None:
        self._log("reply", line=line)
        self._socket.sendall(f"{line}\r\n".encode())

    def _slowly(self, words: str, seconds: float) -> None:
        for letter in words:
            time.sleep(seconds / len(words))
            self._socket.sendall(letter.encode())


def _path(line: str) -> str:
    """The address between the angle brackets."""
    return line.partition("<")[2].partition(">")[0]


def _message_id(data: bytes) -> str:
    found = re.search(rb"(?mi)^message-id:\s*(\S+)", data.partition(b"\r\n\r\n")[0])
    return found[1].decode("ascii", "replace") if found else ""


def main() -> None:
    """Begin or end a server for each line."""
    servers: dict[int, _Listening] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "end" in asked:
            servers.pop(port := asked["end"]).close()
        else:
            server = _Listening(asked)
            port = server.socket.getsockname()[1]
            servers[port] = server
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
