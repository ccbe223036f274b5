"""Which papers are one work, and which of them is believed, field by field. Pure: no store, no clock, no order.

Papers with the same set of keys are the same *atom*; the partition of the atoms into works is a function of the
set of all atoms. So any order of the same dumps gives the same works, and one more dump needs no more than the
atoms that are connected to its own through shared keys to be looked at again.

    keys        the strong ids of a paper, its title key, and marks; never empty
    partition   connected atoms → works. A false merge is worse than a repeat: where a key is shared by works that
                cannot all be one, it joins none of them
    merged      the papers of a work → what is shown of it

A *mark* joins nothing, but parts what only a title would join: `by` has the names of the first author, `in` the year.
Two papers of one title by other people, or five years apart, are two works (so fatcat and OpenAlex, too).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

import msgspec

from digest.markup import latex
from digest.papers import Paper

VERSION = 3  # of the way that keys are made; a new one recomputes the stored works in its migration

NUMBERS = ("arxiv", "doi", "preprint", "pmid", "pmcid")  # a paper has one of each
CATALOGUES = ("openreview", "dblp", "openalex", "s2", "s2sha")  # have a paper more than once, now and then
# From the id that says most about what is one work to the one that says least; `keys` of other kinds are refused.
KINDS = (*NUMBERS, *CATALOGUES)
TITLE = "title"
BY, IN = "by", "in"

SHORT_TITLE = 24  # letters and digits: under it a title ("Editorial", "Attention") is not anyone's name
ABSTRACT_READ = 200  # letters and digits of the abstract that then stand beside it
# Between a preprint and its article, at most; more in 1 of 10 pairs of equal titles that are two works
YEARS_APART = 4
MANY = 50  # works of one title without a common id: it is nobody's name

Atom = frozenset[str]

# Titles, long ones too, that every issue or volume has again.
_RECURRING = re.compile(
    r"(?:guest )?(?:editorial|editors?|preface|foreword|introduction to the (?:special|theme)|front matter|back matter"
    r"|table of contents|contents|index|author index|subject index|list of (?:reviewers|contributors|authors)|reviewers"
    r"|acknowledge?ments? (?:of|to) reviewers|erratum|errata|corrigend|correction|retract|publishers? note"
    r"|reply|response to|comments? on|letters? to the|book reviews?|obituary|in memoriam|news|announcements?|call for"
    r"|proceedings|program(?:me)? committee|conference (?:program|organi)|message from|welcome|issue information"
    r"|annual report|calendar|title page|cover|abstracts? of|poster|supplementa|about the|this (?:week|month|issue)"
    r"|in this issue|highlights|research highlights)\b",
    re.IGNORECASE,
)


def keys(paper: Paper) -> Atom:
    """The keys of a paper, `kind:value` each: its own strong ids, one title key, and its marks."""
    if strange := [key for key in paper.ids if not key.startswith(_OF_KINDS)]:
        raise ValueError(f"{paper.where}: ids of an unknown kind: {', '.join(strange)}")
    return frozenset([*paper.ids, _title_key(paper), *_marks(paper)])


@lru_cache(maxsize=20_000)  # three steps ask for those of each atom of a batch
def joining(atom: Atom) -> tuple[str, ...]:
    """Those keys of an atom that two papers of one work can share; the rest are marks."""
    return tuple([key for key in atom if key[:3] not in _MARKS])


_MARKS = {f"{BY}:", f"{IN}:"}


def _marks(paper: Paper) -> list[str]:
    marks = [f"{IN}:{paper.published[:4]}"] if paper.published else []
    if paper.authors:
        names = {name for name in folded(paper.authors[0], spaces=True).split() if len(name) > 1}
        if names:
            marks.append(f"{BY}:{' '.join(sorted(names))}")
    return marks


def _title_key(paper: Paper) -> str:
    title = latex.plain(paper.title)  # a store may hold what was read before formulas were
    name = folded(_without_commands(title))
    if len(name) < SHORT_TITLE or _RECURRING.match(paper.title):
        said = folded(latex.plain(paper.abstract))[:ABSTRACT_READ]
        if len(said) < SHORT_TITLE:  # nor does "Abstract" or "n/a" say whose it is
            said += folded("".join(paper.authors) + paper.published + paper.venue)
        name += f" {said}"
    return f"{TITLE}:{hashlib.blake2b(name.encode(), digest_size=16).hexdigest()}"


_FONTS = re.compile(
    r"\\(?:math(?:rm|bf|it|sf|tt|bb|cal|frak|scr|bbm|bbb)|operatorname\*?|text\w{0,6}|boldsymbol|bm|mbox|rm|bf|it|cal"
    r"|left|right|bigl?|bigr?|displaystyle|widetilde|tilde|widehat|hat|bar|overline|vec|dot|ddot|prime)(?![a-zA-Z])"
)


def _without_commands(title: str) -> str:
    """TeX's fonts and accents say nothing; other commands are read by their names, as `_SIGN_NAMES` reads signs."""
    return _FONTS.sub("", title).replace("\\ell", "l") if "\\" in title else title


_OF_KINDS = tuple(f"{kind}:" for kind in KINDS)
_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}
_SIGNS_BUT_SPACES = {code: None for code in _SIGNS if not chr(code).isspace()}
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"})
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon"
    " phi chi psi omega"
)
_SIGN_NAMES = str.maketrans(
    {chr(0x3B1 + place): name for place, name in enumerate(_GREEK.split())}
    | {
        "×": "times",
        "∞": "infty",
        "→": "to",
        "ϵ": "epsilon",
        "ϕ": "phi",
        "ϑ": "theta",
        "µ": "mu",
        "≤": "leq",
        "≥": "geq",
    }
)


def folded(text: str, *, spaces: bool = False) -> str:
    """Letters and digits only, without case, accents and widths: `Schrödinger's β` → `schrodingersbeta`; `spaces` may
    stay.
    """
    if text.isascii():
        return text.lower().translate(_SIGNS_BUT_SPACES if spaces else _SIGNS)
    text = text.translate(_SIGN_NAMES).casefold()
    text = unicodedata.normalize("NFKD", text).translate(_LETTERS).translate(_SIGN_NAMES)
    return "".join(sign for sign in text.lower() if sign.isalnum() or (spaces and sign.isspace()))


def partition(atoms: Iterable[Atom]) -> list[frozenset[Atom]]:
    """The works among these atoms; every atom that shares a key with one of them has to be among them.

    Keys are taken from the strongest kind to the weakest, and within a kind by value. Each joins all the works that
    have it, or, where two of them cannot be one, none: so a title that several works have joins none.
    """
    work: dict[Atom, frozenset[Atom]] = {}
    having: dict[str, list[Atom]] = {}
    for atom in atoms:
        work[atom] = frozenset((atom,))
    for atom in work:
        for key in joining(atom):
            having.setdefault(key, []).append(atom)
    shared = [key for key, owners in having.items() if len(owners) > 1]
    for key in sorted(shared, key=_strength):
        parts = list(dict.fromkeys(work[atom] for atom in having[key]))
        if len(parts) > 1 and not conflict(parts, key.partition(":")[0]):
            whole = frozenset().union(*parts)
            work.update(dict.fromkeys(whole, whole))
    return list(dict.fromkeys(work.values()))


_STRENGTH = {kind: place for place, kind in enumerate((*KINDS, TITLE))}


def _strength(key: str) -> tuple[int, str]:
    return _STRENGTH[key.partition(":")[0]], key


def strongest(keys: Iterable[str]) -> str:
    """The key that says most about what is one work."""
    return min((key for key in keys if key.partition(":")[0] in _STRENGTH), key=_strength)


def conflict(parts: Sequence[Iterable[Atom]], kind: str) -> str:
    """Why a key of this kind cannot make one work of these; empty: it can.

    Two numbers of one kind always part. A title joins only where catalogues, first authors and years agree as well,
    as far as they are told.
    """
    if len(parts) > MANY:
        return f"more than {MANY} works have it"
    told = [_by_kind(part) for part in parts]
    for other in NUMBERS if kind != TITLE else KINDS:
        if any(one[other].isdisjoint(two[other]) for one, two in combinations(_with(told, other), 2)):
            return other
    if kind != TITLE:
        return ""
    names = [{name for by in one[BY] for name in by.split()} for one in _with(told, BY)]
    if any(one.isdisjoint(two) for one, two in combinations(names, 2)):
        return BY
    years = [sorted(map(int, one[IN])) for one in _with(told, IN)]
    first, last = min((one[-1] for one in years), default=0), max((one[0] for one in years), default=0)
    return IN if last - first > YEARS_APART else ""


def _with(told: Iterable[Mapping[str, set[str]]], kind: str) -> list[Mapping[str, set[str]]]:
    return [one for one in told if kind in one]


def _by_kind(part: Iterable[Atom]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for atom in part:
        for key in atom:
            kind, _, value = key.partition(":")
            found.setdefault(kind, set()).add(value)
    return found


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What all the papers of a work say together."""

    title: str
    abstract: str
    authors: tuple[str, ...]
    n_authors: int | None
    org: str
    venue: str
    categories: tuple[str, ...]
    published: str
    comments: int | None
    upvotes: int | None
    links: tuple[str, ...]
    keys: tuple[str, ...]
    version: int | None
    withdrawn: bool


# Which formats are believed first, field by field; those that a row does not name come after, and the fullest of them
# first. The wording is the owner's before a catalogue's before a page's before a person's; a bot's list comes last.
_OWNERS = (
    "arxiv_oai",
    "arxiv_api",
    "arxiv_kaggle",
    "arxiv_feed",
    "arxiv_mail",
    "openreview_json",
    "biorxiv_json",
)
_CATALOGUES = ("pubmed_xml", "medline", "europepmc_json", "crossref_json", "crossref_xml", "datacite_json", "openalex",
               "semantic_scholar", "semantic_scholar_bulk", "dblp_xml", "dblp_json")  # fmt: skip
_PAGES = ("hf_json", "hf_page", "hf_text")
BELIEVED: dict[str, tuple[str, ...]] = {
    "title": (*_OWNERS, *_CATALOGUES, *_PAGES),
    "abstract": (*_OWNERS, *_CATALOGUES, *_PAGES),
    "authors": (*_OWNERS, *_CATALOGUES, *_PAGES),
    "org": ("hf_json", "hf_page", "hf_text", "openalex", "pubmed_xml", "crossref_json"),
    "venue": (
        "crossref_json",
        "crossref_xml",
        "pubmed_xml",
        "medline",
        "dblp_xml",
        "dblp_json",
        "openreview_json",
        "openalex",
    ),
    "categories": (*_OWNERS, "openalex", "semantic_scholar"),
}


def merged(papers: Iterable[Paper]) -> Work:
    """One work out of its papers (one at least), whatever their order."""
    some = list(papers)
    wins = believed(some)
    return Work(
        title=wins["title"].title,
        abstract=wins["abstract"].abstract,
        authors=wins["authors"].authors,
        n_authors=_most(paper.n_authors for paper in some),
        org=wins["org"].org,
        venue=wins["venue"].venue,
        categories=wins["categories"].categories,
        published=wins["published"].published,
        comments=_most(paper.comments for paper in some),
        upvotes=_most(paper.upvotes for paper in some),
        links=tuple(dict.fromkeys(link for paper in _ranked(some, "title") for link in paper.links)),
        keys=tuple(sorted(frozenset().union(*(joining(keys(paper)) for paper in some)))),
        version=_most(paper.version for paper in some),
        withdrawn=wins["title"].withdrawn,
    )


def believed(papers: Sequence[Paper]) -> dict[str, Paper]:
    """For each field that one paper of a work tells for all: that paper.

    The wording is that of the highest version, and among these as BELIEVED says; the longest list of authors; of dates
    the most precise, and of these the earliest. Counts (comments, upvotes) only grow: of those `merged` takes the
    greatest.
    """
    if len(papers) == 1:
        return dict.fromkeys((*BELIEVED, "published"), papers[0])
    wins = {field: _first_told(_ranked(papers, field), field) for field in BELIEVED}
    wins["authors"] = max(_ranked(papers, "authors"), key=lambda paper: len(paper.authors))
    wins["published"] = min(papers, key=lambda paper: (-len(paper.published), paper.published, _bytes(paper)))
    return wins


def _first_told(ranked: Sequence[Paper], field: str) -> Paper:
    return next((paper for paper in ranked if getattr(paper, field)), ranked[0])


def _ranked(papers: Iterable[Paper], field: str) -> list[Paper]:
    """The most believed first; its own bytes break a tie, so that order never does."""
    row = {name: place for place, name in enumerate(BELIEVED[field])}

    def rank(paper: Paper) -> tuple[int, int, int, bool, bytes]:
        after = row.get(paper.format, len(row))
        return -(paper.version or 0), after, -len(paper.abstract), not paper.withdrawn, _bytes(paper)

    return sorted(papers, key=rank)


def _bytes(paper: Paper) -> bytes:
    return msgspec.json.encode(paper)


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)
