"""Windows of days that come page by page, each page telling where the next one begins."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from digest.errors import SourceError
from digest.sources import Brought
from digest.sources._window import Window

if TYPE_CHECKING:
    from digest.fetching.web import Answer

T = TypeVar("T")

MOST = 1_000  # pages of a window: 100,000 records at least, and OpenAlex's free budget of a day


class Page(NamedTuple):
    """A page, and what it says of the list that it is a part of."""

    body: Path | None
    records: int
    total: int | None  # records of all pages, where that is told, and exactly
    following: str  # where the next page begins; empty: there is none


def bring(
    name: str, days: Window, begin: str, ask: Callable[[str], Page], full: int = 0, unserved: int = 0
) -> Iterator[Brought]:
    """The pages of a window, from the one that begins at `begin` to the last. The window counts as read with the last
    one, if as many records came as were announced.

    `full`: so many records has a page at least that is not the last one. `unserved`: so many that are counted, though
    at most an eighth of all, may never come.
    """
    at, seen, total = begin, 0, None
    for number in range(1, MOST + 1):
        title = f"{name} {days.first} to {days.last}, page {number}"
        try:
            page = ask(at)
        except SourceError as error:
            raise SourceError(f"{title}: {error}", error.again) from error
        at, seen, total = page.following, seen + page.records, total if page.total is None else page.total
        # Some servers tell of a next page for ever, and some of fewer records than they have.
        last = not at or not page.records or (total is not None and seen >= total and page.records < full)
        least = total - min(unserved, total // 8) if total else 0
        is_whole = last and seen >= least
        announced = min(seen, total) if is_whole and total is not None else total
        yield Brought(
            msgspec.structs.replace(days.part, announced=announced),
            title,
            page.body if page.records else None,
            days.reached if is_whole else {},
        )
        if last:
            return
    raise SourceError(f"{name} {days.first} to {days.last} has more than {MOST:,} pages: ask for less")


def address(page: str, parameters: dict[str, str]) -> str:
    """The address of a page with its parameters; a key in it looks as the web knows it, which keeps it secret."""
    return f"{page}?{urlencode(parameters, quote_via=quote)}"


def decoded(decoder: "msgspec.json.Decoder[T]", answer: "Answer", who: str) -> T:
    """What a page says; SourceError if it is no answer of theirs: a page of HTML, one that is cut, nothing."""
    try:
        return decoder.decode(answer.body.read_bytes() if answer.body else b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"what came is no answer of {who}: {error}") from error
