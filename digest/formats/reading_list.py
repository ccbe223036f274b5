"""Reading lists in Markdown: any bullet, row of a table or heading with a link to a paper's page is a record.

    - [Title](https://arxiv.org/abs/2401.00001), Jane Doe et al., *Venue 2024*. [[Code](https://github.com/…)]
    - **Title** [[paper](https://arxiv.org/abs/2401.00001)] [[project](https://…)]
    1. Title. Jane Doe, Max Moe. (2024) [arXiv:2401.00001](https://arxiv.org/abs/2401.00001)
    | 2024.01 | Title | [Paper](https://arxiv.org/abs/2401.00001) | [Code](…) |
    - 2024-01-02, Title, https://arxiv.org/abs/2401.00001

Awesome lists on GitHub and notes are like that. The title is the link's label; if that says only what it leads to, it
is what stands in bold, else in italics, else the words before the link, or the longest cell. Bullets that lead to
nobody's page of a paper (contents, tools) are no records.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import BinaryIO

from digest import identifiers
from digest.formats import _dates, _fields, _markdown, _text
from digest.formats._head import Head
from digest.formats._markdown import Link
from digest.identifiers import Id
from digest.papers import Paper, Reject, links_in, paper, reject

GENERIC = True

LONGEST_ITEM = 8  # lines
LONGEST = 20_000  # characters of an item
_ITEM = re.compile(r"\s{0,12}(?:[-*+•] |\d{1,4}[.)] |#{1,6} |\|)")
_BOX = re.compile(r"\[[ xX]\] ")
_POINTER = re.compile(
    r"\W*(?:(?:the )?(?:paper|pdf|arxiv|ar[xχ]iv preprint|preprint|abs|abstract|link|links|url|here|html|page"
    r"|paper page|code|github|project|website|blog|doi|openreview|acl|ieee|acm|pub|publication|official|read|read more"
    r"|full text|论文|huggingface|hf|hugging face|alphaxiv|semantic scholar|springer|nature|[a-z]{2,10} ?'?\d{2,4})"
    r"|(?:arxiv[: ]?)?\d{4}\.\d{4,5}(?:v\d+)?|https?:\S*|doi.{0,5}10\.\S*|10\.\d{4,9}/\S*|\d{1,4})?\W*",
    re.IGNORECASE,
)
# What a search engine, or the page itself, put around a title.
_SEARCHED = re.compile(
    r"^\[(?:pdf|\d{4}\.\d{4,5}(?:v\d+)?)\]\s"
    r"|\s(?:[|·-]\s(?:semantic scholar|openreview|hugging face)|-\sarxiv(?:\.org)?)$",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*\*([^*]{8,500})\*\*")
_ITALIC = re.compile(
    r"(?<!\*)\*([^*]{8,500})\*(?!\*)|(?<![\w_])_([^_]{8,500})_(?![\w_])|[“\"]([^”\"]{8,500})[”\"]"
)
_LEADING_OVER = re.compile(
    r"[\s,;:|(\[–—-]{1,40}(?:(?:paper|arxiv|link|pdf|url):? ?)?[\s,;:|(\[<–—-]{0,40}$", re.IGNORECASE
)
_VENUE = re.compile(
    r"(?:[,.;] ?| ?[(\[])(?:[A-Z][A-Za-z]{1,12}[ -]?){1,3}[’' ]{0,2}(?:19|20)?\d\d[)\]]?[ .]{0,3}$"
)
_LEADING_DATE = re.compile(r"[\[(*]{0,3}(\d{4}[-./]\d{1,2}(?:[-./]\d{1,2})?)[\])*]{0,3}[,:|]?\s")


def sniff(head: Head) -> bool:
    """Several items with links to papers' pages, none of it JSON, XML or a table with commas."""
    if head.is_json or head.root or "\0" in head.text:
        return False
    return (
        sum(_ITEM.match(line) is not None and _own(_linked(line[:LONGEST])) >= 0 for line in head.lines) > 1
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the items."""
    for where, text in _items(dump):
        links = _linked(text)
        if (at := _own(links)) >= 0:
            yield _record(where, text, links, at)


def _items(dump: BinaryIO) -> Iterator[tuple[str, str]]:
    """Each item with the lines that belong to it."""
    held: list[_text.Line] = []
    blank = False
    for line in _text.lines(dump):
        text = line.text.strip()
        begins = _ITEM.match(line.text) is not None
        apart = blank and not line.text.startswith(("  ", "\t"))
        blank = not text
        if held and (begins or apart or len(held) == LONGEST_ITEM or _is_alone(held[0].text)):
            yield held[0].where, "\n".join(one.text.strip() for one in held)[:LONGEST]
            held = []
        if begins or (held and text):
            held.append(line)
    if held:
        yield held[0].where, "\n".join(one.text.strip() for one in held)[:LONGEST]


def _is_alone(line: str) -> bool:
    """Whether nothing below can belong to it: a heading, a row."""
    return line.lstrip().startswith(("#", "|"))


def _linked(text: str) -> list[Link]:
    """The links of an item; where it has none, its bare addresses."""
    if found := _markdown.links(text):
        return found
    return [Link("", url, (at := text.find(url)), at + len(url)) for url in links_in(text)]


def _own(links: list[Link]) -> int:
    """The number of the first link to a paper's page; -1: there is none."""
    return next((number for number, link in enumerate(links) if identifiers.of_link(link.url)), -1)


def _record(where: str, text: str, links: list[Link], at: int) -> Paper | Reject:
    own = links[at]
    day = _LEADING_DATE.match(_body(text))
    title = _title(text, links, own)
    ids: list[Id | None] = [identifiers.of_link(own.url)]
    ids += [identifiers.of_link(link.url) for link in links[at + 1 :] if _POINTER.fullmatch(link.label[:80])]
    others = [link.url for link in links if not identifiers.of_link(link.url)]
    made = paper(
        where,
        title,
        ids=ids,
        resolve=_fields.resolved,
        published=_dates.iso(day[1]) if day else "",
        links=tuple(dict.fromkeys(others)) or (own.url,),
    )
    return made if isinstance(made, Paper) else reject(where, made.reason, text)


def _title(text: str, links: list[Link], own: Link) -> str:
    """The label of the link, or of one before it; what is set off; the words before."""
    for link in [own, *links]:
        label = _SEARCHED.sub("", _markdown.words(link.label)).strip()
        if (
            link.start <= own.start
            and len(label) >= 4
            and not _POINTER.fullmatch(label[:80])
            and " " in label
        ):
            return label
    if text.startswith("|"):
        cells = [_unlinked(cell.replace("\0", "|")) for cell in _markdown.cells(text)]
        return max((_markdown.words(cell) for cell in cells), key=len, default="")
    before = text[: own.start]
    for found in chain(*(pattern.finditer(part) for pattern in (_BOLD, _ITALIC) for part in (before, text))):
        words = _markdown.words(next(filter(None, found.groups()), ""))
        if not _POINTER.fullmatch(words[:80]):
            return words
    label = _markdown.words(own.label)
    return _bare(before) or ("" if _POINTER.fullmatch(label[:80]) else label)


def _body(text: str) -> str:
    """The item without its bullet and box."""
    begins = _ITEM.match(text)
    return _BOX.sub("", text[begins.end() :], count=1) if begins else text


def _unlinked(text: str) -> str:
    """The text without links that say only what they lead to."""
    for link in reversed(_markdown.links(text)):
        text = text[: link.start] + text[link.end :]
    return text


def _bare(text: str) -> str:
    """The words before a link, without the bullet, a date, and what led over to it."""
    text = _body(_unlinked(text))
    if day := _LEADING_DATE.match(text):
        text = text[day.end() :]
    words = _markdown.words(text).replace("\n", " ")
    words = _LEADING_OVER.sub("", words[-3_000:])
    return _VENUE.sub("", words.strip(" .,;:"))
