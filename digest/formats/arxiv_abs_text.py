"""Text of abstract pages of arXiv (arxiv.org/abs/2401.00001), as a scraper or a browser leaves it: one or several, on
lines or collapsed into one.

    [2401.00001] Title Skip to main content … arXiv:2401.00001 (cs) [Submitted on 2 Jan 2024 (v1), last revised …]
    Title:… Authors:… View a PDF of the paper titled … View PDF Abstract:… Comments:… Subjects:… Cite as:…

Facts: arXiv's templates (github.com/arXiv/arxiv-browse, templates/abs). Traps: the page's menu names the same labels
without colons; `Title:` has no space behind it, or has; buttons stand between authors and abstract; the end may be cut.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers
from digest.errors import DumpError
from digest.formats import _dates, _names, _text
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import Paper, Reject, paper, readable

MAX_DOCUMENT = 64 << 20  # characters: a page has 5,000
ABOVE = 2_000  # characters: the menu above the title has 900
BETWEEN = 20_000  # characters between a title and its authors, at most

_SUBMITTED = re.compile(r"\[Submitted on\s{1,3}(\d{1,2} \w{3} \d{4})([^\[\]]{0,200})\]")
_OWN_ID = re.compile(r"(?:arXiv:|\[)((?:\d{4}\.\d{4,5}|[a-z-]{2,9}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?)\b")
_NEXT = re.compile(rf"{_OWN_ID.pattern} \([a-z-]+\)")
_VERSION = re.compile(r"this version, v(\d{1,3})")
_BUTTONS = re.compile(
    r"View a PDF of the paper titled|View PDF|Download PDF|Download a PDF|PDF HTML|Download:|No PDF"
)
_FIELD = re.compile(
    r"\s(Comments|Subjects|Journal reference|Journal ref|Related DOI|DOI|Cite as|MSC classes|ACM classes"
    r"|Report number):"
    r"|\s(Submission history|Access Paper|Full-text links|Bibliographic Tools|References & Citations)\b"
)
_CATEGORY = re.compile(r"\(([a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]+)?)\)")
_OTHERS = re.compile(r"et al\.? \((\d{1,5}) additional authors? not shown[^)]*\)")
_WITHDRAWN = re.compile(
    r"\bthis (?:paper|article|submission|manuscript|work) (?:has been|was|is) (?:withdrawn|retracted)",
    re.IGNORECASE,
)


def sniff(head: Head) -> bool:
    """The page's own brackets and labels, in any order."""
    if head.root or head.is_json:
        return False
    text = head.text
    return "[Submitted on" in text and all(label in text for label in ("Title:", "Authors:", "Abstract:"))


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The paper of each page."""
    text = _collapsed(dump)
    starts = [found.start() for found in _SUBMITTED.finditer(text)]
    before = 0
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=False), start=1):
        above = text[max(before, start - ABOVE) : start]
        yield _paper(f"record {number}", above, _without_next(text[start:end]))
        before = start


def _collapsed(dump: BinaryIO) -> str:
    parts: list[str] = []
    size = 0
    for line in _text.lines(dump):
        size += len(line.text)
        if size > MAX_DOCUMENT:
            raise DumpError(f"it is text of more than {MAX_DOCUMENT >> 20} million characters (MAX_DOCUMENT)")
        parts.append(line.text)
    return " ".join(" ".join(parts).split())


def _without_next(page: str) -> str:
    """A page without what stands above the date of the page below it."""
    found = _NEXT.search(page, max(0, len(page) - ABOVE))
    return page[: found.start()] if found else page


def _paper(where: str, above: str, page: str) -> Paper | Reject:
    submitted = _SUBMITTED.match(page)
    title, authors, abstract, fields = _parts(page[submitted.end() if submitted else 0 :])
    own = max(_OWN_ID.finditer(above), key=re.Match.start, default=None)
    told = [own[1] if own else "", fields.get("Cite as", "").partition(" (")[0]]
    version = _VERSION.search(submitted[2]) if submitted else None
    names, cut = _authors(authors)
    said_of_it = " ".join(
        (above[own.end() :] if own else "", authors, fields.get("Comments", ""), abstract[:300])
    )
    said = {"version": int(version[1])} if version and int(version[1]) else {}
    return paper(
        where,
        title,
        abstract,
        ids=[*map(identifiers.arxiv, told), _doi(fields)],
        resolve=latex.plain,
        authors=names,
        n_authors=len(names) + cut if cut else None,
        published=_dates.iso(submitted[1]) if submitted else "",
        categories=tuple(dict.fromkeys(_CATEGORY.findall(fields.get("Subjects", "")))),
        venue=readable(
            fields.get("Journal reference") or fields.get("Journal ref") or fields.get("Comments") or ""
        ),
        withdrawn=bool(_WITHDRAWN.search(said_of_it)),
        **said,
    )


def _parts(page: str) -> tuple[str, str, str, dict[str, str]]:
    """Title, authors, abstract and the fields below them, of a page from its title on."""
    start = page.find("Title:")
    by = page.find("Authors:", start, start + BETWEEN) if start >= 0 else -1
    told = page.find("Abstract:", max(by, start, 0))
    if start < 0:
        return "", "", "", {}
    ends = [at for at in (by, told) if at >= 0]
    title = page[start + len("Title:") : min(ends, default=len(page))]
    authors = page[by + len("Authors:") : told if told >= 0 else len(page)] if by >= 0 else ""
    below = page[told + len("Abstract:") :] if told >= 0 else ""
    start = _below_abstract(below)
    pieces = _FIELD.split(below[start:])
    labels = [one or other for one, other in zip(pieces[1::3], pieces[2::3], strict=True)]
    fields = {label: value.strip() for label, value in reversed(list(zip(labels, pieces[3::3], strict=True)))}
    return title, authors, below[:start], fields


def _below_abstract(text: str) -> int:
    """Where the fields begin; `Comments:` may be a word of the abstract, but not the last one above the subjects."""
    subjects = text.find(" Subjects:")
    if subjects >= 0:
        comments = text.rfind(" Comments:", 0, subjects)
        return comments if comments >= 0 else subjects
    found = next((one for one in _FIELD.finditer(text) if one[1] != "Comments"), None)
    return found.start() if found else len(text)


def _doi(fields: dict[str, str]) -> identifiers.Id | None:
    """The publisher's, not the one that arXiv gives every paper."""
    words = (fields.get("Related DOI") or fields.get("DOI") or "").split()
    return identifiers.doi(words[0]) if words else None


def _authors(text: str) -> tuple[tuple[str, ...], int]:
    """The names, and how many more there are."""
    button = _BUTTONS.search(text)
    text = text[: button.start()] if button else text
    others = _OTHERS.search(text)
    text = latex.plain(text[: others.start()] if others else text)
    return _names.known(re.sub(r"\s*\([^()]*\)", "", text).split(",")), int(others[1]) if others else 0
