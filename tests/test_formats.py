"""One suite for every format: it runs itself over every file of `digest/formats/` and every golden document."""

import random
import re
import unicodedata
from pathlib import Path

import pytest

from digest import formats, identity, plugins
from digest.errors import DumpError
from digest.formats import Head
from digest.papers import Paper, Reject, readable
from tests import golden

NAMES = plugins.names("formats")
DOCUMENTS = golden.documents()
each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=[f"{path.parent.name}/{path.name}" for path in DOCUMENTS]
)


@pytest.mark.parametrize("name", NAMES)
def test_a_format_has_a_golden_document(name: str) -> None:
    assert any(path.parent.name == name for path in DOCUMENTS)


@each_document
def test_a_golden_document_gives_what_it_should(document: Path) -> None:
    found = golden.said(document.parent.name, document.read_bytes())
    assert found == golden.expected(document)
    assert len(found.papers) + len(found.rejects) == found.records > 0


@each_document
def test_only_its_own_format_knows_it(document: Path) -> None:
    head = Head(document.read_bytes()[: formats.SNIFFED])
    mine = document.parent.name
    generic = hasattr(formats.load(mine), "GENERIC")
    rivals = [name for name in NAMES if generic or not hasattr(formats.load(name), "GENERIC")]
    knows = [name for name in rivals if formats.load(name).sniff(head)]
    assert mine in knows
    if not generic:
        assert knows == [mine]
    assert formats.recognise(head) == mine


@each_document
def test_its_papers_are_papers(document: Path) -> None:
    for one in golden.read(document.parent.name, document.read_bytes()):
        assert one.where
        if isinstance(one, Reject):
            assert one.reason
            continue
        check(one)


def check(paper: Paper) -> None:
    """What holds of every paper, whoever read it."""
    assert any(map(str.isalnum, paper.title))
    for text in (paper.title, paper.abstract, paper.org, paper.venue, *paper.authors, *paper.categories):
        assert text == readable(text)
        assert text == unicodedata.normalize("NFC", text)
    assert all(paper.authors)
    assert paper.n_authors is None or paper.n_authors >= 0
    assert re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", paper.published), paper.published
    kinds = [key.partition(":")[0] for key in paper.ids]
    assert len(kinds) == len(set(kinds))
    assert identity.keys(paper)
    assert all(
        link.startswith(("http://", "https://")) and not re.search(r"\s", link) for link in paper.links
    )
    assert paper.version is None or paper.version > 0


@each_document
def test_a_document_that_breaks_off_loses_no_more_than_its_end(document: Path) -> None:
    """Cut anywhere, it is read as far as it goes: the papers before the cut are there, and nothing is raised but
    the refusal of the whole.
    """
    data, name = document.read_bytes(), document.parent.name
    chance = random.Random(len(data))
    for cut in sorted(chance.sample(range(len(data)), min(40, len(data)))):
        try:
            found = golden.read(name, data[:cut])
        except DumpError:
            continue
        assert len(found) <= golden.expected(document).records + 1
        for one in found:
            if isinstance(one, Paper):
                check(one)


@each_document
def test_noise_is_a_reject_and_no_exception(document: Path) -> None:
    data, name = document.read_bytes(), document.parent.name
    chance = random.Random(document.name)
    for _ in range(30):
        noisy = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(noisy))
            noisy[at : at + chance.randint(0, 4)] = chance.randbytes(chance.randint(0, 4))
        try:
            found = golden.read(name, bytes(noisy))
        except DumpError:
            continue
        for one in found:
            if isinstance(one, Paper):
                check(one)
