"""BibTeX and RIS: what other programs, and our own readers, find in them."""

import re
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from typing import BinaryIO, cast

import pytest
import rispy  # type: ignore[import-untyped]  # it ships no types
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from hypothesis import given
from hypothesis import strategies as st

from digest import citations, formats
from digest.issue import Card, Link
from digest.papers import Paper, readable
from tests import issues

PAGES = (Link("arXiv", "https://arxiv.org/abs/2401.00001"), Link("DOI", "https://doi.org/10.1000/a_b%281%29"))


def bib_fields(text: str) -> list[dict[str, str]]:
    """What bibtexparser reads; nothing may be left over, and no entry broken."""
    text = text.replace(r"\textbraceleft{}", "‹").replace(
        r"\textbraceright{}", "›"
    )  # pylatexenc knows neither
    library = parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    assert not library.failed_blocks
    assert len(library.blocks) == len(library.entries)
    return [{field.key: field.value for field in entry.fields} for entry in library.entries]


def read(name: str, text: str) -> list[Paper]:
    """What our own reader of this format finds; no reject."""
    found = list(
        formats.read(
            name, cast(BinaryIO, BufferedReader(BytesIO(text.encode()))), datetime(2026, 11, 21, tzinfo=UTC)
        )
    )
    assert all(isinstance(one, Paper) for one in found)
    return cast(list[Paper], found)


def test_bibtex_says_what_the_card_says() -> None:
    card = issues.card(7, links=PAGES, n_authors=5)
    assert citations.bibtex(card, abstract=False) == (
        "@misc{example2026forgetting-0007,\n"
        "  title = {{Forgetting on Purpose, Part 7: Pruning with a Patient Teacher}},\n"
        "  author = {Ada Example and Bo Łukasz and Chidi Sample and others},\n"
        "  year = {2026},\n"
        "  month = {nov},\n"
        "  eprint = {2401.00001},\n"
        "  archiveprefix = {arXiv},\n"
        "  doi = {10.1000/a_b(1)},\n"
        "  url = {https://arxiv.org/abs/2401.00001}\n"
        "}\n"
    )
    assert bib_fields(citations.bibtex(card))[0]["abstract"] == card.abstract.strip()


def test_ris_says_what_the_card_says() -> None:
    card = issues.card(7, links=PAGES)
    [record] = rispy.loads(citations.ris(card))
    assert record == {
        "type_of_reference": "JOUR",
        "id": "example2026forgetting-0007",
        "title": card.title,
        "authors": ["Example, Ada", "Łukasz, Bo", "Sample, Chidi"],
        "year": "2026",
        "date": "2026/11/20",
        "abstract": card.abstract.strip(),
        "doi": "10.1000/a_b(1)",
        "accession_number": "arXiv:2401.00001",
        "urls": ["https://arxiv.org/abs/2401.00001"],
    }


def test_our_own_readers_find_the_paper_again() -> None:
    card = issues.card(7, links=PAGES)
    for name, text in (("bibtex", citations.bibtex(card)), ("ris", citations.ris(card))):
        [paper] = read(name, text)
        assert (paper.title, paper.abstract, paper.authors) == (
            card.title,
            card.abstract.strip(),
            card.authors,
        )
        assert set(paper.ids) == {"arxiv:2401.00001", "doi:10.1000/a_b(1)"}
        assert paper.published.startswith("2026-11")


SIGNS = "\\ { } {{ }} \\} \\{ % & $ # _ ^ ~ @misc{x, \" ' = , ER  - TY  - JOUR"


@pytest.mark.parametrize(
    "text", [*issues.HOSTILE, SIGNS, "}", "{", "\\", "a\\}b{", "f({a}, {b})", "@comment{", "100%"]
)
def test_no_text_opens_or_ends_anything(text: str) -> None:
    cards = [issues.card(1), issues.card(2, title=text, abstract=text, authors=(text,)), issues.card(3)]
    plain = readable(text)
    entries = bib_fields("".join(map(citations.bibtex, cards)))
    assert [entries[place]["title"] for place in (0, 2)] == [cards[0].title, cards[2].title]
    assert squeezed(entries[1]["title"]) == squeezed(plain)
    assert squeezed(entries[1]["abstract"]) == squeezed(plain)
    records = rispy.loads("".join(map(citations.ris, cards)))
    assert [record["title"] for record in records] == [cards[0].title, plain, cards[2].title]
    assert records[1]["abstract"] == plain


def squeezed(text: str) -> str:
    """As TeX shows it, without spaces: TeX has one after a command, and pylatexenc does not always take it away."""
    dashes = text.replace("---", "—").replace("--", "–").replace("``", "“")  # what TeX makes of them
    return re.sub(r"\s", "", dashes.replace("‹", "{").replace("›", "}").replace("ˆ", "^"))


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_written_an_entry_is_one(title: str, name: str) -> None:
    card = issues.card(1, title=f"x {title}", authors=(name, "Ada Example"))
    text = citations.bibtex(card)
    assert text.count("{") == text.count("}")
    depth = 0
    for sign in re.findall(r"[{}]", text[:-2]):  # BibTeX counts braces whatever stands before them
        depth += 1 if sign == "{" else -1
        assert depth > 0
    assert re.findall(r"(?m)^  \w+ = |^@misc", text)[:3] == ["@misc", "  title = ", "  author = "]
    assert len(text.splitlines()) == 2 + text.count("\n  ")
    record = citations.ris(card)
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in record.split("\n")[:-1])
    assert record.count("\nER  - ") == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ada Example", "Example, Ada"),
        ("Jan van der Berg", "van der Berg, Jan"),
        ("Vincent Van Gogh", "Van Gogh, Vincent"),
        ("Sammy Davis Jr.", "Davis, Sammy, Jr."),
        ("Plato", "Plato"),
        ("de la Cruz", "de la Cruz"),
        ("De La Cruz", "De La Cruz"),
        ("Di Wang", "Wang, Di"),
        ("Lukasz Golab", "Golab, Lukasz"),
        ("Example, Ada", "Example, Ada"),
        ("The Lighthouse Collaboration", "The Lighthouse Collaboration"),
    ],
)
def test_names_are_turned_round(name: str, said: str) -> None:
    assert citations.inverted(name) == said


def test_a_name_that_bibtex_would_cut_in_two_is_in_braces() -> None:
    text = citations.bibtex(issues.card(1, authors=("Research and Development", "Bo, Inc", "Ada Example")))
    assert "author = {{Research and Development} and {Bo, Inc} and Ada Example}," in text


def test_keys_of_an_issue_are_its_own_and_plain() -> None:
    cards = [issues.card(n, title="On the Same", authors=()) for n in range(1, 300)]
    keys = [citations.key(card) for card in cards]
    assert len(set(keys)) == len(keys)
    odd = issues.card(1, title="«Ω»", authors=("Łukasz Đặng-O’Neil",))
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in [*keys, citations.key(odd)])


def test_what_is_not_told_is_not_said() -> None:
    bare = Card(entry="urn:x:1", work=1, title="Only a title", arrived=issues.NOW)
    assert citations.bibtex(bare) == "@misc{only-rnx1,\n  title = {{Only a title}}\n}\n"
    assert "PY" not in citations.ris(bare)
    search = Link("Search by title", "https://scholar.google.com/scholar?q=Only+a+title")
    assert "scholar" not in citations.bibtex(issues.card(1, links=(search,)))
    assert "month" not in citations.bibtex(issues.card(1, published="2019"))
    assert "year" not in citations.bibtex(issues.card(1, published="spring"))
