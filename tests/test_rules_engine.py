"""The engine × papers: the verdicts of `match`, for rules of every kind and for texts that nobody would write."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.rules import Reading, Rule, engine, match, parse, read, vocabulary
from digest.rules.engine import Engine
from digest.rules.tokens import words
from tests.test_rules_matching import CASES, OF_FIELDS, PAPER

WORDS = (
    *("a", "b", "net", "U-Net", "UNet", "unets", "u", "GAN", "GANs", "gan", "CAN", "can", "ViT", "MobileNetV3"),
    *("mobilenet", "yolov9", "pre-training", "pretraining", "training", "state-of-the-art", "stateoftheart"),
    *("losses", "loss", "studies", "study", "matrices", "matrix", "hyperviruses", "CIFAR10", "CIFAR-10", "10"),
    *("Poincaré", "poincare", "Straße", "strasse", "ﬁeld", "field", "扩散", "扩", "ガン", "ガ", "Łukasz"),
    *("naı\u0308ve", "O'Neil", "O’Neil’s", "don't", "et al", "e.g", "vs", "al", "et", "M3E", "m3", "v3", "a-b-c-d-e-f"),
    *("C++", "H.264", "α-divergence", "alpha", "β", "phosphatidylethanolamine", "phosphatidylethanolamines"),
    *("phosphatidylethanolaminergic", "phosphatidylethanol-amine", "phosphatidylethanolamine-X"),
)  # fmt: skip
SIGNS = (
    *(" ", " ", " ", " ", "  ", "\n", "\u00a0", "\u3000", "\x1f", "", "-", "‑", "/", "_", "'", "’s ", " (", ") "),
    *("“", "” ", ", ", ". ", ".", ": ", "? ", "! ", "; ", ".) ", ".’ ", "。", "，", " - ", " — ", "$", "{", "}_"),
    *("\u0301", " https://x.org/a-b ", "github.com/x", " www.b.com", ".com/", ".io", " . "),
    *(" http://a.b/et", "\x01", "\x02gan", "\x05", "\\"),
)  # fmt: skip
text = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(SIGNS)), max_size=12).map(
    lambda parts: "".join(word + sign for word, sign in parts)
)
SAFE = [word for word in WORDS if not set(word) & set("+.\u0301") or word == "H 264"]
asked = st.sampled_from([word for word in SAFE if word.isalnum() or "-" in word])
leaf = st.one_of(
    asked.map('"{}"'.format),
    asked,
    st.lists(st.sampled_from(SAFE), min_size=2, max_size=4).map(lambda words: f'"{" ".join(words)}"'),
    st.sampled_from(["gan*", "GAN*", "pre-tr*", "pretrain*", "stud*", '"a net*"', '"GAN inver*"', "Mobile*"]),
    st.sampled_from(['="C++"', '="H.264"', '="GAN"', '="é"', '="++"', '="U-Net"', '="a b"', '="\'s"']),
    st.builds('"{} {}"~{}'.format, st.sampled_from(SAFE[:12]), asked, st.integers(0, 3)),
    st.sampled_from([r"/g.n/", r"/v\d/", "/x$/", "/^a/"]),
)  # fmt: skip
other = st.one_of(
    leaf,
    leaf.map("title:({})".format),
    leaf.map("abstract:({})".format),
    leaf.map("author:({})".format),
    st.sampled_from(["*", "upvotes:>3", "date:>=2026", "category:cs", "category:cs.LG", "category:c*", "org:net"]),
    st.sampled_from(["source:drop", "source:d*", "id:2601.00001", "id:arxiv:2601*", 'category:"computer science"']),
)  # fmt: skip
query = st.recursive(
    other,
    lambda inner: st.one_of(
        inner.map("NOT ({})".format),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["AND", "OR", ""]), inner),
        st.builds("({}) OR ({}) OR ({})".format, inner, inner, inner),
    ),
    max_leaves=5,
)
paper = st.builds(
    read,
    text,
    text,
    authors=st.lists(text, max_size=2),
    org=text,
    categories=st.lists(st.sampled_from(["cs.LG", "cs", "stat.ML", "Computer Science", "c.S"]), max_size=2),
    sources=st.lists(st.sampled_from(["drop", "arxiv", "Drop"]), max_size=2),
    keys=st.sets(st.sampled_from(["arxiv:2601.00001", "doi:10.1000/x"])),
    upvotes=st.sampled_from([None, 3, 4]),
    date=st.sampled_from(["", "2025", "2026-01"]),
)


def hits(rules: list[Rule], papers: list[Reading]) -> list[list[int]]:
    return [[n for n, rule in enumerate(rules) if match(rule, one) is not None] for one in papers]


@settings(max_examples=400, deadline=None)
@given(st.lists(query, max_size=12), st.lists(paper, max_size=4))
def test_the_verdicts_are_those_of_match(queries: list[str], papers: list[Reading]) -> None:
    rules = list(map(parse, queries))
    assert list(Engine(rules).matches(papers)) == hits(rules, papers)


@settings(max_examples=400, deadline=None)
@given(st.lists(leaf, min_size=1, max_size=30), st.lists(text, min_size=1, max_size=5), st.text(max_size=40))
def test_the_leaves_that_stand_are_those_of_match(queries: list[str], texts: list[str], wild: str) -> None:
    rules = list(map(parse, queries))
    papers = [*(read(one, two) for one in texts for two in (texts[0], wild)), read(wild, "a")]
    assert list(Engine(rules).matches(papers)) == hits(rules, papers)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.text(alphabet="aGNs v3-’'.,:é扩ガ\u3099ſKﬁ_\u0301 ", max_size=30))
def test_a_text_finds_each_of_its_own_words_and_pairs(wild: str, odd: str) -> None:
    rules = [parse(query) for text in (wild, odd) for query in _own(text)]
    papers = [read(wild, odd), read(odd, wild)]
    assert list(Engine(rules).matches(papers)) == hits(rules, papers)


def _own(text: str) -> list[str]:
    found = [text[slice(*span)] for span in words(text)]
    return [f'"{one}"' for one in found] + [f'"{one} {two}"' for one, two in pairwise(found)]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("phosphatidylethanolamine", "phosphatidylethanolaminergic", False),
        ("phosphatidylethanolamine", "phosphatidylethanolamines", True),
        ("phosphatidylethanolamine", "phosphatidyl-ethanolamines", True),
        ("phosphatidylethanolaminergic", "phosphatidylethanolaminergic", True),
        ('="phosphatidylethanolaminergic"', "phosphatidylethanolaminergic", True),
        ('="phosphatidylethanolaminergic X"', "a phosphatidylethanolaminergic X", True),
        ("phosphatidylethanolaminer*", "phosphatidylethanolaminergic", True),
    ],
)
def test_words_that_are_longer_than_what_is_compared_at_once(query: str, text: str, found: bool) -> None:
    assert list(Engine([parse(query)]).matches([read("", text)])) == [[0] if found else []]


def test_a_text_without_spaces_is_not_kept() -> None:
    engine = Engine([parse("model")])
    for number in range(3):
        assert list(engine.matches([read("", f"model's{number}’" * 1000)])) == [[0]]
    assert sum(map(len, engine._vocabulary)) < 1000


def test_every_row_of_the_tables_at_once() -> None:
    rules = [
        parse(query) for query in dict.fromkeys([case[0] for case in CASES] + [case[0] for case in OF_FIELDS])
    ]
    papers = [PAPER, *(read(*at) for _, text, _ in CASES for at in ((text,), ("", text)))]
    assert list(Engine(rules).matches(papers)) == hits(rules, papers)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ('"a pretraining"', "a - pre-training"),
        ('"pretraining a"', "pre-training - a"),
        ('"masked pretraining task"', "masked pre-training tasks"),
        ('"unet of GAN losses"', "the U-Net of GAN losses"),
        ('"pretraining based nets"', "pre-training-based nets"),
        ('"unet pretraining"', "U-Net pre-training"),
        ('"GAN inversion"', "gan inversion of GAN, GAN inversions"),
        ('"al show"', "as Smith et al. show"),
    ],
)
def test_a_phrase_that_stands_in_no_row_of_plain_tokens(query: str, text: str) -> None:
    assert list(Engine([parse(query)]).matches([read("", text)])) == [[0]]


@pytest.mark.parametrize("queries", [[], ["*"], ["NOT a"], ["a", "a", "title:a"]])
def test_few_rules(queries: list[str]) -> None:
    rules = list(map(parse, queries))
    papers = [read("a"), read("", "a"), read("")]
    assert list(Engine(rules).matches(papers)) == hits(rules, papers)


def test_what_was_forgotten_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "KNOWN_CHUNKS", 1)
    rules = [parse("unet"), parse('"unet loss"'), parse("title:unet")]
    papers = [
        read("a U-Net with U-Net losses", "of a b c"),
        read("other words", "U-Net"),
        read("a U-Net loss"),
    ]
    assert list(Engine(rules).matches(papers)) == hits(rules, papers)


def test_papers_are_taken_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "AT_ONCE", 2)
    given = iter([read("a"), read("b"), read("c a"), read("")])
    found = Engine([parse("a")]).matches(given)
    assert next(found) == [0]
    assert next(given).fields[0].text == "c a"
    assert list(found) == [[], []]
