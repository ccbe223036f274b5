"""Rule × paper → the part that decided, in words; and the sentence that holds the words, lit up."""

import pytest

from digest import rules
from digest.asking.excerpts import PLAIN, Marks, excerpt
from digest.rules.explaining import explain, said

PAPER = rules.read(
    "Sparse Training of GANs: A Survey",
    "We look at pruning, e.g. Lottery tickets. Sparse nets learn well. Nobody prunes GANs, and sparse training is new!",
    authors=["Ada Quill", "Bo Chen"],
    upvotes=12,
    date="2026-11",
)


def told(query: str) -> list[str]:
    return [said(reason) for reason in explain(rules.parse(query), PAPER).reasons]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sparse", ["sparse: Sparse in title; Sparse in abstract"]),
        ("prun*", ["prun*: pruning, prunes in abstract"]),
        ("title:gan", ["title:gan: GANs in title"]),
        (
            "sparse author:quill",
            ["sparse: Sparse in title; Sparse in abstract", "author:quill: Quill in author"],
        ),
        ("video OR pruning OR author:chen", ["pruning: pruning in abstract", "author:chen: Chen in author"]),
        ("pruning NOT video", ["pruning: pruning in abstract"]),
        ("NOT video", ["NOT video: it is not there"]),
        ("upvotes:>=10", ["upvotes:>=10: upvotes 12"]),
        ("*", ["*"]),
    ],
)
def test_a_match_says_which_words_and_where(query: str, words: list[str]) -> None:
    assert explain(rules.parse(query), PAPER).matches
    assert told(query) == words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("video", ["missing: video"]),
        ("sparse video training audio", ["missing: video", "missing: audio"]),
        ("sparse NOT title:survey", ["excluded by NOT title:survey: Survey in title"]),
        ("pruning -(video OR survey)", ["excluded by NOT (video OR survey): Survey in title"]),
        ("video OR audio OR title:prun*", ["missing: any of video, audio, title:prun*"]),
        ("title:(video OR pruning)", ["missing: any of title:video, title:pruning"]),
        ("video OR (pruning AND audio)", ["missing: video", "missing: audio (of pruning AND audio)"]),
        (
            "video OR (pruning AND NOT survey)",
            ["missing: video", "excluded by NOT survey: Survey in title (of pruning AND NOT survey)"],
        ),
        ("upvotes:>20", ["missing: upvotes:>20, it has upvotes 12"]),
        ("comments:>2", ["missing: comments:>2, it has no comments"]),
        ("NOT *", ["excluded by NOT *"]),
    ],
)
def test_no_match_says_what_is_missing_or_excluded(query: str, words: list[str]) -> None:
    assert not explain(rules.parse(query), PAPER).matches
    assert told(query) == words


def test_an_or_of_many_words_is_told_in_short() -> None:
    [line] = told(" OR ".join(f"word{n}" for n in range(40)))
    assert "word11, and 28 more" in line
    assert "word12" not in line


def shown(query: str, reading: rules.Reading = PAPER, marks: Marks = PLAIN) -> list[str]:
    spots = rules.match(rules.parse(query), reading)
    assert spots is not None
    return list(excerpt(reading, spots, marks, "7  ", "   "))


def test_the_sentence_with_the_most_of_the_words_is_shown() -> None:
    assert shown("sparse gan") == [
        "7  *Sparse* Training of *GANs*: A Survey",
        "   Nobody prunes *GANs*, and *sparse* training is new!",
    ]


def test_words_that_one_sentence_lacks_are_shown_in_another() -> None:
    reading = rules.read("On nets", "Models are large. We prune them. Models are pruned. The end.")
    assert shown("model prune", reading)[1:] == ["   *Models* are large.", "   We *prune* them."]
    titled = rules.read("To prune", "Models are large. We prune them.")
    assert shown("model prune", titled)[1:] == ["   *Models* are large."]


def test_an_abbreviation_ends_no_sentence() -> None:
    assert shown("pruning")[1] == "   We look at *pruning*, e.g. Lottery tickets."


def test_another_field_is_named() -> None:
    assert shown("author:chen") == ["7  Sparse Training of GANs: A Survey", "   author: Ada Quill; Bo *Chen*"]


def test_a_rule_that_finds_no_words_shows_the_title() -> None:
    assert shown("-video") == ["7  Sparse Training of GANs: A Survey"]


def test_of_a_long_sentence_the_part_with_the_word_is_shown() -> None:
    reading = rules.read("T", "and so on " * 100 + "until pruning comes " + "and so on " * 100)
    line = shown("pruning", reading)[1]
    assert "*pruning* comes" in line
    assert line.startswith("   … ")
    assert line.endswith(" …")
    assert len(line) < 300


def test_lines_are_broken_for_a_terminal_and_a_lit_phrase_is_not() -> None:
    lines = shown('"sparse training"', marks=Marks("<b>", "</b>", 40))
    assert "".join(lines).count("<b>") == "".join(lines).count("</b>") == 2
    assert any("<b>sparse training</b>" in line for line in lines)
    assert all(len(line.replace("<b>", "").replace("</b>", "")) <= 40 for line in lines)
    assert "".join(line.strip() + " " for line in lines[1:]).startswith("Nobody prunes GANs,")


def test_words_that_touch_are_lit_once() -> None:
    assert shown('"sparse training" OR "training is"')[1].endswith("and *sparse training is* new!")
