"""The sum of a trial: a sample that is spread and always the same, days that become weeks, bars."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from digest.asking.trying import Spread
from digest.charts import BAR, ROWS, bar, bars, percent


@pytest.mark.parametrize("number", [0, 1, 8, 9, 17, 1000, 12345])
def test_a_sample_is_spread_over_all(number: int) -> None:
    spread = Spread[int](8)
    for one in range(number):
        spread.add(one)
    some = spread.some()
    assert spread.seen == number
    assert len(some) == min(number, 8)
    assert some == sorted(set(some))
    gaps = [after - before for before, after in pairwise([*some, number])]
    assert max(gaps, default=0) <= max(1, number // 3)
    assert some[:1] == list(range(min(number, 1)))


def rows(days: int, every: int = 1) -> list[str]:
    of = Counter({str(date(2026, 1, 1) + timedelta(days=n * every)): 2 for n in range(days)})
    return list(bars(Counter(dict.fromkeys(of, 1)), of))


def test_days_become_weeks_months_and_years() -> None:
    assert rows(2) == [f"  2026-01-0{n}  {'█' * BAR}  1 of 2" for n in (1, 2)]
    assert len(rows(ROWS)) == ROWS
    assert rows(ROWS + 1)[1].startswith("  week of 2026-01-05")
    assert rows(300)[1].startswith("  2026-02")
    assert rows(40, every=60)[1].startswith("  2027 ")
    long = rows(40, every=400)
    assert long[0].startswith("  before 2036")
    assert len(long) == ROWS
    assert sum(int(row.split()[-1].replace(",", "")) for row in long) == 80


def test_papers_without_a_date_have_their_row() -> None:
    of = Counter({"": 3, "2026": 2})
    assert [row.split()[0] for row in bars(Counter({"": 1}), of)] == ["2026", "no"]


def test_a_bar_is_as_long_as_its_share() -> None:
    assert bar(10, 10) == "█" * BAR
    assert bar(5, 10) == "█" * (BAR // 2)
    assert bar(0, 10) == ""
    assert bar(1, 10_000) == "▏"


def test_what_is_not_nothing_is_not_called_nothing() -> None:
    assert [percent(0, 5), percent(1, 3), percent(1, 9_999), percent(0, 0)] == [
        "0.0 %",
        "33.3 %",
        "under 0.1 %",
        "0.0 %",
    ]
