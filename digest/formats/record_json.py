"""JSON of papers with the obvious keys, from whatever script wrote it: a list, JSON Lines, one object, a list inside an
envelope (`{"papers": […]}`), or objects under their ids or topics (`{"2401.00001": {…}}`, `{"NLP": [{…}]}`).

Keys are compared as the headers of tables are; those of an object inside the record count with its name before them
(`details.abstract`). Seen from bots, paperscraper, cn-chat-arxiv and papercopilot.

Sites of conferences and short answers of OpenReview put a paper's keys into its `content`, OpenReview each value into
an object. A title and a year, a link, a date or a description are anybody's (films, issues, jobs, news): there has to
be what only papers have, or an address of a paper's page.

Traps: `summary` may be a machine's; `abstract` may repeat the title, or hold `arXiv:… Announce Type: … Abstract: …`;
authors are a list of words or of objects, or one text with `;` or `,`, or empty.
"""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, cast

from digest.formats import _author_list, _fields, _json, _names
from digest.formats._fields import FIELD, Columns, folded
from digest.formats._head import Head
from digest.papers import Paper, Reject, readable, reject

GENERIC = True

SEEN = 64 * 1024  # bytes that tell where the records are
_TELLING = {"abstract", "summary", "authors", "arxiv", "doi", "pmid", "forum", "date", "year", "venue"}
_INSIDE = {"details", "externalids", "external_ids", "ids"}  # objects whose keys are the record's own
# Keys of lists of records; under any other key stands one topic of several. Empty: no envelope.
_ENVELOPES = {
    *(
        "",
        "papers",
        "results",
        "result",
        "items",
        "data",
        "articles",
        "entries",
        "records",
        "docs",
        "documents",
    ),
    *(
        "works",
        "publications",
        "response",
        "hits",
        "list",
        "paper",
        "content",
        "submissions",
        "preprints",
        "rows",
    ),
    *("notes", "feed", "search_results", "arxiv_papers", "paper_list", "paperList"),
}
_NAME = ("name", "fullname", "full_name", "display_name", "author", "author_name")
_AFFILIATION = ("institution", "affiliation", "affiliations", "institutions", "org", "organization")


def sniff(head: Head) -> bool:
    """An object with a title and something else that papers have."""
    return head.is_json and bool(_path(head) or _is_keyed(head))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the objects."""
    first = dump.read(SEEN)
    head = Head(first)
    whole = cast(BinaryIO, io.BufferedReader(_Again(first, dump)))
    path = _path(head)
    if path or not _is_keyed(head):
        yield from _json.papers(whole, _paper, *(path or ("[]", "")))
        return
    for where, record in _below(_json.whole(whole), ""):
        yield _paper(where, record)


class _Again(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._first, self._rest = io.BytesIO(first), rest

    def readable(self) -> bool:
        """As every stream that is read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, first those that were read already."""
        data = self._first.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _path(head: Head) -> tuple[str, ...]:
    """Where the records stand, for _json.papers; empty if nowhere, or under keys that are not the same for all."""
    objects: dict[str, set[str]] = {}
    for key in head.keys:
        above, _, name = key.rpartition(".")
        objects.setdefault(above.removesuffix(".content"), set()).add(name)
    lists = {
        above: told
        for above, names in objects.items()
        if (above.endswith("[]") or not above) and (told := _telling(names, head.text))
    }
    if not lists:
        return ()
    if lists.get("", 0) < max(lists.values()):  # an envelope may have a title and a date of its own
        lists.pop("", None)
    best = min(lists, key=lambda above: (above.count("[]"), above.count("."), above))
    if set(best.replace("[]", "").split(".")) - _ENVELOPES:
        return ()  # a topic: there may be others further on
    if best:
        return (best,)
    return ("[]", "") if head.text.lstrip().startswith("[") else ("",)


def _telling(keys: set[str], text: str) -> int:
    """How many of these keys make an object a paper's; 0: it is none. `text`: what stands around them."""
    columns = Columns(map(_name, keys))
    title = columns.fields.get("title", [""])[0]
    if title in {"name", "display name", "paper", "ti", ""}:
        return 2 if title and {"authors", "abstract"} <= columns.fields.keys() else 0
    told = len(columns.fields.keys() & _TELLING) + bool(columns.links)
    return told if columns.are_of_papers(text) else 0


def _is_keyed(head: Head) -> bool:
    """Whether objects of papers stand under their ids or topics."""
    if not head.text.lstrip().startswith("{"):
        return False
    last: dict[str, set[str]] = {}
    for key in head.keys:
        above, _, name = key.rpartition(".")
        if above:
            last.setdefault(above, set()).add(name)
    return any(
        _telling(names, head.text) > 0 and not _is_inside(above, last, head) for above, names in last.items()
    )


def _is_inside(path: str, objects: dict[str, set[str]], head: Head) -> bool:
    """Whether an object around this one has words of its own, and so is the record: `_below` goes no further."""
    while path := path.rstrip("[]").rpartition(".")[0]:
        for name in objects.get(path, ()):
            inner = any(f"{path}.{name}{lists}" in objects for lists in ("", "[]", "[][]"))
            if not inner and re.search(rf'"{re.escape(name)}"\s*:\s*["\dtfn-]', head.text):
                return True
    return False


def _below(value: object, where: str, depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """The papers in objects and lists under keys, with the keys above them."""
    if depth > 4:
        return
    if isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from _below(one, f"{where} {number}".strip(), depth + 1)
    elif isinstance(value, dict):
        if any(not isinstance(one, dict | list) for one in value.values()) and depth:
            yield where or "record 1", value
            return
        for key, one in value.items():
            yield from _below(one, f"{where} {key}".strip()[:100], depth + 1)


def _name(key: str) -> str:
    """The folded name of a key, in one word or several: `pdfUrl` → `pdf url`, but `ArXiv` → `arxiv`."""
    name = folded(_words(key[:100]))
    return name if name in FIELD or (whole := folded(key)) not in FIELD else whole


def _words(key: str) -> str:
    """`pdfUrl` → `pdf Url`."""
    return "".join(
        f" {b}" if b.isupper() and a.islower() else b for a, b in zip(" " + key, key, strict=False)
    )


def _opened(record: dict[str, Any]) -> dict[str, Any]:
    """The record with the keys of its `content`, where its title stands there."""
    inside = record.get("content")
    if not isinstance(inside, dict) or "title" not in inside:
        return record
    said = {
        key: one["value"] if isinstance(one, dict) and "value" in one else one for key, one in inside.items()
    }
    return {**said, **{key: one for key, one in record.items() if key != "content" and key not in said}}


def _paper(where: str, record: dict[str, Any]) -> Paper | Reject:
    record = _opened(record)
    values: dict[str, str] = {}
    for key, value in record.items():
        _add(values, key, value)
        if isinstance(value, dict) and key.lower() in _INSIDE:
            for name, one in value.items():
                _add(values, f"{key} {name}", one)
    columns = Columns(values)
    people = next((record[key] for key in record if FIELD.get(_name(key)) == "authors" and record[key]), None)
    authors = _authors(people) if isinstance(people, list) else None
    made = _fields.paper_of(where, values, columns, authors, _org(people))
    if isinstance(made, Reject):
        return reject(
            where, made.reason, str({key: str(value)[:100] for key, value in list(record.items())[:10]})
        )
    return made


def _add(values: dict[str, str], key: str, value: object) -> None:
    """What stands under a key, as words."""
    if isinstance(value, bool):
        words = str(value)
    elif isinstance(value, list):
        words = "|".join(_json.texts(value))
    elif isinstance(value, dict):
        words = _json.text(value, "value") or _json.text(value, "name") or _json.text(value, "display_name")
    else:
        words = _json.text({"": value}, "")
    name = _name(key)
    if words and name not in values:
        values[name] = words


def _authors(people: list[Any]) -> tuple[str, ...]:
    """The names in a list of words or objects."""
    names = []
    for one in people:
        if isinstance(one, str):
            names.append(_names.natural(one) if one.count(",") == 1 else one)
        elif isinstance(one, dict):
            told = next((name for key in _NAME if (name := _json.text(one, key))), "")
            given = _json.text(one, "given") or _json.text(one, "first_name") or _json.text(one, "firstName")
            family = _json.text(one, "family") or _json.text(one, "last_name") or _json.text(one, "lastName")
            names.append(_names.natural(told) if told else _names.joined(given, family))
    if len(names) == 1:
        return _author_list.split(names[0])
    return _names.known(names)


def _org(people: object) -> str:
    """The affiliation of the first author, where authors are objects."""
    first = next(iter(_json.items({"": people}, "")), {})
    for key in _AFFILIATION:
        told = _json.text(first, key) or _json.text(first, key, 0, "name") or _json.text(first, key, "name")
        if told:
            return readable(told)[:300].strip()
    return ""
