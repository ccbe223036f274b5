"""Which issues a feed has, and which are in its volumes: documents of whole issues that it links back to (RFC 5005 §4).

A feed grows until what has come after its oldest 200 entries is enough for a feed of its own; those oldest then go
into a volume. So nothing is in neither, nothing in both, and what is in a volume stays in it for ever: an issue never
changes, and its volume follows from the issues before it and the 200 entries behind it. Parts are counted in
entries, not in months, because a month of one digest has 20 papers and of another 20,000.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

LEAST = 200  # entries of a feed and of each volume, if there are as many; with whole issues they become more
FOLDER = "feed"  # beside the folders of the issues, which are called by their dates


def parted(papers: Sequence[int]) -> list[range]:
    """The volumes among issues with so many papers, oldest first; what comes behind them is in the feed.

    The first volume is only made together with the second: alone it would have no neighbour to link to.
    """
    volumes: list[range] = []
    begin, size, behind = 0, 0, sum(papers)
    for place, number in enumerate(papers):
        size, behind = size + number, behind - number
        if behind < LEAST:
            break
        if size >= LEAST:
            volumes.append(range(begin, place + 1))
            begin, size = place + 1, 0
    return volumes if len(volumes) > 1 else []


def file(feed: str, volume: int) -> str:
    """The volume's file beside that feed: feed/0001.atom."""
    return f"{FOLDER}/{volume:04}{PurePosixPath(feed).suffix}"
