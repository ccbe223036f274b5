"""Answers of arXiv's API: Atom, one `entry` per paper (info.arxiv.org/help/api/user-manual.html; captures of 2026).

    feed     opensearch:totalResults …
      entry    id (http://arxiv.org/abs/2401.00001v2: always with a version), title, summary, published (of v1),
               updated (of this version), author/name, author/arxiv:affiliation, arxiv:primary_category/@term,
               category/@term, arxiv:comment, arxiv:journal_ref, arxiv:doi

Titles and abstracts keep TeX and hard line breaks. An error is a valid feed whose only entry leads to `api/errors`;
an answer without entries is one to a question that nothing fits. Users put several answers into one file.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers
from digest.errors import DumpError
from digest.formats import _arxiv, _dates, _xml
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import Paper, Reject, paper, readable, reject

if TYPE_CHECKING:
    from lxml.etree import _Element


def sniff(head: Head) -> bool:
    """An Atom feed of search results (announcements have none) with arXiv's elements or arXiv's address."""
    if head.root != "feed" or b"a9.com/-/spec/opensearch" not in head.data:
        return False
    return b"http://arxiv.org/schemas/atom" in head.data or b"arxiv.org/api/" in head.data


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The entries of all answers in the file; DumpError if arXiv answered with an error only."""
    return _xml.papers(dump, _paper, "entry")


def _paper(where: str, entry: "_Element") -> Paper | Reject:
    said: dict[str, str] = {}
    names, org, terms = [], "", []
    for one in entry.iter(*_USED):
        name = _local(str(one.tag))
        if name == "name":
            names.append(one.text or "")
        elif name == "category":
            terms.append(one.get("term", ""))
        elif name == "primary_category":
            terms.insert(0, one.get("term", ""))
        elif name == "affiliation":
            org = org or (one.text or "" if len(names) == 1 else "")
        elif name not in said:
            said[name] = one.text or ""
    return _made(where, said, names, org, terms)


_USED = (
    *("{*}id", "{*}title", "{*}summary", "{*}published", "{*}comment", "{*}journal_ref", "{*}doi"),
    *("{*}name", "{*}affiliation", "{*}category", "{*}primary_category"),
)


@lru_cache(256)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


_day = lru_cache(4096)(_dates.iso)


def _made(where: str, said: dict[str, str], names: list[str], org: str, terms: list[str]) -> Paper | Reject:
    address, abstract, comment = (said.get(name, "") for name in ("id", "summary", "comment"))
    if "api/errors" in address:
        answer = readable(abstract)
        if where == "record 1":
            raise DumpError(
                f"arXiv answered with an error instead of papers: {answer!r}: correct the query, ask again"
            )
        return reject(where, f"arXiv answered with an error: {answer}", address)
    return paper(
        where,
        said.get("title", ""),
        abstract,
        ids=(identifiers.arxiv(address), *_arxiv.dois(said.get("doi", ""))),
        resolve=latex.plain,
        authors=tuple(name for one in names if (name := readable(latex.plain(one)))),
        org=readable(latex.plain(org)) if org else "",
        venue=_arxiv.venue(said.get("journal_ref", ""), comment),
        categories=tuple(dict.fromkeys(term for one in terms if (term := readable(one)))),
        published=_day(said.get("published", "")[:10]),
        links=_arxiv.links(comment, abstract),
        withdrawn=_arxiv.withdrawn(comment, abstract),
    )
