"""Papers per group over time: a row of bars for each group, and the same in words.

One row for each group needs no colour to tell them apart, and no legend. Each has a scale of its own, whose highest
bar is told: on one scale the group that takes everything would make the others flat.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.issue import Head
from digest.templating import count, day

BARS = 40  # more of them are too thin on a telephone: then a bar is a month, and these are the newest
FEWEST = 2  # periods that make a chart
SLOTS = 12  # a chart of fewer bars leaves the rest of its width free
ROWS = 12  # groups; those with the fewest papers are one row
WIDTH, HEIGHT, GAP = 10, 40, 2  # of a bar's place, in the picture's own units
OTHERS = "Other groups"


@dataclass(frozen=True, slots=True)
class Period:
    """An issue or a month: how many papers it has of each group."""

    label: str
    papers: dict[str, int]

    @property
    def told(self) -> str:
        """`Compression 9 · Everything else 4`; empty where it has none."""
        return " · ".join(f"{heading} {number:,}" for heading, number in self.papers.items() if number)

    @property
    def total(self) -> int:
        """All its papers."""
        return sum(self.papers.values())


@dataclass(frozen=True, slots=True)
class Row:
    """A group: its bars as the path of an SVG, and in words."""

    heading: str
    papers: int
    most: int  # papers of its highest bar
    path: str
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The rows, and the periods, oldest first."""

    rows: tuple[Row, ...]
    periods: tuple[Period, ...]
    unit: str  # what a bar is
    width: int
    height: int


def chart(heads: Sequence[Head]) -> Chart | None:
    """The chart of these issues, newest first; None where there is too little to draw."""
    by_issue = len(heads) <= BARS
    periods = _by_issue(heads) if by_issue else _by_month(heads)
    headings = _headings(periods)
    if len(periods) < FEWEST or not headings:
        return None
    shown = tuple(_merged(period, headings) for period in periods)
    return Chart(
        rows=tuple(_row(heading, shown) for heading in shown[0].papers),
        periods=shown,
        unit="issue" if by_issue else "month",
        width=max(len(shown), SLOTS) * WIDTH,
        height=HEIGHT,
    )


def _by_issue(heads: Sequence[Head]) -> list[Period]:
    return [Period(day(head.date), _counted([head])) for head in reversed(heads)]


def _by_month(heads: Sequence[Head]) -> list[Period]:
    months: dict[str, list[Head]] = {}
    for head in heads:
        months.setdefault(head.date[:7], []).append(head)
    newest = sorted(months)[-BARS:]
    return [Period(day(month), _counted(months[month])) for month in newest]


def _counted(heads: Iterable[Head]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for head in heads:
        for group in head.groups:
            numbers[group.heading] = numbers.get(group.heading, 0) + group.papers
    return numbers


def _headings(periods: Iterable[Period]) -> list[str]:
    """The groups that have a row of their own: the newest first, as they stand in their issue; no empty one."""
    totals: dict[str, int] = {}
    for period in reversed(list(periods)):
        for heading, number in period.papers.items():
            totals[heading] = totals.get(heading, 0) + number
    some = [heading for heading, number in totals.items() if number]
    if len(some) <= ROWS:
        return some
    largest = sorted(some, key=lambda heading: -totals[heading])[: ROWS - 1]
    return [*(heading for heading in some if heading in largest), OTHERS]


def _merged(period: Period, headings: Sequence[str]) -> Period:
    """The period with these groups; what belongs to none of them is under OTHERS."""
    own = {heading: period.papers.get(heading, 0) for heading in headings}
    if rest := period.total - sum(own.values()):
        own[OTHERS] += rest
    return Period(period.label, own)


def _row(heading: str, periods: Sequence[Period]) -> Row:
    numbers = [period.papers[heading] for period in periods]
    most = max(numbers)
    bars = (_bar(place, number / most) for place, number in enumerate(numbers) if number)
    told = f"{count(sum(numbers), 'paper')}, most in {periods[numbers.index(most)].label}: {most:,}"
    return Row(heading, sum(numbers), most, "".join(bars), told)


def _bar(place: int, share: float) -> str:
    height = max(1, round(share * HEIGHT))
    return f"M{place * WIDTH} {HEIGHT}v-{height}h{WIDTH - GAP}v{height}z"
