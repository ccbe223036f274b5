"""Golden pairs: a document written for a format, and beside it, as NAME.json, what has to come out of it.

    tests/golden/<format>/NAME.xml         the document: our own data, never a copy of somebody's
    tests/golden/<format>/NAME.xml.json    records (counted by hand), papers, rejects

`python -m tests.golden tests/golden/ris/odd.ris 5` writes the second from what the reader says now, for a person to
read line by line; it refuses if the reader does not find as many records as that person counted.
"""

import sys
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from digest import formats
from digest.papers import Paper, Reject

HERE = Path(__file__).parent / "golden"
RECEIVED = datetime(2026, 11, 21, 6, tzinfo=UTC)


class Expected(msgspec.Struct, frozen=True):
    """What has to come out of a document."""

    records: int
    papers: list[Paper]
    rejects: list[Reject]


def documents() -> list[Path]:
    """All golden documents."""
    return sorted(path for path in HERE.glob("*/*") if path.suffix != ".json" or not _beside(path))


def _beside(path: Path) -> bool:
    """Whether it is the expectation of the document beside it."""
    return path.with_name(path.name.removesuffix(".json")).is_file() and path.name.endswith(".json")


def stream(data: bytes) -> BinaryIO:
    """Bytes as a reader gets them."""
    return cast(BinaryIO, BufferedReader(BytesIO(data)))


def read(name: str, data: bytes) -> list[Paper | Reject]:
    """What a format reads."""
    return list(formats.read(name, stream(data), RECEIVED))


def said(name: str, data: bytes) -> Expected:
    """What a format reads, as it is expected of a golden document."""
    found = read(name, data)
    return Expected(
        records=len(found),
        papers=[one for one in found if isinstance(one, Paper)],
        rejects=[one for one in found if isinstance(one, Reject)],
    )


def expected(document: Path) -> Expected:
    """What has to come out of a golden document."""
    return msgspec.json.decode(
        document.with_name(document.name + ".json").read_bytes(), type=Expected, strict=True
    )


def write(document: Path, records: int) -> None:
    """Put down what the reader says now of a document that a person counted `records` in."""
    found = said(document.parent.name, document.read_bytes())
    if found.records != records:
        sys.exit(f"{document}: the reader finds {found.records} records, not {records}")
    data = msgspec.json.format(msgspec.json.encode(found), indent=1)
    document.with_name(document.name + ".json").write_bytes(data + b"\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
