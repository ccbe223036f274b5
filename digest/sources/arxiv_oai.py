"""arXiv's metadata by OAI-PMH: all that is new or was changed in a set (info.arxiv.org/help/oa).

    [sources.cs]
    arxiv_oai = "cs"          # or "cs:cs:LG", one category; "physics:hep-th"; "all"
    reach_back = "7 days"     # how far the first visit looks back

Dates are those of a record's last change, whole days in UTC: a change of an old paper brings it too. So the next
harvest begins a day before the day of the first answer to the last one, and `until` is not set, both as arXiv advises.
A list comes in pages; a page's resumption token leads to the next one, is remembered with the page, and stands for all
that was asked for. An answer without a record is an error, `noRecordsMatch`; errors come with status 200 (arXiv/oaipmh,
oaipmh/factory.py). The first byte of a page takes up to three minutes: nobody shall ask again sooner. The new papers of
an evening are there at 22:30 Eastern time.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import msgspec

from digest import values
from digest.errors import SourceError
from digest.sources import Brought, Part, Reached, _arxiv, _window, first_asked
from digest.sources._window import UPTO

if TYPE_CHECKING:
    from digest.fetching.web import Web

ALL = "all"  # in place of a set
MOST = 500  # pages of a visit: the next one goes on from there
LONGEST_TOKEN = 2_000  # characters; arXiv's have 100
EARLIEST = 1991  # arXiv's first year
OVERLAP = timedelta(days=1)  # an answer knows a part of its own day only
NEXT = "next"  # the token of the page that comes next; empty: the last harvest came to its end
BEGAN = "began"  # the day of the first answer of the harvest that the token is of

_SET = re.compile(r"[a-z-]{2,20}(?::[a-z-]{2,20}(?::[A-Za-z-]{2,20})?)?")
# No tag has more than 300 signs, or looking for its end again and again takes hours.
_DAY = re.compile(rb"<(?:\w{1,20}:)?responseDate\b[^<>]{0,300}>\s{0,99}(\d{4}-\d\d-\d\d)")
_TOKEN = re.compile(rb"<(?:\w{1,20}:)?resumptionToken\b[^<>]{0,300}(?<!/)>([^<]*)</")
_ERROR = re.compile(
    rb"<(?:\w{1,20}:)?error\b[^<>]{0,99}?\bcode\s{0,9}=\s{0,9}[\"']([^\"'<>]{0,99})[\"'][^<>]{0,300}>([^<]{0,2000})"
)
_RECORD = re.compile(rb"<(?:\w{1,20}:)?record\b")
_END = re.compile(rb"</(?:\w{1,20}:)?OAI-PMH\s{0,99}>\Z")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`arxiv_oai`: the set, or `all`; `reach_back`: how far the first visit looks back; `holidays`: days without
    announcements beside those known.
    """

    arxiv_oai: str
    reach_back: str = "7 days"
    holidays: tuple[str, ...] = ()
    address: str = "https://oaipmh.arxiv.org/oai"

    def __post_init__(self) -> None:
        values.page(self.address)
        _window.days(self.reach_back)
        _arxiv.holidays(self.holidays)
        if not _SET.fullmatch(self.arxiv_oai):
            raise ValueError(
                f"arxiv_oai: {self.arxiv_oai!r} is no set of arXiv such as 'cs', 'cs:cs:LG' or 'physics:hep-th'; "
                "'all' is everything"
            )


class _Page(NamedTuple):
    """What a page says of itself."""

    day: str  # when it was answered, in UTC
    token: str  # of the next page; empty: this is the last one
    body: Path | None  # None: there are no records on it


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """What changed since the last harvest, after the rest of one that was interrupted."""
    newest = _arxiv.announcement(now, _arxiv.holidays(options.holidays))
    today, upto = now.astimezone(UTC).date().isoformat(), reached.get(UPTO, "")
    if page := _left(options, reached, web):
        upto = reached.get(BEGAN, "")
        yield from _harvest(options, web, page, upto, newest)
        if upto >= today:
            return
    page = _page(options, web, _question(options, upto, first_asked(reached, now)))
    yield from _harvest(options, web, page, max(upto, min(page.day, today)), newest)


def following(options: Options, _reached: Reached, now: datetime) -> datetime:
    """With the feeds of the next announcement, which has been here for two hours then."""
    return _arxiv.following(now, _arxiv.holidays(options.holidays))


def _left(options: Options, reached: Reached, web: "Web") -> _Page | None:
    """The page at which a harvest was interrupted; None: there was none, or its token is of no use any more, which
    costs time, for the harvest begins again, but no paper.
    """
    token = reached.get(NEXT)
    if not token:
        return None
    try:
        return _page(options, web, {"resumptionToken": token})
    except SourceError as error:
        if error.again:
            raise
        return None


def _question(options: Options, upto: str, began: datetime) -> dict[str, str]:
    if upto:
        since = date.fromisoformat(upto) - OVERLAP
    else:
        since = began.astimezone(UTC).date() - _window.days(options.reach_back)
    asked = {"metadataPrefix": "arXiv", "from": since.isoformat()}
    return asked if options.arxiv_oai == ALL else asked | {"set": options.arxiv_oai}


def _harvest(options: Options, web: "Web", page: _Page, began: str, part: Part) -> Iterator[Brought]:
    """This page and those after it; with the last one the harvest counts as done."""
    tokens: set[str] = set()
    while page.token not in tokens:
        if len(tokens) == MOST:
            raise SourceError(f"{MOST:,} pages came, and there are more: the next visit goes on from there")
        tokens.add(page.token)
        reached = {NEXT: page.token, BEGAN: began} if page.token else {NEXT: "", BEGAN: "", UPTO: began}
        yield Brought(part, f"harvest of {began}, page {len(tokens)}", page.body, reached)
        if not page.token:
            return
        page = _page(options, web, {"resumptionToken": page.token})
    yield Brought(part, f"harvest of {began}, page {len(tokens) + 1}", page.body, {NEXT: "", BEGAN: ""})
    raise SourceError(f"after {len(tokens) + 1} pages the server leads in a circle, to {page.token[:200]!r}")


def _page(options: Options, web: "Web", asked: dict[str, str]) -> _Page:
    """A page; SourceError if it is an error or something else."""
    url = f"{options.address}?{urlencode({'verb': 'ListRecords'} | asked)}"
    answer = web.get(url, lane=_arxiv.LANE, also=frozenset({400, 404, 422}))
    data = answer.body.read_bytes() if answer.body else b""
    day, has_records = _DAY.search(data), bool(_RECORD.search(data))
    if not day:
        raise SourceError(
            f"what came is no answer of OAI-PMH (status {answer.status}): see whether the address is right"
        )
    if not _END.search(data.rstrip()[-300:]):
        raise SourceError(f"the page of {len(data):,} bytes is cut off")
    if not has_records and (error := _ERROR.search(data)) and error[1] != b"noRecordsMatch":
        raise SourceError(f"the server answers with an error, {_told(error)}")
    tokens = _TOKEN.findall(data)
    token = unescape(tokens[-1].decode("utf-8", "replace")).strip() if tokens else ""
    if len(token) > LONGEST_TOKEN:
        raise SourceError(
            f"the token of the next page has {len(token):,} characters, {LONGEST_TOKEN:,} at most"
        )
    return _Page(_day(day[1].decode("ascii")), token, answer.body if has_records else None)


def _day(said: str) -> str:
    """The day of an answer, so that one that is in no calendar is not remembered."""
    try:
        day = date.fromisoformat(said)
    except ValueError as error:
        raise SourceError(f"the answer is of {said}, which is no day") from error
    if day.year < EARLIEST:
        raise SourceError(f"the answer is of {said}: the server's clock is wrong")
    return said


def _told(error: re.Match[bytes]) -> str:
    """The code of an error, and its words."""
    said = ": ".join(part.decode("utf-8", "replace") for part in error.groups(b"") if part.strip())
    return " ".join(unescape(said).split())[:300]
