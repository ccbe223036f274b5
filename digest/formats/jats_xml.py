"""Articles in JATS, the XML of PubMed Central, Europe PMC, bioRxiv and most publishers.

    <article article-type="research-article"> or <pmc-articleset><article>…
      <front> <journal-meta> journal-title
        <article-meta> article-id, title-group/article-title, contrib-group/contrib, aff, pub-date, abstract, kwd-group

The facts are from the standard (jats.nlm.nih.gov) and from PMC's tagging guidelines. Traps: several abstracts (of
pictures, for laymen, in other languages); sections of an abstract with titles; formulas given as MathML and as a whole
TeX document; footnote marks in titles; several dates. References, sub-articles and what reviewers say stay outside.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest.formats import _jats, _xml
from digest.formats._head import Head
from digest.papers import Paper, Reject


def sniff(head: Head) -> bool:
    """The root of one article or of PMC's set of them, with JATS's front matter."""
    if head.root == "pmc-articleset":
        return True
    return head.root == "article" and "<article-meta" in head.text


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The articles."""
    return _xml.papers(dump, _jats.made, "article", "Reply")
