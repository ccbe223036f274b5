"""What the catalogues in JSON (OpenAlex, Crossref, Semantic Scholar …) have in common: their answers come whole, or as
the list inside them, or one record or one whole answer a line; and their links are half ids.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from digest import markup
from digest.formats import _json
from digest.identifiers import Id, of_link
from digest.papers import Paper, Reject, readable, reject

Mend = Callable[[bytes], bytes | None]  # a record that is cut off → what of it can be used


def papers(
    dump: BinaryIO, make: _json.Make, *envelopes: str, mend: Mend | None = None
) -> Iterator[Paper | Reject]:
    """What `make` makes of each record. `envelopes` are the paths at which an answer holds its records, or its one
    record: `message.items`, `message`. Without any of them a document, an element of its list, a line is a record.
    """
    paths = ("", "[]", *(f"{path}[]" for path in envelopes))
    for where, raw in _json.records(dump, *paths):
        try:
            record = _decoded(raw, mend)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            yield reject(where, f"it is not JSON: {error}", raw[:1000].decode("utf-8", "replace"))
            continue
        for place, one in _inside(where, record, envelopes, 2):
            if not isinstance(one, dict):
                yield reject(place, "it is no JSON object", raw[:1000].decode("utf-8", "replace"))
            elif made := make(place, one):
                yield made


def _decoded(raw: bytes, mend: Mend | None) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        mended = mend(raw) if mend else None
        if mended is None:
            raise
        return msgspec.json.decode(mended)


def _inside(
    where: str, record: object, envelopes: tuple[str, ...], deep: int
) -> Iterator[tuple[str, object]]:
    """The records in an answer, or the one that it is; null, which stands for an unknown id, is none."""
    for path in envelopes if deep else ():
        found = _json.at(record, *path.split("."))
        if isinstance(found, dict):
            record = found
            break
        if isinstance(found, list):
            for number, one in enumerate(found, start=1):
                if one is not None:
                    yield from _inside(f"{where}, item {number}", one, envelopes, deep - 1)
            return
    yield where, record


def words(text: str) -> str:
    """Readable words of a field that may hold entities and tags."""
    return readable(markup.plain(text))


def first(*texts: str) -> str:
    """The first of these that has words, as words."""
    return next((said for text in texts if (said := words(text))), "")


def each(texts: Iterable[str]) -> tuple[str, ...]:
    """The words of each of these that has any, each once."""
    return tuple(dict.fromkeys(said for text in texts if (said := words(text))))


# Pages that can be made from an id.
_MADE = re.compile(
    r"https?://(?:(?:dx\.|www\.)?doi\.org|(?:www\.|export\.)?arxiv\.org/(?:abs|pdf))/", re.IGNORECASE
)


def web(*urls: str) -> tuple[str, ...]:
    """The web addresses among these, each once; what can be made from an id only where there is nothing else."""
    told = [link for link in each(urls) if link.startswith(("http://", "https://")) and " " not in link]
    return tuple(link for link in told if not _MADE.match(link)) or tuple(told[:1])


def ids_of(*urls: str) -> list[Id]:
    """The ids in addresses of the paper's own pages. Semantic Scholar's page is nobody's key: its id changes."""
    return [one for url in urls if (one := of_link(url)) and not one.key.startswith("s2sha:")]


# As publishers change the title of what they took back: `RETRACTED ARTICLE: …`. `Retraction: …` is the notice of it.
_TAKEN_BACK = re.compile(r"\W*(?:RETRACTED|WITHDRAWN)(?: (?:ARTICLE|CHAPTER|PAPER))?\s*[:\]–—-]")


def taken_back(title: str) -> bool:
    """Whether the title itself says that this paper was withdrawn or retracted."""
    return bool(_TAKEN_BACK.match(words(title)))


def with_subtitle(title: str, subtitle: str) -> str:
    """Both in one line, unless the title has it already."""
    if not subtitle.strip() or not title.strip() or subtitle.strip().lower() in title.lower():
        return title
    return f"{title.rstrip().removesuffix(':')}: {subtitle.strip()}"
