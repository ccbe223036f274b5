"""Feeds of journals, preprint servers, blogs and bots: RSS 0.9 to 2.0, RSS 1.0 (RDF), Atom. Any feed that no other
format knows; each `item` or `entry` with a title is a paper.

    www.rssboard.org/rss-specification, web.resource.org/rss/1.0/spec, RFC 4287, and what publishers add: Dublin Core
    (`dc:creator`, `dc:identifier`), PRISM (`prism:doi`, `prism:publicationName`), `content:encoded`

Observed: abstracts in full, cut, or none at all but a citation (`Nature, Published online: …; doi:…`), authors and DOI
in paragraphs of the description, titles with line breaks and HTML escaped up to twice, dates that are no RFC 822, links
with the feed's own query behind them. See `_feed`.

XML that is not well formed is read again with feedparser, which forgives much; an entry that the end of the document
cuts is a reject then too. Documents of more than RESCUED bytes are only read strictly, one entry in memory at a time.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from digest.formats import _feed, _xml
from digest.formats._head import Head
from digest.papers import Paper, Reject, reject

if TYPE_CHECKING:
    from lxml.etree import _Element

GENERIC = True
RESCUED = 4 << 20  # bytes of a broken document, 10 s a MB at worst; a journal's feed has less than 1 MB

_ATOM = re.compile(rb"http://www\.w3\.org/2005/Atom|http://purl\.org/atom/ns#|<entry[\s>]")
_RSS1 = re.compile(
    rb"xmlns\s*=\s*[\"']http://(?:purl\.org/rss/1\.0/|my\.netscape\.com/rdf/simple/0\.9/)[\"']"
)
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ROOT_CLOSED = re.compile(rb"</(?:rss|feed|rdf:rdf|rdf|\w+:feed)\b", re.IGNORECASE)
_DECLARED = re.compile(rb"<!ENTITY", re.IGNORECASE)
_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.-]{1,40})[\"']")
GUESSED = 1 << 18  # bytes that a guess at the character set looks at


def sniff(head: Head) -> bool:
    """The root element of a feed; RDF only if its elements are RSS, for others write RDF too."""
    if head.root == "RDF":
        return bool(_RSS1.search(head.data))
    return head.root == "rss" or (head.root == "feed" and bool(_ATOM.search(head.data)))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The entries of the feed."""
    data = dump.read(RESCUED + 1)
    if len(data) > RESCUED:
        return _xml.papers(cast(BinaryIO, _Chain(data, dump)), _paper, "item", "entry")
    if _DECLARED.search(data) or not _is_broken(data):
        return _xml.papers(BytesIO(data), _paper, "item", "entry")
    return _rescued(data)


class _Chain:
    """Bytes that were read already, and the rest."""

    def __init__(self, data: bytes, rest: BinaryIO) -> None:
        self._data, self._rest = data, rest

    def read(self, size: int) -> bytes:
        """The next bytes."""
        if not self._data:
            return self._rest.read(size)
        data, self._data = self._data[:size], self._data[size:]
        return data


def _is_broken(data: bytes) -> bool:
    """Whether a strict reader stops before the end."""
    return any(True for _ in _xml.papers(BytesIO(data), lambda where, element: None, "item", "entry"))


# --- well formed ---

_KINDS = (
    ("http://purl.org/dc/elements/", "dc:"),
    ("http://purl.org/dc/terms/", "dcterms:"),
    ("http://prismstandard.org/", "prism:"),
    ("http://purl.org/rss/1.0/modules/content/", "content:"),
    ("http://rssnamespace.org/feedburner/", "feedburner:"),
    ("http://www.itunes.com/", "itunes:"),
    ("http://search.yahoo.com/mrss", "media:"),
)


def _paper(where: str, element: "_Element") -> Paper | Reject:
    """An entry by its children, each known by its name and, but for the feed's own, by what its namespace is for."""
    found: dict[str, list[_Element]] = {}
    own = str(element.tag).rpartition("}")[0]
    for child in element:
        if isinstance(child.tag, str):
            space, _, name = child.tag.rpartition("}")
            kind = "" if space == own else _kind(space[1:])
            found.setdefault(kind + name, []).append(child)
    about = [value for key, value in element.attrib.items() if str(key).endswith("}about")]
    return _feed.made(where, _entry(found, [str(value) for value in about]))


def _kind(space: str) -> str:
    if not space or space.startswith(("http://www.w3.org/2005/Atom", "http://purl.org/rss/1.0/")):
        return "content:" if space.endswith("/content/") else ""
    return next((kind for start, kind in _KINDS if space.startswith(start)), "other:")


def _entry(found: "dict[str, list[_Element]]", about: list[str]) -> _feed.Entry:
    def said(*names: str) -> list[str]:
        return [text for name in names for one in found.get(name, ()) if (text := _raw(one)).strip()]

    links = [*said("feedburner:origLink"), *_links(found.get("link", [])), *said("prism:url")]
    guids = [_raw(one) for one in found.get("guid", ()) if one.get("isPermaLink") != "false"]
    return _feed.Entry(
        title=next(iter(said("dc:title", "title", "media:title")), ""),
        texts=[
            text
            for name in (
                "dcterms:abstract",
                "content:encoded",
                "content",
                "dc:description",
                "description",
                "summary",
            )
            for one in found.get(name, ())
            if (text := _html(one))
        ],
        authors=said("dc:creator") or _people(found.get("author", [])) or said("itunes:author"),
        dates=said(
            "published",
            "prism:publicationDate",
            "dcterms:issued",
            "dc:date",
            "pubDate",
            "issued",
            "created",
            "updated",
        ),
        links=links or guids,
        ids=[*said("prism:doi", "dc:identifier", "guid", "id"), *about],
        categories=[one.get("term") or _raw(one) for one in found.get("category", ())] + said("dc:subject"),
        venue=next(iter(said("prism:publicationName", "dc:source")), ""),
    )


def _raw(element: "_Element") -> str:
    return "".join(map(str, element.itertext()))


def _html(element: "_Element") -> str:
    """What is in an element, with the tags of its children if it has any."""
    if not len(element):
        return element.text or ""
    from lxml.etree import tostring

    for one in element.iterdescendants():
        if isinstance(one.tag, str):
            one.tag = _xml.local(one)  # `<x:div>` is `<div>`
    return (element.text or "") + "".join(tostring(child, encoding="unicode") for child in element)


def _people(elements: "list[_Element]") -> list[str]:
    """Atom's people have a `name`, those of RSS are text."""
    return [_xml.text(one, "name") if len(one) else _raw(one) for one in elements]


def _links(elements: "list[_Element]") -> list[str]:
    """Atom's links are attributes, and only some lead to the entry itself; those of RSS are text."""
    wanted = {"alternate", "related", "enclosure", "canonical"}
    return [
        (one.get("href") or _raw(one)).strip() for one in elements if one.get("rel", "alternate") in wanted
    ]


# --- broken ---


def _rescued(data: bytes) -> Iterator[Paper | Reject]:
    """The entries that feedparser finds, and a reject for what it does not find."""
    import feedparser  # type: ignore[import-untyped]

    told = {"content-type": "application/xml; charset=utf-8"}
    try:
        entries = feedparser.parse(BytesIO(_utf8(data)), response_headers=told).entries
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        yield from _xml.papers(BytesIO(data), _paper, "item", "entry")  # what broke feedparser is in the rest
        return
    begun = [found.end() for found in _ENTRY.finditer(data)]
    cut = bool(begun) and not _CLOSED.search(data, begun[-1])
    for number, entry in enumerate(entries, start=1):
        if cut and number == len(entries) == len(begun):
            rest = data[begun[-1] : begun[-1] + 1000].decode("utf-8", "replace")
            yield reject(f"record {number}", "the feed breaks off in it", rest)
        else:
            yield _feed.made(f"record {number}", _forgiven(dict(entry.items())))
    after = f"after record {len(entries)}"
    if len(begun) > len(entries):
        yield reject(
            after, f"the XML is broken: {len(begun)} entries begin, {len(entries)} could be read", ""
        )
    elif not cut and not _ROOT_CLOSED.search(data[-1000:]):
        yield reject(after, "the feed breaks off", data[-200:].decode("utf-8", "replace"))


def _utf8(data: bytes) -> bytes:
    """The document in UTF-8 and without its declaration: in the character set that it tells, if it is in that; else
    in UTF-8, where single bytes are wrong; else as charset-normalizer guesses.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    head = _DECLARATION.match(data)
    told = _ENCODING.search(head[0]) if head else None
    data = data[head.end() :] if head else data
    for encoding in (told[1].decode() if told else "utf-8", "utf-8"):
        try:
            return data.decode(encoding).encode("utf-8", "replace")
        except (LookupError, UnicodeError):
            continue
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    if 2 * wrong > sum(sign > "\x7f" for sign in text):
        from charset_normalizer import from_bytes

        guess = from_bytes(data[:GUESSED]).best()
        text = data.decode(guess.encoding if guess else "cp1252", "replace")
    return text.encode("utf-8", "replace")


def _forgiven(entry: "dict[str, Any]") -> _feed.Entry:
    """What feedparser made of an entry; it cleans the HTML and resolves the links."""

    def said(*names: str) -> list[str]:
        return [value for name in names if isinstance(value := entry.get(name), str) and value.strip()]

    def of_each(name: str, key: str) -> list[str]:
        return [
            value for one in entry.get(name) or () if isinstance(value := one.get(key), str) and value.strip()
        ]

    return _feed.Entry(
        title=next(iter(said("title")), ""),
        texts=[*of_each("content", "value"), *said("summary")],
        authors=of_each("authors", "name") or said("author"),
        dates=said("published", "prism_publicationdate", "created", "updated"),
        links=of_each("links", "href") or said("link"),
        ids=said("prism_doi", "dc_identifier", "id"),
        categories=of_each("tags", "term"),
        venue=next(iter(said("prism_publicationname", "dc_source")), ""),
    )
