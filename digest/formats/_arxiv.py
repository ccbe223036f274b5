"""What the formats of arXiv share: author lines, withdrawals, the month that an id tells, comments.

Authors are one line in mails, feeds, `arXivRaw` and Kaggle's snapshot: names between commas and `and`, affiliations
in brackets that hold commas too, numbers that a last bracket explains, TeX accents (info.arxiv.org/help/prep).
A withdrawal is a further version whose comments or abstract say so; nothing else tells it.
"""

import re
from collections.abc import Iterator

from digest import identifiers
from digest.formats import _names
from digest.markup import latex
from digest.papers import Reject, links_in, readable, reject

_BRACKET = re.compile(r"[()\[\]]")
_BETWEEN = re.compile(r"[,;]|:\s|\s(?:and|&|\\&)\s|^and\s|\s?\b(?:on behalf of|for) the\s")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)

_SHOWING = re.compile(r"showing (?:(?:first|last) )?[\d,]{1,9} of ([\d,]{1,9}) entries", re.IGNORECASE)


class Shown:
    """The papers under a heading of a listing, beside how many it says there are: the rest is one reject."""

    def __init__(self) -> None:
        self._heading, self._said, self._came = "", 0, 0

    def one(self) -> None:
        """One of its papers came."""
        self._came += 1

    def under(self, heading: str) -> Iterator[Reject]:
        """Another heading begins here; what was missing under the one before."""
        yield from self.end()
        found = _SHOWING.search(heading)
        self._heading, self._came = heading, 0
        self._said = int(found[1].replace(",", "") or 0) if found else 0

    def end(self) -> Iterator[Reject]:
        """What was missing under the last heading."""
        if self._came < self._said:
            problem = f"{self._came:,} of {self._said:,} papers are on this page: save the list whole, or its next page"
            yield reject(f"the rest of {self._heading.partition('(')[0].strip()}", problem, self._heading)


def authors(line: str) -> tuple[str, ...]:
    """The names of an author line, without affiliations, their accents resolved."""
    outside = re.sub(r"\s+", " ", _outside(line)).replace("\\\\", "\\")  # some exports double the backslash
    names: list[str] = []
    for part in _BETWEEN.split(outside):
        name = readable(latex.plain(part, braces=True)).strip("*† ").removeprefix("and ")
        if _SUFFIX.fullmatch(name) and names:
            names[-1] += f" {name}"
        elif any(map(str.isalpha, name)):
            names.append(name)
    return _names.known(names)


def organisation(line: str) -> str:
    """The affiliation in the first bracket of an author line, where it stands there and not behind a number."""
    start = line.find("(")
    end = line.find(")", start)
    inside = readable(latex.plain(line[start + 1 : end], braces=True)) if 0 <= start < end else ""
    if "(" in inside or not inside[:1].isalpha() or re.match(r"(?:on behalf|for the|and )", inside):
        return ""
    return inside


def _outside(line: str) -> str:
    """What stands outside all brackets; one that is never closed reaches to the end."""
    kept, depth, at = [], 0, 0
    for found in _BRACKET.finditer(line):
        if depth == 0:
            kept.append(line[at : found.start()])
        depth = depth + 1 if found[0] in "([" else max(depth - 1, 0)
        at = found.end()
    if depth == 0:
        kept.append(line[at:])
    return " ".join(kept)


_WORK = (
    r"(?:e-?print|pre-?print|paper|article|manuscript|submission|work|note|letter|report|version|document|draft|thesis"
    r"|contribution)"
)
_GONE = r"(?:withdrawn|retracted)(?! (?:from|as) (?!(?:the )?(?:arxiv|public)))"
_DONE = r"(?:has been|have been|is|was|had to be|is being|is hereby|is now|has now been)(?: [a-z]+ly)?"
_BY_US = (
    r"(?:i|we|the authors?)(?: (?:have|has|had|am|are|wish|would|like|want|decided|hereby|to|must|need|now)){0,4}"
    rf" (?:withdraw|withdrew|withdrawn|withdrawing|retract|retracted|retracting) (?:this|the|our) (?:[a-z]+ )?{_WORK}"
)
_ENDS = r"(?=$|[.,;:!)\]]| (?:by|due|because|since|as|for|until|from|on|to)\b)"
_BARE = rf"(?:has been |is )?(?:temporarily )?{_GONE}{_ENDS}"
_THIS = rf"\b(?:this|our) (?:[a-z]+ )?{_WORK} {_DONE} {_GONE}\b"
_THE = rf"(?:(?:this|the|our) )?(?:(?!previous|earlier|first|old)[a-z]+ )?{_WORK} (?:{_DONE} )?{_GONE}\b"
# In comments a sentence may do without a subject; in an abstract it must be about this paper: others write of theirs.
_IN_COMMENTS = re.compile(rf"(?:^|[.;:,!(\[*] ?)(?:{_THE}|{_BARE})|{_THIS}|\b{_BY_US}\b")
_IN_ABSTRACT = re.compile(rf"{_THIS}|^(?:{_THE}|{_BARE})|(?:^|[.!] ){_BY_US}\b")


def withdrawn(comments: str, abstract: str) -> bool:
    """Whether its comments or its abstract say that this paper is withdrawn."""
    return _says(_IN_COMMENTS, comments) or _says(_IN_ABSTRACT, abstract)


def _says(pattern: re.Pattern[str], text: str) -> bool:
    if "ithdr" not in text and "etract" not in text and "ITHDR" not in text and "ETRACT" not in text:
        return False
    return bool(pattern.search(" ".join(text.lower().split())))


_YEAR_MONTH = re.compile(r"arxiv:(?:[a-z-]+/)?(\d\d)(0[1-9]|1[0-2])")


def month(key: str) -> str:
    """The month in which the paper came to arXiv, by its id: `arxiv:2401.00001` → `2024-01`; empty if it is no id."""
    found = _YEAR_MONTH.match(key)
    return f"{'19' if found[1] > '90' else '20'}{found[1]}-{found[2]}" if found else ""


# The sentence ends at a full stop, but not at that of an abbreviation or of an address.
_ON = r"(?:[^.;]|\.(?=\S)|(?<=\b[A-Za-z])\.|(?<=\b[A-Za-z]{2})\.|(?<=\b[A-Za-z]{3})\.|(?<=\b[A-Za-z]{4})\.)"
_ACCEPTED = re.compile(
    rf"\b(?:(?:accepted|to appear|to be published|published|presented|camera[- ]ready|in press)\b{_ON}{{3,200}}"
    rf"|(?-i:[A-Z][A-Za-z]{{0,9}}[A-Z][A-Za-z]{{0,9}})[ '-]{{1,2}}(?:20)?[012]\d\b{_ON}{{0,100}})",
    re.IGNORECASE,
)


def venue(journal: str, comments: str) -> str:
    """The journal reference, else what the comments say of an acceptance: `accepted by …`, `ICML 2026`."""
    if journal and (said := readable(latex.plain(journal))):
        return said
    if not comments:
        return ""
    found = _ACCEPTED.search(readable(latex.plain(comments)))
    return re.split(r"\(?https?://", found[0])[0].strip(" ,:") if found else ""


def links(*texts: str) -> tuple[str, ...]:
    """The web addresses in comments and abstract: of code, data, a project page; arXiv's own are made from ids."""
    found: list[str] = []
    for text in texts:
        if "http" in text:
            found.extend(link for link in links_in(latex.plain(text)) if not identifiers.arxiv(link))
    return tuple(dict.fromkeys(found))


def dois(text: str) -> list[identifiers.Id | None]:
    """The DOIs of a field, where authors put several into one, with spaces or semicolons between them."""
    return [identifiers.doi(one) for one in re.split(r"[\s;]+", text)] if text else []


def announced(day: str, key: str) -> str:
    """The day a new paper was announced, if it is in the month that its id tells; else that month."""
    told = month(key)
    return day if day.startswith(told) else told


_MORE = re.compile(r"et al\.? \((\d{1,5}) additional authors? not shown\)")
_CODE = re.compile(r"\(([a-z-]{2,12}(?:\.[A-Za-z-]{2,12})?)\)")


def n_authors(line: str, names: tuple[str, ...]) -> int | None:
    """How many authors there are, where a page cuts the list."""
    found = _MORE.search(line)
    return len(names) + int(found[1]) if found else None


def codes(subjects: str) -> tuple[str, ...]:
    """`Computation and Language (cs.CL); Machine Learning (cs.LG)` → their codes."""
    return tuple(dict.fromkeys(_CODE.findall(subjects)))
