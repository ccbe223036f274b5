"""What a feed validator finds in a feed: the schemas, and what they cannot say.

The latter are those messages of the W3C's validator (github.com/w3c/feedvalidator) that a file can earn by itself,
by its names for them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from lxml import etree
from lxml.html import fromstring

_SCHEMAS = Path(__file__).parent / "schemas"
ATOM, RSS = (etree.RelaxNG(etree.parse(_SCHEMAS / f"{name}.rng")) for name in ("atom", "rss"))
NS = {
    "a": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
}

_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$"}
_ADDRESS = {"type": "string", "pattern": r"^(?i:https?)://[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]+$"}
_WORDS = {"type": "string", "pattern": r"\S"}
_AUTHORS = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "object", "properties": {"name": _WORDS}, "required": ["name"]},
}
_ITEM = {
    "type": "object",
    "properties": {
        "id": _WORDS,
        "url": _ADDRESS,
        "title": _WORDS,
        "content_html": _WORDS,
        "date_published": _MOMENT,
        "date_modified": _MOMENT,
        "authors": _AUTHORS,
        "tags": {"type": "array", "minItems": 1, "items": _WORDS, "uniqueItems": True},
    },
    "required": ["id", "content_html"],
    "additionalProperties": False,
}
# jsonfeed.org/version/1.1: as much as this program writes, and nothing else.
JSON_FEED = {
    "type": "object",
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": _WORDS,
        "home_page_url": _ADDRESS,
        "feed_url": _ADDRESS,
        "next_url": _ADDRESS,
        "description": _WORDS,
        "language": {"const": "en"},
        "authors": _AUTHORS,
        "items": {"type": "array", "items": _ITEM},
    },
    "required": ["version", "title", "items"],
    "additionalProperties": False,
}


def findings(name: str, data: bytes, address: str) -> list[str]:
    """Everything that is wrong with the feed of that renderer, whose public address this is; empty: it has none."""
    return list({"atom": _atom, "rss": _rss, "jsonfeed": _json}[name](data, address))


def _atom(data: bytes, address: str) -> Iterator[str]:
    root = strict(data)
    if not ATOM.validate(root):
        yield f"schema: {ATOM.error_log}"
    entries = root.findall("a:entry", NS)
    yield from _about(root, "a:link", address, entries, "a:id")
    yield from _twice("DuplicateUpdated", entries, "a:updated")
    if entries and root.findtext("a:updated", "", NS) != max(_texts(entries, "a:updated")):
        yield "the feed was not updated with its newest entry"
    for title in root.iterfind(".//a:title", NS):
        plain = title.get("type", "text") == "text"
        yield from _text("ContainsUndeclaredHTML", title, data, hidden=True) if plain else _html(title)
    for name in root.iterfind(
        ".//a:author/a:name", NS
    ):  # plain text, even where a stranger's looks like HTML
        if re.search(r"<[\w.+'-]+@[\w.-]+>", name.text or ""):
            yield f"ContainsEmail: {name.text}"
    for content in root.iterfind("a:entry/a:content", NS):
        yield from _html(content)
    yield from _characters(root)


def _rss(data: bytes, address: str) -> Iterator[str]:
    root = strict(data)
    if not RSS.validate(root):
        yield f"schema: {RSS.error_log}"
    [channel] = root
    items = channel.findall("item")
    yield from _about(channel, "a:link", address, items, "guid")
    for moment in (*root.iter("pubDate"), *root.iter("lastBuildDate")):
        said = parsedate_to_datetime(moment.text or "")
        if f"{said:%a}" != (moment.text or "")[:3]:
            yield f"IncorrectDOW: {moment.text}"
    for name in ("title", "category"):
        for plain in root.iter(name):
            yield from _text("ContainsHTML", plain, data)
    for content in root.iterfind("channel/item/description"):
        yield from _html(content)
    yield from _characters(root)


def _json(data: bytes, address: str) -> Iterator[str]:
    feed = json.loads(data)
    for error in Draft202012Validator(JSON_FEED, format_checker=FormatChecker()).iter_errors(feed):
        yield f"schema: {error.json_path}: {error.message[:200]}"
    if feed.get("feed_url", "") != address:
        yield f"feed_url is {feed.get('feed_url')}"
    if feed.get("next_url", "-") == feed.get("feed_url"):
        yield "next_url is the feed itself"
    for key in ("id", "date_modified"):
        yield from (f"{key} twice: {one}" for one in _repeated([item[key] for item in feed["items"]]))
    for item in feed["items"]:
        holder = etree.Element("content")
        holder.text = item["content_html"]
        yield from _html(holder)


def strict(data: bytes) -> Any:
    """The feed as a parser reads it that forgives nothing."""
    parser = etree.XMLParser(recover=False, resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser)


def _about(feed: Any, link: str, address: str, entries: list[Any], own: str) -> Iterator[str]:
    links = [(one.get("rel"), one.get("href")) for one in feed.findall(link, NS)]
    relations = [relation for relation, _ in links]
    own_links = [href for relation, href in links if relation == "self"]
    if own_links != ([address] if address else []):
        yield f"MissingSelf or SelfDoesntMatchLocation: {own_links}"
    yield from (f"DuplicateAtomLink: {one}" for one in _repeated(relations))
    if feed.find("fh:archive", NS) is not None:
        if not {"prev-archive", "next-archive"} & set(relations):
            yield "ArchiveIncomplete"
        if "current" not in relations:
            yield "MissingCurrentInArchive"
    elif "current" in relations or "next-archive" in relations:
        yield "a feed that is no archive has nothing behind it"
    yield from _twice("DuplicateEntries", entries, own)


def _twice(finding: str, entries: list[Any], path: str) -> Iterator[str]:
    yield from (f"{finding}: {one}" for one in _repeated(_texts(entries, path)))


def _texts(entries: list[Any], path: str) -> list[str]:
    return [entry.findtext(path, "", NS) for entry in entries]


def _repeated(values: list[str]) -> list[str]:
    return [value for value, number in Counter(values).items() if number > 1]


_TAGS = {
    "a",
    "b",
    "em",
    "i",
    "h1",
    "html",
    "iframe",
    "img",
    "noscript",
    "p",
    "script",
    "style",
    "sub",
    "sup",
    "svg",
    "title",
}


def _text(finding: str, element: Any, data: bytes, *, hidden: bool = False) -> Iterator[str]:
    """Plain text that looks like HTML; references in it are forgiven where the file has hexadecimal ones.

    `hidden`: so are single tags, that of an end excepted.
    """
    text = element.text or ""
    line = data.split(b"\n")[element.sourceline - 1]
    tags = [tag for tag in re.findall(r"</(\w+)>", text) if tag.lower() in _TAGS]
    named = re.findall(r"&(#?\w+)", text)
    opened = [] if hidden else re.findall(r"&#[x0-9]|<[/a-zA-Z]", text)
    if tags or ((named or opened) and b"&#x" not in line):
        yield f"{finding}: {text[:80]}"


_SAFE = {"p", "a", "strong", "em", "b", "i", "mark", "ul", "li", "br", "span", "div", "sub", "sup"}


def _html(element: Any) -> Iterator[str]:
    """What no HTML of a feed may have: NotHtml, SecurityRisk, SecurityRiskAttr, ContainsRelRef."""
    for node in fromstring(f"<div>{element.text}</div>").iter():
        if not isinstance(node.tag, str) or node.tag not in _SAFE:
            yield f"SecurityRisk: {node.tag!r}"
            continue
        for key, value in node.attrib.items():
            if key == "href" and re.match(r"https?://", value, re.IGNORECASE):
                continue
            yield f"SecurityRiskAttr or ContainsRelRef: {key}={value[:80]}"


def _characters(root: Any) -> Iterator[str]:
    for element in root.iter():
        for text in (element.text or "", *element.attrib.values()):
            if found := re.search("[\x80-\x9f\ufffe\uffff]", text):
                yield f"BadCharacters: {found[0]!r}"
