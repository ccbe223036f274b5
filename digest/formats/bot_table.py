"""Tables of papers that bots write in Markdown, mostly as a README, and the same rows in JSON.

    |**2026-05-13**|**Title**|First Author et.al.|[2605.00001](http://arxiv.org/abs/2605.00001)|null|    cv-arxiv-daily
    | **[Title](https://arxiv.org/abs/2605.00001v1)** | 2026-05-13 | <details>…abstract…</details> | … | DailyArXiv
    |2605.00001|[title](https://arxiv.org/abs/2605.00001)|[Repo](https://github.com/…)|                  daily_arxiv
    | Title (Read more on [arXiv](…) or [HuggingFace](…))| Authors | Summary |                           daily-ai-papers
    - 2026-05-13, **Title**, First Author et.al., Paper: [url](url), Code: **[url](url)**                for WeChat

The header's names say what a column is. There is none in JSON, `{topic: {id: row}}`, and on some archives' pages; the
first order holds.

Traps: pipes inside titles, escaped or not; a row that runs over two lines; a summary is a machine's and no abstract;
only the first author is named; the same paper stands under several topics, a record each.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from digest import identifiers
from digest.formats import _author_list, _fields, _json, _markdown, _text
from digest.formats._fields import Columns, folded
from digest.formats._head import Head
from digest.papers import Paper, Reject, reject

LONGEST_ROW = 5  # lines
_OF_BOTS = ["publish date", "title", "authors", "pdf", "code"]
_TWIN = re.compile(r'"[^"]{1,60}":\s{0,9}"(?:\|\s?(?:\*\*)?|- )\d{4}-\d\d-\d\d[^"]{1,3000}https?:')
_BARE = re.compile(
    r"\|\s?\*\*\d{4}-\d\d-\d\d\*\*\s?\|\s?\*\*[^|].*\]\(https?://arxiv\.org/abs/"
)  # a row of _OF_BOTS
_BULLET = re.compile(r"[-*] (\d{4}-\d\d-\d\d), \*\*")
_ET_AL = re.compile(r",? et\.? ?al\.?,?$")
_READ_MORE = re.compile(r"\(?Read more on ")
_SUMMARY = re.compile(r"<summary>[^<]{0,200}</summary>")


def sniff(head: Head) -> bool:
    """A table whose header names a title, with a paper's page in its rows; a dated bullet; a row in JSON."""
    if head.is_json:
        return bool(_TWIN.search(head.text))
    if head.root or ("|" not in head.text and "\n- " not in head.text):
        return False
    header, rows, bullets = False, 0, 0
    for line, below in zip(head.lines, [*head.lines[1:], ""], strict=False):
        if _bullet_parts(line) or _BARE.match(line):
            return True
        if "|" in line and _markdown.is_rule(below):
            header = _is_header(_names(line))
        rows += header and line.startswith("|") and _has_paper(line)
        bullets += line.startswith(("- ", "* ", "+ ")) and _has_paper(line)
    return rows > bullets


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the rows."""
    lines = (line for line in _text.lines(dump))
    first = next((line for line in lines if line.text.strip()), None)
    if first and first.text.lstrip().startswith("{"):
        yield from _twin(first, lines)
        return
    names: list[str] = []
    for row in _rows(first, lines):
        if row.is_header:
            names = _names(row.text)
        elif row.text.startswith("|") and (_is_header(names) or _BARE.match(row.text)):
            yield _record(row.where, row.text, names if _is_header(names) else _OF_BOTS)
        elif parts := _bullet_parts(row.text):
            yield _bullet(row.where, row.text, parts)


def _twin(first: _text.Line, lines: Iterator[_text.Line]) -> Iterator[Paper | Reject]:
    """The rows of `{topic: {id: row}}`."""
    import io

    text = "\n".join([first.text, *(line.text for line in lines)])
    topics = _json.whole(io.BytesIO(text.encode("utf-8", "replace")))
    for topic, rows in topics.items() if isinstance(topics, dict) else ():
        for key, row in rows.items() if isinstance(rows, dict) else ():
            where = f"{topic} {key}"[:100]
            text = row.strip() if isinstance(row, str) else ""
            if text.startswith("|"):
                yield _record(where, text, _OF_BOTS)
            elif parts := _bullet_parts(text):
                yield _bullet(where, text, parts)
            else:
                yield reject(where, "it is no row of a table", str(row)[:1000])


class _Row(NamedTuple):
    where: str
    text: str
    is_header: bool = False


def _rows(first: _text.Line | None, lines: Iterator[_text.Line]) -> Iterator[_Row]:
    """The lines, those together that make a row; a table's rule is none, but makes a header of the line before."""
    held: list[_text.Line] = [first] if first else []
    for line in lines:
        text = line.text.strip()
        if held and _is_unfinished(held) and text and not text.startswith(("|", "#", "- ")):
            held.append(line)
            continue
        is_rule = _markdown.is_rule(text)
        if held:
            yield _joined(held, is_rule)
        elif is_rule:
            continue
        held = [] if is_rule else [line]
    if held:
        yield _joined(held, False)


def _is_unfinished(held: list[_text.Line]) -> bool:
    return (
        len(held) < LONGEST_ROW
        and held[0].text.lstrip().startswith("|")
        and not held[-1].text.rstrip().endswith("|")
    )


def _joined(held: list[_text.Line], is_header: bool) -> _Row:
    return _Row(held[0].where, " ".join(line.text.strip() for line in held), is_header)


def _names(row: str) -> list[str]:
    return [folded(_markdown.words(cell)) for cell in _markdown.cells(row[:2000])]


def _is_header(names: list[str]) -> bool:
    fields = _fields.ranked(names)
    others = {"date", "authors", "abstract", "summary", "arxiv"} & fields.keys() or {"pdf", "code"} & set(
        names
    )
    return "title" in fields and fields["title"][0] != "name" and bool(others)


def _has_paper(line: str) -> bool:
    return any(identifiers.of_link(link.url) for link in _markdown.links(line[:20_000]))


def _record(where: str, row: str, names: list[str]) -> Paper | Reject:
    """The paper of a row. More cells than names: pipes in the title made them."""
    row, hidden = _without_details(row)
    cells = _markdown.cells(row)
    at = names.index(_fields.ranked(names)["title"][0])
    if (more := len(cells) - len(names)) > 0:
        cells[at : at + more + 1] = ["|".join(cells[at : at + more + 1])]
    said = dict(zip(names, (cell.replace("\0", "|") for cell in cells), strict=False))
    title = _READ_MORE.split(said.pop(names[at], ""))[0]
    values = {name: _shown(_markdown.words(cell), hidden) for name, cell in said.items()}
    links = [link.url for name, cell in said.items() if name != "comment" for link in _markdown.links(cell)]
    links = [link.url for link in _markdown.links(row) if link.url not in links] + links
    made = _made(where, {**values, "title": _markdown.words(title)}, links)
    return made if isinstance(made, Paper) else reject(where, made.reason, row)


def _without_details(row: str) -> tuple[str, list[str]]:
    """The row without what is folded away in it, and that: an abstract may hold pipes."""
    hidden: list[str] = []
    kept: list[str] = []
    at = 0
    while (start := row.find("<details>", at)) >= 0 and (end := row.find("</details>", start)) >= 0:
        kept += [row[at:start], f"\x01{len(hidden)}\x01"]
        hidden.append(_SUMMARY.sub("", row[start + len("<details>") : end]))
        at = end + len("</details>")
    return "".join([*kept, row[at:]]), hidden


def _shown(cell: str, hidden: list[str]) -> str:
    place = cell.strip("\x01")
    return (
        hidden[int(place)]
        if cell.startswith("\x01") and place.isdigit() and int(place) < len(hidden)
        else cell
    )


class _Parts(NamedTuple):
    day: str
    title: str
    author: str
    links: str


def _bullet_parts(line: str) -> _Parts | None:
    found = _BULLET.match(line)
    if not found:
        return None
    before, mark, links = line[found.end() :].rpartition(", Paper: ")
    title, stars, author = before.rpartition("**, ")
    return _Parts(found[1], title, author, links) if mark and stars else None


def _bullet(where: str, line: str, parts: _Parts) -> Paper | Reject:
    values = {"date": parts.day, "title": _markdown.words(parts.title), "authors": parts.author}
    made = _made(where, values, [link.url for link in _markdown.links(parts.links)])
    return made if isinstance(made, Paper) else reject(where, made.reason, line)


def _made(where: str, values: dict[str, str], links: list[str]) -> Paper | Reject:
    """A summary is a machine's; a date may be an id; authors may end in `et.al.`"""
    values = {
        name: text
        for name, text in values.items()
        if _fields.FIELD.get(name) != "summary" and "link" not in name
    }
    for name, text in list(values.items()):
        if _fields.FIELD.get(name) == "date" and (found := identifiers.arxiv(text)):
            values[name], values["arxiv"] = "", found.key
    columns = Columns([*values, "links"])
    authors = _author_list.split(_ET_AL.sub("", columns.first(values, "authors")[:20_000].strip()))
    return _fields.paper_of(where, {**values, "links": " ".join(links)}, columns, authors)
