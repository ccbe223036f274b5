"""Records that say what they mean in the names of their columns or keys → papers.

    `Abstract Note`, `abstracts`, `Zusammenfassung`, `details.abstract`  →  abstract

Names are compared without case, accents and punctuation, in the order of preference below.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

from digest import identifiers
from digest.formats import _author_list, _dates
from digest.identifiers import Id
from digest.markup import latex, plain
from digest.papers import Paper, Reject, links_in, paper, readable

_NAMES = {
    "title": "title|titles|paper title|article title|document title|title primary|primary title|item title|work title"
    "|title of paper|full title|papertitle|ti|titel|titre|titulo|titolo|tytul|paper|paper name|display name|标题|题名"
    "|论文标题|title 题名|title en|name",
    "abstract": "abstract|abstracts|abstract note|abstract text|paper abstract|abstracttext|ab|zusammenfassung"
    "|kurzfassung|resume|resumen|resumo|details abstract|摘要|summary 摘要|abstract en",
    "summary": "summary|summaries|description|details summary",  # arXiv's word, and that of machines
    "authors": "author full names|full author names|authors|author|author s|author names|authors primary|author list"
    "|authorships author display name|authorships raw author name|af|au|authors full names|authors names|creators"
    "|creator|autor|autoren|auteurs|auteur|autores|autor es|autori|verfasser|author 作者|作者|author site"
    "|details authors|first author|first authors|paper authors",
    "date": "publication date|published|published date|date published|publish date|pub date|published at|publishedat"
    "|date of publication|online date|publication date online|online publication date|date|submitted|submission date"
    "|submitted date|created|cover date|pubtime 发表时间|发表时间|datum|fecha|data|create date|published on"
    "|details published|发布日期|日期|published time|published time utc|publish time|posted|posted at|posted date",
    "year": "publication year|year|pub year|py|year published|publicationyear|pubyear|published year|jahr|annee"
    "|erscheinungsjahr|ano|anno|rok|year 年|年份",
    "month": "month|pd|pub month day|publication month",
    "day": "day",
    "doi": "doi|di|item doi|doi link|doi url|digital object identifier|paper doi|external ids doi|externalids doi"
    "|ids doi",
    "arxiv": "arxiv id|arxivid|arxiv|arxiv url|arxiv link|eprint|paper arxiv id|details arxiv page url|arxiv page url"
    "|arxiv no|externalids arxiv|external ids arxiv|abs url|id arxiv|entry id",
    "pmid": "pmid|pubmed id|pm|medline pmid|pubmedid|pubmed|externalids pubmed|ids pmid",
    "pmcid": "pmcid|pmc id|pmc|externalids pubmedcentral|ids pmcid",
    "openalex": "openalex|openalex id|ids openalex",
    "corpus": "corpusid|corpus id|externalids corpusid|external ids corpus id",
    "sha": "paperid|s2 id|semantic scholar id",
    "forum": "forum|forum id|openreview id|openreview|openreview link",
    "id": "id|paper id|identifier|uid|key",
    "venue": "source title|publication title|journal|journal title|journal name|venue|venue name|conference"
    "|periodical full|journal book|so|book title|booktitle|container title|publication name"
    "|primary location source display name|publication|zeitschrift|revue|revista|rivista|source|details journal"
    "|source 文献来源|期刊|来源|conference name|host venue display name|journal ref|conf",
    "categories": "categories|category|primary category|subjects|subject|terms|arxiv categories|arxiv primary category",
    "org": "affiliations|affiliation|author affiliations|authors with affiliations|institutions|institution"
    "|organization|organisation|organ 单位|机构|c1|author address|author addresses|addresses|aff"
    "|research organizations standardized|authorships raw affiliation strings",
    "withdrawn": "withdrawn|is withdrawn|withdraw|is retracted|retracted|isretracted",
    "state": "decision|status|state|publication status",
    "n_authors": "author count|authors count|number of authors|n authors|num authors|author num",
    "upvotes": "upvotes|num upvotes|up votes",
}
FIELD = {name: field for field, names in _NAMES.items() for name in names.split("|")}
_RANK = {name: rank for names in _NAMES.values() for rank, name in enumerate(names.split("|"))}

_LINK = re.compile(
    r".*\b(?:url|urls|link|links|pdf|code|github|repo|repository|website|homepage|page|project|site|html|oa|articleurl|pdfurl|paperurl)"
)
_OTHERS_LINK = re.compile(
    r".*\b(?:cit\w*|ref\w*|related|image|thumbnail|avatar|review\w*|metareview|author\w*|orcid|query|api|embase"
    r"|metadata|institution\w*|unique|license|bib\w*|supp\w*|locations|video|poster|slides?|open url|similar|ngrams)\b"
)
_NOTHING = {"", "nan", "none", "null", "n/a", "na", "-", "--", "[]", "{}", "nat", "<na>", "undefined"}
_NO_ABSTRACT = re.compile(
    r"\W*(?:no abstract(?: is| was)?(?: available| provided)?|abstract not available)\W*", re.IGNORECASE
)
_TRUE = {"1", "1.0", "true", "yes", "y"}
_AREA = re.compile(r"[a-z-]{2,12}\.[A-Za-z-]{2,18}")  # cs.CL
_OLD_FEED = re.compile(r"\.? ?\((arXiv:\S{4,40})(?: \[[\w.-]{1,20}\])?(?: UPDATED| CROSS LISTED)?\) ?$")
_ANNOUNCED = re.compile(r"\s{0,9}arXiv:\S{4,40}\s{1,9}Announce Type:\s{1,9}[\w-]{1,20}\s{1,9}Abstract:")
_WITHDRAWN = re.compile(r"\W{0,3}(?:withdrawn|retracted)\b\W{0,3}[:\]]|retracted article:", re.IGNORECASE)
# Embase's `Source`: `Journal of Fiction (2014) 3:3 (152-160). Date of Publication: 2014`.
_EMBASE = re.compile(r"(.{2,250}?) \((?:19|20)\d\d\) .{0,300}?Date of Publication: (.{4,40})")
_EATEN = re.compile(r"(\d{3,4})\.(\d{1,5})")


def folded(name: str) -> str:
    """`Author(s) Name` → `author s name`, `Résumé` → `resume`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name[:100]) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]", " ", bare.casefold()).split())


Values = Mapping[str, str]  # folded name of a column → what stands in it, in the record's order


def ranked(names: Iterable[str]) -> dict[str, list[str]]:
    """The fields that these folded names mean, the names of each in order of preference."""
    found: dict[str, list[str]] = {}
    for name in sorted(set(names), key=lambda name: (_RANK.get(name, 0), name)):
        if name in FIELD:
            found.setdefault(FIELD[name], []).append(name)
    return found


class Columns:
    """What the names of a record's columns, or keys, mean; made once for a table."""

    def __init__(self, names: Iterable[str]) -> None:
        names = list(dict.fromkeys(names))
        self.fields = ranked(names)
        self.links = [
            name
            for name in names
            if (_LINK.fullmatch(name) and not _OTHERS_LINK.match(name))
            or FIELD.get(name) in {"arxiv", "forum"}
        ]
        self.is_openreview = any(set(names) >= marks for marks in _REVIEWED)

    def first(self, values: Values, field: str) -> str:
        """The first of the columns for this field that says something."""
        return next(self.every(values, field), "")

    def every(self, values: Values, field: str) -> Iterator[str]:
        """What the columns for this field say."""
        names = self.fields.get(field, ())
        return (text for name in names if (text := said(values.get(name, ""))))

    def are_of_papers(self, text: str) -> bool:
        """Whether something here is what only papers have: an abstract, an id, people and a venue. A title with a year,
        a link, a date or a description is anybody's: then an address of a paper's page has to be in `text`.
        """
        fields = self.fields
        people, venue = (set(fields.get(field, ())) - _ANYBODYS for field in ("authors", "venue"))
        if (
            fields.keys() & _OF_PAPERS
            or self.is_openreview
            or (venue and fields.keys() & {"year", "date", "authors"})
        ):
            return True
        if "authors" in fields and ("year" in fields or (people and fields.keys() & _BESIDE)):
            return True
        return bool(self.links and _PAGE.search(text))


_OF_PAPERS = {"abstract", "arxiv", "doi", "pmid", "pmcid", "openalex", "corpus", "forum"}
_ANYBODYS = {"author", "creator", "source", "publication"}  # of news and posts, too
_BESIDE = {"date", "venue", "summary", "categories", "id"}
_PAGE = re.compile(
    r"(?:arxiv\.org\\?/(?:abs|pdf)|huggingface\.co\\?/papers|doi\.org\\?/10\.\d{4}|openreview\.net\\?/(?:forum|pdf)"
    r"|aclanthology\.org\\?/[A-Z0-9]|rxiv\.org\\?/content|pubmed\.ncbi|semanticscholar\.org\\?/paper)",
    re.IGNORECASE,
)
_REVIEWED = ({"ratings", "decision"}, {"rating", "confidence"}, {"ratings", "confidences"})


def said(text: str) -> str:
    """The text, unless it is one of the words for nothing."""
    text = text.strip()
    return "" if len(text) < 10 and text.casefold() in _NOTHING else text


def paper_of(
    where: str,
    values: Values,
    columns: Columns,
    authors: tuple[str, ...] | None = None,
    org: str = "",
    resolve: Callable[[str], str] | None = None,
) -> Paper | Reject:
    """The paper that a record of named texts tells of. `authors`, `org`: where a format knows them better."""
    title = columns.first(values, "title")
    links = _links(values, columns)
    ids = [*_ids(values, columns), *map(identifiers.of_link, links)]
    if old := _OLD_FEED.search(title[-100:]):
        ids = [identifiers.arxiv(old[1]), *ids]
    if authors is None:
        told = columns.first(values, "authors")
        authors = _author_list.split(_author_list.unglued(told) if "item title" in values else told)
    return paper(
        where,
        title,
        _abstract(values, columns, title),
        ids=ids,
        resolve=resolve or resolved,
        authors=authors,
        n_authors=_count(columns.first(values, "n_authors")),
        org=org or _org(columns.first(values, "org")),
        venue=_venue(columns.first(values, "venue")),
        categories=_categories(columns.first(values, "categories")),
        published=published(values, columns),
        upvotes=_count(columns.first(values, "upvotes")),
        links=_worth(links, ids),
        withdrawn=_is_withdrawn(values, columns, title),
    )


def resolved(text: str) -> str:
    """Plain words: tags and entities, TeX where there is some, what arXiv's feeds put around a title or abstract."""
    text = plain(_ANNOUNCED.sub("", text, count=1)).strip()
    if text.endswith(")") and (old := _OLD_FEED.search(text[-100:])):
        text = text[: len(text) - len(old[0])]
    return latex.plain(text)


def _abstract(values: Values, columns: Columns, title: str) -> str:
    abstract = columns.first(values, "abstract")
    if not abstract and _is_arxivs(values, columns):
        abstract = columns.first(values, "summary")
    repeats = len(abstract) < 2 * len(title) + 10 and _bare(abstract) == _bare(title)
    return "" if repeats or _NO_ABSTRACT.fullmatch(abstract[:60]) else abstract


def _venue(text: str) -> str:
    words = readable(plain(text))[:1000]
    cited = _EMBASE.match(words)
    return cited[1] if cited else words[:300].strip()


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(' ."')


def _is_arxivs(values: Values, columns: Columns) -> bool:
    """Whether `summary` is an abstract: arXiv calls it so, and tells a date or its classes too; machines do not."""
    if any(columns.first(values, field) for field in ("date", "year", "doi", "pmid")):
        return True
    return bool(_AREA.search(columns.first(values, "categories")[:60])) or "pdf url" in values


def _ids(values: Values, columns: Columns) -> Iterable[Id | None]:
    made: tuple[tuple[str, Callable[[str], Id | None]], ...] = (
        ("arxiv", _arxiv),
        ("doi", identifiers.doi),
        ("pmid", identifiers.pmid),
        ("pmcid", identifiers.pmcid),
        ("openalex", identifiers.openalex),
        ("corpus", identifiers.semantic_scholar),
        ("sha", _sha),
        ("forum", identifiers.openreview),
        ("id", identifiers.openreview if columns.is_openreview else _id),
    )
    for field, read in made:
        for text in columns.every(values, field):
            if len(text) < 500:
                yield read(text)


def _arxiv(text: str) -> Id | None:
    """An arXiv id, also one that a spreadsheet took for a number: `704.0001`, `2401.0001`."""
    if eaten := _EATEN.fullmatch(text):
        month, number = eaten[1].zfill(4), eaten[2]
        text = f"{month}.{number.ljust(5 if month >= '1501' else 4, '0')}"
    return identifiers.arxiv(text)


def _sha(text: str) -> Id | None:
    return identifiers.semantic_scholar(text) if len(text) >= 40 else None


def _id(text: str) -> Id | None:
    """What an `id` is if its look tells."""
    return identifiers.doi(text) or (identifiers.openalex(text) if len(text) > 7 else None)


def _links(values: Values, columns: Columns) -> list[str]:
    """The web addresses in the columns that hold them."""
    texts = [text for name in columns.links if "://" in (text := values.get(name, "")[:5000])]
    return list(dict.fromkeys(link for text in texts for part in text.split("|") for link in links_in(part)))


def _worth(links: list[str], ids: list[Id | None]) -> tuple[str, ...]:
    """Those that the ids do not tell; if there are no others, the first."""
    known = {one.key for one in ids if one}
    told = [link for link in links if (found := identifiers.of_link(link)) and found.key in known]
    return tuple(link for link in links if link not in told) or tuple(links[:1])


def published(values: Values, columns: Columns) -> str:
    """The most precise of the dates, or the year with month and day."""
    parts = [columns.first(values, field) for field in ("year", "month", "day")]
    year = parts[0].removesuffix(".0")
    joined = _dates.ymd(year, *(part.removesuffix(".0") for part in parts[1:]))
    found = [_dates.iso(text[:100]) for text in columns.every(values, "date")]
    found += [joined if parts[2] or not parts[1] else _dates.iso(f"{year} {parts[1]}"[:100]) or joined]
    found.append(_dates.iso(year[:100]))
    if cited := _EMBASE.match(columns.first(values, "venue")[:1000]):
        found.append(_dates.iso(cited[2]))
    if year[:4].isdigit():  # a date of another year than the paper's is the listing's
        found = [one for one in found if one.startswith(year[:4])] or found
    return max(found, key=len)


def _categories(text: str) -> tuple[str, ...]:
    text = text[:2000].strip()
    if text.startswith("["):
        text = text.strip("[]").replace("'", "").replace('"', "")
    parts = [part for part in re.split(r"[|;,\n]", text) if part.strip()]
    if len(parts) == 1 and all(
        _AREA.fullmatch(one) or (one.isalpha() and one.islower()) for one in text.split()
    ):
        parts = text.split()
    return tuple(dict.fromkeys(word for part in parts if (word := readable(part))))


def _org(text: str) -> str:
    """The first of the affiliations, without the names before it."""
    text = readable(plain(text[:5000]))
    while (close := {"[": "]", "(": ")"}.get(text[:1])) and close in text:
        text = text[text.index(close) + 1 :].strip()
    first = re.split(r"[;|]| , \(", text, maxsplit=1)[0].removesuffix(".").strip()
    return first if len(first) <= 300 and any(map(str.isalpha, first)) else ""


def _count(text: str) -> int | None:
    text = text.removesuffix(".0").replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _is_withdrawn(values: Values, columns: Columns, title: str) -> bool:
    if _WITHDRAWN.match(title[:100]):
        return True
    if any(text.casefold() in _TRUE for text in columns.every(values, "withdrawn")):
        return True
    return any(text.casefold().startswith(("withdraw", "retract")) for text in columns.every(values, "state"))
