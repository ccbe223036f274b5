"""Dump → the documents in it, streamed and never extracted: gzip, bzip2, xz, zstd, tar, zip, mailboxes, mails and what
is attached to them, one inside the other. By content: names lie.
"""

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from digest.containers import archives, mail
from digest.containers.limits import BUFFER, MAX_DEPTH, Budget, Document, stream
from digest.containers.packed import unpacker
from digest.errors import DumpError


def documents(file: BinaryIO, size: int) -> Iterator[Document]:
    """The documents in a dump of `size` bytes; each is over when the next one is asked for.

    `file` can `peek` at its first BUFFER bytes. DumpError at a limit, and for a container that is broken.
    """
    yield from _opened(Document("", file), Budget(size), 0)


def _opened(document: Document, budget: Budget, depth: int) -> Iterator[Document]:
    """The document itself, or, if it is a container, what is in it."""
    head = cast(io.BufferedReader, document.stream).peek(BUFFER)
    inside = _inside(document, head, budget)
    if inside is None:
        yield document
        return
    if depth >= MAX_DEPTH:
        raise DumpError(f"it holds containers in containers, more than {MAX_DEPTH} deep (MAX_DEPTH)")
    for one in inside:
        if one.problem:
            yield one
        else:
            yield from _opened(one._replace(mail=one.mail or document.mail), budget, depth + 1)


def _inside(document: Document, head: bytes, budget: Budget) -> Iterator[Document] | None:
    """What is in a container that begins so; None: it is none."""
    if packed := unpacker(head):
        name, unpack = packed
        return iter([document._replace(stream=stream(unpack(document.stream), budget, name))])
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return archives.of_zip(document, budget)
    if head[257:262] == b"ustar":
        return archives.of_tar(document, budget)
    if mail.is_mailbox(head):
        return mail.of_mbox(document, budget)
    return mail.of_mail(document, budget) if mail.is_mail(head) else None
