"""A record in MODS → a paper: for collections, and for libraries that give it in answers of their own."""

import re
from typing import TYPE_CHECKING

from digest import identifiers, markup
from digest.formats import _dates, _links, _names, _xml
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


def made(where: str, mods: "_Element") -> Paper | Reject:
    """The paper of a record."""
    host = next((one for one in _xml.every(mods, "relatedItem") if one.get("type") == "host"), None)
    urls = _xml.texts(mods, "location/url")
    return paper(
        where,
        _title(mods),
        _xml.text(mods, "abstract"),
        ids=[*_ids(mods), *map(identifiers.of_link, urls)],
        resolve=markup.words,
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
    return _xml.text(name, "role/roleTerm").lower().rstrip(".")


_LIVED = re.compile(
    r"[,\s]{0,9}[\[(]?\b(?:(?:b\.|born|ca?\.|fl\.)\s?)?1\d{3}\??-?(?:1\d{3}|20\d\d)?[\])]?[.,]*$"
)


def _name(name: "_Element") -> str:
    parts = [(str(part.get("type") or ""), _xml.words(part)) for part in _xml.every(name, "namePart")]
    given = [words for kind, words in parts if kind == "given"]
    family = [words for kind, words in parts if kind == "family"]
    if given or family:
        return _plain(_names.joined(*given, *family))
    whole = _plain(" ".join(words for kind, words in parts if not kind))
    return _names.natural(_LIVED.sub("", whole)) if name.get("type") == "personal" else whole


def _published(element: "_Element") -> str:
    for path in ("originInfo/dateIssued", "part/date", "originInfo/dateCreated", "originInfo/copyrightDate"):
        if date := _dates.iso(_xml.text(element, path)):
            return date
    return ""
