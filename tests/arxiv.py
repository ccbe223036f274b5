"""Invented arXiv papers, and what arXiv's services say of them."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
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


def summary(one: Item) -> str:
    """The abstract of a paper, wherever it is told."""
    return f"We watch number {one.number} closely and tell of it at length, year by year."


def hf_list(day: date, items: Iterable[Item]) -> list[dict[str, object]]:
    """Hugging Face's daily papers of a day."""
    return [
        {
            "paper": {
                "id": one.id,
                "authors": [{"_id": f"{one.number:024x}", "name": "Ada Quill", "hidden": False}],
                "publishedAt": f"{day - timedelta(days=1)}T04:00:00.000Z",
                "submittedOnDailyAt": f"{day}T00:00:00.000Z",
                "title": one.title,
                "summary": summary(one),
                "upvotes": 3,
                "discussionId": f"{one.number:024x}",
            },
            "publishedAt": f"{day - timedelta(days=1)}T00:00:00.000Z",
            "title": one.title,
            "summary": summary(one),
            "numComments": 1,
        }
        for one in items
    ]


def journal(items: Iterable[Item], guid: str = "article", doi: bool = True) -> bytes:
    """A journal's RSS feed, whose papers have no arXiv id."""
    listed = "".join(
        f"<item><title>{one.title}</title><link>https://journal.example.org/{guid}/{one.number}</link>"
        f"<description>{summary(one)} It is a paper of a journal, with all that belongs to one.</description>"
        f'<guid isPermaLink="false">{guid}-{one.number}</guid>'
        + (f"<dc:identifier>doi:10.5555/jee.{one.number}</dc:identifier>" if doi else "")
        + "<pubDate>Mon, 16 Nov 2026 00:00:00 GMT</pubDate><dc:creator>Ada Quill</dc:creator></item>"
        for one in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">'
        "<channel><title>Journal of Examples</title><link>https://journal.example.org</link>"
        f"<description>New articles</description>{listed}</channel></rss>"
    ).encode()


def lines(items: Iterable[Item], published: str = "2026-11-17") -> bytes:
    """JSON Lines, as a script of one's own writes them."""
    rows = (
        {"title": one.title, "abstract": summary(one), "arxiv_id": one.id, "date": published} for one in items
    )
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
