"""Which papers are one work, and which of them is believed, field by field. Pure: no store, no clock, no order.

Papers with the same set of keys are the same *atom*; the partition of the atoms into works is a function of the
set of all atoms. So any order of the same dumps gives the same works, and one more dump needs no more than the
atoms that are connected to its own through shared keys to be looked at again.

    keys        the strong ids of a paper and its title key; never empty
    partition   connected atoms → works. A false merge is worse than a repeat: where a key is shared by atoms that
                cannot all be one work (two values of one kind of id), it joins none of them
    merged      the papers of a work → what is shown of it
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from digest.papers import Paper

VERSION = 1  # of the way that keys are made; a new one recomputes the stored works in its migration

# From the id that says most about what is one work to the one that says least; `keys` of other kinds are refused.
KINDS = ("arxiv", "doi", "preprint", "pmid", "pmcid", "openreview", "dblp", "openalex", "s2")
TITLE = "title"

SHORT_TITLE = 24  # letters and digits: under it a title ("Editorial", "Attention") is not anyone's name
ABSTRACT_READ = 200  # letters and digits of the abstract that then stand beside it

Atom = frozenset[str]


def keys(paper: Paper) -> Atom:
    """The keys of a paper, `kind:value` each: its own strong ids and one title key."""
    strange = [key for key in paper.ids if key.partition(":")[0] not in KINDS]
    if strange:
        raise ValueError(f"{paper.where}: ids of an unknown kind: {', '.join(strange)}")
    return frozenset((*paper.ids, _title_key(paper)))


def _title_key(paper: Paper) -> str:
    name = folded(paper.title)
    if len(name) < SHORT_TITLE:
        name += " " + (
            folded(paper.abstract)[:ABSTRACT_READ] or folded("".join(paper.authors) + paper.published)
        )
    return f"{TITLE}:{hashlib.blake2b(name.encode(), digest_size=16).hexdigest()}"


_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"})


def folded(text: str) -> str:
    """Letters and digits only, without case, accents and widths: `Schrödinger's` → `schrodingers`."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(filter(str.isalnum, text.lower()))


def partition(atoms: Iterable[Atom]) -> list[frozenset[Atom]]:
    """The works among these atoms; every atom that shares a key with one of them has to be among them.

    Keys are taken from the strongest kind to the weakest, and within a kind by value. Each joins all the works that
    have it, or, where two values of one kind would come together, none: so a title that several works have joins none.
    """
    work = {atom: frozenset([atom]) for atom in atoms}
    having: dict[str, list[Atom]] = {}
    for atom in work:
        for key in atom:
            having.setdefault(key, []).append(atom)
    shared = [key for key, owners in having.items() if len(owners) > 1]
    for key in sorted(shared, key=_strength):
        whole: frozenset[Atom] = frozenset().union(*(work[atom] for atom in having[key]))
        if not conflicts(whole):
            work.update(dict.fromkeys(whole, whole))
    return list(dict.fromkeys(work.values()))


_STRENGTH = {kind: place for place, kind in enumerate((*KINDS, TITLE))}


def _strength(key: str) -> tuple[int, str]:
    return _STRENGTH[key.partition(":")[0]], key


def strongest(keys: Iterable[str]) -> str:
    """The key that says most about what is one work."""
    return min(keys, key=_strength)


def conflicts(atoms: Iterable[Atom]) -> bool:
    """Whether two values of one strong kind stand among these atoms."""
    values: dict[str, str] = {}
    strong = (key.partition(":") for key in frozenset().union(*atoms))
    return any(kind != TITLE and values.setdefault(kind, value) != value for kind, _, value in strong)


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What all the papers of a work say together."""

    title: str
    abstract: str
    authors: tuple[str, ...]
    n_authors: int | None
    org: str
    published: str
    comments: int | None
    upvotes: int | None
    links: tuple[str, ...]
    keys: tuple[str, ...]
    version: int | None
    withdrawn: bool


def merged(papers: Sequence[Paper]) -> Work:
    """One work out of its papers (one at least), whatever their order.

    The wording is that of the highest version, and of the fullest paper among these. Counts only grow, so the
    greatest is the newest. Of dates the most precise is believed, and of these the earliest.
    """
    best = sorted(papers, key=_fullness, reverse=True)
    wording, dates = best[0], [paper.published for paper in papers if paper.published]
    precise = max(map(len, dates), default=0)
    return Work(
        title=wording.title,
        abstract=next((paper.abstract for paper in best if paper.abstract), ""),
        authors=max((paper.authors for paper in best), key=len),
        n_authors=_most(paper.n_authors for paper in papers),
        org=next((paper.org for paper in best if paper.org), ""),
        published=min((day for day in dates if len(day) == precise), default=""),
        comments=_most(paper.comments for paper in papers),
        upvotes=_most(paper.upvotes for paper in papers),
        links=tuple(dict.fromkeys(link for paper in best for link in paper.links)),
        keys=tuple(sorted(frozenset().union(*map(keys, papers)))),
        version=_most(paper.version for paper in papers),
        withdrawn=wording.withdrawn,
    )


def _fullness(paper: Paper) -> tuple[int, int, bool, bytes]:
    """The higher, the more its wording is believed; its own bytes break a tie, so that order never does."""
    return paper.version or 0, len(paper.abstract), paper.withdrawn, msgspec.json.encode(paper)


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)
