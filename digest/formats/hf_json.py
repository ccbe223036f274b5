"""What Hugging Face's API says of papers (huggingface.co/docs/hub/api; read off answers of 2024 to 2026).

    /api/daily_papers            [{"paper": {…}, "publishedAt", "title", "summary", "numComments", "submittedBy", …}]
    /api/papers/search           the same
    /api/papers/<id>             the inner object alone: id, authors[]._id, title, summary, upvotes, discussionId …

Kept as the answer came, re-indented, one object a line, or inside an envelope (`papers`, `dailyPapers`, `data`).

Traps: `upvotes` and `discussionId` stand behind the authors, of whom there may be hundreds; `_id` does not. The outer
`publishedAt` is not the paper's. `githubRepo`, `projectPage` and `organization` come and go.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest.formats import _hf, _json
from digest.formats._head import Head
from digest.papers import Paper, Reject

PATHS = ("[]", "papers[]", "dailyPapers[]", "data[]", "results[]", "")


def sniff(head: Head) -> bool:
    """Authors with Hugging Face's internal ids, or a paper with what only Hugging Face counts."""
    if not head.is_json:
        return False
    return (
        head.has("id", "authors[]._id", "authors[].name")
        or head.has("paper.id", "paper.title", "paper.upvotes")
        or head.has("paper.id", "paper.title", "numComments")
        or head.has("id", "title", "summary", "discussionId")
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the answer."""
    yield from _json.papers(dump, _hf.of_record, *PATHS)
