"""A rule tried on what is known: how much it finds, when that came, and what it is; beside another rule what is
gained and what is lost.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import msgspec

from digest import rules
from digest.asking.excerpts import Marks, excerpt
from digest.asking.known import Known
from digest.charts import bars, percent

T = TypeVar("T")

SHOWN = 8  # papers of a sample

Change = Literal["", "kept", "gained", "lost"]


class Spread(Generic[T]):
    """Some of many, evenly spread over them, whose number is known only at the end; the same ones every time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen = 0
        self._every = 1
        self._kept: list[T] = []

    def add(self, one: T) -> None:
        """One more."""
        if self.seen % self._every == 0:
            self._kept.append(one)
        self.seen += 1
        if len(self._kept) > 2 * self.most:
            self._kept = self._kept[::2]
            self._every *= 2

    def some(self) -> list[T]:
        """As many as were asked for, in their order; the first is among them."""
        if len(self._kept) <= self.most:
            return self._kept
        return [self._kept[place * len(self._kept) // self.most] for place in range(self.most)]


class Hit(NamedTuple):
    """A paper that one of the rules finds, and where."""

    known: Known
    spots: list[rules.Spot]
    change: Change  # beside another rule; empty: there is none


def _sample() -> Spread[Hit]:
    return Spread(SHOWN)


@dataclass(slots=True)
class Trial:
    """A rule on trial, alone or against another."""

    rule: rules.Rule
    against: rules.Rule | None = None
    days: Counter[str] = field(default_factory=Counter)  # hits
    of_days: Counter[str] = field(default_factory=Counter)  # all papers
    hits: Spread[Hit] = field(default_factory=_sample)
    gained: Spread[Hit] = field(default_factory=_sample)
    lost: Spread[Hit] = field(default_factory=_sample)

    @property
    def of(self) -> int:
        """How many papers were looked at."""
        return self.of_days.total()

    def look(self, known: Known) -> Hit | None:
        """Try a paper; None: neither rule finds it."""
        self.of_days[known.day] += 1
        spots = rules.match(self.rule, known.reading)
        others = rules.match(self.against, known.reading) if self.against else None
        if spots is None:
            if others is None:
                return None
            hit = Hit(known, others, "lost")
            self.lost.add(hit)
            return hit
        hit = Hit(known, spots, "" if not self.against else "gained" if others is None else "kept")
        self.days[known.day] += 1
        self.hits.add(hit)
        if hit.change == "gained":
            self.gained.add(hit)
        return hit


def hit_object(hit: Hit) -> dict[str, Any]:
    """A paper that was found, as `--json` prints it."""
    found = {"id": hit.known.number or None, **msgspec.structs.asdict(hit.known.work)}
    found["matched"] = rules.words(hit.spots, hit.known.reading)
    found["sources"] = hit.known.sources
    found["day"] = hit.known.day or None
    return found | ({"change": hit.change} if hit.change else {})


def sum_object(trial: Trial) -> dict[str, Any]:
    """The last line of `--json`."""
    found: dict[str, Any] = {"matched": trial.hits.seen, "of": trial.of}
    if trial.against:
        found |= {"gained": trial.gained.seen, "lost": trial.lost.seen}
    days = [
        {"day": day or None, "matched": trial.days[day], "of": of}
        for day, of in sorted(trial.of_days.items())
    ]
    return found | {"days": days, "rule": str(trial.rule), "warnings": trial.rule.warnings}


def lines(trial: Trial, what: str, came: str, marks: Marks) -> Iterator[str]:
    """The outcome in words. `what` was looked at ("known"), and what its days are ("first arrived")."""
    yield from _warnings(trial)
    share = f" ({percent(trial.hits.seen, trial.of)})" if trial.of else ""
    yield f"{trial.hits.seen:,} of {trial.of:,} {what} match{share}"
    if trial.hits.seen:
        yield from ("", f"{came}:", *bars(trial.days, trial.of_days))
    if trial.against:
        yield from _beside(trial, marks)
    elif trial.hits.seen:
        yield from _samples("all of them" if trial.hits.seen <= SHOWN else "some of them", trial.hits, marks)
    elif trial.of:
        yield "to see why for a paper that should match: digest rules explain PAPER"


def _warnings(trial: Trial) -> Iterator[str]:
    for rule in filter(None, (trial.rule, trial.against)):
        yield from (f"warning: {rule.query}: {warning}" for warning in rule.warnings)


def _beside(trial: Trial, marks: Marks) -> Iterator[str]:
    both = trial.hits.seen - trial.gained.seen
    yield ""
    yield f"against {trial.against}: {trial.gained.seen:,} gained, {trial.lost.seen:,} lost, {both:,} in both"
    for heading, hits in (("gained", trial.gained), ("lost", trial.lost)):
        if hits.seen:
            yield from _samples(heading if hits.seen <= SHOWN else f"{heading}, some of them", hits, marks)


def _samples(heading: str, hits: Spread[Hit], marks: Marks) -> Iterator[str]:
    yield from ("", f"{heading}:")
    for hit in hits.some():
        number = f"{hit.known.number}  " if hit.known.number else ""
        yield from excerpt(hit.known.reading, hit.spots, marks, f"  {number}", " " * 6)
