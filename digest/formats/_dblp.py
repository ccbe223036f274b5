"""What DBLP's XML and JSON mean, once their syntax is gone."""

import re
from typing import NamedTuple

from digest import identifiers, markup
from digest.formats import _dates, _links, _names
from digest.papers import Paper, Reject, paper, readable

_HOMONYM = re.compile(r"\s+\d{4}$")  # `Wei Wang 0005`: the fifth person of that name
# The publishers' own resolvers, in links to papers of before 2015.
_RESOLVER = re.compile(
    r"https?://doi\.(?:acm\.org|ieeecomputersociety\.org|ieeecs\.org)/(10\..*)", re.IGNORECASE
)


class Record(NamedTuple):
    """The fields of a record, as they stand in it."""

    key: str
    title: str
    people: tuple[str, ...] = ()
    venue: str = ""
    volume: str = ""
    year: str = ""
    month: str = ""
    doi: str = ""
    links: tuple[str, ...] = ()  # `ee`: electronic editions, of this very paper
    kind: str = ""  # publtype, or the type that the search tells


def is_homepage(key: str, title: str) -> bool:
    """Whether it is a person's page and no publication."""
    return key.startswith("homepages/") or readable(title).rstrip(".") == "Home Page"


def made(where: str, record: Record) -> Paper | Reject:
    """The paper that a record is about."""
    ids = [identifiers.dblp(record.key), _arxiv(record), identifiers.doi(record.doi)]
    return paper(
        where,
        _without_stop(record.title),
        ids=[*ids, *map(_of_link, record.links)],
        resolve=markup.words,
        authors=_names.known(_HOMONYM.sub("", readable(markup.plain(name))) for name in record.people),
        venue=readable(markup.plain(record.venue)),
        published=_dates.ymd(record.year.strip(), record.month),
        links=_links.own(record.links),
        withdrawn="withdrawn" in record.kind.lower(),
    )


def _of_link(url: str) -> identifiers.Id | None:
    found = _RESOLVER.match(url)
    return identifiers.doi(found[1]) if found else identifiers.of_link(url)


def _arxiv(record: Record) -> identifiers.Id | None:
    if record.venue.strip().lower() != "corr":
        return None
    return identifiers.arxiv(record.volume.strip().removeprefix("abs/"))


def _without_stop(title: str) -> str:
    """Every title of DBLP ends in a full stop, unless it ends in another sign."""
    title = title.rstrip()
    return title[:-1] if title.endswith(".") and not title.endswith("..") else title
