"""The checker finds what it is there for, in histories that were written by hand."""

import pytest

from tests.history import Attempt, attempts, wrongs
from tests.smtp_server import Letter

ANN = Letter("ann@example.org", "me@example.org", b"one", "<1@example.org>")
OTHER = ANN.to.replace("ann", "bob")
REFUSED = Attempt(ANN.to, "fail", dot=False, refused=True)


@pytest.mark.parametrize(
    ("state", "letters", "tried", "wrong"),
    [
        ("accepted", [ANN], [], []),
        ("accepted", [], [], ["lost"]),
        ("accepted", [ANN, ANN], [], ["duplicate"]),
        ("doubt", [], [], []),
        ("doubt", [ANN], [], []),
        ("doubt", [ANN, ANN], [], ["duplicate"]),
        ("rejected", [], [REFUSED], []),
        ("rejected", [], [REFUSED._replace(to="")], []),
        ("rejected", [], [], ["lost"]),
        ("rejected", [ANN], [REFUSED], ["unknown"]),
        ("expired", [ANN], [], ["unknown"]),
        ("ready", [], [], ["unended"]),
        ("sending", [ANN], [], ["unended"]),
        ("dot", [ANN], [], ["unended"]),
    ],
)
def test_what_the_ledger_may_say(
    state: str, letters: list[Letter], tried: list[Attempt], wrong: list[str]
) -> None:
    assert [one.partition(":")[0] for one in wrongs({ANN.to: state}, letters, tried)] == wrong


def test_other_bytes_at_another_attempt_and_letters_that_nobody_planned_are_found() -> None:
    second = Letter(ANN.to, ANN.sender, b"two", ANN.message_id)
    assert len(wrongs({ANN.to: "doubt"}, [ANN, second], [])) == 2
    assert wrongs({}, [ANN], []) == [f"{ANN.to} was never planned"]


def step(connection: int, name: str, line: str = "") -> dict[str, object]:
    return {"connection": connection, "step": name, "line": line}


def test_attempts_are_told_apart_in_a_log_of_two_connections() -> None:
    to, other = (f"RCPT TO:<{address}>" for address in (ANN.to, OTHER))
    log = [
        step(1, "command", "MAIL FROM:<me@example.org>"),
        step(1, "command", to),
        step(2, "command", "MAIL FROM:<me@example.org>"),
        step(2, "command", other),
        step(1, "dot"),
        step(2, "reply", "550 no such user"),
        step(1, "stored"),
        step(2, "command", "RSET"),
        step(1, "ended"),
        step(2, "command", "MAIL FROM:<me@example.org>"),
        step(2, "reply", "550 not from you"),
        step(2, "command", "RSET"),
        step(2, "command", "MAIL FROM:<me@example.org>"),
        step(2, "command", other),
        step(2, "dot"),
        step(2, "stored"),
        step(2, "answered"),
        step(2, "command", "MAIL FROM:<me@example.org>"),
        step(2, "command", to),
    ]
    assert attempts(log) == [
        Attempt(OTHER, "fail", dot=False, refused=True),
        Attempt(ANN.to, "info", dot=True, refused=False),
        Attempt("", "fail", dot=False, refused=True),
        Attempt(OTHER, "ok", dot=True, refused=False),
        Attempt(ANN.to, "fail", dot=False, refused=False),
    ]
