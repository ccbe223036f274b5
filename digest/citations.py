"""A card as reference managers read it: a BibTeX entry, an RIS record.

Both say text only: what could open or end a field is written in another way. `readable` has put all on one line.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from urllib.parse import unquote

from digest.issue import Card
from digest.papers import readable
from digest.templating import MONTHS, web

_IN_TEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "{": r"\{", "}": r"\}",
    "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
# BibTeX counts braces whether or not a backslash stands before them: those that are no pairs need words.
_NO_PAIRS = {**_IN_TEX, "{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
_SPECIAL = re.compile(r"[\\{}~^&%$#_]")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_CUT = re.compile(r",|\b(?:and|others)\b", re.IGNORECASE)  # where BibTeX would cut a name
_KEY_TITLE = 3  # letters at least of the word of the title that stands in a key: no `on`, no `a`


class _Told(NamedTuple):
    """What both say of a card, readable."""

    key: str
    title: str
    authors: tuple[str, ...]
    others: bool  # there are authors beside those named
    date: tuple[str, str, str]
    ids: dict[str, str]
    url: str
    abstract: str


# The page holds both, and a file of each is written beside it: they ask for a card at about the same time.
@lru_cache(maxsize=64)
def _told(card: Card) -> _Told:
    return _Told(
        key=key(card),
        title=readable(card.title),
        authors=tuple(_authors(card)),
        others=bool(card.authors) and (card.n_authors or 0) > len(card.authors),
        date=_date(card),
        ids=_ids(card),
        url=_url(card),
        abstract=readable(card.abstract),
    )


def bibtex(card: Card, *, abstract: bool = True) -> str:
    """The card as a BibTeX entry, with or without its abstract."""
    told = _told(card)
    fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in _bibtex_fields(told, abstract) if value)
    return f"@misc{{{told.key},\n{fields}\n}}\n"


def _bibtex_fields(told: _Told, abstract: bool) -> Iterator[tuple[str, str]]:
    year, month, _ = told.date
    yield "title", f"{{{_tex(told.title)}}}"  # twice in braces: styles would set LLaMA as Llama
    yield "author", " and ".join(_bibtex_authors(told))
    yield "year", year
    yield "month", MONTHS[int(month) - 1].lower() if month else ""
    yield "eprint", told.ids.get("arxiv", "")
    yield "archiveprefix", "arXiv" if "arxiv" in told.ids else ""
    yield "doi", told.ids.get("doi", "")
    yield "url", told.url
    yield "abstract", _tex(told.abstract) if abstract else ""


def _bibtex_authors(told: _Told) -> Iterator[str]:
    """Names as people say them, which BibTeX takes apart itself; one that it would cut in two, whole in braces."""
    for name in told.authors:
        plain = _tex(name)
        yield f"{{{plain}}}" if _CUT.search(name) else plain
    if told.others:
        yield "others"


def _tex(text: str) -> str:
    signs = _IN_TEX if _has_pairs_only(text) else _NO_PAIRS
    return _SPECIAL.sub(lambda sign: signs[sign[0]], text)


def _has_pairs_only(text: str) -> bool:
    if "{" not in text and "}" not in text:
        return True
    depths = list(accumulate({"{": 1, "}": -1}.get(sign, 0) for sign in text))
    return min(depths) == 0 == depths[-1]


def ris(card: Card, *, abstract: bool = True) -> str:
    """The card as an RIS record, with or without its abstract."""
    return (
        "".join(f"{tag}  - {value}\n" for tag, value in _ris_fields(_told(card), abstract) if value)
        + "ER  - \n"
    )


def _ris_fields(told: _Told, abstract: bool) -> Iterator[tuple[str, str]]:
    year, month, day = told.date
    yield "TY", "JOUR" if "doi" in told.ids else "GEN"
    yield "ID", told.key
    yield "TI", told.title
    yield from (("AU", inverted(name)) for name in told.authors)
    yield "PY", year
    yield "DA", "/".join(filter(None, (year, month, day)))
    yield "AB", told.abstract if abstract else ""
    yield "DO", told.ids.get("doi", "")
    yield "AN", f"arXiv:{told.ids['arxiv']}" if "arxiv" in told.ids else ""
    yield "UR", told.url


# What belongs to the family name, and the last words of names that are no person's.
_PARTICLES = {
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "ten", "ter", "el", "al",
    "bin", "ibn", "zu", "zur",
}  # fmt: skip
_NO_PERSON = re.compile(
    r"\b(?:collaboration|consortium|team|group|institute|university|lab|labs|project)$", re.IGNORECASE
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)


def inverted(name: str) -> str:
    """`Jan van der Berg` as `van der Berg, Jan`; a name of one word, with a comma, or of no person as it is."""
    words = name.split()
    if len(words) < 2 or "," in name or _NO_PERSON.search(name):
        return name
    suffix = words.pop() if len(words) > 2 and _SUFFIX.match(words[-1]) else ""
    at = len(words) - 1
    while at and words[at - 1].lower() in _PARTICLES:
        at -= 1
    if not at and len(words) == 2 and words[0][0].isupper():  # `Di Wang`, `Van Nguyen`: given names too
        at = 1
    if not at:  # `de la Cruz`: no given name was told
        return name
    return ", ".join(filter(None, (" ".join(words[at:]), " ".join(words[:at]), suffix)))


def key(card: Card) -> str:
    """`example2026forgetting-0007`: family name, year, a word of the title, and four digits that tell apart what has
    all these in common, the same in every issue.
    """
    family = _letters(inverted(name).partition(",")[0]) if (name := next(_authors(card), "")) else ""
    words = (_letters(word) for word in readable(card.title).split())
    word = next((word for word in words if len(word) >= _KEY_TITLE), "paper")
    return f"{family[:30]}{_date(card)[0]}{word[:30]}-{_letters(card.entry)[-4:]}"


def _letters(text: str) -> str:
    """Its ASCII letters and digits, small, without accents."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).lower())


def _authors(card: Card) -> Iterator[str]:
    return filter(None, map(readable, card.authors))


def _date(card: Card) -> tuple[str, str, str]:
    """Year, month and day, as far as they are told."""
    found = _DATE.match(card.published)
    year, month, day = found.groups("") if found else ("", "", "")
    return (year, month, day) if not month or 1 <= int(month) <= 12 else (year, "", "")


# As they stand in addresses. None has a sign that would have to be written otherwise in TeX, where its packages
# take a DOI as it is, with `_` and `%`.
_PAGES = {
    "arxiv": re.compile(r"https://arxiv\.org/abs/([\w./-]+)"),
    "doi": re.compile(r"https://doi\.org/([^{}\\]+)"),
}


def _ids(card: Card) -> dict[str, str]:
    """The arXiv id and the DOI, from the addresses of the paper's own pages."""
    found: dict[str, str] = {}
    for link in card.links:
        for kind, page in _PAGES.items():
            if one := page.fullmatch(readable(unquote(link.url))):
                found.setdefault(kind, one[1])
    return found


_SEARCH = "https://scholar.google.com/"  # leads to nobody's page (`issue.links`)


def _url(card: Card) -> str:
    """The paper's first page on the web; `web` leaves no brace and no backslash in it."""
    return next((url for link in card.links if (url := web(link.url)) and not url.startswith(_SEARCH)), "")
