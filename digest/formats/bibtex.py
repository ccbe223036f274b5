"""BibTeX and BibLaTeX files, whoever wrote them.

    % Encoding: windows-1252              comments and free text stand anywhere between the entries
    @string{jf = "Journal of Fiction"}    @preamble{…} @comment{…}: no records
    @article{key, title = {…}, author = {Last, First and {A Group} and others}, journal = jf # ", B", month = jan}

The facts are from the manuals of BibTeX and BibLaTeX and from files of Zotero, JabRef, DBLP, INSPIRE and by hand.
Traps: `@` inside values, entries without a key, missing commas, fields twice, macros that grow, values in TeX, a
`crossref` to proceedings that stand below, arXiv ids in the journal's name.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest import identifiers, markup
from digest.formats import _bibtex, _dates, _links, _names, _waiting
from digest.formats._bibtex import Entry
from digest.formats._head import Head
from digest.identifiers import Id
from digest.markup import latex
from digest.papers import Paper, Reject, links_in, paper, readable, reject

BEFORE = 30  # lines of free text before the first entry

_NO_PAPERS = {"comment", "preamble", "string", "control", "ieeetranbstctl", "xdata", "set"}
_PARENTS = {
    "proceedings",
    "book",
    "collection",
    "mvbook",
    "mvproceedings",
    "mvcollection",
    "reference",
    "periodical",
}
_LINKS = (
    "url",
    "howpublished",
    "pdf",
    "html",
    "ee",
    "link",
    "code",
    "project",
    "website",
    "webpage",
    "bdsk-url-1",
)

_ENTRY = re.compile(
    r"[ \t]*@[ \t]*(?:(?:string|preamble|comment)[ \t]*[{(]"
    r'|[A-Za-z]{2,30}[ \t]*(?:\{[^,{}="\n]{0,200},|\([^\s,(){}="]{0,200},)'
    r"|(?:article|book|in(?:proceedings|collection|book)|misc|techreport|report|(?:phd|masters)?thesis|unpublished|online"
    r"|proceedings|conference|manual|booklet|electronic)[ \t]*\{[ \t]*(?:$|\w+[ \t]*=))",
    re.IGNORECASE,
)
_OTHER_TEXT = re.compile(r"[#<|\[{]|[-*+>] |```|~~~|(?:from|import|def|class|return) ")


def sniff(head: Head) -> bool:
    """An entry at the beginning, or after comments and a little free text that is no Markdown."""
    before = 0
    for line in head.lines:
        if _ENTRY.match(line):
            return True
        if line.startswith("%"):
            continue
        before += 1
        if before > BEFORE or _OTHER_TEXT.match(line):
            return False
    return False


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The entries that may be papers, in order."""
    parents: dict[str, _waiting.Parent] = {}
    return _waiting.filled(_records(dump, parents), parents)


def _records(dump: BinaryIO, parents: dict[str, _waiting.Parent]) -> Iterator[tuple[Paper | Reject, str]]:
    """Each record, and the key of the entry from which it takes its venue."""
    macros: dict[str, str] = {}
    for block in _bibtex.blocks(dump):
        where = f"line {block.number}"
        if block.kind == "string":
            _bibtex.define(block.text, macros)
        elif block.kind not in _NO_PAPERS:
            entry = _bibtex.parsed(block, macros)
            if isinstance(entry, str):
                yield reject(where, entry, block.text), ""
                continue
            if block.kind in _PARENTS:
                venue = _plain(entry.any("booktitle", "title"))
                parents[entry.key.lower()] = _waiting.Parent(readable(venue), _published(entry))
            venue = _venue(entry)
            made = _paper(where, block.kind, entry, venue)
            if isinstance(made, Reject):
                made = reject(where, made.reason, block.text)
            yield made, "" if venue else entry.any("crossref").lower()


# --- an entry → a paper ---


def _paper(where: str, kind: str, entry: Entry, venue: str) -> Paper | Reject:
    links = [link for name in _LINKS for link in links_in(_address(entry.any(name)))]
    return paper(
        where,
        _title(kind, entry),
        entry.any("abstract"),
        ids=_ids(entry, links),
        resolve=_plain,
        authors=_authors(entry.any("author") or (entry.any("editor") if kind in _PARENTS else "")),
        org=readable(_plain(entry.any("school", "institution"))),
        venue=venue,
        categories=_categories(entry),
        published=_published(entry),
        links=_links.own(links),
    )


# INSPIRE puts `\relax` into initials.
_RELAX = re.compile(r"\\relax(?![A-Za-z])\s?")
_QUOTE = re.compile(r"\\textquotesingle(?:\{\}|\s|(?![A-Za-z]))")


def _plain(text: str) -> str:
    """Without TeX, and without what publishers left of HTML."""
    if "\\" in text:
        text = _RELAX.sub("", _QUOTE.sub("'", text))
    return markup.plain(latex.plain(text, braces=True))


def _title(kind: str, entry: Entry) -> str:
    title = entry.any("title") or (entry.any("booktitle", "maintitle") if kind in _PARENTS else "")
    subtitle = entry.any("subtitle")
    return f"{title}: {subtitle}" if title and subtitle else title


_ABBREVIATED = re.compile(r"\\([A-Za-z]+)")  # `\apj`: ADS leaves journals to AASTeX


def _venue(entry: Entry) -> str:
    book = ["booktitle"] if entry.any("title") else []  # or it is the title
    said = entry.any("journaltitle", "journal", *book, "eventtitle")
    found = _ABBREVIATED.fullmatch(said)
    return found[1] if found else readable(_plain(said))


def _categories(entry: Entry) -> tuple[str, ...]:
    """arXiv's, then the keywords."""
    keywords = _plain(entry.any("keywords", "keyword"))
    words = [entry.any("primaryclass", "eprintclass"), *keywords.split(";" if ";" in keywords else ",")]
    return tuple(dict.fromkeys(word for one in words if (word := readable(one))))


_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)")


def _published(entry: Entry) -> str:
    """`date`, or what `year`, `month` and `day` say together."""
    if date := _dates.iso(_plain(entry.any("date"))):
        return date
    told = (entry.any(name).replace("~", " ") for name in ("year", "month", "day"))
    year, month, day = (readable(_plain(words)) for words in told)
    if found := _YEAR.search(year):  # `in press, 2020`, `2020a`
        year = found[0]
    said = [_dates.ymd(year, month, day), _dates.iso(f"{month} {year}"), _dates.iso(year)]
    return max(said, key=len)


_AND = re.compile(r"[{}]| and ", re.IGNORECASE)


def _authors(text: str) -> tuple[str, ...]:
    """The names between the `and`s that stand in no braces."""
    line, depth, start, names = " ".join(text.split()), 0, 0, []
    for mark in _AND.finditer(line):
        depth += (mark[0] == "{") - (mark[0] == "}")
        if depth <= 0 and mark[0] not in "{}":
            names.append(line[start : mark.start()])
            start = mark.end()
    return _names.known(map(_name, [*names, line[start:]]))


_PART = re.compile(r"(family|given|prefix|suffix)\s?=\s?(\{[^{}]*\}|[^,]*)")


def _name(name: str) -> str:
    """A name in braces is a group's; BibLaTeX also has `family=Berg, given=Ada, prefix=van`."""
    name = name.strip()
    words = readable(_plain(name))
    if "family=" in name:
        parts = {part: _plain(said) for part, said in _PART.findall(name)}
        return _names.joined(*(parts.get(part, "") for part in ("given", "prefix", "family", "suffix")))
    if name.startswith("{") and name.endswith("}") and _is_one_group(name):
        return words
    return _names.natural(words)


def _is_one_group(name: str) -> bool:
    """Whether the first brace closes with the last: `{A, B {\\&} C}`, not `{A} and {B}`."""
    depth = 0
    for at, sign in enumerate(name):
        depth += (sign == "{") - (sign == "}")
        if not depth:
            return at == len(name) - 1
    return False


def _address(text: str) -> str:
    """A web address without TeX's escapes."""
    return re.sub(r"\\(?=[_%&#~{}$^])|[{}]|\\url(?![A-Za-z])", " " if "\\url" in text else "", text)


# --- its ids ---

_PLACES = ("journal", "journaltitle", "volume", "number", "eid", "note", "howpublished", "pages")
_ARXIV = re.compile(
    r"(?:corr[,:]? )?(?:arxiv(?: e-?prints?| preprint)?[,:]? )?(?=arxiv:|abs/)(?:abs/)?", re.IGNORECASE
)


def _ids(entry: Entry, links: list[str]) -> list[Id | None]:
    doi = re.sub(r"[{}\\]", "", entry.any("doi"))
    key = entry.key if entry.key.lower().startswith("dblp:") else ""
    return [
        identifiers.doi(doi),
        *_eprint(entry),
        identifiers.pmid(entry.any("pmid")),
        identifiers.pmcid(entry.any("pmcid", "pmc")),
        *(_in_words(entry.any(name)) for name in _PLACES),
        identifiers.dblp(key),
        *map(identifiers.of_link, links),
    ]


def _eprint(entry: Entry) -> list[Id | None]:
    archive = readable(entry.any("archiveprefix", "eprinttype", "archive")).lower()
    eprint = re.sub(r"[{}\\]", "", entry.any("eprint", "arxivid", "arxiv"))
    kinds = {
        "": identifiers.arxiv,
        "arxiv": identifiers.arxiv,
        "pubmed": identifiers.pmid,
        "pmid": identifiers.pmid,
        "pmcid": identifiers.pmcid,
    }
    return [kinds[archive](eprint)] if archive in kinds else []


def _in_words(text: str) -> Id | None:
    """The id in a field that says nothing but `arXiv preprint arXiv:2401.00001`, `abs/2401.00001` or `PMID: 123`."""
    words = readable(re.sub(r"[{}\\]", "", text))
    if words.lower().startswith("pmid:"):
        return identifiers.pmid(words)
    found = _ARXIV.match(words)
    return identifiers.arxiv(words[found.end() :]) if found else None
