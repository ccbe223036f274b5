"""What a dump says of one paper, and the text that everything after reads: rules, keys, cards.

A `Paper` is immutable and holds *readable* text: control characters gone, white space folded, resolved once,
here, on reading. Where that changed anything the words as they stood are kept beside it in `original`.
"""

import re
import unicodedata

import msgspec

RAW_KEPT = 200  # characters of a reject: enough to find it by hand, too few to fill the store


class Paper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record of a dump."""

    where: str  # "line 8123", "record 17": enough to find it by hand
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    n_authors: int | None = None  # where a dump tells only their number, or cuts the list
    org: str = ""
    published: str = ""  # ISO 8601, as precise as the dump: "2019", "2019-10", "2019-10-21"
    comments: int | None = None  # 0 is a value; None: not told
    upvotes: int | None = None
    links: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()  # the record's own strong ids, "arxiv:2401.00001"; never from running text
    version: int | None = None
    withdrawn: bool = False
    original: dict[str, str] = {}  # field → its words as they stood, where they were not readable as such


class Reject(msgspec.Struct, frozen=True):
    """A record that could not be read: a value, so that nothing disappears."""

    where: str
    reason: str
    raw: str  # its first RAW_KEPT characters


# C0 and C1 controls, soft hyphen, zero-width characters, bidirectional controls, the byte-order mark, and what
# XML 1.0 forbids besides (lone surrogates, U+FFFE, U+FFFF): none can be seen, all can deceive or break a feed.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]"
)


def readable(text: str) -> str:
    """The text on one line, composed (NFC), without what cannot be seen."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", text).split()))


def reject(where: str, reason: str, raw: str) -> Reject:
    """A reject with no more of the raw record than is worth keeping."""
    return Reject(where, reason, readable(raw[: 4 * RAW_KEPT])[:RAW_KEPT])


_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_AFTER_A_LINK = ".,;:!?*_)]’”"


def links_in(text: str) -> tuple[str, ...]:
    """The web addresses in a text, each once, without the punctuation of the sentence around them."""
    found = (_without_tail(match.group()) for match in _LINK.finditer(text))
    return tuple(dict.fromkeys(link for link in found if "://" in link and link.split("://", 1)[1]))


def _without_tail(link: str) -> str:
    while link and link[-1] in _AFTER_A_LINK:
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            return link
        link = link[:-1]
    return link
