"""The rules of a digest beside everything that is known, counted: what `rule_findings` judges by.

One pass over the papers, nothing of which is kept but numbers; a part of a rule that was found costs little after.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from digest import rules
from digest.asking.known import Known
from digest.config import Digest, Group
from digest.rules.expressions import FIELDS, And, Expression, InField, Term, written
from digest.rules.rewording import (
    Part,
    Rewording,
    in_title,
    is_short,
    is_value,
    parts,
    rewordings,
    whole,
)

SETTLED = 500  # papers that have a part of a rule: nobody doubts it, and it is not looked for any more
MOST_FORMS = 1_000  # different words of one prefix
NAMED = ("category", "source")  # fields of few names, which can be told


def asking(expression: Expression) -> rules.Rule:
    """An expression as a rule."""
    return rules.Rule(written(expression), expression)


@dataclass(slots=True)
class Reworded:
    """Another wording of a part, and in how many papers it is."""

    rewording: Rewording
    rule: rules.Rule
    hits: int = 0
    missed: int = 0  # of them those that the whole rule does not find
    forms: Counter[str] = field(default_factory=Counter)

    def look(self, reading: rules.Reading, is_found: bool) -> None:
        """One paper more; `is_found`: by the whole rule as it is."""
        if (spots := rules.match(self.rule, reading)) is None:
            return
        self.hits += 1
        self.missed += not is_found
        if len(self.forms) < MOST_FORMS:
            self.forms.update(word.lower() for word in rules.words(spots, reading))


@dataclass(slots=True)
class PartTally:
    """A part of a rule, and in how many papers it is: SETTLED at most."""

    part: Part
    rule: rules.Rule
    others: list[Reworded]
    hits: int = 0

    def look(self, reading: rules.Reading, is_found: bool) -> None:
        """One paper more; `is_found`: by the whole rule."""
        if self.hits >= SETTLED:
            return
        self.hits += rules.match(self.rule, reading) is not None
        for other in self.others:
            if (
                not self.hits or other.rewording.why == "form"
            ):  # else it is of use where the part finds nothing
                other.look(reading, is_found)


@dataclass(slots=True)
class CaseTally:
    """A word of 2 to 4 letters, and in how many papers it has two capitals, and in how many never."""

    part: Part
    word: Term
    rule: rules.Rule  # finds every spelling
    capitals: int = 0
    others: int = 0
    spellings: Counter[str] = field(default_factory=Counter)  # of the others

    def look(self, reading: rules.Reading) -> None:
        """One paper more."""
        if (spots := rules.match(self.rule, reading)) is None:
            return
        texts = {reading.fields[one.field].text[one.begin : one.end] for one in spots}
        if any(sum(map(str.isupper, text)) > 1 for text in texts):
            self.capitals += 1
        else:
            self.others += 1
            self.spellings.update(texts)


@dataclass(slots=True)
class GroupTally:
    """A group, and how many papers its rule takes."""

    group: Group
    parts: list[PartTally]
    cases: list[CaseTally]
    without: list[tuple[Expression, rules.Rule]]  # what an AND would be without each of its parts
    titled: rules.Rule | None  # the rule asked of titles alone
    hits: int = 0
    taken: int = 0  # by no earlier group
    recent: int = 0  # taken in the last month
    recent_titled: int = 0
    earlier: Counter[str] = field(default_factory=Counter)  # headings of the groups that took the others
    words: Counter[str] = field(default_factory=Counter)  # through which the recent ones were found
    hits_without: Counter[int] = field(default_factory=Counter)

    def look(self, known: Known, taker: str, is_recent: bool) -> bool:
        """One paper more, and the earlier group that took it; whether the rule finds it."""
        spots = rules.match(self.group.rule, known.reading)
        for part in self.parts:
            part.look(known.reading, spots is not None)
        for case in self.cases:
            case.look(known.reading)
        if spots is None:
            self._look_without(known.reading)
            return False
        self.hits += 1
        if taker:
            self.earlier[taker] += 1
            return True
        self.taken += 1
        if is_recent:
            self._look_recent(known.reading, spots)
        return True

    def _look_without(self, reading: rules.Reading) -> None:
        """Where nothing is found yet: which part of an AND keeps it so."""
        for place, (_, rule) in enumerate(self.without if not self.hits else ()):
            self.hits_without[place] += rules.match(rule, reading) is not None

    def _look_recent(self, reading: rules.Reading, spots: Iterable[rules.Spot]) -> None:
        self.recent += 1
        self.words.update(word.lower() for word in rules.words(spots, reading))
        if self.titled is not None:
            self.recent_titled += rules.match(self.titled, reading) is not None


@dataclass(slots=True)
class Tally:
    """A digest, and what its groups find among the papers of its sources."""

    digest: Digest
    month: str  # the day on which the last month begins
    groups: list[GroupTally]
    lacking: dict[str, int]  # field that a rule asks → papers that have nothing in it
    values: dict[str, Counter[str]]  # category and source → what papers have there
    papers: int = 0
    recent: int = 0

    def look(self, known: Known) -> None:
        """One paper more."""
        if self.digest.sources and not set(self.digest.sources) & set(known.sources):
            return
        is_recent = known.day >= self.month
        self.papers += 1
        self.recent += is_recent
        taker = ""
        for group in self.groups:
            if group.look(known, taker, is_recent) and not taker:
                taker = group.group.heading
        for name in self.lacking:
            self.lacking[name] += _lacks(name, known.reading)
        for name, counter in self.values.items():
            counter.update(known.work.categories if name == "category" else known.sources)


def begun(digest: Digest, month: str) -> Tally:
    """Nothing counted yet."""
    groups = [_group(group) for group in digest.groups]
    asked = [part.part for group in groups for part in group.parts]
    fields = {part.field for part in asked if part.field and part.field not in ("title", "source", "id")}
    values = {part.field for part in asked if is_value(part) and part.field in NAMED}
    return Tally(
        digest, month, groups, dict.fromkeys(sorted(fields), 0), {name: Counter() for name in sorted(values)}
    )


def _group(group: Group) -> GroupTally:
    expression = group.rule.expression
    asked = list(dict.fromkeys(parts(expression)))
    without: list[tuple[Expression, rules.Rule]] = []
    if isinstance(expression, And):
        some = expression.parts
        rest = [(one, whole([other for other in some if other is not one])) for one in some]
        without = [(one, asking(left)) for one, left in rest]
    return GroupTally(
        group,
        [_part(part) for part in asked],
        [
            _case(part, part.leaf)
            for part in asked
            if is_short(part.leaf) and part.field in ("", "title", "abstract")
        ],
        without,
        asking(titled) if (titled := in_title(expression)) else None,
    )


def _part(part: Part) -> PartTally:
    others = [Reworded(one, asking(one.asked)) for one in rewordings(part)]
    return PartTally(part, asking(part.asked), others)


def _case(part: Part, word: Term) -> CaseTally:
    spelled = rules.parse(f'"{word.text.lower()}"').expression
    return CaseTally(part, word, asking(InField(part.field, spelled) if part.field else spelled))


def _lacks(name: str, reading: rules.Reading) -> bool:
    if name == "date":
        return not reading.date
    if name in reading.numbers:
        return reading.numbers[name] is None
    return not reading.fields[FIELDS.index(name)].text
