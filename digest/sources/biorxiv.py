"""Preprints of bioRxiv or medRxiv by the day of posting (api.biorxiv.org/details/medrxiv/help).

    [sources.biorxiv]
    biorxiv  = "biorxiv"           # or "medrxiv"
    category = "neuroscience"      # default: all

A row is a version of a preprint, so one of an older preprint comes too. A page has 100 rows by the help and 30 by
what was seen; the cursor counts rows, and one out of step is not refused: it moves on by what a page really has.
Numbers come as numbers or as words. Where there is nothing the status is `no posts found`; under load HTML comes,
which is an error.

`total` counts the versions of the window, some of which never come: 22 of 212 (nicholasmfraser/rbiorxiv#2) or 31 of
thousands (ropensci/medrxivr#19) were missing when the pages ended. So that many may be missing, and an eighth at most;
what comes late is still brought by the overlap. If more are missing the window was not read.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import msgspec

from digest import values
from digest.errors import SourceError
from digest.sources import Brought, Reached, _pages, _window

if TYPE_CHECKING:
    from digest.fetching.web import Web

UNSERVED = 31  # rows
FULL = 30  # rows of a page at least, unless it is the last one
NOTHING = "no posts found"
_CATEGORY = re.compile(r"[A-Za-z][A-Za-z ,_-]{1,60}")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`biorxiv`: which server; `category`: one of its subjects; `reach_back`: how far the first visit looks back;
    `overlap`: what each visit asks for again.
    """

    biorxiv: Literal["biorxiv", "medrxiv"]
    category: str = ""
    reach_back: str = "7 days"
    overlap: str = "3 days"
    address: str = "https://api.biorxiv.org/details"

    def __post_init__(self) -> None:
        values.page(self.address)
        _window.days(self.reach_back)
        _window.days(self.overlap)
        if self.category and not _CATEGORY.fullmatch(self.category):
            raise ValueError(
                f"category: {self.category!r} is no subject such as 'neuroscience' or 'cell biology'"
            )


class _Message(msgspec.Struct):
    status: str
    total: int | None = None


class _Answer(msgspec.Struct):
    messages: list[_Message]
    collection: list[msgspec.Raw] = []


_answers = msgspec.json.Decoder(_Answer, strict=False)


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """The versions of the days that were not read, and of some before them."""
    days = _window.window(reached, _window.days(options.reach_back), _window.days(options.overlap), now)
    folder = f"{options.address}/{options.biorxiv}/{days.first}/{days.last}"
    asked = f"?category={quote(options.category.replace(' ', '_'))}" if options.category else ""

    def ask(cursor: str) -> _pages.Page:
        answer = web.get(f"{folder}/{cursor}/json{asked}")
        said = _pages.decoded(_answers, answer, options.biorxiv)
        total = _total(said.messages)
        rows = len(said.collection)
        return _pages.Page(answer.body, rows, total, str(int(cursor) + rows) if rows else "")

    yield from _pages.bring(options.biorxiv, days, "0", ask, FULL, UNSERVED)


def following(_options: Options, _reached: Reached, now: datetime) -> datetime:
    """When the next day is over."""
    return _window.following(now)


def _total(messages: list[_Message]) -> int | None:
    """How many versions there are, as far as it is told; SourceError if something else is told."""
    status = messages[0].status if messages else "nothing"
    if status.lower() not in {"ok", NOTHING}:
        raise SourceError(f"what came is no list of preprints; it says {status[:100]!r}")
    return messages[0].total
