"""Answers of DBLP's search API as JSON.

    {"result": {"query", "status": {"@code": "200"}, "hits": {"@total", "hit": [{"@score", "@id", "info": {…}}]}}}
    info: authors.author (an object, or a list of them: {"@pid", "text"}), title, venue, volume, year, key, doi, ee

The facts are from DBLP's pages on its API (dblp.org/faq) and from the XML that it answers with. Traps: it is that XML
turned into JSON, so what stands once is no list, and the words hold HTML's entities.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from digest.errors import DumpError
from digest.formats import _dblp, _json
from digest.formats._head import Head
from digest.papers import Paper, Reject


def sniff(head: Head) -> bool:
    """The envelope, or its hits alone."""
    envelope = head.has("result.hits") and (head.has("result.query") or head.has("result.status"))
    return envelope or head.has("@score", "info.title", "info.key")


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The publications. DumpError: the API answers with an error."""
    return _json.papers(dump, _record, "result.hits.hit[]", "result.hits.hit", "hits.hit[]", "[]", "")


def _record(where: str, hit: dict[str, Any]) -> Paper | Reject | None:
    if "result" in hit:  # the whole answer: it has no hits
        code = _json.text(hit, "result", "status", "@code") or "200"
        if code != "200":
            said = _json.text(hit, "result", "status", "text")
            raise DumpError(f"DBLP answered with status {code}, {said}: fetch it again")
        return None
    info = hit.get("info")
    if isinstance(info, dict) and not {"title", "authors", "key"} & info.keys():
        return None  # the searches for authors and for venues have hits too
    return _dblp.made(where, _of_search(info))


def _of_search(info: object) -> _dblp.Record:
    return _dblp.Record(
        key=_json.text(info, "key"),
        title=_json.text(info, "title") or _json.text(info, "title", "text"),
        people=_people(_json.at(info, "authors", "author")),
        venue=_json.text(info, "venue"),
        volume=_json.text(info, "volume"),
        year=_json.text(info, "year"),
        doi=_json.text(info, "doi"),
        links=_json.texts(info, "ee"),
        kind=_json.text(info, "type"),
    )


def _people(told: object) -> tuple[str, ...]:
    some = told if isinstance(told, list) else [told]
    return tuple(_json.text(one, "text") or _json.text(one) for one in some)
