"""Works of OpenAlex by the day of publication (developers.openalex.org/api-reference/works).

    [sources.openalex]
    openalex = "primary_topic.id:T10036,type:article|preprint"   # its filter; the days are added
    search   = "kites"                                           # its full-text search; one of the two is enough
    key_file = "openalex.key"                                    # or the variable DIGEST_KEY_OPENALEX

The key is free (openalex.org/settings/api) and needed: without one a tenth of its budget is left, and since October
2026 the paging that brings whole lists answers 401. With it 10,000 pages by filter or 1,000 by search a day cost
nothing (…/api-reference/authentication); a page has 100 works at most (…/guides/page-through-results).

The day on which OpenAlex took a work in can be asked for by paid plans only (…/guides/sync): with another one it
answers 429, `Plan upgrade required`. So the day of publication is asked for, and many days again at each visit, for
arXiv's papers come two days late and others weeks. Front matter and tables of contents (`is_paratext`) are left out.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from digest import values
from digest.errors import SourceError
from digest.sources import Brought, Reached, _pages, _window

if TYPE_CHECKING:
    from digest.fetching.web import Answer, Web

PAGE = 100  # works: the most that is given at once
LATER = timedelta(minutes=10)  # after a 429 that does not say how long
KEY = (
    "get a free key at openalex.org/settings/api and name its file in key_file; "
    "what only paid plans may ask for, such as from_created_date, take out of the filter"
)
_FILTER = re.compile(r"[\w.-]+:[^,]+(?:,[\w.-]+:[^,]+)*")
_PLAN = re.compile(rb"plan upgrade", re.IGNORECASE)
KEYED = True  # what `key_file` names goes with each question


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`openalex`: a filter; `search`: words; `reach_back`: how far the first visit looks back; `overlap`: what each
    visit asks for again.
    """

    openalex: str
    search: str = ""
    reach_back: str = "7 days"
    overlap: str = "7 days"
    address: str = "https://api.openalex.org/works"

    def __post_init__(self) -> None:
        values.page(self.address)
        _window.days(self.reach_back)
        _window.days(self.overlap)
        if self.openalex and not _FILTER.fullmatch(self.openalex):
            raise ValueError(
                f"openalex: {self.openalex!r} is no filter of OpenAlex such as 'primary_topic.id:T10036'"
            )
        if "publication_date:" in self.openalex:
            raise ValueError("openalex: the days of publication are added to the filter: take yours out")
        if not self.openalex and not self.search.strip():
            raise ValueError("openalex: a filter or a search is needed, or all works of the world come")


class _Meta(msgspec.Struct):
    count: int
    next_cursor: str | None = None


class _Answer(msgspec.Struct):
    meta: _Meta
    results: list[msgspec.Raw]


_answers = msgspec.json.Decoder(_Answer)


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """The works of the days that were not read, and of some before them."""
    days = _window.window(reached, _window.days(options.reach_back), _window.days(options.overlap), now)
    asked = {"filter": _filter(options, days), "per_page": str(PAGE)}
    if options.search.strip():
        asked["search"] = options.search
    if web.key:
        asked["api_key"] = web.key

    def ask(cursor: str) -> _pages.Page:
        url = _pages.address(options.address, asked | {"cursor": cursor})
        answer = web.get(url, also=frozenset({401, 429}))
        if answer.status != 200:
            raise _refused(answer, has_key=bool(web.key))
        said = _pages.decoded(_answers, answer, "OpenAlex")
        return _pages.Page(answer.body, len(said.results), said.meta.count, said.meta.next_cursor or "")

    yield from _pages.bring("openalex", days, "*", ask, PAGE)


def following(_options: Options, _reached: Reached, now: datetime) -> datetime:
    """When the next day is over."""
    return _window.following(now)


def _filter(options: Options, days: _window.Window) -> str:
    front = "" if "is_paratext:" in options.openalex else "is_paratext:false"
    dates = f"from_publication_date:{days.first},to_publication_date:{days.last}"
    return ",".join(filter(None, (options.openalex, front, dates)))


def _refused(answer: "Answer", *, has_key: bool) -> SourceError:
    """What to do: no waiting helps where a key is missing, and with one a build by hand may try at once."""
    said = answer.body.read_bytes() if answer.body else b""
    if answer.status == 401:
        return SourceError(f"it refuses the key: {KEY}" if has_key else f"it wants a key: {KEY}")
    if _PLAN.search(said):
        return SourceError(f"it answers 429, Plan upgrade required: {KEY}")
    waits = (answer.headers.get(name, "") for name in ("retry-after", "x-ratelimit-reset"))
    wait = next((timedelta(seconds=int(one[:9])) for one in waits if one.isdecimal()), LATER)
    return SourceError("it answers 429: its budget of the day is used up", min(wait, timedelta(days=1)))
