"""Markdown, as far as lists of papers need it: rows of tables, links, words without their stars."""

import re
from typing import NamedTuple

from digest.papers import links_in

_MARKS = re.compile(r"\*{2,3}|~~|(?<!\w)`|`(?!\w)|(?<!\w)__(?=\w)|(?<=\w)__(?!\w)")
_ESCAPED = re.compile(r"\\([|\[\]()*_#`~<>!-])")
_RULE = re.compile(r"[\s:|-]*-[\s:|-]*")
LONGEST_TARGET = LONGEST_LABEL = 2_000  # characters


class Link(NamedTuple):
    """`[label](url)`, and where it stands."""

    label: str
    url: str
    start: int
    end: int


def links(text: str) -> list[Link]:
    """The links to web addresses, in order; of a picture inside a link the outer one."""
    found: list[Link] = []
    at = least = 0  # from where to go on; where the last link ended
    while (middle := text.find("](", at)) >= 0:
        end = _closing(text, middle + 2)
        url = next(iter(links_in(text[middle + 2 : end])), "") if end >= 0 else ""
        start = _opening(text, middle, max(least, middle - LONGEST_LABEL)) if url else -1
        if start < 0:
            at = middle + 2
            continue
        if not (start and text[start - 1] == "!"):
            found.append(Link(text[start + 1 : middle], url, start, end + 1))
            least = end + 1
        at = end + 1
    return found


def _opening(text: str, at: int, least: int) -> int:
    """Where the bracket opens that closes here; -1: nowhere."""
    depth = 0
    for position in range(at, least - 1, -1):
        depth += (text[position] == "]") - (text[position] == "[")
        if not depth:
            return position
    return -1


def _closing(text: str, at: int) -> int:
    """Where the round bracket closes that opened before; -1: nowhere near."""
    depth = 1
    for position in range(at, min(len(text), at + LONGEST_TARGET)):
        if text[position] in "[]":
            return -1
        depth += (text[position] == "(") - (text[position] == ")")
        if not depth:
            return position
    return -1


def words(text: str) -> str:
    """The text without its stars and escapes, with the labels of its links."""
    kept, at = [], 0
    for link in links(text):
        kept += [text[at : link.start], link.label]
        at = link.end
    return _ESCAPED.sub(r"\1", _MARKS.sub("", "".join([*kept, text[at:]]))).strip().strip("*").strip()


def cells(row: str) -> list[str]:
    """What stands between a row's pipes, as it stands; a pipe that is escaped is `\\0`."""
    row = row.strip().removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return row.replace("\\|", "\0").split("|") if row else []


def is_rule(row: str) -> bool:
    """Whether it is the line between a table's header and its rows."""
    return "|" in row and len(row) < 1_000 and bool(_RULE.fullmatch(row))
