"""Papers of Semantic Scholar that a search finds, by the day of publication
(api.semanticscholar.org/api-docs/graph, Paper bulk search).

    [sources.s2]
    semantic_scholar = 'pruning | quantization | "knowledge distillation"'   # + and, | or, - not, "…", prefix*, ( )
    key_file = "s2.key"                                                      # or the variable DIGEST_KEY_S2

The search looks at titles and abstracts. With a key, free on request, one question a second is answered; without one
all the world shares a pool, which mostly answers 429. A page has up to 1,000 papers and a `token` for the next one;
`total` is an estimate, so it announces nothing: whether all came is told by the pages, the last of which has no token.
A paper whose day is not known counts as of 1 January: no window brings it but that one. arXiv's papers come a day
late, others later: so many days are asked for again at each visit.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from digest import values
from digest.errors import SourceError
from digest.sources import Brought, Reached, _pages, _window

if TYPE_CHECKING:
    from digest.fetching.web import Web

# What formats/semantic_scholar.py reads; `paperId` comes unasked.
FIELDS = (
    "title,abstract,externalIds,corpusId,url,authors,venue,publicationVenue,journal,fieldsOfStudy,s2FieldsOfStudy,"
    "publicationDate,year,openAccessPdf"
)

KEYED = True  # what `key_file` names goes with each question


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`semantic_scholar`: a query; `reach_back`: how far the first visit looks back; `overlap`: what each visit asks
    for again.
    """

    semantic_scholar: str
    reach_back: str = "7 days"
    overlap: str = "7 days"
    address: str = "https://api.semanticscholar.org/graph/v1/paper/search/bulk"

    def __post_init__(self) -> None:
        values.page(self.address)
        _window.days(self.reach_back)
        _window.days(self.overlap)
        if not self.semantic_scholar.strip():
            raise ValueError("semantic_scholar: a query is needed, such as 'pruning | quantization'")


class _Answer(msgspec.Struct):
    data: list[msgspec.Raw]
    token: str | None = None


_answers = msgspec.json.Decoder(_Answer)


def visit(options: Options, reached: Reached, web: "Web", now: datetime) -> Iterator[Brought]:
    """The papers of the days that were not read, and of some before them."""
    days = _window.window(reached, _window.days(options.reach_back), _window.days(options.overlap), now)
    asked = {
        "query": options.semantic_scholar,
        "publicationDateOrYear": f"{days.first}:{days.last}",
        "fields": FIELDS,
    }
    headers = {"x-api-key": web.key} if web.key else {}

    def ask(token: str) -> _pages.Page:
        more = {"token": token} if token else {}
        answer = web.get(_pages.address(options.address, asked | more), headers)
        said = _pages.decoded(_answers, answer, "Semantic Scholar")
        if said.token and not said.data:
            raise SourceError("the page is empty, though more are said to follow")
        return _pages.Page(answer.body, len(said.data), None, said.token or "")

    yield from _pages.bring("semantic scholar", days, "", ask)


def following(_options: Options, _reached: Reached, now: datetime) -> datetime:
    """When the next day is over."""
    return _window.following(now)
