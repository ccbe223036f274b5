"""The links of a card: the paper's page, its PDF, its code, then the rest, each labelled as what it is."""

import pytest

from digest.identity import Work
from digest.issue import MOST_LINKS, links

ARXIV = ("arXiv page", "https://arxiv.org/abs/2401.00001")
ITS_PDF = ("PDF", "https://arxiv.org/pdf/2401.00001")


def work(*urls: str, keys: tuple[str, ...] = (), title: str = "A title") -> Work:
    return Work(
        title=title, abstract="", authors=(), n_authors=None, org="", venue="", categories=(), published="",
        comments=None, upvotes=None, links=urls, keys=keys, version=None, withdrawn=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (work(keys=("arxiv:2401.00001",)), [ARXIV, ITS_PDF]),
        (  # the same page and the same PDF by other addresses
            work(
                "http://arxiv.org/abs/2401.00001v2",
                "https://arxiv.org/pdf/2401.00001v2.pdf",
                "https://huggingface.co/papers/2401.00001",
                "https://github.com/a/b",
                keys=("arxiv:2401.00001",),
            ),
            [
                ARXIV,
                ITS_PDF,
                ("Code", "https://github.com/a/b"),
                ("Hugging Face", "https://huggingface.co/papers/2401.00001"),
            ],
        ),
        (
            work(
                "https://www.biorxiv.org/content/10.1101/2020.01.01.000001v1",
                "https://www.biorxiv.org/content/10.1101/2020.01.01.000001v1.full.pdf",
                keys=("arxiv:2401.00001", "preprint:10.1101/2020.01.01.000001"),
            ),
            [
                ARXIV,
                ITS_PDF,
                ("PDF", "https://www.biorxiv.org/content/10.1101/2020.01.01.000001v1.full.pdf"),
                ("DOI", "https://doi.org/10.1101/2020.01.01.000001"),
            ],
        ),
        (work(keys=("openreview:abc",)), [
            ("OpenReview page", "https://openreview.net/forum?id=abc"),
            ("PDF", "https://openreview.net/pdf?id=abc"),
        ]),
        (work("https://www.lab.example/x.PDF?a=1", "https://www.lab.example/x"), [
            ("lab.example page", "https://www.lab.example/x"),
            ("PDF", "https://www.lab.example/x.PDF?a=1"),
        ]),
        (work("https://github.com/a/b"), [("Code", "https://github.com/a/b")]),
        (work("https://github.io/a", "https://a.github.io/pdfs"), [
            ("github.io page", "https://github.io/a"),
            ("a.github.io", "https://a.github.io/pdfs"),
        ]),
        (work(title="a & b"), [("Search by title", "https://scholar.google.com/scholar?q=a+%26+b")]),
        (work("https://[broken"), [("https://[broken", "https://[broken")]),
    ],
)  # fmt: skip
def test_links_are_labelled_and_in_order(given: Work, wanted: list[tuple[str, str]]) -> None:
    assert [(link.label, link.url) for link in links(given)] == wanted


def test_no_paper_has_more_links_than_anybody_reads() -> None:
    urls = [f"https://example.org/{number}" for number in range(30)]
    found = links(work(*urls, "https://github.com/a/b"))
    assert len(found) == MOST_LINKS
    assert found[1].label == "Code"
