"""Text of lines `TAG value` → records: what RIS, Web of Science, MEDLINE, refer and RefWorks have in common.

A line without a tag goes on with the value above it. Which tag begins a record, and which ends one, each format says.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, BinaryIO

from digest import markup
from digest.formats import _names, _text
from digest.identifiers import Id
from digest.papers import RAW_KEPT, Paper, Reject, links_in, paper, readable, reject

MAX_RECORD = 16 << 20  # characters: a record with 7,456 authors has 240,000
MAX_ID = 500  # characters of a field or link that is looked at for an id
MAX_NAME = 1_000  # characters: a consortium has hundreds
MAX_LINK = 4_000  # characters of a line in which links are looked for

# Where a web address only repeats an id of the paper.
_MADE = re.compile(
    r"https?://(?:(?:dx\.|www\.)?doi\.org|(?:[\w-]+\.)?arxiv\.org/(?:abs|pdf)|pubmed\.ncbi\.nlm\.nih\.gov"
    r"|www\.ncbi\.nlm\.nih\.gov/pubmed)/",
    re.IGNORECASE,
)
# `Retraction of …` and `Retraction notice` are other papers, about this one.
_RETRACTED = re.compile(
    r"\W*(?:(?:RETRACTED|WITHDRAWN)\s*:|(?i:(?:retracted|withdrawn) (?:article|chapter|paper))\s*[:\])])"
)

_BROKEN = re.compile(r"\w-$")
_ENDING = re.compile(r"(?!(?:and|or|to|und|oder)\b)[a-z]")


class Record:
    """A record: its fields in order, and each field's lines."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.fields: list[tuple[str, list[str]]] = []
        self.names: set[str] = set()
        self.breaks_off = False  # the document ends before the record does, although others are ended
        self._size = 0

    @property
    def is_too_large(self) -> bool:
        """Whether what came after MAX_RECORD characters was left out."""
        return self._size > MAX_RECORD

    def add(self, name: str, line: str) -> None:
        """A new field."""
        self._size += len(line) + 100  # what an empty field costs
        if not self.is_too_large:
            self.fields.append((name, [line]))
            self.names.add(name)

    def go_on(self, line: str) -> None:
        """One more line of the latest field."""
        self._size += len(line) + 100
        if not self.is_too_large:
            self.fields[-1][1].append(line)

    def lines(self, *names: str) -> list[str]:
        """The lines of all fields with one of these names that are not blank, in the order of the document."""
        return [
            line for name, lines in self.fields if name in names for one in lines if (line := one.strip())
        ]

    def first(self, *names: str) -> str:
        """The first field that says anything, the first name before the second; its lines joined to one."""
        for name in names:
            for other, lines in self.fields:
                if name == other and (said := _joined(lines)):
                    return said
        return ""

    @property
    def raw(self) -> str:
        """As much of the record as a reject keeps."""
        return " ".join(
            f"{name} {line[:RAW_KEPT]}"
            for name, lines in self.fields[:40]
            for line in lines[:2]
            if line.strip()
        )


Tag = Callable[[str], re.Match[str] | None]  # a line → its tag and value, as groups 1 and 2
Begins = Callable[
    [Record, str, bool], bool
]  # open record, tag of the next line, blank line between → a new one?


def _joined(lines: list[str]) -> str:
    """One line of several; a word that was broken at its hyphen is whole again."""
    parts: list[str] = []
    for line in lines:
        part = line.strip()
        if parts and not (_BROKEN.search(parts[-1][-3:]) and _ENDING.match(part)):
            parts.append(" ")
        parts.append(part if line.endswith(part) else f"{part} ")
    return " ".join("".join(parts).split())


def records(dump: BinaryIO, tag: Tag, begins: Begins, ends: Collection[str] = ()) -> Iterator[Record]:
    """The records of a dump; a tag of `ends` ends one and belongs to none."""
    record, blank, some_end = None, True, False
    for line in _text.lines(dump):
        found = tag(line.text)
        if not found:
            blank = not line.text.strip()
            if record:
                record.go_on(line.text)
            continue
        name = found[1]
        some_end = some_end or name in ends
        if record and (name in ends or begins(record, name, blank)):
            yield record
            record = None
        if name not in ends:
            record = record or Record(line.where)
            record.add(name, found[2] or "")
        blank = False
    if record:
        record.breaks_off = some_end
        yield record


def made(record: Record, title: str, abstract: str, **fields: Any) -> Paper | Reject:
    """The paper of a record, or why it is none."""
    if record.is_too_large:
        return reject(
            record.where,
            f"it has more than {MAX_RECORD >> 20} MiB (MAX_RECORD): the next may be in it",
            record.raw,
        )
    if not title:
        return reject(record.where, "it has no title", record.raw)
    if record.breaks_off and record.first(record.fields[-1][0]) in {title, abstract}:
        return reject(record.where, "the export breaks off in its title or abstract", record.raw)
    withdrawn = fields.pop("withdrawn", False) or is_retracted(title)
    return paper(record.where, title, abstract, resolve=resolved, withdrawn=withdrawn, **fields)


def authors(lines: Collection[str]) -> tuple[str, ...]:
    """Display names out of fields that hold a name each, or several with `;` between them."""
    return _names.known(_names.natural(name[:MAX_NAME]) for line in lines for name in line.split(";"))


def keywords(lines: Collection[str]) -> tuple[str, ...]:
    """Keywords out of fields that hold one each, or several with `;` between them."""
    parts = (words(part) for line in lines for part in line.split(";"))
    return tuple(dict.fromkeys(part for part in parts if part and part != "n/a"))


def words(text: str) -> str:
    """A short text, such as the name of a journal, readable and without markup."""
    return readable(resolved(text[:MAX_LINK]))


def resolved(text: str) -> str:
    """Text without markup and TeX; one that is too long for a title or an abstract anyway is left as it is."""
    return markup.words(text) if len(text) < 1 << 20 else text


def is_retracted(title: str) -> bool:
    """Whether a title says that the paper under it is withdrawn: `RETRACTED: …`, `Retracted Article: …`."""
    return bool(_RETRACTED.match(title[:100]))


def an_id(kind: Callable[[str], Id | None], text: str) -> Id | None:
    """The id of that kind in a field, unless the field is too long for one."""
    return kind(text) if len(text) <= MAX_ID else None


def links(texts: Collection[str]) -> tuple[str, ...]:
    """The web addresses in fields for links: not those that only repeat an id, unless there are no others."""
    found = dict.fromkeys(link for text in texts for link in links_in(text[:MAX_LINK]))
    return tuple([link for link in found if not _MADE.match(link)] or list(found)[:1])
