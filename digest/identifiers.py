"""What strangers write where an id belongs → the key that identity compares: `https://arxiv.org/abs/2401.00001v2`
→ `arxiv:2401.00001`, version 2.

Each function takes one field of a record and answers None where that is no id of its kind. None of them searches
running text: an id that stands in an abstract may be another paper's.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

LONGEST = 500  # characters of an id or the address of a paper: what is longer is neither, or an attack


class Id(NamedTuple):
    """A strong id."""

    key: str  # "kind:value"; the kinds are in identity.KINDS
    version: int | None = None  # of the paper, where the id tells it


# arXiv's archives before April 2007 (info.arxiv.org/help/arxiv_identifier), with those that were closed.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga"
    "|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph"
    "|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_ARXIV = re.compile(
    rf"(?:(\d\d(?:0[1-9]|1[0-2])\.\d{{4,5}})|({_ARCHIVES})(?:\.[a-z-]{{2,}})?/(\d{{7}}))(?:v(\d{{1,4}}))?",
    re.IGNORECASE,
)
_BEFORE_ARXIV = re.compile(
    r"\s*(?:(?:(?:https?:)?//)?(?:[\w-]+\.)*(?:arxiv\.org/(?:abs|pdf|html|format|ps|src|e-print|list|a)"
    r"|alphaxiv\.org/(?:abs|pdf)|huggingface\.co/papers|(?:ar5iv\.(?:labs\.arxiv\.)?org(?:/html|/abs)?))/"
    r"|(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.|oai:arxiv\.org:|arxiv(?:[.:]|\s)\s*"
    r"|urn:arxiv:)?",
    re.IGNORECASE,
)
_AFTER_ARXIV = re.compile(r"(?:\.pdf|\.html|\.md)?/?(?:[?#].*)?(?:\s*\[[\w.\- ]+\])?\s*", re.IGNORECASE)


def arxiv(text: str) -> Id | None:
    """An arXiv id, alone, as URL, DOI or OAI id: the base id without its subject class, and the version."""
    at = _BEFORE_ARXIV.match(text)
    found = _ARXIV.match(text, at.end() if at else 0)
    if not found or not _AFTER_ARXIV.fullmatch(text, found.end()):
        return None
    if found[1] and (found[1] >= "1501") != (len(found[1]) == 10):
        return None  # five digits since January 2015, four before
    base = found[1] or f"{found[2].lower()}/{found[3]}"
    return Id(f"arxiv:{base}", int(found[4]) if found[4] else None)


_DOI = re.compile(r"10\.\d{4,9}/[\x21-\x7e]+")
_BEFORE_DOI = re.compile(
    r"\s*(?:(?:(?:https?:)?//)?(?:[\w-]+\.)*doi\.(?:org|acm\.org|ieeecomputersociety\.org|ieeecs\.org)/|(?P<page>"
    r"https?://\S*?/doi/(?:abs/|full/|pdf/|epdf/|pdfdirect/|book/)?"
    r"|https?://link\.springer\.com/(?:article|chapter|book|content/pdf)/"
    r"|https?://(?:www\.|connect\.)?(?:biorxiv|medrxiv)\.org/content/)|info:doi/|urn:doi:|doi\s*[:=]?\s*)?",
    re.IGNORECASE,
)
_AFTER_PAGE = re.compile(r"(?<=\d)\.pdf$|/\d{5,}/[\w-]+$")  # of a publisher's address: what is not the DOI
# Who registers preprints only; Cold Spring Harbor's journals share 10.1101 with bioRxiv, but their suffixes begin
# with a letter.
_PREPRINT = re.compile(
    r"10\.(?:1101|64898)/\d|10\.(?:26434|21203|31234|31235|31219|31223|31222|20944|22541|36227|33774|32942|35542"
    r"|14293|12688/openreseurope)/|10\.2139/ssrn|10\.1002/essoar|10\.5194/egusphere-\d"
)
# What follows the id of the work where each version has a DOI or an address of its own.
_VERSIONS = (
    re.compile(r"(10\.(?:1101|64898)/[\d.]+?)v(\d+)(?:\.full|\.abstract|\.supplementary)?(?:[.-].*)?"),
    re.compile(r"(10\.(?:26434|21203|33774|22541)/.+?)[/-]v(\d+)"),
    re.compile(r"(10\.20944/.+?)\.v(\d+)"),
    re.compile(r"(10\.1002/essoar\.\d+)\.(\d+)"),
)


def doi(text: str) -> Id | None:
    """A DOI, alone or as URL: `doi:` for the published, `preprint:` for a preprint server's, `arxiv:` for arXiv's."""
    if len(text) > LONGEST:
        return None
    if mine := arxiv(text):
        return mine
    text = unquote(text)
    at = _BEFORE_DOI.match(text)
    rest = text[at.end() if at else 0 :].strip()
    if at and at["page"]:
        rest = _AFTER_PAGE.sub("", re.sub(r"[?#].*", "", rest))
    found = _DOI.fullmatch(_without_tail(rest))
    if not found:
        return None
    value = re.sub(r"/{2,}", "/", found[0].lower())
    version = None
    for pattern in _VERSIONS:
        if one := pattern.fullmatch(value):
            value, version = one[1], int(one[2])
    return Id(f"preprint:{value}" if _PREPRINT.match(value) else f"doi:{value}", version)


def _without_tail(text: str) -> str:
    """Without what ended a sentence or closed a bracket around it."""
    while text and (text[-1] in ".,;:'\"" or (text[-1] in ")]}>" and not _balanced(text))):
        text = text[:-1]
    return text


def _balanced(text: str) -> bool:
    return all(text.count(a) >= text.count(b) for a, b in ("()", "[]", "{}", "<>") if text.endswith(b))


_PMID = re.compile(
    r"\s*(?:https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/|(?:pmid|medline)\s*:?\s*)?"
    r"0*([1-9]\d{0,8})(?:\.0)?/?(?:\?\S*)?\s*",
    re.IGNORECASE,
)
_PMCID = re.compile(
    r"\s*(?:https?://\S{1,80}/articles/(?:pmc)?|(?:pmcid\s*:?\s*)?pmc\s*)0*([1-9]\d{0,9})(?:\.\d+)?/?\s*",
    re.IGNORECASE,
)
_FORUM = re.compile(
    r"\s*(?:https?://openreview\.net/(?:forum|pdf|attachment|revisions)\?(?:\S*&)?id=)?([A-Za-z0-9_-]{8,20})(?:[&#]\S*)?\s*"
)
_DBLP = re.compile(
    r"\s*(?:https?://(?:www\.)?dblp\.(?:org|uni-trier\.de|dagstuhl\.de)/rec/|dblp:)?"
    r"((?:journals|conf|books|series|phd|reference|tr|persons|data|ms|www|homepages)/[\w./+-]+?)(?:\.(?:html|xml|bib))?\s*",
    re.IGNORECASE,
)
_OPENALEX = re.compile(r"\s*(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d{2,12})\s*", re.IGNORECASE)
_CORPUS = re.compile(r"\s*(?:CorpusId:\s*)?(\d{1,12})\s*", re.IGNORECASE)
_S2_SHA = re.compile(
    r"\s*(?:https?://(?:www\.)?semanticscholar\.org/paper/\S*?)?([0-9a-f]{40})\s*", re.IGNORECASE
)


def _plain(kind: str, pattern: re.Pattern[str], text: str) -> Id | None:
    found = pattern.fullmatch(text)
    return Id(f"{kind}:{found[1]}") if found else None


def pmid(text: str) -> Id | None:
    """A PubMed id: digits, alone, after `PMID:` or as URL."""
    return _plain("pmid", _PMID, text)


def pmcid(text: str) -> Id | None:
    """A PubMed Central id, always with its `PMC`; a version behind it is dropped."""
    return _plain("pmcid", _PMCID, text)


def openreview(text: str) -> Id | None:
    """An OpenReview forum, alone or as URL. Only for fields that hold nothing else: many a word looks like one."""
    return _plain("openreview", _FORUM, text)


def dblp(text: str) -> Id | None:
    """A DBLP record key such as `conf/icml/Doe24`, or its URL."""
    return _plain("dblp", _DBLP, text)


def openalex(text: str) -> Id | None:
    """An OpenAlex work, `W` and digits, or its URL."""
    found = _OPENALEX.fullmatch(text)
    return Id(f"openalex:{found[1].upper()}") if found else None


def semantic_scholar(text: str) -> Id | None:
    """A Semantic Scholar CorpusId (digits), which is stable, or paperId (40 hexadecimal digits), which is less so."""
    found = _S2_SHA.fullmatch(text)
    return Id(f"s2sha:{found[1].lower()}") if found else _plain("s2", _CORPUS, text)


def of_link(url: str) -> Id | None:
    """The id in the address of a paper's own page; None for an address that is nobody's page."""
    if len(url) > LONGEST:
        return None
    if not url.lower().lstrip().startswith(("http://", "https://", "//", "doi:", "oai:")):
        return None
    if found := doi(url) or dblp(url) or openalex(url):
        return found
    host = url.split("/")[2].lower() if url.count("/") >= 2 else ""
    if "ncbi.nlm.nih.gov" in host or "europepmc" in host:
        return pmid(url) or pmcid(url)
    if host == "openreview.net":
        return openreview(url)
    return semantic_scholar(url) if "semanticscholar" in host else None
