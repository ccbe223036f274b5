"""A document at an address of the web: a feed, a list, an export that somebody keeps up to date.

[sources.journal]
url = "https://journal.example.org/feed.xml"
every = "1 hour"          # how often it is asked for
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from digest import values
from digest.sources import Brought, Part, Reached

if TYPE_CHECKING:
    from digest.fetching.web import Web


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`url`: the address; `every`: how often it is asked for."""

    url: str
    every: str = "1 hour"

    def __post_init__(self) -> None:
        values.page(self.url)
        if not values.duration(self.every):
            raise ValueError("every: once a minute at most, such as '1 min'")


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """The document, unless the server says that it has not changed."""
    from digest.fetching.web import CONDITIONS

    answer = web.get(options.url, {name: reached[name] for name in CONDITIONS if reached.get(name)})
    origin = options.url.partition("?")[0]  # what stands behind it may be a key, and readers see this
    if answer.body is None:
        yield Brought(Part(unchanged=True), origin)
    else:
        yield Brought(Part(), origin, answer.body, answer.condition)


def following(options: Options, _reached: Reached, now: datetime) -> datetime:
    """After a while."""
    return now + values.duration(options.every)
