"""Dump → records: its documents, each in the format that knows it. No store, no identity."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple, cast

import msgspec

from digest import formats
from digest.containers import documents
from digest.containers.limits import Document
from digest.errors import DumpError
from digest.papers import Paper, Reject, reject


class Begun(NamedTuple):
    """A document that is about to be read."""

    format: str


def records(file: BinaryIO, size: int, name: str, received: datetime) -> Iterator[Begun | Paper | Reject]:
    """What is in a dump of `size` bytes, in order: for each document its format, then its papers and rejects.

    A document in a container that nobody knows is one reject. Of a mail whose text comes twice, plain and as HTML, the
    first that a format knows is read; a covering note beside an attachment is nothing. DumpError if nothing in the dump
    is known, or if its container is broken from the start.
    """
    some, first = False, ""
    read = set[str]()  # mails of which something was read
    unread = dict[str, str]()  # mails whose text nobody knows, with the reason
    try:
        for document in documents(file, size):
            if document.is_body and document.mail in read:
                continue
            format_, problem = _recognised(document, name)
            if format_:
                yield Begun(format_)
                try:
                    yield from _read(document, format_, received)
                except DumpError as error:  # the document as a whole: an error message of a server, a limit
                    problem = str(error)
                else:
                    some = True
                    read.add(document.mail)
                    continue
            first = first or (f"{document.name}: {problem}" if document.name else problem)
            if document.is_body:
                unread.setdefault(document.mail, problem)
            elif document.name:
                yield reject(document.name, problem, "")
    except DumpError as error:
        if not some:
            raise
        yield reject("the rest", str(error), "")
    if not some:
        raise DumpError(first or "there is nothing in it")
    for mail, problem in unread.items():
        if mail not in read:
            yield reject(mail, problem, "")


def _recognised(document: Document, name: str) -> tuple[str, str]:
    """The document's format, or the reason why it has none."""
    if document.problem:
        return "", document.problem
    head = cast(io.BufferedReader, document.stream).peek(formats.SNIFFED)[: formats.SNIFFED]
    try:
        return formats.recognise(formats.Head(head, document.name or name)), ""
    except DumpError as error:
        return "", str(error)


def _read(document: Document, format_: str, received: datetime) -> Iterator[Paper | Reject]:
    """Its records, each with its format and with its place in the whole dump."""
    inside = f"{document.name}, " if document.name else ""
    for record in formats.read(format_, document.stream, received):
        if isinstance(record, Paper):
            yield msgspec.structs.replace(record, where=inside + record.where, format=format_)
        else:
            yield msgspec.structs.replace(record, where=inside + record.where)
