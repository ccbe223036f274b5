"""Two senders, of which one is paused until its claims are the other's, and wakes: nobody gets an issue twice.

The server ends connections on which nothing comes, so that who wakes finds its own closed, and has a failure to write
down, of a letter that is another's by now.
"""

from pathlib import Path

import pytest

from tests import trials
from tests.smtp_server import Servers

PAIRS = (
    ("letter composed", "dot marked"),
    ("envelope answered", "body sent"),
    ("letter begun", "letter begun"),
    ("letter begun", "dot sent"),
    ("body sent", "dot marked"),
    ("body sent", "reply read"),
    ("dot marked", "dot sent"),
)
# Who wakes has been told: not now. By then the letter is another's, who has sent it.
TOLD = tuple(("envelope answered", second) for second in ("dot marked", "dot sent", "reply read"))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_sender_that_wakes_when_its_claims_are_anothers(
    first: str, second: str, before: Path, servers: Servers, tmp_path: Path
) -> None:
    left = trials.pause(before, servers, tmp_path, first, second)
    assert left.struck
    assert left.wrongs == []


@pytest.mark.parametrize("program", ["digest", "tests.unfenced"])
def test_an_answer_that_is_heard_too_late(
    program: str, before: Path, servers: Servers, tmp_path: Path
) -> None:
    """Nobody gets two; without the fence the answer of another attempt makes the delivery ready again."""
    found = [
        trials.pause(
            before, servers, tmp_path / second, first, second, faults=trials.NOT_NOW, program=program
        )
        for first, second in TOLD
    ]
    duplicates = [any(wrong.startswith("duplicate") for wrong in left.wrongs) for left in found]
    assert any(duplicates) == (program != "digest")  # which of them depends on who wakes first
    if program == "digest":
        assert [left.wrongs for left in found] == [[]] * len(TOLD)
