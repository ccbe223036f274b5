"""Text copies of the page of one paper on Hugging Face (huggingface.co/papers/2401.00001): copied from a browser, made
by html2text or a PDF printer, clipped as Markdown; also several of them in one document.

Their shape is told in _hf_paper; _hf_lines makes the copies alike.

Traps: the first paragraph under `Abstract` may be machine-written. Titles and abstracts are wrapped. Dates of the
running year have no year. The comments below list other papers, and end nowhere.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest.formats import _hf_lines, _hf_paper
from digest.formats._head import Head
from digest.papers import Paper, Reject


def sniff(head: Head) -> bool:
    """`Published on` and a date, with the id above it, the authors or the buttons below it."""
    return not head.root and not head.is_json and _hf_lines.is_page_of_one(head.text)


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The paper, or the papers."""
    yield from _hf_paper.papers(_hf_lines.lines(dump), received)
