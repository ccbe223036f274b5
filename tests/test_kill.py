"""Sending that is killed anywhere, to a server that fails anyhow: nobody gets an issue twice, and nobody is forgotten.

benchmarks/kill.py has more of it.
"""

from pathlib import Path

import pytest

from digest.crash import SENDING
from tests import trials
from tests.smtp_server import Fault, Servers
from tests.trials import Trial

# What a server or a kill does when a letter was taken, and its sender cannot know.
UNKNOWN = (
    Trial("", (Fault("after storing", "drop"),)),
    Trial("", (Fault("after storing", "stall"),)),
    Trial("dot sent"),
    Trial("reply read"),
)


@pytest.mark.parametrize("trial", trials.drawn(2026, 60), ids=str)
def test_a_program_killed_and_a_server_that_fails(
    trial: Trial, before: Path, servers: Servers, tmp_path: Path
) -> None:
    left = trials.run(before, servers, tmp_path, trial)
    assert left.wrongs == []
    may_doubt = trial.point or trial.faults[0].at in {"body", "before storing", "after storing"}
    assert may_doubt or "doubt" not in left.states.values()


@pytest.mark.parametrize("point", SENDING)
def test_every_point_is_come_by(point: str, before: Path, servers: Servers, tmp_path: Path) -> None:
    left = trials.run(before, servers, tmp_path, Trial(point))
    assert left.struck
    assert left.wrongs == []
    dot = {"dot marked", "dot sent", "reply read", "outcomes recorded"}
    assert ("doubt" in left.states.values()) <= (point in dot)


def test_a_good_day(before: Path, servers: Servers, tmp_path: Path) -> None:
    left = trials.run(before, servers, tmp_path, Trial(""))
    assert left == ([], dict.fromkeys(trials.READERS, "accepted"), len(trials.READERS), False)


def test_who_sends_and_then_marks_sends_twice(before: Path, servers: Servers, tmp_path: Path) -> None:
    found = [
        trials.run(before, servers, tmp_path / str(number), trial, program="tests.naive")
        for number, trial in enumerate(UNKNOWN)
    ]
    assert [any(wrong.startswith("duplicate") for wrong in left.wrongs) for left in found] == [True] * 4
