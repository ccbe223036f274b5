"""Text of a Hugging Face papers page, as a browser saves or copies it.

    header    `new`, `Get trending …`, `Subscribe`, `Daily Papers`, `by AK …`, the page's date: each there or not;
              `Subscribe` may be glued to the first title
    block     title / abstract, and below it perhaps a card:
              `• 4 authors`, or in its place an organisation, `kyutai Kyutai` (handle and name)
              `·`
              `Oct 21, 2019`, `Mar 5`, `Oct 23 1`: a date, with or without its year, and perhaps a number of comments

Blank lines stand between the blocks or not. Titles were seen from 13 to 176 characters, abstracts from 500, so a
line's length tells which it is; pairing by turns would shift everything after one oddity. What finds no
partner is a reject. It knows nothing of identity: ids in running text may be another paper's.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from digest.formats import _hf_lines
from digest.formats._head import Head
from digest.papers import Paper, Reject, links_in, paper, readable, reject

LONG = 300  # characters: between the longest title seen (176) and the shortest abstract (500)
MANY_PAIRS = 3
A_TITLE = 30  # characters, on the average of a page: real ones have twice as many
MAX_LINE = 1 << 20  # bytes of a line that are kept: a page without line breaks must not fill the memory

_INVITATION = re.compile(r"(?:new)? ?Get trending papers in your email inbox(?: once a day)?!? ?(.*)")
_SUBSCRIBE = "Subscribe"
# A glued title may begin with a small letter, but hardly with a word that makes `Subscriber` or `Subscribe to` of it.
_GLUED = re.compile(r"Subscribe(?!(?:rs?|d|s| to) ) ?(.+)")
_HEADER = re.compile(
    r"new|Daily Papers|by|AK|by ?AK ?(and the research community)?|and the research community|Trending Papers"
    r"|Daily|Weekly|Monthly|Hugging Face|Models|Datasets|Spaces|Posts|Docs|Solutions|Enterprise|Pricing"
    r"|Log In|Sign Up|Search by arxiv id or title|Submit a paper|Submit|Previous|Next|Previous Next"
)
_AUTHORS = re.compile(r"\W*(\d[\d,]*) authors?")
_DOT = "·"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"(?:{_DOT}\s*)?({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}})(?:,? (\d{{4}}))?(?: (\d{{1,3}}(?:,?\d{{3}})*))?"
)
_UPVOTES = re.compile(r"-|\d{1,6}")
# Long lines stand under short ones elsewhere too: in XML, JSON, BibTeX and Refer, Markdown, MEDLINE and RIS, tables.
_OTHER_FORMATS = re.compile(
    r'[<{@%#|]|\[\s*[\[{"!\d\]]|[A-Z][A-Z0-9](  |[A-Z0-9]{2})- |.*(\t\S|"[,;|]")|\S(?=[^\s,;|]*+[,;|]\S)\S++$',
    re.MULTILINE,
)


def sniff(head: Head) -> bool:
    """A header line of the page, or as many pairs of a title and an abstract as other lines, with cards or many."""
    text = head.text.lstrip()
    if "\0" in text or _OTHER_FORMATS.match(text):
        return False
    if _hf_lines.is_marked(text) or _hf_lines.is_page_of_one(text):
        return False  # hf_cards_text and hf_paper_text read more of them
    lines = [line for raw in text.splitlines() if (line := readable(raw))]
    if any(_INVITATION.match(line) for line in lines[:20]):
        return True
    titles = [a for a, b in pairwise(lines) if len(a) < LONG <= len(b)]
    pairs = len(titles)
    cards = sum(1 for line in lines if line == _DOT or _AUTHORS.fullmatch(line) or _DATE.fullmatch(line))
    # A letter, or a story under its headings, is some pairs, too; but they begin with `Dear Max,`.
    told = cards or (pairs >= MANY_PAIRS and sum(map(len, titles)) >= pairs * A_TITLE)
    return bool(told) and 2 * pairs >= len(lines) - cards - pairs > 0


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the page, and a reject for each line or pair of lines that is none."""
    lines = _Lines(dump)
    page = received.date()  # of a page that does not show its own date
    glued, upvotes = True, None  # whether `Subscribe` may be glued to the next title
    while line := lines.take():
        if glued and (title := _GLUED.fullmatch(line.text)):
            lines.put_back(line._replace(text=title[1], raw=title[1]))
            glued = False
        elif invitation := _INVITATION.fullmatch(line.text):
            glued = True
            if invitation[1]:  # more is glued to it
                lines.put_back(line._replace(text=invitation[1], raw=invitation[1]))
        elif line.text == _SUBSCRIBE or _HEADER.fullmatch(line.text):
            glued = glued and line.text != _SUBSCRIBE
        elif shown := _DATE.fullmatch(line.text):
            page = _date(shown, received.date()) or page
        elif _UPVOTES.fullmatch(line.text):
            upvotes = int(line.text) if line.text != "-" else None
        else:
            yield _record(line, lines, page, upvotes)
            glued, upvotes = False, None


class _Line(NamedTuple):
    number: int
    text: str  # readable
    raw: str
    problem: str  # why it cannot be believed; empty: nothing


class _Lines:
    """The lines of a dump that are not blank, with a look ahead."""

    def __init__(self, dump: BinaryIO) -> None:
        self._rest = _lines(dump)
        self._ahead: deque[_Line] = deque()

    def peek(self, at: int = 0) -> _Line | None:
        """The next line but `at`, left where it is."""
        while len(self._ahead) <= at:
            line = next(self._rest, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[at]

    def take(self) -> _Line | None:
        """The next line, taken."""
        return self._ahead.popleft() if self.peek() else None

    def put_back(self, line: _Line) -> None:
        """Make this the next line."""
        self._ahead.appendleft(line)


def _lines(dump: BinaryIO) -> Iterator[_Line]:
    number = 0
    while raw := dump.readline(MAX_LINE):
        number += 1
        size = len(raw)
        while not raw.endswith(b"\n") and (more := dump.readline(MAX_LINE)):
            size += len(more)
            if more.endswith(b"\n"):
                break
        text, problem = _decoded(raw.removeprefix(b"\xef\xbb\xbf"), size)
        if words := readable(text):
            yield _Line(number, words, text, problem)


def _decoded(raw: bytes, size: int) -> tuple[str, str]:
    if size > MAX_LINE:
        return raw.decode("utf-8", "replace").strip(), f"a line of {size:,} bytes is no title and no abstract"
    try:
        return raw.decode("utf-8").strip(), ""
    except UnicodeDecodeError as error:
        problem = (
            f"byte {error.start + 1} of the line (0x{raw[error.start]:02x}) is not UTF-8: save it as UTF-8"
        )
        return raw.decode("utf-8", "replace").strip(), problem


def _record(title: _Line, lines: _Lines, page: date, upvotes: int | None) -> Paper | Reject:
    where = f"line {title.number}"
    if len(title.text) >= LONG:
        _card(lines, page)
        return reject(where, title.problem or "an abstract without a title", title.text)
    abstract = lines.peek()
    if abstract is None or not _is_abstract(abstract, lines):
        card = _card(lines, page)
        reason = "a title without an abstract" if card == _Card() else "a card without an abstract"
        return reject(where, title.problem or reason, title.text)
    lines.take()
    both = f"{title.text} {abstract.text}"
    if len(abstract.text) < LONG and lines.peek() is None:
        return reject(where, f"cut off: the abstract ends after {len(abstract.text)} characters", both)
    card = _card(lines, page)
    for line in (title, abstract):
        if line.problem:
            return reject(f"line {line.number}", line.problem, both)
    return _paper(title, abstract, card, upvotes)


def _is_abstract(line: _Line, lines: _Lines) -> bool:
    """Long, or what stands between a title and the rest of its card, or the last words of a page cut off."""
    if len(line.text) >= LONG:
        return True
    if _AUTHORS.fullmatch(line.text) or _DATE.fullmatch(line.text) or line.text == _DOT:
        return False
    below = lines.peek(1)
    return below is None or bool(_AUTHORS.fullmatch(below.text))


@dataclass(frozen=True, slots=True)
class _Card:
    n_authors: int | None = None
    org: str = ""
    published: str = ""
    comments: int | None = None


def _card(lines: _Lines, page: date) -> _Card:
    """What stands below an abstract, taken from the lines as far as it can be a card."""
    n_authors, org = None, ""
    line, below = lines.peek(), lines.peek(1)
    if line and (counted := _AUTHORS.fullmatch(line.text)):
        n_authors = int(counted[1].replace(",", ""))
        lines.take()
    elif line and below and below.text == _DOT and line.text != _DOT and len(line.text) < LONG:
        org = _organisation(line.text)  # without a bullet: only the dot below it tells it from the next title
        lines.take()
    line = lines.peek()
    if line and line.text == _DOT:
        lines.take()
    elif not line or (n_authors is None and not line.text.startswith(_DOT)):
        return _Card(n_authors, org)  # a date that stands alone is the page's
    shown = _DATE.fullmatch(dated.text) if (dated := lines.peek()) else None
    if not shown:
        return _Card(n_authors, org)
    lines.take()
    day = _date(shown, page)
    comments = int(shown[4].replace(",", "")) if shown[4] else None
    return _Card(n_authors, org, day.isoformat() if day else "", comments)


def _organisation(line: str) -> str:
    """The name in `handle Name`."""
    _handle, _, name = line.partition(" ")
    return name or line


def _date(shown: re.Match[str], latest: date) -> date | None:
    """A date without a year is the latest that is not after `latest`; None if there is no such day (Feb 30)."""
    month, day = _MONTHS.index(shown[1]) + 1, int(shown[2])
    years = (
        [int(shown[3])] if shown[3] else range(latest.year, latest.year - 9, -1)
    )  # 29 Feb: at most 8 years ago
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if shown[3] or found <= latest:
            return found
    return None


def _paper(title: _Line, abstract: _Line, card: _Card, upvotes: int | None) -> Paper | Reject:
    return paper(
        f"line {title.number}",
        title.raw,
        abstract.raw,
        n_authors=card.n_authors,
        org=card.org,
        published=card.published,
        comments=card.comments,
        upvotes=upvotes,
        links=links_in(abstract.text),
    )
