"""Dump → papers and rejects. One file per format.

A format is a module with

    sniff     the head of a document → is it mine? By content: names and media types are hints that lie
    read      the document and when it was received → papers and rejects, in order, one in memory at a time;
              raises DumpError if the document as a whole cannot be read
    GENERIC   (if it reads whatever is of its sort: any table, any feed) asked only when no other format knows it

Records = papers + rejects: what `read` cannot use it gives back as a reject, with its place and the reason.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Protocol, cast

from digest import plugins
from digest.errors import DumpError
from digest.formats._head import Head as Head
from digest.papers import Paper, Reject, reject

TRIED = "; tried: "  # and their names, for whoever gave the dump; readers of an issue do without
SNIFFED = 64 * 1024  # bytes; the latest mark of any known format is at 55 kB


class Format(Protocol):
    """A module of this folder."""

    def sniff(self, head: Head) -> bool:
        """Whether the document that begins so is of this format."""

    def read(self, dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
        """The document's records; `received` (aware) completes dates that it leaves incomplete."""


def load(name: str) -> Format:
    """The format of that name."""
    return cast(Format, plugins.load("formats", name))


def recognise(head: Head) -> str:
    """The name of the format of a document that begins so; DumpError if nobody knows it.

    Those that read whatever is of their sort are asked last. None is imported before it is asked: all cost 0.15 s.
    """
    if not head.data.strip():
        raise DumpError("it is empty: save the page or the export again")
    known, generic = plugins.names("formats"), []
    for name in known:
        if hasattr(load(name), "GENERIC"):
            generic.append(name)
        elif load(name).sniff(head):
            return name
    for name in generic:
        if load(name).sniff(head):
            return name
    raise DumpError(
        f"it looks like {_looks(head.data)}, which none of the formats can read{TRIED}{', '.join(known)}"
    )


def read(name: str, dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The document's records in this format. What stops the reader after the first record costs the rest, not all."""
    some = False
    try:
        for record in load(name).read(dump, received):
            some = True
            yield record
    except DumpError as error:
        if not some:
            raise
        yield reject("the rest", str(error), "")


_MAGIC = {
    b"\x1f\x8b": "a gzip file",
    b"PK\x03\x04": "a zip file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"%PDF": "a PDF",
    b"\xff\xfe": "UTF-16 text (save it as UTF-8)",
    b"\xfe\xff": "UTF-16 text (save it as UTF-8)",
}


def _looks(head: bytes) -> str:
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    if b"\0" in head:
        return "binary data"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return {
        b"<": "XML or HTML (a page can be saved or copied as text)",
        b"{": "JSON",
        b"[": "JSON",
        b"@": "BibTeX",
    }.get(start, "text of another kind")
