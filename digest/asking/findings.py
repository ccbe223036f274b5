"""Counted rules → what is likely wrong with them, each with the number behind it and a better rule. Pure.

A finding is a rule that does not do what its writer can have meant; a note is good to know, and may be as it should.
What needs many papers to be judged is judged from ENOUGH on.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

import msgspec

from digest.asking.tallies import SETTLED, CaseTally, GroupTally, PartTally, Reworded, Tally
from digest.charts import percent
from digest.reporting import count
from digest.rules.expressions import Everything, written
from digest.rules.rewording import (
    contradictions,
    is_acronym,
    is_value,
    or_lacking,
    without_contradiction,
)

ENOUGH = 50  # papers: that nothing is found among fewer says nothing
BROAD = 5  # a group that takes more than one paper of so many
MOSTLY = 5  # times as many papers with the other forms of a word
CAPITALS = 2  # one of so many papers has the word with capitals: an acronym
OTHER_CASE = 20  # one of so many papers that have the acronym has it otherwise
LACKED = 2  # one paper of so many has nothing in a field
FORMS_TOLD = 5
VALUES_TOLD = 12
PARTS_TOLD = 8


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is likely wrong with a rule, or good to know of it."""

    digest: str
    group: str
    kind: str
    says: str
    number: int  # behind it
    of: int
    better: str = ""  # a rule, or a part of one
    note: bool = False


def findings(tally: Tally) -> list[Finding]:
    """All findings of a digest, group by group, what is wrong before what is good to know."""
    places = {group.group.heading: place for place, group in enumerate(tally.groups)}
    found = [one for judge in (_of_groups, _of_parts, _of_cases, _of_fields) for one in judge(tally)]
    return sorted(found, key=lambda one: (places[one.group], one.note))


def _of_groups(tally: Tally) -> Iterator[Finding]:
    for group in tally.groups:
        told = _teller(tally, group)
        yield from _by_itself(group, told)
        if tally.papers < ENOUGH or contradictions(group.group.rule.expression):
            continue
        if not group.hits:
            yield _no_hit(tally, group, told)
        elif not group.taken and not _is_everything(group):
            yield _hidden(group, told)
        if tally.recent >= ENOUGH and group.recent * BROAD > tally.recent and not _is_everything(group):
            yield _broad(tally, group, told)


_Told = Callable[..., Finding]


def _teller(tally: Tally, group: GroupTally) -> _Told:
    def told(kind: str, says: str, number: int, of: int, better: str = "", *, note: bool = False) -> Finding:
        return Finding(
            digest=tally.digest.name,
            group=group.group.heading,
            kind=kind,
            says=says,
            number=number,
            of=of,
            better=better,
            note=note,
        )

    return told


def _is_everything(group: GroupTally) -> bool:
    return isinstance(group.group.rule.expression, Everything)


def _by_itself(group: GroupTally, told: _Told) -> Iterator[Finding]:
    """What is wrong whatever the papers are."""
    rule = group.group.rule
    for warning in rule.warnings:
        yield told("read otherwise", warning, group.hits, group.hits, str(rule))
    impossible = contradictions(rule.expression)
    if impossible:
        what = "it" if impossible == [written(rule.expression)] else f"its part {', '.join(impossible)}"
        rest = without_contradiction(rule.expression)
        yield told(
            "contradiction",
            f"{what} can never match: it refuses what it asks for",
            0,
            0,
            written(rest) if rest else "",
        )


def _no_hit(tally: Tally, group: GroupTally, told: _Told) -> Finding:
    says = f"no hit in all {tally.papers:,} papers that are known"
    best = max(group.hits_without.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    if best[1]:
        part, rule = group.without[best[0]]
        says += f"; without {written(part)} it would have {best[1]:,}"
        return told("no hit", says, 0, tally.papers, str(rule))
    alone = ", ".join(f"{written(one.part.asked)} {_about(one.hits)}" for one in group.parts[:PARTS_TOLD])
    return told("no hit", f"{says}; its parts alone: {alone}", 0, tally.papers)


def _about(hits: int) -> str:
    return f"{hits:,}" if hits < SETTLED else f"{SETTLED:,} and more"


def _hidden(group: GroupTally, told: _Told) -> Finding:
    took = ", ".join(f"{heading!r} {number:,}" for heading, number in group.earlier.most_common(3))
    says = (
        f"each of its {group.hits:,} papers goes to an earlier group: {took}; "
        f"move it above, or keep its words out of the earlier rule"
    )
    return told("hidden", says, group.hits, group.hits)


def _broad(tally: Tally, group: GroupTally, told: _Told) -> Finding:
    share = percent(group.recent, tally.recent)
    says = f"it took {group.recent:,} of the last month's {tally.recent:,} papers ({share})"
    if group.words:
        words = ", ".join(f"{word} {number:,}" for word, number in group.words.most_common(3))
        says += f", most of them through {words}"
    if group.titled is None or not 0 < group.recent_titled < group.recent:
        return told("broad", says, group.recent, tally.recent)
    says += f"; asked of titles alone it would take {group.recent_titled:,} of them"
    return told("broad", says, group.recent, tally.recent, str(group.titled))


# --- the parts of a rule ---


def _of_parts(tally: Tally) -> Iterator[Finding]:
    if tally.papers < ENOUGH:
        return
    for group in tally.groups:
        told = _teller(tally, group)
        for part in group.parts:
            if is_value(part.part) and not part.hits:
                yield _no_value(tally, part, told)
            elif other := _better(part):
                yield _reworded(tally, part, other, told)


def _no_value(tally: Tally, part: PartTally, told: _Told) -> Finding:
    field, value = part.part.field, written(part.part.leaf)
    there = [name for name, _ in tally.values.get(field, Counter[str]()).most_common()]
    says = f"no paper of {tally.papers:,} has {field}:{value}"
    if there:
        rest = f" and {len(there) - VALUES_TOLD:,} more" if len(there) > VALUES_TOLD else ""
        says += f"; there are {', '.join(there[:VALUES_TOLD])}{rest}"
    close = get_close_matches(value.lower(), [name.lower() for name in there], 1)
    named = next((name for name in there if close and name.lower() == close[0]), "")
    return told("no such name", says, 0, tally.papers, f"{field}:{named}" if named else "")


def _better(part: PartTally) -> Reworded | None:
    """The wording that finds what the part does not, or hardly."""
    for other in part.others:
        if part.hits == 0 and other.hits:
            return other
        is_other_form = other.rewording.why == "form" and not part.part.negated
        if is_other_form and other.hits >= MOSTLY * part.hits and other.missed >= other.hits // 2 > 0:
            return other
    return None


_SEEN = {
    "form": "is only ever seen in another form",
    "case": "is only ever seen in another case",
    "apart": "is never seen in a row, but its words near each other",
    "field": "is never seen there, but in title or abstract",
}


def _reworded(tally: Tally, part: PartTally, other: Reworded, told: _Told) -> Finding:
    why, said = other.rewording.why, written(part.part.asked)
    forms = ", ".join(f"{form} {number:,}" for form, number in other.forms.most_common(FORMS_TOLD))
    if part.hits:
        says = f"{said} is in {part.hits:,} papers, and {other.hits:,} have another form of it: {forms}"
    else:
        says = f"{said} {_SEEN[why]}, in {other.hits:,} of {tally.papers:,} papers"
        says += f": {forms}" if why in ("form", "case") else ""
    return told(
        f"another {why}" if why != "apart" else "apart", says, other.hits, tally.papers, str(other.rule)
    )


# --- short words, which may be acronyms ---


def _of_cases(tally: Tally) -> Iterator[Finding]:
    if tally.papers < ENOUGH:
        return
    for group in tally.groups:
        told = _teller(tally, group)
        for case in group.cases:
            yield from _acronym(case, told) if is_acronym(case.word) else _small(case, told)


def _acronym(case: CaseTally, told: _Told) -> Iterator[Finding]:
    """It finds capitals only: how often that leaves a paper out."""
    if not case.capitals or case.others * OTHER_CASE < case.capitals:
        return
    said = written(case.part.asked)
    says = (
        f"{said} finds the {case.capitals:,} papers that have it in capitals, and not the {case.others:,} that "
        f"only have {_spellings(case)}: right if it is a name, else write it small"
    )
    yield told("also a word", says, case.others, case.capitals + case.others, str(case.rule), note=True)


def _small(case: CaseTally, told: _Told) -> Iterator[Finding]:
    """It finds every spelling: whether that is an acronym and a word."""
    both = case.capitals + case.others
    if not case.others or case.capitals * CAPITALS < both:
        return
    written_large = case.word.text.upper()
    better = f"{case.part.field}:{written_large}" if case.part.field else written_large
    says = (
        f"{written(case.part.asked)} finds {case.capitals:,} papers with {written_large}, and {case.others:,} that "
        f"only have {_spellings(case)}: in capitals it finds the acronym alone"
    )
    yield told("also a word", says, case.others, both, better)


def _spellings(case: CaseTally) -> str:
    return ", ".join(f"{spelling}" for spelling, _ in case.spellings.most_common(FORMS_TOLD))


# --- fields that papers lack ---


def _of_fields(tally: Tally) -> Iterator[Finding]:
    if tally.papers < ENOUGH:
        return
    for group in tally.groups:
        told = _teller(tally, group)
        first = {part.part.field: part for part in reversed(group.parts)}
        for field, part in first.items():
            lacking = tally.lacking.get(field, 0)
            if lacking * LACKED > tally.papers:
                yield _lacked(tally, part, lacking, told)


def _lacked(tally: Tally, part: PartTally, lacking: int, told: _Told) -> Finding:
    field, said = part.part.field, written(part.part.asked)
    share = percent(lacking, tally.papers)
    says = (
        f"{lacking:,} of {tally.papers:,} papers ({share}) have no {field}: {said} is false for them, "
        f"and NOT {said} true"
    )
    wider = or_lacking(part.part)
    return told(
        "lacking field", says, lacking, tally.papers, f"({written(wider)})" if wider else "", note=True
    )


# --- in words ---


def lines(found: Iterable[Finding]) -> Iterator[str]:
    """Findings in words, under the groups that they are about."""
    heading = ""
    for one in found:
        here = f"{one.digest}, {one.group}:"
        if here != heading:
            heading = here
            yield here
        yield f"  {one.kind}{' (a note)' if one.note else ''}: {one.says}"
        if one.better:
            yield f"      better: {one.better}" if not one.note else f"      or: {one.better}"


def summary(tally: Tally, found: Iterable[Finding]) -> Iterator[str]:
    """What was looked at, in the end."""
    mine = [one for one in found if one.digest == tally.digest.name]
    wrong = sum(not one.note for one in mine)
    yield (
        f"{tally.digest.name}: {count(wrong, 'finding')} and {count(len(mine) - wrong, 'note')} "
        f"in {count(len(tally.groups), 'group')}, by {count(tally.papers, 'paper')}"
    )
    if tally.papers < ENOUGH:
        yield f"  under {ENOUGH} papers nobody can say what a rule finds: only what it says by itself was looked at"


def is_wrong(found: Iterable[Finding]) -> bool:
    """Whether there is more than notes."""
    return not all(one.note for one in found)
