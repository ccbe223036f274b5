"""What an oddity in a page costs: itself and its neighbours, never more; and no line is lost."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.formats import Head, hf_text
from digest.papers import Paper, Reject
from tests.pages import HEADER, page, paper
from tests.test_hf_text import COUNTED, PAIRS, papers, read, rejects, told


@pytest.mark.parametrize("cards", [(), [COUNTED] * 4])
@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["A line that is nobody's"], "a title without an abstract"),
        ([paper(8)[0]], "a title without an abstract"),
        ([paper(8)[1]], "an abstract without a title"),
        ([paper(8)[0], *COUNTED], "a card without an abstract"),
        ([paper(8)[1], *COUNTED], "an abstract without a title"),
    ],
)
@pytest.mark.parametrize("place", range(4))
def test_what_has_no_partner_is_one_reject(
    lines: Sequence[str], reason: str, place: int, cards: Sequence[Sequence[str]]
) -> None:
    before, after = page(PAIRS[:place], cards=cards), page(PAIRS[place:], cards=cards, header=False)
    records = read(before + "\n".join(lines) + "\n" + after)
    (odd,) = rejects(records)
    assert (odd.reason, odd.raw) == (reason, lines[0][:200])
    assert odd.where == f"line {len(before.splitlines()) + 1}"
    assert [(found.title, found.abstract) for found in papers(records)] == PAIRS


def test_two_abstracts() -> None:
    lines = [*PAIRS[0], paper(8)[1], *COUNTED, *PAIRS[1]]
    first, odd, second = read("\n".join(lines))
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert [(found.title, found.abstract) for found in (first, second)] == PAIRS[:2]
    assert isinstance(odd, Reject)
    assert odd.reason == "an abstract without a title"


WHOLE = [*PAIRS[0], *COUNTED, *PAIRS[1], *COUNTED]


@pytest.mark.parametrize(
    ("lines", "last"), [(10, "whole"), (9, "whole"), (8, "whole"), (7, "whole"), (6, "title"), (5, "none")]
)
def test_a_truncated_last_card(lines: int, last: str) -> None:
    records = read("\n".join(WHOLE[:lines]))
    assert (papers(records)[0].title, papers(records)[0].published) == (PAIRS[0][0], "2019-10-21")
    if last == "whole":
        assert told(records) == PAIRS[:2]
    else:
        assert [odd.reason for odd in rejects(records)] == ["a title without an abstract"] * (last == "title")


@pytest.mark.parametrize("kept", [1, 20, 150, 299])
def test_a_page_cut_off_within_an_abstract(kept: int) -> None:
    cut = PAIRS[1][1][:kept].strip()
    records = read("\n".join([*PAIRS[0], PAIRS[1][0], cut]))
    assert [found.title for found in papers(records)] == [PAIRS[0][0]]
    assert [odd.reason for odd in rejects(records)] == [
        f"cut off: the abstract ends after {len(cut)} characters"
    ]


@pytest.mark.parametrize("size", [hf_text.MAX_LINE + 1, 3 * hf_text.MAX_LINE])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_an_overlong_line(size: int, end: bytes) -> None:
    above, below = page(PAIRS[:1]).encode(), page(PAIRS[1:2], header=False).encode()
    records = read(above + b"x" * size + end + (below if end else b""))
    assert [(found.title, found.abstract) for found in papers(records)] == PAIRS[: 2 if end else 1]
    (odd,) = rejects(records)
    assert odd.reason == f"a line of {size + len(end):,} bytes is no title and no abstract"
    assert odd.raw == "x" * 200


@pytest.mark.parametrize("field", [0, 1])
def test_bytes_that_are_not_utf_8(field: int) -> None:
    broken = [PAIRS[1][0].encode(), PAIRS[1][1].encode()]
    broken[field] = broken[field][:5] + b"\xe9" + broken[field][5:]
    above, below = page(PAIRS[:1], blank=False).encode(), page(PAIRS[2:3], header=False).encode()
    records = read(above + b"\n".join(broken) + b"\n" + below)
    assert [(found.title, found.abstract) for found in papers(records)] == [PAIRS[0], PAIRS[2]]
    (odd,) = rejects(records)
    assert odd.where == f"line {len(HEADER) + 3 + field}"
    assert odd.reason == "byte 6 of the line (0xe9) is not UTF-8: save it as UTF-8"


# --- any lines at all ---

_COMMON = st.sampled_from(
    [*HEADER, *COUNTED, "· Mar 5", "Oct 23 1", "12", "-", "", "kites Kites", "Subscribe"]
)
_LINE = (
    _COMMON | st.integers(0, 50).map(lambda n: paper(n)[0]) | st.integers(0, 50).map(lambda n: paper(n)[1])
)


def is_told(line: str, below: str, records: Sequence[Paper | Reject]) -> bool:
    """Whether a title or an abstract is in a record, or is part of one of which only the beginning is kept."""
    for record in records:
        if isinstance(record, Reject):
            if line[:100] in record.raw:
                return True
        elif line in (record.title, record.abstract) or line.endswith(record.org or "\0"):
            return True
    return below == "·"  # it was taken for the organisation of a card whose title found no abstract


@settings(max_examples=300, deadline=None)
@given(st.lists(_LINE, max_size=25))
def test_no_line_is_lost(lines: list[str]) -> None:
    records = read("\n".join(lines))
    for line, below in pairwise([*lines, ""]):
        if ": Study No. " in line or line.startswith("We look at"):
            assert is_told(line, below, records), line


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000) | st.text(max_size=2000).map(str.encode))
def test_nothing_raises(data: bytes) -> None:
    assert isinstance(hf_text.sniff(Head(data)), bool)
    for record in read(data):
        assert record.where.startswith("line ")
        assert not isinstance(record, Paper) or (record.title and record.abstract)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(
        ["A line that is nobody's", paper(60)[1], "·", "Oct 23 1", "• 4 authors", "Daily Papers", "17"]
    ),
    st.booleans(),
)
def test_a_stray_line_anywhere_costs_its_neighbours_at_most(where: int, stray: str, with_cards: bool) -> None:
    pairs = [paper(n) for n in range(6)]
    lines = page(pairs, cards=[COUNTED] * 6 if with_cards else (), blank=False).splitlines()
    at = where % (len(lines) + 1)
    records = read("\n".join([*lines[:at], stray, *lines[at:]]))
    lost = {title for title, _ in pairs} - {found.title for found in papers(records)}
    near = lines[max(0, at - 5) : at + 5]
    assert lost <= set(near)
    assert len(lost) <= 1
    assert len(papers(records)) + len(rejects(records)) <= len(pairs) + 2
