"""Text copies of Hugging Face's pages → lines, whatever made the copy: a browser, html2text, a Markdown clipper.

Links go, their addresses stay beside the line in which they end; headings, bullets, escapes and pictures are resolved.
A page is one document: it is held in memory as a whole (MAX_PAGE), since tables of links stand at its end.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO, NamedTuple

from digest.errors import DumpError
from digest.formats import _hf, _text
from digest.papers import readable

MAX_PAGE = 16 << 20  # characters: the longest list page seen has 300,000

INVITATION = re.compile(
    r"(?:new)? ?Get trending papers in your email inbox(?: once a day)?!?(?: ?Subscribe)?"
)
DATE = rf"({'|'.join(_hf.MONTHS)})[a-z]*\.? (\d{{1,2}})(?:, ?(\d{{4}}))?(?!\d)"
AUTHORS = re.compile(r"\W*(\d[\d,]{0,8}) authors?(?:\W*(\d{1,6}))?")
PAPER_HEADING = re.compile(r"^#{2,4} .*\]\((?:https?://(?:www\.)?huggingface\.co)?/papers/\d", re.MULTILINE)
SUBMITTED = re.compile(r"^[^\w\n]{0,9}Submitted by\b", re.MULTILINE)
_PAPER_ID = re.compile(r"^[^\w\n]{0,9}(?:Papers[^\w\n]{1,9})?arxiv:\s?\d{4}\.\d{4,5}\b", re.MULTILINE)
# A clipping of a page: its name above it, in YAML or not, and no `Published on`.
_CLIPPED = re.compile(r"^(?:title: |# )['\"]?Paper page - ", re.MULTILINE)
_ABSTRACT = re.compile(r"^#{1,4} Abstract$", re.MULTILINE)
_PUBLISHED = re.compile(rf"^[^\w\n]{{0,9}}Published on {DATE}", re.MULTILINE)
_MARKED = re.compile(
    r"^#{2,4} \S|^[^\w\n]{0,9}Submitted by\b|(?:^|· )Published on |^\s{0,9}https?://huggingface\.co/papers"
    r"|\barXiv Page\b|^[^\w\n]{0,9}·[ \t]{0,9}\n{0,3}[ \t]{0,9}\d[\d,]* authors?|\]\([^\s()]{0,30}/papers/\d",
    re.MULTILINE,
)


class Line(NamedTuple):
    """A line of a page; what is left of it may be no more than its links."""

    number: int
    text: str  # readable
    level: int  # of a heading; 0: it is none
    links: tuple[str, ...]
    begins: bool  # a paragraph: nothing stands in the line above
    indented: bool


def is_page_of_one(text: str) -> bool:
    """Whether this is the page of one paper."""
    if _CLIPPED.search(text) and _PAPER_ID.search(text) and _ABSTRACT.search(text):
        return True
    return bool(_PUBLISHED.search(text)) and (
        "View arXiv page" in text
        or bool(_PAPER_ID.search(text))
        or bool(re.search(r"^Authors:", text, re.MULTILINE))
    )


def is_marked(text: str) -> bool:
    """Whether a copy of a list shows more than titles, abstracts and cards: headings, links, who submitted it."""
    return bool(_MARKED.search(text))


def lines(dump: BinaryIO) -> list[Line]:
    """The lines of the page that say anything."""
    raw: list[str] = []
    size = 0
    for line in _text.lines(dump):
        size += len(line.text) + 1
        if size > MAX_PAGE:
            raise DumpError(f"it is one page of more than {MAX_PAGE >> 20} million characters (MAX_PAGE)")
        raw.append(line.text.replace("\0", ""))
    return list(_cleaned(_without_front_matter(raw)))


def of_text(text: str) -> list[Line]:
    """The same of a text at hand."""
    return list(_cleaned(text.replace("\0", "").split("\n")))


def page_date(page: list[Line], received: datetime) -> date:
    """The day that a list shows above its first card, else that on which it was received."""
    for line in page[:80]:
        if found := re.fullmatch(DATE, line.text):
            return _hf.day(found[1], found[2], found[3], received.date()) or received.date()
        if len(line.text) > 100:
            break
    return received.date()


def joined(some: list[str]) -> str:
    """Lines of one paragraph; a word cut at a hyphen is put together, a keyword's space before a comma goes."""
    text = re.sub(r"(?<=[A-Za-z])-\n(?=[a-z])", "-", "\n".join(some)).replace("\n", " ")
    return re.sub(r"(?<=[\w)]) (?=[,.;:](?:\s|$))", "", text)


def _without_front_matter(raw: list[str]) -> list[str]:
    """The lines, those of a leading `---` block (what a clipper noted of the page) emptied."""
    if raw and raw[0].strip() == "---":
        for at, line in enumerate(raw[1:60], start=1):
            if line.strip() == "---":
                return [""] * (at + 1) + raw[at + 1 :]
    return raw


_TABLE = re.compile(
    r"^[ \t]*(?:\[(\d{1,5})\]:|(\d{1,5})\.)[ \t]+(https?://\S+|/papers/\S+)[ \t]*$", re.MULTILINE
)
_SIGN = re.compile(
    r"\\[\[\]]|!?\[|\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:[ \t]+\"[^\"\n]*\")?\)|\]\[(\d{1,5})\]|\]"
)


def _without_links(text: str) -> tuple[str, list[str]]:
    """The text with `\\0n\\0` where the nth link ends, and the links' addresses."""
    table = {found[1] or found[2]: found[3] for found in _TABLE.finditer(text)}
    text = _TABLE.sub("", text)
    parts: list[str] = []
    links: list[str] = []
    opened: list[int] = []  # where in `parts` the brackets stand that are open
    outer: list[int] = []  # which of them begin a line: a link's, rather than one of `[0, 1)` inside its text
    at = 0
    for sign in _SIGN.finditer(text):
        parts.append(text[at : sign.start()])
        at = sign.end()
        if sign[0].endswith("[") and sign[0][0] != "\\":
            if (
                not parts[-1]
                or parts[-1].endswith("\n")
                or _LEAD_ONLY.fullmatch(parts[-1].rpartition("\n")[2][-12:])
            ):
                outer.append(len(opened))
            opened.append(len(parts))
            parts.append(sign[0])
        elif sign[0] == "]" or not opened or sign[0][0] == "\\":
            parts.append(sign[0])
            del opened[-1 if sign[0] == "]" else len(opened) :]
        else:
            first = outer.pop() if outer else len(opened) - 1
            if _close(parts, opened[first]):
                parts.append(f"\0{len(links)}\0")
                links.append(sign[1] if sign[2] is None else table.get(sign[2], ""))
            del opened[first:]
        while outer and outer[-1] >= len(opened):
            outer.pop()
    return "".join([*parts, text[at:]]), links


_LEAD_ONLY = re.compile(r"\s*(?:[#*+-]{1,6}\s+)?")


def _close(parts: list[str], start: int) -> bool:
    """Drop the bracket that opened a link, or the whole of a picture; whether it is a link."""
    if parts[start] == "![":
        dropped = "".join(parts[start:])
        parts[start:] = ["\n" * dropped.count("\n")]
        return False
    parts[start] = " " if start and parts[start - 1][-1:].isdigit() else ""
    return True


_LINK_END = re.compile("\0(\\d+)\0")
_TAG = re.compile(r"</?(?:a|span|div|p|img|br)\b[^<>]*>")
_RULE = re.compile(r"\s*(?:[*_-]\s*){3,}|\s*(?:[-*+]\s+)?\[[^\[\]]*\]\s*|\s*[\[\]]\s*")
_LEAD = re.compile(r"\s*(?:[*•-]\s+(?=\S))?(?:\[[-x ]?\](?=\s))?\s*")
_ESCAPE = re.compile(r"\\([_*\[\]#~`>+.!|-])")


def _cleaned(raw: list[str]) -> Iterator[Line]:
    text, links = _without_links("\n".join(raw))
    before: Line | None = None
    begins = True
    for number, source in enumerate(text.split("\n"), start=1):
        if not source or source.isspace():
            begins = True
            continue
        told = tuple(links[int(one)] for one in _LINK_END.findall(source))
        bare = _LINK_END.sub("", source)
        if before and re.fullmatch(r"={3,}|-{3,}", bare.strip()) and not begins:
            before = before._replace(level=1 if "=" in bare else 2)
            continue
        words, level = _words(bare)
        if re.fullmatch(r"https?://\S+", words) and (begins or "//huggingface.co/" in words):
            words, told = "", (*told, words)
        if words or told:
            if before:
                yield before
            before = Line(number, words, level, told, begins, bare[:1].isspace())
        begins = not words
    if before:
        yield before


def _words(bare: str) -> tuple[str, int]:
    if _RULE.fullmatch(bare):
        return "", 0
    text = _TAG.sub("", bare) if "<" in bare else bare
    level = 0
    if heading := re.match(r"\s*(#{1,6})\s+", text):
        text, level = text[heading.end() :], len(heading[1])
    elif lead := _LEAD.match(text):
        text = text[lead.end() :]
    text = text.rstrip().rstrip("\\").strip()
    if text.startswith("**") and text.endswith("**"):
        text = text[2:-2]
    return readable(_ESCAPE.sub(r"\1", re.sub(r"\\(?=\s)", "", text))), level
