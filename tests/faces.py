"""The three files that people look at: the HTML of a mail, the page of an issue, the archive of a digest."""

import email
import os
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests import homes

FACES = ("mail", "page", "archive")
OUTPUTS = ("markdown", "html", "text", "mail", "atom", "rss", "jsonfeed", "bibtex", "ris")
PUBLIC = "https://digest.example.org"

DUMPS = os.environ.get("DIGEST_DUMPS", "")
needs_dumps = pytest.mark.skipif(not DUMPS, reason="DIGEST_DUMPS names no folder of real dumps")

GROUPS = (
    {
        "heading": "Compression and efficiency",
        "match": '(prun* OR quantiz* OR compress* OR sparse OR "knowledge distillation") NOT title:survey',
        "limit": 20,
    },
    {"heading": "Language", "match": 'LLM OR "language model" OR translation OR speech'},
    {"heading": "Images & video", "match": "image OR video OR vision OR GAN OR diffusion"},
    {"heading": "Everything else", "match": "*"},
)
# When, and of what: hundreds of papers, two, and forty with a dump that could not be read.
_BUILT = (
    ("2026-07-03", ("huggingface_text/001_*.txt",)),
    ("2026-09-11", ("arxiv_api_atom/query_swiss.xml",)),
    (
        "2026-11-20",
        (
            "huggingface_text/000_*.txt",
            "arxiv_api_atom/query_2026-06-14.xml",
            "arxiv_api_atom/error_bad_id.xml",
        ),
    ),
)


def of_real_dumps(path: Path) -> Path:
    """The outbox of a digest with three issues in three months, made of real dumps."""
    schedule = homes.schedule(GROUPS, title="Daily Papers", outputs=list(OUTPUTS))
    home = homes.make(path, f'public = "{PUBLIC}"\n', daily=schedule)
    for day, names in _BUILT:
        dumps = [("--dump", found) for name in names for found in Path(DUMPS).glob(name)]
        assert len(dumps) == len(names)
        unread = 3 if "arxiv_api_atom/error_bad_id.xml" in names else 0
        homes.build(home, *(word for dump in dumps for word in dump), now=f"{day}T07:00+00:00", code=unread)
    return home / "outbox"


def of_nothing(path: Path) -> Path:
    """The outbox of a digest with one issue, in which no paper stands."""
    groups = [{"heading": "Nothing", "match": "title:nobodywritesthis"}]
    home = homes.make(path, daily=homes.schedule(groups, empty="send", outputs=list(OUTPUTS)))
    homes.run(home, "run", "--once", now="2026-11-19T08:00+00:00")
    homes.drop(home, "page.txt", 1, 2)
    homes.run(home, "run", "--once")
    return home / "outbox"


def newest(outbox: Path, digest: str = "daily") -> Path:
    """The folder of its newest issue."""
    return max(file.parent for file in (outbox / digest).glob("*/issue.json"))


def face(outbox: Path, kind: str, digest: str = "daily") -> Path:
    """One of FACES: of the newest issue, as a file that a browser opens."""
    issue = newest(outbox, digest)
    if kind == "mail":
        return mail(issue)
    return {"page": issue / "digest.html", "archive": issue.parent / "index.html"}[kind]


def mail(issue: Path) -> Path:
    """The HTML of the issue's mail as a file."""
    file = issue.parent.parent.parent / f"{issue.parent.name}-{issue.name}-mail.html"
    file.write_text(part(issue, "html"), encoding="utf-8")
    return file


def message(issue: Path) -> EmailMessage:
    """The issue's mail as the standard library reads it."""
    found = email.message_from_bytes((issue / "digest.eml").read_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def part(issue: Path, subtype: str) -> str:
    """The text or the HTML of the issue's mail."""
    body = message(issue).get_body((subtype,))
    assert body is not None
    assert not body.defects
    words = body.get_content()
    assert isinstance(words, str)
    return words.replace("\r\n", "\n")
