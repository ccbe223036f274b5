"""Invented arXiv papers, and what arXiv's services say of them."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

WORDS = (
    "amber",
    "birch",
    "copper",
    "dune",
    "ember",
    "fjord",
    "grove",
    "heron",
    "iris",
    "jade",
    "kelp",
    "lantern",
)


class Item(NamedTuple):
    """A paper as a feed lists it."""

    number: int
    version: int = 1
    announced: str = "new"  # new | cross | replace | replace-cross

    @property
    def id(self) -> str:
        """Its arXiv id."""
        return f"26{1 + self.number // 90_000 % 12:02}.{10_000 + self.number % 90_000}"

    @property
    def title(self) -> str:
        """Its title, which no other has."""
        first, second = divmod(self.number, len(WORDS))
        return f"The {WORDS[second].title()} and the {WORDS[first % len(WORDS)].title()}, Observation {self.number}"


def feed(category: str, day: date, items: Iterable[Item], offset: str = "-0500") -> bytes:
    """arXiv's RSS 2.0 of a category on a day."""
    dated = f"{day:%a, %d %b %Y} 00:00:00 {offset}"
    listed = "".join(
        f"<item><title>{one.title}</title><link>https://arxiv.org/abs/{one.id}</link>"
        f"<description>arXiv:{one.id}v{one.version} Announce Type: {one.announced} \n"
        f"Abstract: We watch number {one.number} closely and tell of it at length, year by year.</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{one.id}v{one.version}</guid><category>{category}</category>'
        f"<pubDate>{dated}</pubDate><arxiv:announce_type>{one.announced}</arxiv:announce_type>"
        "<dc:creator>Ada Quill, Max Moe</dc:creator></item>"
        for one in items
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>'
        f"<title>{category} updates on arXiv.org</title><link>http://rss.arxiv.org/rss/{category}</link>"
        f"<description>{category} updates on the arXiv.org e-print archive.</description>"
        f"<pubDate>{dated}</pubDate>{listed}</channel></rss>"
    ).encode()


def page(
    entries: Iterable[Item], total: int | None = None, start: int = 0, day: date = date(2026, 11, 18)
) -> bytes:
    """A page of arXiv's API."""
    some = list(entries)
    listed = "".join(
        f"<entry><id>http://arxiv.org/abs/{one.id}v{one.version}</id><title>{one.title}</title>"
        f"<updated>{day}T18:00:00Z</updated><published>{day}T18:00:00Z</published>"
        f"<summary>We watch number {one.number} closely and tell of it at length.</summary>"
        "<author><name>Ada Quill</name></author>"
        f'<link href="http://arxiv.org/abs/{one.id}v{one.version}" rel="alternate" type="text/html"/>'
        '<category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/></entry>'
        for one in some
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "<id>https://arxiv.org/api/test</id><title>arXiv Query</title><updated>2026-11-20T00:00:00Z</updated>"
        f"<opensearch:itemsPerPage>{len(some)}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{len(some) if total is None else total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{listed}</feed>"
    ).encode()
