"""Which of a record's web addresses are worth a link on a card."""

from collections.abc import Iterable

from digest import identifiers
from digest.papers import readable

_FROM_IDS = ("arxiv:", "doi:", "preprint:", "pmid:", "pmcid:")  # whoever has the id can make the address


def own(urls: Iterable[str]) -> tuple[str, ...]:
    """The web addresses among these, each once; those that the ids tell as well only if there is no other."""
    said = dict.fromkeys(readable(url) for url in urls)
    links = [url for url in said if url.lower().startswith(("http://", "https://")) and " " not in url]
    kept = [url for url in links if not _tells_an_id(url)]
    return tuple(kept or links[:1])


def _tells_an_id(url: str) -> bool:
    found = identifiers.of_link(url)
    return found is not None and found.key.startswith(_FROM_IDS) and not url.lower().endswith(".pdf")
