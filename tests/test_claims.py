"""What is shown of an abstract: the sentences that carry the claim, with a sign where something is left out."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.claims import LEFT_OUT, MOST, claim, sentences

KNOWN = "Plants that answer to music have often been described, and many gardeners have been convinced of it for years."
METHOD = (
    "The plants stood in four rooms for a summer, and were watered by people who could hear nothing of it."
)
SAYS = "We propose a quiet room in which a fern can be asked the same question twice."
SHOWS = (
    "The ferns grew 12% faster in silence than beside a trumpet, and beside a flute they did not grow at all."
)
CODE = "Code and recordings are available at https://example.org/ferns for all who own a fern and two quiet rooms."


@pytest.mark.parametrize(
    ("abstract", "shown"),
    [
        (f"{KNOWN} {SAYS} {METHOD} {SHOWS} {CODE}", f"… {SAYS} … {SHOWS} …"),
        (f"{SAYS} {SHOWS} {METHOD} {KNOWN}", f"{SAYS} {SHOWS} …"),
        (f"{KNOWN} {METHOD} {SHOWS} {SAYS}", f"… {SHOWS} {SAYS}"),
        (f"{KNOWN} {METHOD} {CODE} {SAYS} {METHOD}", f"… {SAYS} …"),
        (f"{SAYS} {SHOWS}", f"{SAYS} {SHOWS}"),  # short enough to stand whole
        (f"{METHOD} {CODE} {KNOWN} {KNOWN}", f"{METHOD} …"),  # no sentence says anything: the first
        (
            f"BACKGROUND: {KNOWN} METHODS: {METHOD} RESULTS: {SHOWS} FUNDING: None of the trumpets was paid for.",
            f"… RESULTS: {SHOWS} …",
        ),
        (
            f"However, {KNOWN} {METHOD} This study describes how ferns were asked. {KNOWN}",
            "… This study describes how ferns were asked. …",
        ),
        (  # what lies where is no result
            f"{SAYS} {METHOD} {KNOWN} The code is 40% faster than others and available at https://example.org/x.",
            f"{SAYS} …",
        ),
        ("", ""),
    ],
)  # fmt: skip
def test_the_sentences_that_carry_the_claim(abstract: str, shown: str) -> None:
    assert claim(abstract).text.replace("\xa0", " ") == shown


def test_of_two_alike_the_one_with_the_rules_words_is_shown() -> None:
    one, other = (
        f"We present a method for {thing} that needs neither light nor water." for thing in ("ferns", "moss")
    )
    abstract = f"{KNOWN} {one} {METHOD} {other} {KNOWN} {CODE}"
    assert claim(abstract).text.startswith(f"… {one}")
    at = abstract.index("moss")
    found = claim(abstract, [(at, at + 4)])
    assert found.text.startswith(f"… {other}")
    assert [found.text[slice(*span)] for span in found.spans] == ["moss"]


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    found = claim("word " * 2_000)
    assert re.fullmatch(rf"(?:word )+word\xa0{LEFT_OUT}", found.text)
    assert MOST - 10 < len(found.text) <= MOST + 2
    assert claim("x" * 2_000).text == "x" * MOST + f"\xa0{LEFT_OUT}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One is here. Two is there.", ["One is here.", "Two is there."]),
        ("As Fig. 2 and Eq. (3) show. It ends!", ["As Fig. 2 and Eq. (3) show.", "It ends!"]),
        ("So said J. Smith et al. Later it rained.", ["So said J. Smith et al. Later it rained."]),
        ("We use e.g. GANs vs. CNNs. Really?", ["We use e.g. GANs vs. CNNs.", "Really?"]),
        ("It is 3.5 times as fast. 40 runs agree.", ["It is 3.5 times as fast.", "40 runs agree."]),
        ("He said “no.” She left.", ["He said “no.”", "She left."]),
        ("这是一个方法。它更快。", ["这是一个方法。", "它更快。"]),
        ("So did I. Nobody saw it.", ["So did I.", "Nobody saw it."]),
    ],
)
def test_where_sentences_end(text: str, parts: list[str]) -> None:
    assert [text[begin:end].strip() for begin, end in sentences(text)] == parts


@given(
    st.text(st.characters(exclude_characters=LEFT_OUT, codec="utf-8"), max_size=700),
    st.text("We propose. 12% \n", min_size=MOST, max_size=900),
)
def test_all_that_is_shown_stands_in_the_abstract_in_this_order(one: str, other: str) -> None:
    abstract = one + other
    spans = [(at, at + 2) for at in range(0, len(abstract) - 2, 5)]
    found = claim(abstract, spans)
    at = 0
    for part in found.text.split(LEFT_OUT):
        at = abstract.index(part.strip(), at) + len(part.strip())
    lit = [found.text[slice(*span)] for span in found.spans]
    assert set(lit) <= {abstract[slice(*span)] for span in spans}
    assert all(before[1] <= after[0] for before, after in pairwise(found.spans))
    assert len(found.text) <= MOST + 8 or abstract.isspace()


@pytest.mark.parametrize(
    "unit",
    ["We propose data ", "results a a ", ". A", "e.g. ", "p<.0", "the data models code ", ".\"'”", "。"],
)
def test_no_abstract_takes_long(unit: str) -> None:
    """0.2 s for the longest abstract that is read at all; nothing here is quadratic."""
    abstract = unit * (200_000 // len(unit))
    claim(abstract)
    began = time.process_time()
    claim(abstract)
    assert time.process_time() - began < 0.2
