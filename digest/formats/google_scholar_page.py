"""Saved result pages of Google Scholar (scholar.google.com has no export and no documentation; by a capture of 2026).

    div.gs_r             a result
      div.gs_ggsd/a      a free copy
      h3.gs_rt           the title, linked or not; before it perhaps `[PDF]`, `[BOOK]`, `[CITATION]` in span.gs_ct…
      div.gs_a           `A Quill, B Tanaka… - Journal of Lamps, 2021 - publisher.example.org`
      div.gs_rs          a snippet of the text: no abstract
      div.gs_fl          Cited by 12 …

`…` marks what Scholar cut: authors, names of journals, long titles.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers
from digest.formats import _html, _names
from digest.formats._head import Head
from digest.papers import Paper, Reject, paper, readable

if TYPE_CHECKING:
    from lxml.etree import _Element

_TITLE = re.compile(r"<title>[^<]{0,200}\bGoogle\b[^<]{0,40}</title>")
_RESULT = re.compile(r"class\s*=\s*[\"']?(?:gs_r |gs_ri|gs_rt)")
_YEAR = re.compile(r"(?:^|,\s*|\s)((?:1[5-9]|20|21)\d\d)$")


def sniff(head: Head) -> bool:
    """A page by Google Scholar: styles may fill what is seen of it, so its title or its first results tell."""
    text = head.text
    if text.lstrip()[:1] != "<" or "scholar" not in text.lower():
        return False
    return bool(_RESULT.search(text)) or (bool(_TITLE.search(text)) and "gs_" in text)


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The results of the page; profiles and suggestions among them are none."""
    count = 0
    for element in _html.elements(dump, "div"):
        if "gs_r" not in element.get("class", "").split():
            continue
        if (title := _part(element, "h3", "gs_rt")) is not None:
            count += 1
            yield _paper(f"result {count}", element, title)
        _html.forget(element)


def _part(element: "_Element", tag: str, name: str) -> "_Element | None":
    return next((one for one in element.iter(tag) if name in one.get("class", "").split()), None)


def _paper(where: str, result: "_Element", title: "_Element") -> Paper | Reject:
    names, venue, year = _line(_words(_part(result, "div", "gs_a")))
    free = _part(result, "div", "gs_ggsd")  # of some version of it, in Scholar's opinion: no id of its own
    found = [one.get("href", "") for part in (title, free) if part is not None for one in part.iter("a")]
    links = tuple(dict.fromkeys(one for one in found if re.fullmatch(r"https?://\S+", one)))
    ids = [identifiers.of_link(one.get("href", "")) for one in title.iter("a")]
    for mark in [one for one in title.iter("span") if one.get("class", "").startswith("gs_ct")]:
        for child in list(mark):
            mark.remove(child)
        mark.text = ""
    return paper(
        where,
        _words(title),
        ids=ids,
        authors=names,
        venue=venue,
        published=year,
        links=tuple(one for one in links if not (own := identifiers.arxiv(one)) or own not in ids),
    )


def _words(element: "_Element | None") -> str:
    return readable("".join(map(str, element.itertext()))) if element is not None else ""


def _line(text: str) -> tuple[tuple[str, ...], str, str]:
    """Authors, venue and year of `A Quill, B Tanaka… - Journal of Lamps, 2021 - publisher.example.org`."""
    people, *rest = text.split(" - ")
    names = _names.known(one.strip(" …") for one in people.split(","))
    place = rest[0] if len(rest) > 1 else ""
    if found := _YEAR.search(place or (rest[0] if rest else "")):
        return names, place[: found.start()].strip(" ,") if place else "", found[1]
    return names, place, ""
