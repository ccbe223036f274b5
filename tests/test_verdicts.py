"""A quiet day is told from a broken one: what a part of a source amounts to, and what its parts do together."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.issue import DumpRead
from digest.sources import Part
from digest.verdicts import Came, Finding, is_far_under, of_dumps, of_part, of_source, with_silence

FRIDAY, THURSDAY = date(2026, 11, 20), date(2026, 11, 19)
NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
USUAL = (240, 250, 230, 260)
ANY = Part()
TODAYS, YESTERDAYS = Part(day=FRIDAY, due=FRIDAY), Part(day=THURSDAY, due=FRIDAY)

CASES: dict[str, tuple[Part, Came, tuple[int, ...], int | None, str]] = {
    "something new": (ANY, Came(10, known=9), (), None, "complete"),
    "nothing new": (ANY, Came(10, known=10), (), None, "quiet"),
    "nothing there": (ANY, Came(), (), None, "quiet"),
    "unchanged": (Part(unchanged=True), Came(), (), None, "quiet"),
    "a record that cannot be read": (ANY, Came(10, rejects=1), (), None, "partial"),
    "some of the announced": (Part(announced=12), Came(10, rejects=1), (), None, "partial"),
    "all of the announced": (Part(announced=11), Came(11), (), None, "complete"),
    "nothing came": (Part(problem="no connection"), Came(), (), None, "broken"),
    "some came": (Part(problem="it broke off"), Came(3), (), None, "partial"),
    "yesterday's list again": (YESTERDAYS, Came(240, known=240), USUAL, None, "stale"),
    "yesterday's list, unchanged": (Part(day=THURSDAY, due=FRIDAY, unchanged=True), Came(), USUAL, None, "stale"),
    "an empty list of yesterday": (YESTERDAYS, Came(), (), None, "stale"),
    "today's list under yesterday's date": (YESTERDAYS, Came(240, known=3), USUAL, None, "complete"),
    "the same once more": (YESTERDAYS, Came(240, known=240), USUAL, 240, "quiet"),
    "the same once more, unchanged": (Part(day=THURSDAY, due=FRIDAY, unchanged=True), Came(), USUAL, 240, "quiet"),
    "old papers under today's date": (TODAYS, Came(96), USUAL, None, "partial"),
    "half of today's": (TODAYS, Came(120), USUAL, None, "partial"),
    "half of today's, unchanged since": (Part(day=FRIDAY, due=FRIDAY, unchanged=True), Came(), USUAL, 120, "partial"),
    "the rest of today's": (TODAYS, Came(240, known=120), USUAL, 120, "complete"),
    "an empty list of today": (TODAYS, Came(), USUAL, None, "partial"),
    "few, but that may be chance": (TODAYS, Came(3), (9, 8, 10), None, "complete"),
    "few, but nobody knows what is usual": (TODAYS, Came(3), (240, 250), None, "complete"),
    "an empty weekend": (Part(day=FRIDAY, due=THURSDAY, nothing_due="weekend"), Came(), USUAL, None, "quiet"),
    "a window with what was there before": (Part(rolling=True), Came(900, known=880), USUAL, None, "partial"),
    "a window with as many new ones as ever": (Part(rolling=True), Came(900, known=660), USUAL, None, "complete"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_of_a_part(name: str) -> None:
    part, came, earlier, already, verdict = CASES[name]
    found = of_part(part, came, earlier, already)
    assert found.verdict == verdict
    assert bool(found.why) == (verdict != "complete")


def test_of_a_source_the_worst_is_told_by_name() -> None:
    well, stale, broken = Finding("complete"), Finding("stale", "old"), Finding("broken", "gone")
    assert of_source([("cs.LG", well), ("cs.CL", well)]) == ("complete", "")
    assert of_source([("cs.LG", well), ("cs.CL", Finding("quiet", "nothing new"))]) == ("complete", "")
    assert of_source([("cs.LG", well), ("cs.CL", stale)]) == ("stale", "cs.CL: old")
    assert of_source([("cs.LG", broken), ("cs.CL", stale)]) == ("partial", "cs.LG: gone; cs.CL: old")
    assert of_source([("cs.LG", broken), ("cs.CL", broken)]) == ("broken", "cs.LG: gone; cs.CL: gone")
    assert of_source([("", Finding("quiet", "nothing new"))]) == ("quiet", "nothing new")


def test_silence() -> None:
    week, quiet = timedelta(weeks=1), Finding("quiet", "nothing new")
    assert with_silence(quiet, NOW - timedelta(days=8), week, NOW) == (
        "stale",
        "nothing new since 2026-11-12",
    )
    assert with_silence(quiet, NOW - timedelta(days=6), week, NOW) == quiet
    assert with_silence(quiet, None, week, NOW) == quiet
    assert with_silence(Finding("broken", "gone"), NOW - timedelta(days=8), week, NOW).verdict == "broken"


@given(st.lists(st.integers(1, 3_000), min_size=3, max_size=8))
def test_what_came_before_is_never_far_under(earlier: list[int]) -> None:
    assert not is_far_under(max(earlier), earlier)
    assert not is_far_under(sorted(earlier)[len(earlier) // 2], earlier)


def read(**fields: Any) -> DumpRead:
    told: dict[str, Any] = {"origin": "a", "source": "drop", "format": "ris", "records": 3, "papers": 3}
    return DumpRead(**told | fields)


@pytest.mark.parametrize(
    ("reads", "found"),
    [
        ([], Finding("quiet")),
        ([read()], Finding("complete")),
        ([read(format=None)], Finding("broken", "none of 1 dumps could be read")),
        ([read(), read(format=None)], Finding("partial", "1 of 2 dumps could not be read")),
        (
            [read(papers=2, rejects=1), read(records=0, papers=0)],
            Finding("partial", "1 of 3 records could not be read; 1 of 2 dumps had no paper"),
        ),
    ],
)
def test_what_lies_there(reads: list[DumpRead], found: Finding) -> None:
    assert of_dumps(reads, None, None, NOW) == found
