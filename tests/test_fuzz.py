"""What nobody would write, through every reader: some inputs of `benchmarks/fuzz.py`, which makes more of them."""

import pytest

from benchmarks import fuzz
from digest import plugins
from digest.papers import Paper

NAMES = plugins.names("formats")
SEED = 2026
INPUTS = 60  # of each format


@pytest.mark.parametrize("name", NAMES)
def test_a_mutated_document_is_read_or_refused(name: str) -> None:
    """Papers that are papers, rejects with reasons, or DumpError: nothing else comes out of any input."""
    failures = [
        f"input {number} of seed {SEED}: {outcome.failure}\n{outcome.traceback}"
        for number in range(INPUTS)
        if (outcome := fuzz.judged(name, fuzz.mutated(name, number, SEED))).traceback
    ]
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("name", NAMES)
def test_inputs_differ_and_can_be_had_again(name: str) -> None:
    some = [fuzz.mutated(name, number, SEED) for number in range(INPUTS)]
    assert some == [fuzz.mutated(name, number, SEED) for number in range(INPUTS)]
    assert len(set(some)) > INPUTS * 9 // 10
    assert some != [fuzz.mutated(name, number, SEED + 1) for number in range(INPUTS)]


def test_most_inputs_reach_the_reader() -> None:
    """Mutations that no format knew any more would try nothing but the sniffing."""
    outcomes = [
        fuzz.judged(name, fuzz.mutated(name, number, SEED)) for name in NAMES for number in range(INPUTS // 6)
    ]
    assert sum(outcome.papers > 0 for outcome in outcomes) > len(outcomes) // 2
    assert sum(outcome.rejects > 0 for outcome in outcomes) > len(outcomes) // 10


def test_the_judge_sees_what_it_looks_for() -> None:
    with pytest.raises(AssertionError):
        fuzz.hold(Paper(where="line 1", title="···"))
    with pytest.raises(ValueError, match="unknown kind"):
        fuzz.hold(Paper(where="line 1", title="A title", ids=("phone:1",)))
