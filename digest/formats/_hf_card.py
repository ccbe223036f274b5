"""One card of a list of Hugging Face: its lines → what they say."""

import re
from typing import NamedTuple

from digest.formats import _hf, _hf_lines
from digest.formats._hf_lines import Line
from digest.identifiers import Id

ORG = 100  # characters; the longest name of an organisation seen has 46

SUBMITTED = re.compile(r"\W*Submitted by\b:?\s*(.*)")
UPVOTE = re.compile(r"Upvote(?: (\d+|-))?")
NUMBER = re.compile(r"-|\d{1,3}(?:,\d{3})+|\d{1,7}")
BUTTONS = re.compile(
    r"(?:LINK: )?(?:(?:GitHub|arXiv Page|arXiv|Project Page|Project)(?: [\d.,]+[kKmM]?)?(?: auto)?\s*)+|[\d.]+[kM]"
)
DATED = re.compile(
    rf"(?:(.{{0,{ORG}}}?)\s*·\s*)?(?:Published on )?{_hf_lines.DATE}(?:\s*·)?(?: (\d{{1,3}}(?:,?\d{{3}}){{0,2}}))?"
)


def is_words(page: list[Line], at: int) -> bool:
    """Whether a title, an abstract or a name stands there."""
    text = page[at].text if at < len(page) else ""
    return bool(text) and not any(
        one.fullmatch(text) for one in (NUMBER, _hf_lines.AUTHORS, DATED, UPVOTE, BUTTONS, SUBMITTED)
    )


def is_card(lines: list[Line]) -> bool:
    """Whether there is more to it than words."""
    signs = (_hf_lines.AUTHORS, SUBMITTED, DATED, BUTTONS)
    return any(
        any(sign.fullmatch(line.text) for sign in signs) or any(map(_hf.of_link, line.links))
        for line in lines
    )


class _Found(NamedTuple):
    month: str
    number: str
    year: str | None


class Card:
    """What the lines of one card say."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.title: list[str] = []
        self.paragraphs: list[list[str]] = []
        self.org = ""
        self.n_authors: int | None = None
        self.upvotes: int | None = None
        self.comments: int | None = None
        self.date: _Found | None = None
        self.links = [link for line in lines for link in line.links]
        self._below = False  # the words: what follows is about the paper
        self._owned = False  # `GitHub` did
        self._voted = False  # `Upvote` stood in the line above
        at = self._read_above()
        self._read_title(at)

    def _read_above(self) -> int:
        user = False
        for at, line in enumerate(self.lines):
            if line.level:
                return at
            if submitted := SUBMITTED.fullmatch(line.text):
                user = not submitted[1]
            elif user and line.text and not (NUMBER.fullmatch(line.text) and is_words(self.lines, at + 1)):
                user = False
            elif NUMBER.fullmatch(line.text):
                self.upvotes = number(line.text)
            elif line.text and UPVOTE.fullmatch(line.text) is None:
                return at
        return len(self.lines)

    def _read_title(self, at: int) -> None:
        for title in self.lines[at : at + 1]:
            self.title.append(title.text)
            self.is_heading = bool(title.level)
        above = self.lines[at] if at < len(self.lines) else None
        for line in self.lines[at + 1 :]:
            goes_on = above and above.level and not line.begins and not self.paragraphs and not self._below
            if goes_on and above and line.text and (line.indented or (line.links and not above.links)):
                self.title.append(line.text)
            elif line.text:
                self._read_line(line)

    def _read_line(self, line: Line) -> None:
        text = line.text
        voted, self._voted = self._voted, False
        owned, self._owned = self._owned, text == "GitHub"
        if NUMBER.fullmatch(text):
            if voted:
                self.upvotes = number(text)
            elif self._below and not owned:
                self.comments = number(text)
        elif vote := UPVOTE.fullmatch(text):
            self._voted = not vote[1]
            self.upvotes = number(vote[1]) if vote[1] else self.upvotes
        elif counted := _hf_lines.AUTHORS.fullmatch(text):
            self.n_authors = int(counted[1].replace(",", ""))
            self.comments = int(counted[2]) if len(counted[2] or "123") < 3 else self.comments
        elif dated := DATED.fullmatch(text):
            self._read_date(dated)
        elif text != "·" and not BUTTONS.fullmatch(text) and not self._below:
            if not self.paragraphs or line.begins or not self.is_heading:
                self.paragraphs.append([])
            self.paragraphs[-1].append(text)
            return
        if text == "·":
            self._take_org()
        self._below = True

    def _take_org(self) -> None:
        """A short line between the words and the dot is a name."""
        if self.paragraphs and len(self.paragraphs[-1]) == 1 and not self._below:
            name = self.paragraphs[-1][0]
            if len(name) <= ORG and not name.endswith("."):
                self.org = _hf.organisation(name)
                self.paragraphs.pop()

    def _read_date(self, dated: re.Match[str]) -> None:
        self.date = _Found(dated[2], dated[3], dated[4])
        self.comments = number(dated[5]) if dated[5] else self.comments
        name = (dated[1] or "").removesuffix("Published on").strip(" ·")
        if counted := _hf_lines.AUTHORS.fullmatch(name):
            self.n_authors = int(counted[1].replace(",", ""))
        elif name:
            self.org = _hf.organisation(name)
        else:
            self._take_org()

    @property
    def id(self) -> Id | None:
        """That of the first link to a paper's page: the title's."""
        return next((one for link in self.links if (one := _hf.of_link(link))), None)


def number(text: str) -> int | None:
    """A count; `-` is none."""
    return None if text == "-" else int(text.replace(",", ""))
