"""What is likely wrong with a rule: by itself, and beside what is known."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest import identity, rules, slots
from digest.asking.findings import ENOUGH, Finding, findings, is_wrong
from digest.asking.known import Known
from digest.asking.tallies import begun
from digest.config import Digest, Group
from digest.issue import as_read
from digest.papers import Paper
from digest.rules.expressions import written
from digest.rules.rewording import (
    contradictions,
    in_title,
    or_lacking,
    parts,
    rewordings,
    without_contradiction,
)

MONTH = "2026-10-21"
FILLER: list[str | Known] = ["A quiet title"] * ENOUGH


def digest(*queries: str, sources: tuple[str, ...] = ()) -> Digest:
    groups = tuple(Group(f"G{n}", rules.parse(query), None) for n, query in enumerate(queries, start=1))
    cron, zone = slots.parse("0 7 * * mon"), ZoneInfo("UTC")
    return Digest(
        name="daily", title="D", cron=cron, zone=zone, sources=sources, empty="skip", minimum=1,
        wait=timedelta(), catch_up="latest", revised="skip", outputs=(), to=(), note=None, groups=groups,
    )  # fmt: skip


def known(
    title: str, *, abstract: str = "", source: str = "hand", day: str = "2026-11-01", **more: Any
) -> Known:
    paper = Paper(where="", title=title, abstract=abstract, **more)
    work = identity.merged([paper])
    return Known(1, work, as_read(work, [source]), (source,), day)


def judged(
    queries: Sequence[str], papers: Iterable[str | Known], sources: tuple[str, ...] = ()
) -> list[Finding]:
    tally = begun(digest(*queries, sources=sources), MONTH)
    for paper in papers:
        tally.look(known(paper) if isinstance(paper, str) else paper)
    found = findings(tally)
    for one in found:
        assert not one.better or str(rules.parse(one.better))  # what is proposed can be read
    return found


def only(kind: str, found: Iterable[Finding]) -> Finding:
    [one] = [one for one in found if one.kind == kind]
    return one


def kinds(found: Iterable[Finding]) -> list[str]:
    return [one.kind for one in found]


# --- by itself ---


@pytest.mark.parametrize(
    ("query", "impossible", "better"),
    [
        ("a -a", ["a AND NOT a"], "a"),
        ("title:a -a", ["title:a AND NOT a"], "title:a"),
        ("a b -(a OR c)", ["a AND b AND NOT (a OR c)"], "a AND b"),
        ("(a OR b) -(a OR b OR c)", ["(a OR b) AND NOT (a OR b OR c)"], "a OR b"),
        ("(a b OR c) -a -c", ["((a AND b) OR c) AND NOT a AND NOT c"], "(a AND b) OR c"),
        ("NOT *", ["NOT *"], None),
        ("a NOT *", ["a AND NOT *"], "a"),
        ("upvotes:>5 upvotes:<6", ["upvotes:>5 AND upvotes:<6"], None),
        ("upvotes:>10 upvotes:<5", ["upvotes:>10 AND upvotes:<5"], None),
        ("(a -a) OR b", ["a AND NOT a"], "b"),
        ("-(a OR -a)", ["NOT (a OR (NOT a))"], None),
    ],
)
def test_what_cannot_match_is_found(query: str, impossible: list[str], better: str | None) -> None:
    expression = rules.parse(query).expression
    assert contradictions(expression) == impossible
    rest = without_contradiction(expression)
    assert (written(rest) if rest else None) == better
    assert only("contradiction", judged([query], ())).better == (better or "")


@pytest.mark.parametrize(
    "query",
    ["a -b", "a -title:a", "a -author:a", "(a OR b) -a", "upvotes:>5 upvotes:<10", "upvotes:>=5 upvotes:<=5"],
)
def test_what_can_match_is_no_contradiction(query: str) -> None:
    assert contradictions(rules.parse(query).expression) == []


def test_a_warning_of_the_language_is_a_finding() -> None:
    found = only("read otherwise", judged(["a b OR c"], ()))
    assert found.better == "(a AND b) OR c"


@pytest.mark.parametrize(
    ("query", "others"),
    [
        ("prune", ["prun*"]),
        ("pruning", ["prun*"]),
        ("dropping", ["drop*"]),
        ("quantization", ["quantiz*"]),
        ("quantised", ["quantis*"]),
        ("distillation", ["distill*"]),
        ("car", []),
        ("prun*", []),
        ("SAM", ["sam"]),
        ("sam", []),
        ('="GAN Inversion"', ['"gan inversion"']),
        ('"sparse training"', ['"sparse training"~4']),
        ("title:prune", ["title:prun*", "prune"]),
        ("author:quill", []),
        ("upvotes:>5", []),
    ],
)
def test_other_words_for_a_part(query: str, others: list[str]) -> None:
    [part] = parts(rules.parse(query).expression)
    found = [written(one.asked) for one in rewordings(part)]
    assert [one for one in found if one != "author:quill*"] == others


@pytest.mark.parametrize(
    ("query", "narrow"),
    [
        ("a OR b", "title:(a OR b)"),
        ("a -b", "title:a AND NOT b"),
        ("(a OR author:b) c", "(title:a OR author:b) AND title:c"),
        ("title:a", None),
        ("*", None),
    ],
)
def test_a_rule_asked_of_titles_alone(query: str, narrow: str | None) -> None:
    found = in_title(rules.parse(query).expression)
    assert (written(found) if found else None) == narrow


@pytest.mark.parametrize(
    ("query", "has", "lacks"),
    [
        ("org:mila", {"org": "Mila"}, {}),
        ("upvotes:>=10", {"upvotes": 12}, {}),
        ("date:>=2026", {"published": "2026-11"}, {}),
    ],
)
def test_a_part_that_takes_papers_without_the_field_too(
    query: str, has: dict[str, Any], lacks: dict[str, Any]
) -> None:
    [part] = parts(rules.parse(query).expression)
    wider = or_lacking(part)
    assert wider is not None
    rule = rules.parse(written(wider))
    other: dict[str, Any] = {name: 1 if isinstance(value, int) else "1999" for name, value in has.items()}
    assert rules.match(rule, known("T", **has).reading) is not None
    assert rules.match(rule, known("T", **lacks).reading) is not None
    assert rules.match(rule, known("T", **other).reading) is None


# --- beside what is known ---


def test_a_sane_digest_has_no_findings() -> None:
    found = judged(["pruning", "diffusion", "*"], [*FILLER, "Pruning", "Pruning again", "Diffusion"])
    assert found == []
    assert not is_wrong(found)


def test_a_group_without_a_hit_and_the_part_that_keeps_it_so() -> None:
    found = only("no hit", judged(["quiet title org:mila"], FILLER))
    assert f"no hit in all {ENOUGH} papers" in found.says
    assert f"without org:mila it would have {ENOUGH}" in found.says
    assert found.better == "quiet AND title"


def test_few_papers_say_nothing() -> None:
    assert judged(["video", "prune"], FILLER[:-1]) == []
    assert kinds(judged(["video"], FILLER)) == ["no hit"]


def test_a_group_that_takes_too_much_of_the_last_month() -> None:
    papers = [
        known("Pruning" if n < 3 else "Other", abstract="we like pruning" if n < 20 else "")
        for n in range(90)
    ]
    found = only("broad", judged(["pruning"], papers))
    assert (found.number, found.of, found.better) == (20, 90, "title:pruning")
    assert "it would take 3 of them" in found.says
    assert "through pruning 20" in found.says
    assert judged(["pruning"], [one._replace(day="2026-10-20") for one in papers]) == []  # longer ago
    assert kinds(judged(["*"], papers)) == []
    assert kinds(judged(["pruning"], [*papers, *FILLER])) == []  # 20 of 140


def test_a_group_that_earlier_ones_hide() -> None:
    papers: list[str | Known] = [*FILLER, "Sparse nets", "Sparse pruning", "Sparse pruning again"]
    found = only("hidden", judged(["sparse", "pruning", "nets"], [*papers, "Nets"]))
    assert (found.group, found.number) == ("G2", 2)
    assert "'G1' 2" in found.says
    assert "hidden" not in kinds(judged(["pruning", "sparse"], papers))


def test_a_word_that_is_only_seen_in_another_form() -> None:
    papers: list[str | Known] = [*FILLER, "Pruning nets", "Pruned nets", "Pruning again"]
    found = only("another form", judged(["prune OR nets"], papers))
    assert (found.number, found.better) == (3, "prun*")
    assert "pruning 2, pruned 1" in found.says
    assert "another form" not in kinds(judged(["prune OR nets"], [*papers, "To prune"]))


def test_a_word_that_is_mostly_seen_in_another_form() -> None:
    papers: list[str | Known] = [*FILLER, *["Pruning"] * 9, "We prune"]
    assert only("another form", judged(["prune"], papers)).number == 10
    assert only("another form", judged(["prune"], papers[::-1])).number == 10
    assert "another form" not in kinds(judged(["prune OR pruning"], papers))  # the rule has them


def test_words_that_are_only_seen_in_another_case_or_apart_or_elsewhere() -> None:
    papers: list[str | Known] = [
        *FILLER,
        "Sam speaks",
        "sparse yet fast training",
        known("T", abstract="on lighthouses"),
    ]
    assert only("another case", judged(["SAM OR quiet"], papers)).better == "sam"
    assert only("apart", judged(['"sparse training" OR quiet'], papers)).better == '"sparse training"~4'
    assert only("another field", judged(["title:lighthouses OR quiet"], papers)).better == "lighthouses"


def test_an_acronym_that_is_also_a_word() -> None:
    papers: list[str | Known] = [*FILLER, "GAN one", "GANs two", "The GAN three", "On Gan"]
    small = only("also a word", judged(["gan"], papers))
    assert (small.better, small.number, small.of, small.note) == ("GAN", 1, 4, False)
    large = only("also a word", judged(["GAN"], papers))
    assert (large.better, large.number, large.of, large.note) == ("gan", 1, 4, True)
    assert not is_wrong(judged(["GAN"], papers))
    assert "also a word" not in kinds(judged(["gan"], papers[:-1]))


def test_a_short_word_that_is_hardly_ever_an_acronym_is_a_word() -> None:
    assert judged(["deep"], [*FILLER, *["Deep nets"] * 5, "DEEP nets"]) == []


def test_an_acronym_that_is_hardly_ever_a_word_is_an_acronym() -> None:
    assert judged(["GAN"], [*FILLER * 2, *["GAN"] * 21, "Gan"]) == []
    assert kinds(judged(["GAN"], [*FILLER * 2, *["GAN"] * 20, "Gan"])) == ["also a word"]


def test_findings_stand_group_by_group_and_notes_come_last() -> None:
    found = judged(["upvotes:>1 OR video", "nowhere", "upvotes:>3 nowhere"], FILLER)
    assert [(one.group, one.note) for one in found] == [
        *(("G1", False), ("G1", True)),
        ("G2", False),
        *(("G3", False), ("G3", True)),
    ]


def test_a_name_that_no_paper_has() -> None:
    papers = [known("Quiet", source="arxiv", categories=("cs.LG",)) for _ in range(ENOUGH)]
    assert only("no such name", judged(["source:arxv OR quiet"], papers)).better == "source:arxiv"
    assert only("no such name", judged(["category:cs.LK OR quiet"], papers)).better == "category:cs.LG"
    assert "no such name" not in kinds(judged(["category:cs OR quiet"], papers))


def test_a_field_that_most_papers_lack() -> None:
    papers: list[str | Known] = [*FILLER, *[known("Popular", upvotes=3)] * 10]
    found = only("lacking field", judged(["upvotes:>2"], papers))
    assert (found.number, found.of, found.note) == (ENOUGH, ENOUGH + 10, True)
    assert "83.3 %" in found.says
    assert found.better == "(upvotes:>2 OR (NOT upvotes:>=0))"
    papers += [known("P", upvotes=3)] * ENOUGH
    assert "lacking field" not in kinds(judged(["upvotes:>2"], papers))


def test_only_papers_of_the_digests_sources_count() -> None:
    papers = [known("Pruning", source="arxiv") for _ in range(ENOUGH)]
    assert judged(["video"], papers, sources=("hf",)) == []
    assert kinds(judged(["video"], papers, sources=("hf", "arxiv"))) == ["no hit"]
