"""Numbers by day → lines of a chart for the terminal."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta

ROWS = 31  # of the chart: a month of days, half a year of weeks, else months or years
BAR = 40  # characters of the longest bar
_EIGHTHS = " ▏▎▍▌▋▊▉"
_HEIGHTS = "·▁▂▃▄▅▆▇█"


def bars(hits: Counter[str], of: Counter[str]) -> Iterator[str]:
    """A bar for each day on which anything came; where these are too many, for each week, month or year."""
    rows = grouped(of)
    among = (sum(of[day] for day in days) for days in rows.values())
    found = {name: sum(hits[day] for day in days) for name, days in rows.items()}
    for row, number in zip(drawn(found), among, strict=True):
        yield f"{row} of {number:,}"


def drawn(rows: Mapping[str, int]) -> Iterator[str]:
    """A bar for each row, behind its name and before its figure."""
    longest = max(rows.values(), default=0)
    names, figures = max(map(len, rows), default=0), len(f"{longest:,}")
    for name, number in rows.items():
        yield f"  {name:<{names}}  {bar(number, longest):<{BAR}}  {number:>{figures},}"


def bar(number: int, longest: int) -> str:
    """A bar as long as its part of the longest; of whatever is not nothing something is seen."""
    if not number:
        return ""
    eighths = max(1, round(8 * BAR * number / longest))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def spark(numbers: Iterable[int]) -> str:
    """A character for each number, as high as its part of the highest."""
    told = list(numbers)
    highest = max(told, default=0)
    return "".join(_HEIGHTS[number and max(1, round(8 * number / highest))] for number in told)


def percent(part: int, whole: int) -> str:
    """`4.6 %`; what is not nothing is not called 0 %."""
    share = 100 * part / whole if whole else 0.0
    return "under 0.1 %" if 0 < share < 0.1 else f"{share:.1f} %"


def grouped(days: Iterable[str]) -> dict[str, list[str]]:
    """The days under the names of their rows, in order; where even the years are too many, the oldest are one row."""
    told = list(days)
    dated = sorted(filter(None, told))
    rows: dict[str, list[str]] = {}
    for name in (_day, _week, _month, _year):
        rows = _under(dated, name)
        if len(rows) <= ROWS:
            break
    else:
        last = list(rows)[-ROWS + 1 :]
        older = [day for row, mine in rows.items() if row not in last for day in mine]
        rows = {f"before {last[0]}": older} | {row: rows[row] for row in last}
    return rows | ({"no date": [""]} if "" in told else {})


def _under(days: Iterable[str], name: Callable[[str], str]) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for day in days:
        rows.setdefault(name(day), []).append(day)
    return rows


def _day(day: str) -> str:
    return day


def _week(day: str) -> str:
    if len(day) < len("2026-11-20"):
        return day
    whole = date.fromisoformat(day)
    return f"week of {whole - timedelta(days=whole.weekday())}"


def _month(day: str) -> str:
    return day[:7]


def _year(day: str) -> str:
    return day[:4]
