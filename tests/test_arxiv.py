"""arXiv's formats: what golden documents cannot show."""

from datetime import UTC, datetime
from io import BytesIO

import pytest

from digest import formats
from digest.errors import DumpError
from digest.formats import _arxiv
from digest.papers import Paper, Reject

RECEIVED = datetime(2026, 11, 21, 6, tzinfo=UTC)


def read(name: str, text: str) -> list[Paper | Reject]:
    """What a format reads of a document."""
    return list(formats.read(name, BytesIO(text.encode()), RECEIVED))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Quill and Bo Tanaka", ("Ada Quill", "Bo Tanaka")),
        ("A. Quill (1 and 2), B. Tanaka (2) ((1) Here, There, (2) Elsewhere)", ("A. Quill", "B. Tanaka")),
        ("Mikkel {\\O}rn, Bro\\v{n}a Lamp, and Jan \\'{E}ter", ("Mikkel Ørn", "Broňa Lamp", "Jan Éter")),
        (
            "The Lamp Collaboration: A. One, B. Two, Jr., et al.",
            ("The Lamp Collaboration", "A. One", "B. Two Jr."),
        ),
        ("A. One (on behalf of the Lamp team) for the LIT Collaboration", ("A. One", "LIT Collaboration")),
        ("Daniel P\\\\'erez", ("Daniel Pérez",)),
        ("A. One (Somewhere, cut", ("A. One",)),
        ("Alexander Andersson, Sandy Brandt", ("Alexander Andersson", "Sandy Brandt")),
        ("", ()),
    ],
)
def test_authors_of_a_line(line: str, names: tuple[str, ...]) -> None:
    assert _arxiv.authors(line) == names


@pytest.mark.parametrize(
    "comments",
    [
        "This paper has been withdrawn by the author due to an error",
        "Withdrawn",
        "12 pages, withdrawn",
        "Paper withdrawn due to an error in eq. 3",
        "The authors have withdrawn this paper",
        "This submission has been withdrawn by arXiv administrators",
        "This paper is temporarily withdrawn",
        "Withdrawn from arXiv",
        "This article has been retracted by the authors",
    ],
)
def test_comments_that_withdraw(comments: str) -> None:
    assert _arxiv.withdrawn(comments, "")


@pytest.mark.parametrize(
    "comments",
    [
        "Comment on arXiv:2401.00001 which has been withdrawn",
        "supersedes the withdrawn paper 2401.00001",
        "Theorem 3 has been withdrawn",
        "withdrawn from the lamp conference",
        "This paper has been withdrawn from the workshop",
        "A previous version was withdrawn",
        "not withdrawn",
    ],
)
def test_comments_that_do_not_withdraw(comments: str) -> None:
    assert not _arxiv.withdrawn(comments, "")


@pytest.mark.parametrize(
    ("abstract", "gone"),
    [
        ("This paper has been withdrawn by the author.", True),
        ("We light lamps. This paper has been withdrawn due to an error.", True),
        ("Withdrawn.", True),
        ("We study papers. The paper was retracted by its journal in 40% of cases.", False),
        ("Withdrawn patients were followed.", False),
        ("We ask why authors have withdrawn papers.", False),
    ],
)
def test_abstracts(abstract: str, gone: bool) -> None:
    assert _arxiv.withdrawn("", abstract) is gone


@pytest.mark.parametrize(
    ("comments", "venue"),
    [
        (
            "18 pages, 13 figures. Accepted by Phys. Rev. Lamps. Code available",
            "Accepted by Phys. Rev. Lamps",
        ),
        ("9 pages; ICML 2026", "ICML 2026"),
        ("9 pages, 3 figures", ""),
        ("accepted at LAMPS, see https://example.org/x", "accepted at LAMPS, see"),
    ],
)
def test_venues(comments: str, venue: str) -> None:
    assert _arxiv.venue("", comments) == venue


def test_the_month_of_an_id() -> None:
    assert _arxiv.month("arxiv:2401.00001") == "2024-01"
    assert _arxiv.month("arxiv:hep-th/9712085") == "1997-12"
    assert _arxiv.month("doi:10.5555/1") == ""


FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/x</id>{}</feed>"""


def test_an_error_of_the_api_says_what_arxiv_said() -> None:
    error = (
        "<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title><summary>bad id</summary></entry>"
    )
    with pytest.raises(DumpError, match="bad id"):
        read("arxiv_api", FEED.format(error))


def test_answers_without_papers_are_no_errors() -> None:
    assert read("arxiv_api", FEED.format("")) == []
    channel = '<rss version="2.0"><channel><title>cs.CL updates on arXiv.org</title></channel></rss>'
    assert read("arxiv_feed", channel) == []
    answer = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{}</OAI-PMH>'
    assert read("arxiv_oai", answer.format('<error code="noRecordsMatch"/>')) == []
    mail = "Send any comments regarding submissions directly to submitter.\n" + "-" * 78 + "\n"
    assert read("arxiv_mail", mail) == []


@pytest.mark.parametrize(
    "said", ['<error code="badArgument">no such set</error>', "<ListIdentifiers><header/></ListIdentifiers>"]
)
def test_other_answers_of_an_archive_are_errors(said: str) -> None:
    with pytest.raises(DumpError, match=r"badArgument: no such set|ask for ListRecords"):
        read("arxiv_oai", f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{said}</OAI-PMH>')


def test_a_page_of_elements_in_elements_is_read() -> None:
    deep = (
        "<dl id='articles'><dt>arXiv:2401.00001</dt><dd><div class='list-title'>" + "<i>" * 3000 + "x</div>"
    )
    assert len(read("arxiv_listing_page", deep)) <= 1
