"""Records → what the store needs of them: keys and bytes. Of a large dump in a process of its own, so that reading and
storing each have a core.
"""

import multiprocessing
import signal
import traceback
from collections.abc import Generator, Iterator
from datetime import datetime
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from digest import identity
from digest.containers.limits import BUFFER
from digest.errors import DumpError
from digest.papers import Paper, Reject
from digest.reading import Begun, records

AT_ONCE = 5_000  # records in memory at a time
APART = 16 << 20  # bytes; a process costs 0.2 s, as much as reading 8 MB


class ReaderError(Exception):
    """A bug in a reader that runs in a process of its own: the last line of its traceback."""


class Prepared(msgspec.Struct, frozen=True, tag="paper", array_like=True):
    """A paper as the store keeps it."""

    keys: tuple[str, ...]
    record: bytes  # papers.Paper as JSON

    @property
    def paper(self) -> Paper:
        """The paper itself."""
        return _paper.decode(self.record)


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """Some records of a dump, in order."""

    papers: list[Prepared]
    rejects: list[Reject]
    formats: list[str]  # of the documents that began in it
    position: int  # bytes of the dump that have been read
    problem: str = ""  # of the dump as a whole: nothing comes after
    bug: str = ""  # a bug of the reader: nothing comes after


_paper = msgspec.json.Decoder(Paper)
_batch = msgspec.msgpack.Decoder(Batch)


def batches(path: Path, received: datetime) -> Generator[Batch, None, None]:
    """All records of a dump, some at a time; DumpError as `reading.records` raises it."""
    try:
        size = path.stat().st_size
        yield from (_batches if size < APART else _apart)(path, size, received)
    except OSError as error:
        raise DumpError(f"it cannot be read: {error.strerror or error}") from error
    except DumpError:
        raise
    except Exception as error:  # a bug costs one dump, not the morning's issue; the dump is told as broken
        bug = str(error) if isinstance(error, ReaderError) else f"{type(error).__name__}: {error}"
        raise DumpError(
            f"its reader failed, which is a mistake of this program: report it, with the dump: {bug}"
        ) from error


def _batches(path: Path, size: int, received: datetime) -> Iterator[Batch]:
    with path.open("rb", buffering=BUFFER) as file:
        found = records(file, size, path.name, received)
        while some := list(islice(found, AT_ONCE)):
            yield Batch(
                papers=[prepared(one) for one in some if isinstance(one, Paper)],
                rejects=[one for one in some if isinstance(one, Reject)],
                formats=[one.format for one in some if isinstance(one, Begun)],
                position=file.tell(),
            )


def prepared(paper: Paper) -> Prepared:
    """A paper, with its keys, as the store keeps it."""
    return Prepared(tuple(identity.keys(paper)), msgspec.json.encode(paper))


def _apart(path: Path, size: int, received: datetime) -> Iterator[Batch]:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    reader = spawn.Process(target=_send, args=(theirs, path, size, received), daemon=True)
    reader.start()
    theirs.close()
    try:
        while data := _received(ours):
            batch = _batch.decode(data)
            if batch.problem:
                raise DumpError(batch.problem)
            if batch.bug:
                raise ReaderError(batch.bug)
            yield batch
    finally:
        ours.close()
        reader.join()
    if reader.exitcode:
        raise DumpError(f"the process that read it ended with {reader.exitcode}: not enough memory?")


def _received(pipe: Connection) -> bytes:
    try:
        return pipe.recv_bytes()
    except (EOFError, OSError):  # OSError: in the middle of a message
        return b""


def _send(pipe: Connection, path: Path, size: int, received: datetime) -> None:
    """Read the dump and send its batches, until they are no more or nobody listens."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the one who asked; this one ends with the pipe
    encode = msgspec.msgpack.Encoder().encode
    try:
        for batch in _batches(path, size, received):
            pipe.send_bytes(encode(batch))
    except BrokenPipeError:
        return
    except (DumpError, OSError) as error:
        pipe.send_bytes(encode(Batch([], [], [], 0, problem=str(error))))
    except (
        Exception
    ):  # a bug must not end this process without a word: the one that waits tells it as its dump's
        pipe.send_bytes(encode(Batch([], [], [], 0, bug=traceback.format_exc().strip().rpartition("\n")[2])))
