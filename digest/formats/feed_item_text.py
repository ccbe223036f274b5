"""Items of feeds that a phone's shortcut or an automation saved as text, one or several in a file:

    RSS Feed: cs.XY updates on arXiv.org
    Source: https://arxiv.org/rss/cs.XY
    Link: https://arxiv.org/abs/2401.00001

    Title

    arXiv:2401.00001v2 Announce Type: replace Abstract: …

Traps: the line end before `Abstract` is lost; the text may be cut and end in dots; of other feeds it is a teaser.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers, markup
from digest.formats import _dates, _names, _text
from digest.formats._head import Head
from digest.papers import Paper, Reject, links_in, paper, readable

MAX_TEXT = 300_000  # characters of an item that are kept

_LABEL = re.compile(
    r"\s{0,9}(RSS Feed|Feed|Feed title|Source|Link|URL|Date|Published|Author|Authors|Creator)\s?:\s+(\S.*)",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\s{0,9}(?:RSS )?Feed(?: title)?\s?:\s", re.IGNORECASE)
_ARXIV = re.compile(r"(arXiv:\S{1,40})\s+Announce Type:\s*([\w-]{1,20})\s*(?:Abstract:\s*)?")


def sniff(head: Head) -> bool:
    """A line that names the feed, and one with the item's link close to it."""
    lines = head.lines[:6]
    return any(map(_FIRST.match, lines[:2])) and any(
        re.match(r"(?:Link|URL)\s?:\s+https?://", line) for line in lines
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The items."""
    item: _Item | None = None
    for line in _text.lines(dump):
        if _FIRST.match(line.text):
            if item:
                yield _paper(item)
            item = _Item(line.number)
        if item:
            item.add(line.text.strip())
    if item:
        yield _paper(item)


class _Item:
    """The lines of one item."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.said: dict[str, str] = {}
        self.title: list[str] = []
        self.words: list[str] = []
        self._size = 0
        self._part = self.title
        self._is_head = True

    def add(self, text: str) -> None:
        """The next line: of the head, of the title up to a blank line, or of the words below."""
        label = _LABEL.fullmatch(text) if self._is_head else None
        if label:
            self.said.setdefault(label[1].lower(), label[2])
        elif text:
            self._is_head = False
            self._size += len(text)
            if self._size <= MAX_TEXT:
                self._part.append(text)
        elif self.title:
            self._part = self.words


def _paper(item: _Item) -> Paper | Reject:
    words = " ".join(item.words)
    arxiv = _ARXIV.match(words)
    link = item.said.get("link") or item.said.get("url") or ""
    links = links_in(link)
    return paper(
        f"line {item.line}",
        " ".join(item.title),
        words[arxiv.end() :] if arxiv else words,
        ids=[identifiers.arxiv(arxiv[1]) if arxiv else None, *map(identifiers.of_link, links)],
        resolve=markup.words,
        authors=_names.known(
            re.split(r",|;| and ", item.said.get("authors") or item.said.get("author") or "")
        ),
        venue="" if arxiv else readable(item.said.get("rss feed") or item.said.get("feed") or ""),
        published=_dates.iso(item.said.get("published") or item.said.get("date") or ""),
        links=links,
    )
