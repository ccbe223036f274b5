"""MODS, the Library of Congress's XML, in which the ACL Anthology and library catalogues give their records.

    <modsCollection><mods ID="doe-2024-invented">
      <titleInfo><nonSort>The</nonSort><title>, <subTitle>
      <name type="personal"><namePart type="given"> … <role><roleTerm>
      <abstract> <originInfo><dateIssued> <identifier type="doi"> <location><url> <relatedItem type="host">

The facts are from the schema (loc.gov/standards/mods). Traps: the volume stands inside as `relatedItem` with a title,
editors and ids of its own; titles come in parts, and several: abbreviated, translated; roles are words or codes.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers, markup
from digest.formats import _dates, _links, _names, _xml
from digest.formats._head import Head
from digest.papers import Paper, Reject, paper, readable

if TYPE_CHECKING:
    from lxml.etree import _Element

_AUTHORS = {"", "author", "aut", "creator", "cre", "artist"}
_KINDS = {
    "doi": identifiers.doi,
    "pmid": identifiers.pmid,
    "pubmed": identifiers.pmid,
    "pmcid": identifiers.pmcid,
    "arxiv": identifiers.arxiv,
    "uri": identifiers.of_link,
}


def sniff(head: Head) -> bool:
    """By the root element."""
    return head.root in {"modsCollection", "mods"}


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records; what they are part of is none."""
    return _xml.papers(dump, _paper, "mods")


def _paper(where: str, mods: "_Element") -> Paper | Reject:
    host = next((one for one in _xml.every(mods, "relatedItem") if one.get("type") == "host"), None)
    urls = _xml.texts(mods, "location/url")
    return paper(
        where,
        _title(mods),
        _xml.text(mods, "abstract"),
        ids=[*_ids(mods), *map(identifiers.of_link, urls)],
        resolve=markup.plain,
        authors=_people(mods, authors=True) or _people(mods, authors=False),
        org=_plain(_xml.text(mods, "name/affiliation")),
        venue=_plain(_title(host)) if host is not None else "",
        categories=tuple(dict.fromkeys(map(_plain, _xml.texts(mods, "subject/topic")))),
        published=_published(mods) or (_published(host) if host is not None else ""),
        links=_links.own(urls),
    )


def _plain(text: str) -> str:
    return readable(markup.plain(text))


def _title(element: "_Element") -> str:
    """The title that is no other form of it."""
    told = _xml.every(element, "titleInfo")
    for info in [one for one in told if not one.get("type")] or told:
        parts = (_xml.text(info, name) for name in ("nonSort", "title"))
        title, subtitle = " ".join(filter(None, parts)), _xml.text(info, "subTitle")
        return f"{title}: {subtitle}" if title and subtitle else title
    return ""


def _ids(mods: "_Element") -> list[identifiers.Id | None]:
    told = _xml.every(mods, "identifier")
    return [_KINDS[kind](_xml.words(one)) for one in told if (kind := str(one.get("type")).lower()) in _KINDS]


def _people(mods: "_Element", *, authors: bool) -> tuple[str, ...]:
    """Who wrote it; or everybody else, in the first role that one of them has."""
    people = [(_role(name), name) for name in _xml.every(mods, "name")]
    if authors:
        return _names.known(_name(name) for role, name in people if role in _AUTHORS)
    return _names.known(_name(name) for role, name in people if role == people[0][0])


def _role(name: "_Element") -> str:
    return _xml.text(name, "role/roleTerm").lower()


def _name(name: "_Element") -> str:
    parts = [(str(part.get("type") or ""), _xml.words(part)) for part in _xml.every(name, "namePart")]
    given = [words for kind, words in parts if kind == "given"]
    family = [words for kind, words in parts if kind == "family"]
    if given or family:
        return _plain(_names.joined(*given, *family))
    whole = _plain(" ".join(words for kind, words in parts if not kind))
    return _names.natural(whole) if name.get("type") == "personal" else whole


def _published(element: "_Element") -> str:
    for path in ("originInfo/dateIssued", "part/date", "originInfo/dateCreated", "originInfo/copyrightDate"):
        if date := _dates.iso(_xml.text(element, path)):
            return date
    return ""
