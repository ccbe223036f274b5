"""What strangers write where an id belongs → the key, or None: case by case, and for any text at all."""

import re
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import identifiers, identity
from digest.identifiers import Id

Found = tuple[str, int | None] | str | None  # key and version, a key without one, or nothing

ARXIV: dict[str, Found] = {
    "2401.00001": "arxiv:2401.00001",
    " 2401.00001 ": "arxiv:2401.00001",
    "2401.00001v2": ("arxiv:2401.00001", 2),
    "arXiv:2401.00001v12": ("arxiv:2401.00001", 12),
    "ARXIV: 2401.00001": "arxiv:2401.00001",
    "arXiv 2401.00001": "arxiv:2401.00001",
    "arXiv.2401.00001": "arxiv:2401.00001",
    "arXiv:2401.00001v1 [cs.LG]": ("arxiv:2401.00001", 1),
    "oai:arXiv.org:2401.00001": "arxiv:2401.00001",
    "urn:arXiv:2401.00001": "arxiv:2401.00001",
    "http://arxiv.org/abs/2401.00001v1": ("arxiv:2401.00001", 1),
    "https://www.arxiv.org/pdf/2401.00001v3.pdf": ("arxiv:2401.00001", 3),
    "https://arxiv.org/pdf/2401.00001": "arxiv:2401.00001",
    "//export.arxiv.org/abs/2401.00001": "arxiv:2401.00001",
    "arxiv.org/abs/2401.00001/": "arxiv:2401.00001",
    "https://arxiv.org/abs/2401.00001?context=cs#abstract": "arxiv:2401.00001",
    "https://arxiv.org/html/2401.00001v2": ("arxiv:2401.00001", 2),
    "https://huggingface.co/papers/2401.00001": "arxiv:2401.00001",
    "https://huggingface.co/papers/2401.00001.md": "arxiv:2401.00001",
    "https://www.alphaxiv.org/abs/2401.00001v2": ("arxiv:2401.00001", 2),
    "https://ar5iv.labs.arxiv.org/html/2401.00001": "arxiv:2401.00001",
    "https://ar5iv.org/abs/2401.00001": "arxiv:2401.00001",
    "https://doi.org/10.48550/arXiv.2401.00001": "arxiv:2401.00001",
    "10.48550/ARXIV.2401.00001": "arxiv:2401.00001",
    "doi:10.48550/arxiv.hep-th/9901001": "arxiv:hep-th/9901001",
    "hep-th/9901001": "arxiv:hep-th/9901001",
    "hep-th/9901001v3": ("arxiv:hep-th/9901001", 3),
    "math.GT/0309136": "arxiv:math/0309136",
    "math/0309136": "arxiv:math/0309136",
    "cs.CL/0001001": "arxiv:cs/0001001",
    "cond-mat.str-el/0101001": "arxiv:cond-mat/0101001",
    "HEP-TH/9901001": "arxiv:hep-th/9901001",
    "https://arxiv.org/abs/math.GT/0309136v1": ("arxiv:math/0309136", 1),
    "0704.0001": "arxiv:0704.0001",
    "1412.9999": "arxiv:1412.9999",
    "1501.00001": "arxiv:1501.00001",
    "1412.99999": None,  # five digits only since 2015
    "1501.0001": None,
    "704.0001": None,  # a table ate the zero: only who knows the table may put it back
    "2413.00001": None,  # no month
    "2400.00001": None,
    "2401.000011": None,
    "2401.00001x": None,
    "2401.00001 and 2401.00002": None,
    "Follow-up to arXiv:2401.00001": None,
    "see https://arxiv.org/abs/2401.00001": None,
    "https://example.org/abs/2401.00001": None,
    "https://arxiv.org/list/cs.LG/recent": None,
    "no-archive/9901001": None,
    "hep-th/990100": None,
    "12401.00001": None,
    "": None,
    "arXiv:": None,
}
DOI: dict[str, Found] = {
    "10.5555/Example.1": "doi:10.5555/example.1",
    "doi:10.5555/EXAMPLE.1": "doi:10.5555/example.1",
    "DOI 10.5555/x": "doi:10.5555/x",
    "doi = 10.5555/x": "doi:10.5555/x",
    "https://doi.org/10.5555/x": "doi:10.5555/x",
    "http://dx.doi.org/10.5555/x": "doi:10.5555/x",
    "dx.doi.org/10.5555/x": "doi:10.5555/x",
    "//doi.org/10.5555/x": "doi:10.5555/x",
    "info:doi/10.5555/x": "doi:10.5555/x",
    "urn:doi:10.5555/x": "doi:10.5555/x",
    "https://doi.org/10.5555%2Fx.y": "doi:10.5555/x.y",
    "10.5555/x.": "doi:10.5555/x",
    "10.5555/x),": "doi:10.5555/x",
    "10.5555/x;": "doi:10.5555/x",
    "10.1016/S0140-6736(05)66544-0": "doi:10.1016/s0140-6736(05)66544-0",
    "10.1002/(SICI)1097": "doi:10.1002/(sici)1097",
    "10.1016/0370(95)": "doi:10.1016/0370(95)",
    "10.1037//0022-3514.1.1": "doi:10.1037/0022-3514.1.1",
    "https://dl.acm.org/doi/abs/10.1145/1.2": "doi:10.1145/1.2",
    "https://dl.acm.org/doi/pdf/10.1145/1.2?download=true": "doi:10.1145/1.2",
    "https://doi.ieeecomputersociety.org/10.1109/X.2024.1": "doi:10.1109/x.2024.1",
    "https://link.springer.com/article/10.1007/s1-2-3": "doi:10.1007/s1-2-3",
    "https://link.springer.com/content/pdf/10.1007/s1-2-3.pdf": "doi:10.1007/s1-2-3",
    "https://academic.oup.com/x/doi/10.1093/x/y/123456/title-of-it": "doi:10.1093/x/y",
    "https://doi.org/10.48550/arXiv.2401.00001v2": ("arxiv:2401.00001", 2),
    "10.1101/2024.01.01.123456": "preprint:10.1101/2024.01.01.123456",
    "https://www.biorxiv.org/content/10.1101/2024.01.01.123456v2": ("preprint:10.1101/2024.01.01.123456", 2),
    "https://www.medrxiv.org/content/10.1101/2024.01.01.24301v1.full": (
        "preprint:10.1101/2024.01.01.24301",
        1,
    ),
    "https://www.biorxiv.org/content/10.1101/2024.01.01.123456v3.full.pdf": (
        "preprint:10.1101/2024.01.01.123456",
        3,
    ),
    "10.64898/2026.01.01.700001": "preprint:10.64898/2026.01.01.700001",
    "10.1101/gr.123456.111": "doi:10.1101/gr.123456.111",  # a journal of the same registrant
    "10.26434/chemrxiv-2024-abcde/v1": ("preprint:10.26434/chemrxiv-2024-abcde", 1),
    "10.26434/chemrxiv-2024-abcde-v2": ("preprint:10.26434/chemrxiv-2024-abcde", 2),
    "10.21203/rs.3.rs-12345/v3": ("preprint:10.21203/rs.3.rs-12345", 3),
    "10.20944/preprints202401.0001.v1": ("preprint:10.20944/preprints202401.0001", 1),
    "10.2139/ssrn.4000000": "preprint:10.2139/ssrn.4000000",
    "10.31234/osf.io/abcde": "preprint:10.31234/osf.io/abcde",
    "10.5555/a b": None,  # a space
    "10.5555/a–b": None,  # an en dash
    "10.5555/ä": None,
    "10.5555": None,
    "10.5555/": None,
    "11.5555/x": None,
    "10.55/x": None,
    "see 10.5555/x": None,
    "10.5555/x and 10.5555/y": None,
    "https://example.org/10.5555/x": None,
    "n/a": None,
    "": None,
    "10.5555/" + "x" * 600: None,
}
PMID: dict[str, Found] = {
    "12345678": "pmid:12345678",
    "PMID: 12345678": "pmid:12345678",
    "pmid12345678": "pmid:12345678",
    "MEDLINE:12345678": "pmid:12345678",
    "12345678.0": "pmid:12345678",  # a table made a number of it
    "0012345": "pmid:12345",
    "https://pubmed.ncbi.nlm.nih.gov/12345678/": "pmid:12345678",
    "http://www.ncbi.nlm.nih.gov/pubmed/12345678": "pmid:12345678",
    "https://pubmed.ncbi.nlm.nih.gov/12345678/?from=x": "pmid:12345678",
    "0": None,
    "1234567890": None,
    "PMC12345": None,
    "12345678.5": None,
    "1e7": None,
    "": None,
}
PMCID: dict[str, Found] = {
    "PMC1234567": "pmcid:1234567",
    "pmc 1234567": "pmcid:1234567",
    "PMCID: PMC1234567.1": "pmcid:1234567",
    "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1234567/": "pmcid:1234567",
    "https://europepmc.org/articles/1234567": "pmcid:1234567",
    "1234567": None,
    "PMCX": None,
    "": None,
}
OPENREVIEW: dict[str, Found] = {
    "AbCdEf1234": "openreview:AbCdEf1234",
    "https://openreview.net/forum?id=AbCdEf1234": "openreview:AbCdEf1234",
    "https://openreview.net/pdf?id=AbCdEf1234": "openreview:AbCdEf1234",
    "https://openreview.net/forum?referrer=x&id=AbCdEf1234&noteId=y": "openreview:AbCdEf1234",
    "a b": None,
    "short": None,
    "https://openreview.net/group?id=ICLR.cc/2024": None,
}
DBLP: dict[str, Found] = {
    "conf/icml/Doe24": "dblp:conf/icml/Doe24",
    "DBLP:journals/corr/abs-2401-00001": "dblp:journals/corr/abs-2401-00001",
    "https://dblp.org/rec/conf/icml/Doe24.html": "dblp:conf/icml/Doe24",
    "https://dblp.uni-trier.de/rec/conf/icml/Doe24.bib": "dblp:conf/icml/Doe24",
    "https://dblp.org/pid/1/2": None,
    "conf": None,
}
OPENALEX: dict[str, Found] = {
    "W2741809807": "openalex:W2741809807",
    "https://openalex.org/W2741809807": "openalex:W2741809807",
    "https://api.openalex.org/works/w2741809807": "openalex:W2741809807",
    "https://openalex.org/A2741809807": None,
    "W": None,
}
S2: dict[str, Found] = {
    "CorpusId: 123": "s2:123",
    "123": "s2:123",
    "0123456789abcdef0123456789ABCDEF01234567": "s2sha:0123456789abcdef0123456789abcdef01234567",
    "https://www.semanticscholar.org/paper/A-Title/0123456789abcdef0123456789abcdef01234567": (
        "s2sha:0123456789abcdef0123456789abcdef01234567"
    ),
    "0123456789abcdef": None,
}
LINK: dict[str, Found] = {
    "https://arxiv.org/abs/2401.00001v2": ("arxiv:2401.00001", 2),
    "https://doi.org/10.5555/x": "doi:10.5555/x",
    "doi:10.5555/x": "doi:10.5555/x",
    "oai:arXiv.org:2401.00001": "arxiv:2401.00001",
    "https://pubmed.ncbi.nlm.nih.gov/12345678/": "pmid:12345678",
    "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1234567/": "pmcid:1234567",
    "https://openreview.net/forum?id=AbCdEf1234": "openreview:AbCdEf1234",
    "https://dblp.org/rec/conf/icml/Doe24": "dblp:conf/icml/Doe24",
    "https://openalex.org/W2741809807": "openalex:W2741809807",
    "https://www.semanticscholar.org/paper/0123456789abcdef0123456789abcdef01234567": (
        "s2sha:0123456789abcdef0123456789abcdef01234567"
    ),
    "https://github.com/example/2401.00001": None,
    "https://example.org/AbCdEf1234": None,
    "https://example.org/": None,
    "2401.00001": None,  # no address
    "12345678": None,
    "https:": None,
    "": None,
    "https://arxiv.org/abs/2401.00001?" + "x" * 600: None,
}
TABLES: list[tuple[Callable[[str], Id | None], dict[str, Found]]] = [
    (identifiers.arxiv, ARXIV),
    (identifiers.doi, DOI),
    (identifiers.pmid, PMID),
    (identifiers.pmcid, PMCID),
    (identifiers.openreview, OPENREVIEW),
    (identifiers.dblp, DBLP),
    (identifiers.openalex, OPENALEX),
    (identifiers.semantic_scholar, S2),
    (identifiers.of_link, LINK),
]
CASES = [(function, text, found) for function, table in TABLES for text, found in table.items()]
FUNCTIONS = [function for function, _ in TABLES]


@pytest.mark.parametrize(
    ("function", "text", "found"), CASES, ids=[f"{one.__name__} {text[:60]}" for one, text, _ in CASES]
)
def test_what_is_an_id(function: Callable[[str], Id | None], text: str, found: Found) -> None:
    expected = Id(found) if isinstance(found, str) else Id(*found) if found else None
    assert function(text) == expected


def test_none_of_them_searches_running_text() -> None:
    for text in (
        "As arXiv:2401.00001 shows, 10.5555/x is PMID 12345678.",
        "This comments on https://doi.org/10.5555/x and more",
        "W2741809807 in a sentence",
    ):
        assert [function(text) for function in FUNCTIONS] == [None] * len(FUNCTIONS)


def sane(found: Id | None) -> None:
    """A key is of a kind that identity knows, has a value, and is one word."""
    if found is None:
        return
    kind, _, value = found.key.partition(":")
    assert kind in identity.KINDS
    assert value
    assert not re.search(r"\s", found.key)
    assert found.version is None or found.version >= 0


PIECES = st.sampled_from(
    ["10.", "5555/", "arXiv", ":", "2401.00001", "v2", "https://", "doi.org/", "%2F", "%", " ", "\n", "PMC", "\u0661",
     "1", "0", ".", "/", "?id=", "openreview.net/forum", "hep-th/", "9901001", "(", ")", "\x00", "\ud800", "é", "²",
     "W", "conf/", "abs/", "dblp.org/rec/", "semanticscholar.org/paper/", "a" * 40]
)  # fmt: skip
WILD = st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(text=WILD)
def test_any_text_is_an_id_or_none(text: str) -> None:
    for function in FUNCTIONS:
        found = function(text)
        sane(found)
        if found and function is not identifiers.of_link:
            again = function(found.key.partition(":")[2] if function is not identifiers.pmcid else found.key)
            assert again is None or again.key == found.key


REPEATED = ("1", "/", "a/", "10.5555/", "%2F", "(", ")", ".", ")]}>", " ", "v1", "arXiv:", "https://", "doi:", "?id=",
            "&", "&id=", "/doi/", "-", "W1", "pmc", "0", "a.a/")  # fmt: skip
STARTS = ("", "10.5555/", "https://", "https://openreview.net/forum?", "arXiv:", "PMID:", "https://x/doi/",
          "https://www.semanticscholar.org/paper/", "conf/", "hep-th")  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
def test_long_texts_come_to_an_end(function: Callable[[str], Id | None]) -> None:
    """Text of which each sign may be the beginning of something: 40 kB of it end as soon as 10 kB do, or never."""
    for start in STARTS:
        for piece in REPEATED:
            for size in (10_000, 40_000):
                sane(function(start + piece * (size // len(piece)) + "!"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_work_grows_as_the_text(function: Callable[[str], Id | None]) -> None:
    """Counted in calls: four times the text takes at most four times as many, and a few."""
    for start in STARTS:
        for piece in REPEATED:
            few, many = (calls(function, start + piece * count) for count in (100, 400))
            assert many <= 4 * few + 20


def calls(function: Callable[[str], Id | None], text: str) -> int:
    """How many functions are called on the way, those of C too."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        function(text)
    finally:
        sys.setprofile(before)
    return count
