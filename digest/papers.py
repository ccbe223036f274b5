"""What a dump says of one paper, and the text that everything after reads: rules, keys, cards.

A `Paper` is immutable and holds *readable* text: control characters gone, white space folded, resolved once,
here, on reading. Where that changed more than white space the words as they stood are kept beside it in `original`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from digest.identifiers import Id
from digest.markup import latex

RAW_KEPT = 200  # characters of a reject: enough to find it by hand, too few to fill the store
LONGEST_LINK = 2_000  # characters; browsers take no more
LONGEST_TITLE = 2_000  # characters; the longest title that arXiv has is under 500
LONGEST_ABSTRACT = 200_000  # characters: a thesis in the wrong field, or an attack on whoever renders it


class Paper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record of a dump."""

    where: str  # "line 8123", "record 17": enough to find it by hand
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    n_authors: int | None = None  # where a dump tells only their number, or cuts the list
    org: str = ""
    venue: str = ""  # journal, conference, or what the authors say of it
    categories: tuple[str, ...] = ()  # the first is the primary one
    published: str = ""  # ISO 8601, as precise as the dump: "2019", "2019-10", "2019-10-21"
    comments: int | None = None  # 0 is a value; None: not told
    upvotes: int | None = None
    links: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()  # the record's own strong ids, "arxiv:2401.00001"; never from running text
    version: int | None = None
    withdrawn: bool = False
    original: dict[str, str] = {}  # field → its words as they stood, where they were not readable as such
    format: str = ""  # of the dump that said it
    pruned: bool = False  # it had an abstract, which was dropped for its age


def without_abstract(paper: Paper) -> Paper:
    """The same, pruned; what has no abstract stays as it is."""
    if not paper.abstract:
        return paper
    original = {field: words for field, words in paper.original.items() if field != "abstract"}
    return msgspec.structs.replace(paper, abstract="", original=original, pruned=True)


class Reject(msgspec.Struct, frozen=True):
    """A record that could not be read: a value, so that nothing disappears."""

    where: str
    reason: str
    raw: str  # its first RAW_KEPT characters


# C0 and C1 controls, soft hyphen, zero-width characters, bidirectional controls, tags, the byte-order mark, and what
# XML 1.0 forbids besides (lone surrogates), and what Unicode says is no character: none can be seen, all can deceive or
# break a feed.
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    f"\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f{_NO_CHARACTERS}]"
)
# Four marks on a letter are more than any language writes; forty cover the lines above.
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARK}{{4}}){_MARK}+")


def readable(text: str) -> str:
    """The text on one line, composed (NFC), without what cannot be seen."""
    # Text that can be printed has no white space but spaces, and nothing that cannot be seen but this one character.
    is_so = text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]
    line = text if is_so else " ".join(text.split())
    if not line.isprintable() or "\u034f" in line:
        line = " ".join(_INVISIBLE.sub("", line).split())
    return line if line.isascii() else _PILE.sub(r"\1", unicodedata.normalize("NFC", line))


def paper(
    where: str,
    title: str,
    abstract: str = "",
    *,
    ids: Iterable[Id | None] = (),
    resolve: Callable[[str], str] = latex.plain,
    **fields: Any,
) -> Paper | Reject:
    """A paper out of a record's fields, or the reason why it is none: the one way that every format takes.

    `resolve` makes title and abstract plain words before they become `readable` (latex.plain, markup.words). Of each
    kind of id the first counts, and the first version that an id tells is the paper's unless `version` is given.
    """
    words, of_title = _said(title, resolve)
    summary, of_abstract = _said(abstract, resolve)
    if not any(map(str.isalnum, words)):
        return reject(where, "it has no title", f"{title} {abstract}")
    if len(words) > LONGEST_TITLE:
        return reject(where, f"its title has {len(words):,} characters (at most {LONGEST_TITLE:,})", title)
    if len(summary) > LONGEST_ABSTRACT:
        return reject(
            where, f"its abstract has {len(summary):,} characters (at most {LONGEST_ABSTRACT:,})", words
        )
    told = [one for one in ids if one]
    kinds = {one.key.partition(":")[0]: one.key for one in reversed(told)} if told[1:] else {}
    if "version" not in fields:
        fields["version"] = next((one.version for one in told if one.version), None)
    if "links" in fields:
        fields["links"] = tuple(dict.fromkeys(map(_web, fields["links"])))
    if of_title or of_abstract:
        original = {"title": of_title, "abstract": of_abstract}
        fields["original"] = {field: raw for field, raw in original.items() if raw}
    return Paper(
        where=where,
        title=words,
        abstract=summary,
        ids=tuple(sorted(kinds.values())) or tuple(one.key for one in told),
        **fields,
    )


def _web(link: str) -> str:
    """A web address with its scheme in small letters: `HTTP://` is no other, but those who show it compare."""
    return link if link.startswith(("http://", "https://")) else link[:8].lower() + link[8:]


def _said(raw: str, resolve: Callable[[str], str]) -> tuple[str, str]:
    """The readable words, and the raw ones if more than white space tells them apart."""
    plain = resolve(raw)
    if plain is raw and (line := _plain_line(raw)) is not None:
        return line, ""
    line = " ".join(raw.split())
    words = readable(plain)
    return words, raw if words != line else ""


def _plain_line(raw: str) -> str | None:
    """The text on one line, if that takes no more than joining its lines; 0.6 µs in place of 4 for an abstract."""
    line = raw.strip().replace("\n", " ")
    return line if line.isascii() and line.isprintable() and "  " not in line else None


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
    link = link[:LONGEST_LINK]
    while link and link[-1] in _AFTER_A_LINK:
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            return link
        link = link[:-1]
    return link
