"""What an entry of a feed says, whether XML, broken XML or JSON → a paper.

Journals put into the description what has no place of its own: the citation, the authors, the DOI, a heading
`Abstract`. Paragraph by paragraph it is told from the abstract.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

from digest import identifiers, markup
from digest.formats import _dates, _names, _tagged
from digest.identifiers import Id
from digest.papers import Paper, Reject, paper, readable, reject

MAX_NOTE = 2_000  # characters of a paragraph that may be something else than abstract
LONG = 5_000  # characters: longer is a whole article, and its summary is asked for
SHORT = 100  # characters: no abstract is shorter
SUMMARY = 200  # characters that a summary has at least


@dataclass(slots=True)
class Entry:
    """An entry: its fields as they stand."""

    title: str = ""
    texts: list[str] = field(default_factory=list)  # HTML, of which one is the abstract; the summary last
    authors: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)  # the first that is one counts
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)  # besides the links
    categories: list[str] = field(default_factory=list)
    venue: str = ""


def made(where: str, entry: Entry) -> Paper | Reject:
    """The paper of an entry, or why it is none."""
    notes = _Notes(entry)
    texts = [notes.without(text) for text in entry.texts]
    title = notes.title or entry.title
    if not title.strip():
        return reject(where, "it has no title", " ".join([*entry.texts, *entry.links])[:MAX_NOTE])
    return paper(
        where,
        title,
        notes.abstract or _abstract(texts),
        resolve=_resolved,
        ids=_ids([*entry.ids, *notes.ids, *entry.links], title),
        authors=_authors(entry.authors) or _authors(notes.authors),
        venue=_tagged.words(entry.venue or notes.venue),
        categories=tuple(dict.fromkeys(word for one in entry.categories if (word := _tagged.words(one)))),
        published=next((date for one in [*entry.dates, *notes.dates] if (date := _dates.iso(one[:60]))), ""),
        links=_tagged.links(entry.links),
        withdrawn=_tagged.is_retracted(title),
    )


def _abstract(texts: list[str]) -> str:
    """The longest text; the last, if that is a summary and the longest a whole article."""
    longest = max(texts, key=len, default="")
    if len(longest) > LONG and SUMMARY <= len(texts[-1]) <= LONG:
        return texts[-1]
    return longest


_BEFORE_TITLE = re.compile(r"\s*\[(?:ASAP|Graphical abstract added|arXiv:[^\]]{1,30})\]\s*")
_AFTER_TITLE = re.compile(
    r"\s*\((arXiv:[\w./-]{1,30})(?: ?\[[\w.-]{1,20}\])?(?: UPDATED| CROSS LISTED)?\)\s*$"
)


def _resolved(text: str) -> str:
    """Without markup, and without what feeds put around a title."""
    text = _tagged.resolved(_BEFORE_TITLE.sub("", text, count=1) if text[:60].lstrip()[:1] == "[" else text)
    at = len(text) - 100 if len(text) > 100 else 0
    return text[:at] + _AFTER_TITLE.sub("", text[at:])


# Silverchair's addresses go on behind the DOI: `/doi/10.…/…/1291521/A-title`.
_BEHIND_DOI = re.compile(r"(/doi/10\.\d{4,9}/[^/?#]+)/\d{5,}(?:/[^/]*)?$")
_IN_PATH = re.compile(
    r"https?://[^/]+/(?:articles?/|chapter/|book/)?(10\.\d{4,9}/[^/]+)(?:/full|/abstract)?/?", re.IGNORECASE
)
_HTTP = re.compile(r"https?://", re.IGNORECASE)


def _ids(texts: Iterable[str], title: str) -> Iterator[Id | None]:
    for text in texts:
        if len(text) <= _tagged.MAX_ID:
            yield _id(text.strip())
    if told := _AFTER_TITLE.search(title[-100:]):
        yield identifiers.arxiv(told[1])


def _id(text: str) -> Id | None:
    low = text[:200].lower()
    if _HTTP.match(text):
        if "doi.org/" not in low and "openreview.net/" not in low:
            text = _BEHIND_DOI.sub(r"\1", re.split(r"[?#]", text, maxsplit=1)[0])
        shown = _IN_PATH.fullmatch(text)
        return identifiers.of_link(text) or (identifiers.doi(shown[1]) if shown else None)
    if low.startswith(("10.", "doi", "info:doi", "urn:doi")):
        return identifiers.doi(text)
    if low.startswith(("pmid", "pubmed:")):
        return identifiers.pmid(low.replace("pubmed:", "pmid:"))
    return identifiers.arxiv(text) if "arxiv" in low else identifiers.of_link(text)


_PARAGRAPH = re.compile(r"</?(?:p|br|div|tr|li|h[1-6])\b[^<>]*>", re.IGNORECASE)
# Tags of web pages that papers have no use for, and `plain` does not know.
_PAGE = re.compile(
    r"</?(?:iframe|video|audio|source|picture|svg|path|object|embed|param|form|input|button|label|select|option|nav|header"
    r"|footer|main|aside|details|summary|time|noscript|template|caption|colgroup|col|tfoot|canvas|track|map|area|o:p"
    r"|dfn|ruby|rt|rp|bdo|center|article|section|figure|figcaption|hgroup|address|meta|link|base)\b[^<>]*>",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.?!…]\s*$")
_TAG = re.compile(r"<[^<>]*>")
_HEADING = re.compile(r"(?:graphical )?abstract|summary", re.IGNORECASE)
_AUTHORS = re.compile(r"authors?(?:\(s\))?\s*:\s*(.*)", re.IGNORECASE)
_DATE = re.compile(
    r"(?:publication date|published|date)\s*:\s*(.{4,60})|[\w ]{3,40} [—–] (\d{1,2} \w+ \d{4})", re.IGNORECASE
)
_SOURCE = re.compile(r"source\s*:\s*(.+?)(?:, (?:volume|issue|part)\b.*)?", re.IGNORECASE)
_ISSUE = re.compile(
    r"(.{3,100}?), (?:volume \d+\b|early ?view|ahead of print|accepted article).{0,80}", re.IGNORECASE
)
_DOI = re.compile(r"(?:pmid:? ?\d+ \| )?doi\s*:?\s*(10\.\S+)", re.IGNORECASE)
_ONLINE = re.compile(r"[^;]{0,200}\bPublished online: [^;]{4,40}; ?doi: ?10\.\S+\s*")
_ANNOUNCED = re.compile(r"arXiv:\S{9,30}\s+Announce Type:\s*\S+\s+Abstract:\s*", re.IGNORECASE)
_NAMES = re.compile(r"[^\d;:!?]{3,60}(?:; ?[^\d;:!?]{3,60})+")


class _Notes:
    """What descriptions say besides the abstract."""

    def __init__(self, entry: Entry) -> None:
        self.title = ""
        self.abstract = ""
        self.venue = ""
        self.authors: list[str] = []
        self.dates: list[str] = []
        self.ids: list[str] = []
        self._links = frozenset(link.strip() for link in entry.links)
        self._summary = readable(markup.plain(entry.title[:MAX_NOTE]))

    def without(self, text: str) -> str:
        """What of a description may be abstract; the rest is taken down."""
        if "<" not in text and "&lt;" in text:
            text = unescape(text)
        text = _PAGE.sub(" ", text)
        kept: list[str] = []
        above, told, size = (
            ["", ""],
            False,
            0,
        )  # paragraphs above; whether any was no abstract; length of what is kept
        for part in _PARAGRAPH.split(text):
            words = readable(markup.plain(part)) if len(part) <= MAX_NOTE else "…"
            if announced := _ANNOUNCED.match(part[:200].lstrip()):
                self.abstract = part.lstrip()[announced.end() :]
                told = True
            elif words in self._links:
                told = True
            elif size <= MAX_NOTE and self._is_heading(part):
                kept, told = [], True  # above it stands the citation
            elif words == self._summary and above[1] in self._links:
                self.title, told = above[0], True  # a bot gave its own summary for a title
            elif words and self._is_note(words, above[1], kept):
                told = True
            elif words:
                kept.append(part)
                size += len(part)
            above = [above[1], words] if words else above
        if self.title and kept and not self.abstract:
            self.abstract = kept[-1]
        return self._rest(kept) if told else text

    def _rest(self, kept: list[str]) -> str:
        """What is left when notes were taken; beside a DOI a few words are the name of the journal."""
        rest = "\n".join(kept).strip()
        if self.ids and len(rest) < SHORT and not _SENTENCE.search(_TAG.sub("", rest)):
            self.venue, rest = self.venue or rest, ""
        return rest

    @staticmethod
    def _is_heading(part: str) -> bool:
        return len(part) <= MAX_NOTE and bool(_HEADING.fullmatch(readable(_TAG.sub("", part)).rstrip(":. ")))

    def _is_note(self, words: str, above: str, kept: list[str]) -> bool:
        if online := _ONLINE.match(words):
            kept.append(words[online.end() :])
            return True
        if said := _AUTHORS.fullmatch(words):
            self.authors.append(said[1])
        elif said := _DATE.fullmatch(words):
            self.dates.append(said[1] or said[2])
        elif said := _SOURCE.fullmatch(words):
            self.venue = said[1]
        elif said := _ISSUE.fullmatch(words):
            self.venue = self.venue or said[1]
        elif said := _DOI.fullmatch(words):
            self.ids.append(said[1])
            if _NAMES.fullmatch(above) and kept:  # a card: type and date, names, DOI
                self.authors.append(above)
                kept.pop()
        return bool(said)


_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?){1,5}|[A-Z]{1,3}")
_MAILED = re.compile(r"\s*\S+@\S+\s*\((.*)\)\s*")


def _authors(fields: list[str]) -> tuple[str, ...]:
    return _names.known(name for one in fields for name in _split(one, alone=len(fields) == 1))


def _split(text: str, *, alone: bool) -> list[str]:
    """The names in a field; `Doe, Jane` is one name, `Jane Doe, John Roe` are two."""
    text = markup.plain(text[: 100 * _tagged.MAX_NAME])
    if mailed := _MAILED.fullmatch(text[: _tagged.MAX_NAME]):
        text = mailed[1]
    if ";" in text:
        parts = text.split(";")
    elif re.search(r",\s*\n", text.strip()):
        parts = re.split(r",\s*\n\s*", text)
    else:
        parts = text.split(",")
        if len(parts) % 2 == 0 and all(_INITIALS.fullmatch(part.strip()) for part in parts[1::2]):
            pairs = zip(parts[::2], parts[1::2], strict=True)
            return [_names.joined(first.strip(), last.strip()) for last, first in pairs]
        spaced = [" " in part.strip() for part in parts]
        if (len(parts) == 2 and not all(spaced)) or (len(parts) > 2 and not alone and not spaced[0]):
            return [_names.natural(text[: _tagged.MAX_NAME])]
        parts = [name for part in parts for name in _apart(part)]
    return [_names.natural(part[: _tagged.MAX_NAME]) for part in parts if "@" not in part]


def _apart(text: str) -> list[str]:
    """`Jane Doe and John Roe` → both; `Sandra and Anders Holt` stay together."""
    parts = text.strip().removeprefix("and ").split(" and ")
    return parts if all(" " in part.strip() for part in parts) else [" and ".join(parts)]
