"""Saved HTML of huggingface.co/papers and huggingface.co/papers/2401.00001.

A page as the server sends it holds what the API answers, in an attribute (read off pages of 2024; the later keys off
fragments of 2026):

    <div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="{&quot;dailyPapers&quot;:[…

`dailyPapers` or another list for a day, `paper` for a single one. A page that a browser saved after its scripts had
run may have lost the attribute: then its cards (`<article>`), or else its words, are read as a text copy is.

Traps: 15 kB stand above the attribute; other elements have props without papers; abstracts in props have line ends.
"""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from digest.errors import DumpError
from digest.formats import _hf, _hf_cards, _hf_lines, _hf_paper, _json
from digest.formats._head import Head
from digest.papers import Paper, Reject

if TYPE_CHECKING:  # lxml costs 32 ms: the sniffing of other dumps shall not pay for it
    from lxml.etree import _Element

MAX_PAGE = 32 << 20  # bytes; pages have 200 to 900 kB
_PROPS = ('data-props="', "data-props='")
_OWN = re.compile(
    r"data-target=[\"']\w*Papers?\w*[\"']|(?:content|href|url)=[\"'(]?(?:\(\d+\))?https://huggingface\.co/papers"
    r"|href=[\"'](?:https://huggingface\.co)?/papers/\d{4}\.\d"
)
_HIDDEN = frozenset({"script", "style", "svg", "head", "noscript", "nav", "footer", "header", "template"})
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "br",
        "article",
        "section",
        "main",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
    }
)


def sniff(head: Head) -> bool:
    """HTML with Hugging Face's name in it, and the props, the address or the links of pages of papers."""
    if head.root.lower() not in {"html", "div", "main", "body", "head", "article"}:
        return False
    return "huggingface" in head.text.lower() and bool(_OWN.search(head.text))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the props, else those of the cards, else the one that the page is about."""
    data = dump.read(MAX_PAGE + 1)
    if len(data) > MAX_PAGE:
        raise DumpError(f"it is one page of more than {MAX_PAGE >> 20} MiB (MAX_PAGE)")
    text = data.decode("utf-8", "replace")
    records = next((some for props in _props(text) if (some := _records(props))), None)
    if records is not None:
        for number, record in enumerate(records, start=1):
            yield _hf.of_record(f"record {number}", record)
        return
    page = _hf_lines.of_text(_as_text(data))
    is_one = any(one.text.startswith("Published on") for one in page) and "<article" not in text
    found = (_hf_paper if is_one else _hf_cards).papers(page, received)
    for number, made in enumerate(found, start=1):  # their lines are none of the document's
        yield msgspec.structs.replace(made, where=f"record {number}")


def _props(text: str) -> Iterator[Any]:
    """The values of all `data-props`."""
    for start in _PROPS:
        at = 0
        while (begin := text.find(start, at)) >= 0:
            begin += len(start)
            at = text.find(start[-1], begin)
            if at < 0:
                break
            try:
                yield msgspec.json.decode(html.unescape(text[begin:at]))
            except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
                continue


def _records(props: Any) -> list[dict[str, Any]]:
    """The papers in the props of one element: a list of them, or the one."""
    if not isinstance(props, dict):
        return []
    for value in props.values():
        some = [one for one in _json.items(value) if _is_record(one)]
        if some:
            return _json.items(value)
    return [props] if _is_record(props) else []


def _is_record(one: dict[str, Any]) -> bool:
    inner = one.get("paper", one)
    return isinstance(inner, dict) and "title" in inner and isinstance(inner.get("authors"), list)


def _as_text(data: bytes) -> str:
    """What a person reads on the page, as Markdown: headings and links are marked."""
    from lxml.etree import HTMLParser, XMLSyntaxError, fromstring

    try:
        root = fromstring(data, parser=HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True))
    except (XMLSyntaxError, ValueError) as error:
        raise DumpError(f"it is no HTML that can be read: {error}") from error
    if root is None:
        raise DumpError("it is HTML without any content: save the page again")
    articles = list(root.iter("article"))
    return "\n\n".join("".join(_marked(one)) for one in articles or [root])


def _marked(top: "_Element") -> Iterator[str]:
    from lxml.etree import iterwalk

    hidden = 0
    for event, element in iterwalk(top, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        if name in _HIDDEN:
            hidden += 1 if event == "start" else -1
        elif not hidden and name in _BLOCKS:
            yield "\n\n"
        if not hidden and name == "a":
            yield "[" if event == "start" else f"]({_address(element)})"
        if not hidden and event == "start":
            yield "#" * int(name[1]) + " " if re.fullmatch("h[1-6]", name) else ""
            yield _folded(element.text)
        elif not hidden and element is not top:
            yield _folded(element.tail)


def _address(element: "_Element") -> str:
    return re.sub(r"[\s()]", "", element.get("href") or "")


def _folded(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")
