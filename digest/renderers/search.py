"""The titles and authors of a digest's papers, for the search of its index.

A script that sets one name: a page that was opened from the file system may load no other kind of file beside it.
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import Literal

import msgspec
from jinja2 import Environment

from digest.issue import Archive, Head
from digest.papers import readable
from digest.renderers._shown import AUTHORS_SHOWN
from digest.templating import day

FILE = "search.js"
READS: Literal["archive"] = "archive"

# Papers, in whole issues, newest first: a year of 27 a day, in a file of about 1 MB. What is read anew with every
# issue (0.2 s for so many) must not grow for ever.
SEARCHED = 10_000


def render(archive: Archive, templates: Environment) -> Iterator[str]:
    """`[page, date, [title, authors, title, authors, …]]` of each issue; its n-th paper is the page's `#paper-n`.

    Beside them the number of older issues that the search does not know.
    """
    known = _known(archive)
    yield f"var digestSearch = {{older: {len(archive.heads) - len(known)}, issues: [\n"
    for head in known:
        yield f"{_said(archive, head)},\n"
    yield "]};\n"


def _known(archive: Archive) -> list[Head]:
    """The newest issues, until SEARCHED papers are reached."""
    given = accumulate((head.papers for head in archive.heads), initial=0)
    return [head for head, before in zip(archive.heads, given, strict=False) if before < SEARCHED]


def _said(archive: Archive, head: Head) -> str:
    words: list[str] = []
    for paper in archive.titles(head):
        words += (readable(paper.title), readable(", ".join(paper.authors[:AUTHORS_SHOWN])))
    page = f"{head.folder}/digest.html" if "html" in head.outputs else ""
    return msgspec.json.encode((page, day(head.date), words)).decode()
