"""Papers as blocks of labelled lines, as small programs and people write them:

    Title: Kites at Dawn
    PDF: https://arxiv.org/pdf/2401.00001
    Summary: We fly kites …
    ---

The labels are those below, in any order and letter case, with or without bullets, numbers and Markdown's bold. A value
goes on over the lines that have no label. A block ends at a line of `---`, `===` or `***`, at the next `Title:` or
whichever label the first block began with, or, below a blank line, where a label comes again.

Traps: a summary is the abstract where there is none that is called so. Lines of labels that are not known are left out,
not added to the abstract above them. Words above the first label are no record.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers
from digest.formats import _dates, _names, _text
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import Paper, Reject, links_in, paper, readable

GENERIC = True
MAX_VALUE = 300_000  # characters of a value that are kept: more is no abstract

_FIELDS = {
    "title": ("title", "paper title", "article title"),
    "abstract": ("abstract",),
    "summary": ("summary", "description"),
    "authors": ("author", "authors", "author(s)", "by"),
    "link": ("pdf", "pdf url", "pdf link", "url", "link", "links", "paper", "paper url", "paper link", "abs",
             "arxiv url", "arxiv link", "html", "entry id"),
    "code": ("code", "github", "project", "project page", "website", "homepage", "repository", "repo", "code url"),
    "id": ("arxiv", "arxiv id", "arxiv_id", "arxivid", "id", "paper id", "doi", "pmid"),
    "published": ("published", "date", "publication date", "published on", "submitted", "submitted on", "year",
                  "published date"),
    "categories": ("categories", "category", "subjects", "subject", "primary category"),
    "venue": ("journal", "venue", "journal-ref", "journal reference", "conference", "published in"),
}  # fmt: skip
_FIELD_OF = {label: field for field, labels in _FIELDS.items() for label in labels}
_LABEL = re.compile(
    r"\s{0,9}(?:[-*•>]\s{1,3}|#{1,6}\s{1,3}|\d{1,4}[.)]\s{1,3}|\[\d{1,4}\]\s{1,3})?(?:\*\*|__)?"
    r"([A-Za-z][A-Za-z_()\- ]{0,30}?)\s?(?:\*\*|__)?\s?[:：](?:\*\*|__)?(?:\s+(.*)|)$"
)
_RULE = re.compile(r"\s*(?:-{3,}|={3,}|\*{3,}|_{3,}|~{3,}|(?:[-*] ){2,}[-*])\s*")
# YAML before a text, BibTeX, Refer; a software's citation file; a text that shows code.
_ELSEWHERE = re.compile(r"\A\s*(?:---\s*\n|[@%])|^cff-version:|^[ \t]*```", re.MULTILINE)
_PAPERS = re.compile(
    r"arxiv|\b10\.\d{4,9}/|huggingface\.co/papers|openreview\.net|aclanthology|pmid", re.IGNORECASE
)
_WORD = re.compile(r"[A-Za-z][A-Za-z_()\-]*(?: [A-Za-z_()\-]+){0,2}")


def sniff(head: Head) -> bool:
    """A labelled title, and with it an abstract; or authors, an id, a link or a summary of several, or of papers."""
    if head.is_json or head.root or _ELSEWHERE.search(head.text) or "\\\\" in head.lines:
        return False
    fields = [field for line in head.lines[:400] if (field := _field(line))]
    if "title" not in fields or "abstract" in fields:
        return "title" in fields
    beside = {"summary", "authors", "id", "link"} & set(fields)
    if fields.count("title") > 1 and "authors" in beside:
        return True
    return bool(beside) and bool(_PAPERS.search(head.text))


def _field(line: str) -> str:
    found = _LABEL.match(line)
    return _FIELD_OF.get(found[1].strip().lower(), "") if found else ""


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The blocks."""
    block, first = _Block(1), ""
    for line in _text.lines(dump):
        found = _LABEL.match(line.text)
        label = found[1].strip().lower() if found else ""
        if _RULE.fullmatch(line.text) or block.is_over(_FIELD_OF.get(label, ""), first):
            if block.fields:
                yield _paper(block)
            block = _Block(line.number)
        if found and (label in _FIELD_OF or _is_label(found[1])):
            block.begin(_FIELD_OF.get(label, ""), found[2] or "", line.number)
            first = first or _FIELD_OF.get(label, "")
        elif not _RULE.fullmatch(line.text):
            block.go_on(line.text)
    if block.fields:
        yield _paper(block)


def _is_label(words: str) -> bool:
    """Whether it looks as labels do: `Score`, `Published in`, but not the beginning of a sentence."""
    return words[0].isupper() and bool(_WORD.fullmatch(words.strip()))


class _Block:
    """The lines of one record."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.fields: dict[str, list[str]] = {}
        self._size = 0
        self._open = ""
        self._blank = False

    def is_over(self, field: str, first: str) -> bool:
        """Whether this field is the next record's, where records begin with the field `first`."""
        if not field or "title" not in self.fields:
            return False
        return field in {"title", first} or (self._blank and field in self.fields)

    def begin(self, field: str, value: str, line: int) -> None:
        """A line with a label."""
        if not self.fields:
            self.line = line
        self._open, self._blank, self._size = field, False, 0
        if field:
            self.fields.setdefault(field, [])
            self.go_on(value)

    def go_on(self, text: str) -> None:
        """A line without."""
        self._blank = not text.strip()
        self._size += len(text)
        if self._open and not self._blank and self._size <= MAX_VALUE:
            self.fields[self._open].append(text.strip())

    def value(self, field: str, separator: str = " ") -> str:
        """All that was said of a field."""
        return separator.join(self.fields.get(field, []))


def _paper(block: _Block) -> Paper | Reject:
    links = [*links_in(block.value("link")), *links_in(block.value("code"))]
    told = [block.value("id"), *links_in(block.value("link"))]
    ids = [
        one
        for text in told
        for one in (identifiers.arxiv(text), identifiers.doi(text), identifiers.of_link(text))
        if one
    ]
    others = [link for link in links if not identifiers.of_link(link)]
    authors = _authors(block.value("authors", "; " if len(block.fields.get("authors", [])) > 1 else " "))
    return paper(
        f"line {block.line}",
        block.value("title").strip("*_ "),
        block.value("abstract") or block.value("summary"),
        ids=ids,
        resolve=latex.plain,
        authors=authors,
        published=_dates.iso(block.value("published")),
        categories=_listed(block.value("categories")),
        venue=readable(block.value("venue")),
        links=tuple(dict.fromkeys(others or links)),
    )


def _authors(text: str) -> tuple[str, ...]:
    """Names after semicolons, or else commas and `and`; in brackets or not."""
    text = text.strip("[]() ").replace("'", "’" if "', '" not in text else "")
    if ";" in text:
        return _names.listed(text, ";")
    return _names.known(re.sub(r"^and ", "", name.strip()) for name in re.split(r",| and ", text))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            name for one in re.split(r"[,;]|\s+", text.strip("[] ")) if (name := readable(one.strip("'\"")))
        )
    )
