"""The free field of reference managers (Zotero's `extra`, CSL's `note`), where ids stand for which they have no field.

arXiv:2401.00001 [cs.CL]
PMID: 12345
{:DOI: 10.5555/x}
"""

import re

from digest import identifiers
from digest.identifiers import Id

MOST_LINES = 100
_KINDS = {
    "arxiv": identifiers.arxiv,
    "doi": identifiers.doi,
    "pmid": identifiers.pmid,
    "pmcid": identifiers.pmcid,
    "openalex": identifiers.openalex,
}
_LINE = re.compile(
    rf"\s{{0,9}}\{{?:?\s{{0,9}}({'|'.join(_KINDS)})(?: id)?\s?:\s{{0,9}}(.{{1,300}})", re.IGNORECASE
)
_CATEGORY = re.compile(r"\s{0,9}arxiv:\s?\S{1,30} \[([\w.-]{2,20})\]", re.IGNORECASE)


def ids(text: str) -> list[Id | None]:
    """The ids on lines that hold nothing else."""
    found = map(_LINE.fullmatch, _lines(text))
    return [_KINDS[one[1].lower()](one[2].strip().rstrip("}")) for one in found if one]


def category(text: str) -> str:
    """arXiv's subject class behind its id."""
    return next((found[1] for line in _lines(text) if (found := _CATEGORY.match(line))), "")


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n?|\n", text[:20_000])[:MOST_LINES]
