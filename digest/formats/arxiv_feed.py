"""arXiv's daily announcements as feeds: RSS 2.0 and Atom of rss.arxiv.org, and the RSS 1.0 of before 2024
(info.arxiv.org/help/rss; github.com/arXiv/arxiv-feed).

    RSS 2.0  item: title, link (no version), description, guid `oai:arXiv.org:2401.00001v1`, category …,
             arxiv:announce_type, dc:creator (all in one line), arxiv:DOI, arxiv:journal_reference
    Atom     entry: the same; summary, id, category/@term
    both     description: `arXiv:2401.00001v1 Announce Type: new`, then, on a line of its own or not, `Abstract: …`
    RSS 1.0  item: title `… (arXiv:2401.00001v2 [cs.CL] UPDATED)`, description in <p>, creators as links

At weekends a feed is empty. `pubDate` is the announcement's day: of a new paper that is when it came out, of a replaced
or cross-listed one it says nothing, and the month in the id is all that is told.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers, markup
from digest.formats import _arxiv, _dates, _xml
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import Paper, Reject, paper, readable

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHANNEL = re.compile(r"<title[^<>]{0,100}>[^<]{0,300}updates on arXiv\.org")
_HEADED = re.compile(r"\s*arXiv:\s*(\S+)\s+Announce Type:\s*([\w-]+)\s*(?:Abstract:\s*)?")
_NAMED = re.compile(r"\s*\(arXiv:([^\s()\[\]]+)\s*(?:\[([\w.-]+)\])?\s*(?:UPDATED|CROSS LISTED)?\s*\)\s*$")


def sniff(head: Head) -> bool:
    """A feed whose title is that of arXiv's own, or whose first abstracts begin as arXiv's announcements do."""
    if head.root not in {"rss", "feed", "RDF"} or "a9.com/-/spec/opensearch" in head.text:
        return False
    return bool(_CHANNEL.search(head.text)) or (
        "http://arxiv.org/schemas/atom" in head.text and "Announce Type:" in head.text
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The announced papers; a feed of a day without announcements has none."""
    return _xml.papers(dump, _paper, "item", "entry")


def _paper(where: str, item: "_Element") -> Paper | Reject:
    title, address, area = _title(_first(item, "title"))
    identifier, kind, abstract = _described(_first(item, "description", "summary", "content"))
    kind = kind or _first(item, "announce_type")
    told = (_first(item, "guid", "id"), identifier, address, _link(item), _about(item))
    ids = [found for one in told if (found := identifiers.arxiv(one))]
    line = markup.plain(", ".join(_xml.texts(item, "creator") or _xml.texts(item, "author/name")))
    return paper(
        where,
        title,
        abstract,
        ids=(*ids[:1], *_arxiv.dois(_first(item, "DOI"))),
        resolve=latex.plain,
        version=next((one.version for one in ids if one.version), None),
        authors=_arxiv.authors(line),
        org=_arxiv.organisation(line),
        venue=_arxiv.venue(_first(item, "journal_reference"), ""),
        categories=_categories(item) or ((area,) if area else ()),
        published=_published(item, kind, ids),
        links=_arxiv.links(abstract),
        withdrawn=_arxiv.withdrawn("", abstract),
    )


def _first(item: "_Element", *names: str) -> str:
    """What the first of these elements says, with its line breaks."""
    for name in names:
        if (one := _xml.find(item, name)) is not None:
            return "".join(map(str, one.itertext()))
    return ""


def _link(item: "_Element") -> str:
    link = _xml.find(item, "link")
    return "" if link is None else link.get("href") or link.text or ""


def _about(item: "_Element") -> str:
    return item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "")


def _title(text: str) -> tuple[str, str, str]:
    """The title, and what the feed of before 2024 puts behind it: id and primary category."""
    found = _NAMED.search(readable(text)[-200:])
    if not found:
        return text, "", ""
    title = readable(text)[: -len(found[0])].removesuffix(".")
    return markup.plain(title), found[1], found[2] or ""


def _described(text: str) -> tuple[str, str, str]:
    """Id, kind of announcement and abstract."""
    if "</p>" in text:
        text = markup.plain(text)
    found = _HEADED.match(text)
    return (found[1], found[2], text[found.end() :]) if found else ("", "", text)


def _categories(item: "_Element") -> tuple[str, ...]:
    said = (one.get("term") or _xml.words(one) for one in _xml.every(item, "category"))
    return tuple(dict.fromkeys(area for one in said if (area := readable(one))))


def _published(item: "_Element", kind: str, ids: list[identifiers.Id]) -> str:
    day = _dates.iso(_first(item, "pubDate", "published", "date")) if kind.strip() == "new" else ""
    return _arxiv.announced(day, ids[0].key) if ids else day
