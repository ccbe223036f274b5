"""Text copies of Hugging Face's lists of papers that show more than hf_text reads: headings, links, submitters.

    search     upvotes or `-` / title / abstract / `• 3 authors` or organisation / `·` / `Mar 8, 2024`, comments
    daily      `Submitted by` / user / upvotes / title / `·` / `533 authors` / comments; no abstract
               glued: `·10 authors631`
    trending   title / abstract or machine-written summary / `4 authors` / `· Published on Sep 4, 2026` / `Upvote` /
               22 / `GitHub 3.29k` / `arXiv Page`; every card stands there twice, once for phones

Copies by browsers, html2text, Markdown clippers and scrapers differ in blank lines, brackets and links; _hf_lines makes
them alike, _hf_cards reads them.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest.formats import _hf_cards, _hf_lines
from digest.formats._head import Head
from digest.papers import Paper, Reject

_OTHER = re.compile(r'\s*(?:[<{@%|]|\[\s*[\[{"\d\]])')


def sniff(head: Head) -> bool:
    """A list of cards with headings, links or submitters in it, and what only Hugging Face writes around them."""
    text = head.text
    if _OTHER.match(text) or _hf_lines.is_page_of_one(text) or not _hf_lines.is_marked(text):
        return False
    if any(_hf_lines.INVITATION.match(line.lstrip("# ")) for line in head.lines[:200]):
        return True
    authors = any(_hf_lines.AUTHORS.fullmatch(line.strip("*[]· ")) for line in head.lines)
    glued = bool(re.search(r"^[^\w\n]{0,9}·[ \t]{0,9}\n{0,3}\d+ authors?", text, re.MULTILINE))
    own = _hf_lines.SUBMITTED.search(text) or _hf_lines.PAPER_HEADING.search(text) or "arXiv Page" in text
    return bool(own and (authors or glued or "arXiv Page" in text)) or (glued and "](" not in text)


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the list."""
    yield from _hf_cards.papers(_hf_lines.lines(dump), received)
