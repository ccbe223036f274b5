"""Notes of OpenReview's API (docs.openreview.net), both versions: {"notes": [note …], "count"}, a list, one a line.

    v2   {"id", "forum", "number", "cdate", "tcdate", "mdate", "pdate", "odate", "invitations": […], "content":
          {"title": {"value"}, "authors": {"value": […]}, "abstract": {"value"}, "venue", "venueid", "pdf"}}
    v1   {"id", "forum", "replyto", "invitation", "content": {"title", "authors": […], "abstract", "pdf" …}}

Dates are milliseconds. A forum begins with the submission, whose `id` is the forum's; reviews, comments and decisions
are notes of the same forum, with ids of their own. Authors may be objects with a `fullname`, `Anonymous`, or missing.
What was rejected says so in its `venue`; what was withdrawn in `venueid` or in its invitation. Searches also give
notes that were imported from elsewhere (`externalIds`), created years after they were published.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest import identifiers, markup, papers
from digest.formats import _catalogue, _dates, _json, _names
from digest.formats._head import Head
from digest.identifiers import Id
from digest.papers import Paper, Reject, reject

_WITHDRAWN = re.compile(
    r"(?:.*/)?-?/?Withdrawn_?(?:Submission|Paper)s?|.*\bwithdrawn submission", re.IGNORECASE
)
_NOBODY = re.compile(r"anonym\w{0,6}(?: author(?:s|\(s\))?)?", re.IGNORECASE)
_HOME = "https://openreview.net"
_NOTHING = re.compile(r'\s*\{\s*"notes"\s*:\s*\[\s*\]\s*,\s*"count"\s*:\s*0\s*\}\s*')


def sniff(head: Head) -> bool:
    """A forum and its content, with who may write there; or an answer without notes."""
    note = any(head.has("forum", "content", name) for name in ("invitation", "invitations", "signatures"))
    return note or bool(_NOTHING.fullmatch(head.text))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The submissions; other notes are rejects."""
    return _catalogue.papers(dump, _made, "notes")


def _made(where: str, record: dict[str, Any]) -> Paper | Reject:
    content = record.get("content")
    title = _text(content, "title")
    forum = _json.text(record, "forum")
    if record.get("replyto") or (forum and _json.text(record, "id") not in {"", forum}):
        return reject(where, "a review or comment, not a submission", title or _text(content, "comment"))
    return papers.paper(
        where,
        title,
        _text(content, "abstract"),
        ids=_ids(record),
        resolve=_resolved,
        authors=_authors(content),
        venue=_catalogue.words(_text(content, "venue")),
        categories=_catalogue.each([*_texts(content, "primary_area"), *_texts(content, "subject_areas")]),
        published=_published(record),
        links=_links(content),
        withdrawn=_is_withdrawn(record),
    )


def _value(content: object, name: str) -> Any:
    """What stands under this name: version 2 puts each value into an object."""
    found = _json.at(content, name)
    return found.get("value") if isinstance(found, dict) else found


def _text(content: object, name: str) -> str:
    return _json.text([_value(content, name)])


def _texts(content: object, name: str) -> tuple[str, ...]:
    return _json.texts({name: _value(content, name)}, name)


def _resolved(text: str) -> str:
    return markup.words(text)


def _ids(record: dict[str, Any]) -> list[Id | None]:
    """The forum's, and those that an imported note has."""
    others = _json.texts(record, "externalIds")
    return [
        identifiers.openreview(_json.text(record, "forum") or _json.text(record, "id")),
        *(identifiers.doi(one) for one in others if one.lower().startswith(("doi:", "arxiv:"))),
        *(identifiers.dblp(one) for one in others if one.lower().startswith("dblp:")),
    ]


def _authors(content: object) -> tuple[str, ...]:
    some = _value(content, "authors")
    names = (
        _json.text(one, "fullname") or _json.text(one, "name") if isinstance(one, dict) else _json.text([one])
        for one in (some if isinstance(some, list) else [some])
    )
    return tuple(name for name in _names.known(map(_resolved, names)) if not _NOBODY.fullmatch(name[:40]))


def _published(record: dict[str, Any]) -> str:
    """When it was public, as submission or as paper; else when the note was made."""
    public = [day for name in ("odate", "pdate") if (day := _dates.of_milliseconds(record.get(name)))]
    made = (_dates.of_milliseconds(record.get(name)) for name in ("cdate", "tcdate"))
    return min(public) if public else next((day for day in made if day), "")


def _links(content: object) -> tuple[str, ...]:
    pdf = _text(content, "pdf")
    names = ("html", "code", "project_page", "code_link", "software", "url")
    return _catalogue.web(
        _HOME + pdf if pdf.startswith("/") else pdf, *(_text(content, name).strip() for name in names)
    )


def _is_withdrawn(record: dict[str, Any]) -> bool:
    content = record.get("content")
    told = [
        *_json.texts(record, "invitation"),
        *_json.texts(record, "invitations"),
        _text(content, "venueid"),
        _text(content, "venue"),
    ]
    confirmed = _text(content, "withdrawal").strip().lower() == "confirmed"
    return confirmed or any(_WITHDRAWN.fullmatch(one[:300]) for one in told)
