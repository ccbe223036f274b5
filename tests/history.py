"""What a mail server saw, beside what the ledger says of it: whether anybody got an issue twice, or not at all.

An attempt is an *invoke* (MAIL) that ends as *ok* (stored, and the whole 250 written), *fail* (not stored) or *info*
(stored, but the answer went missing on its way): the words of Jepsen's histories. The server's log is the truth; the
ledger may only say what follows from it, or `doubt`.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tests.smtp_server import Letter

OPEN = frozenset({"ready", "sending", "dot"})
ENDED = frozenset({"accepted", "rejected", "doubt", "suppressed", "expired"})


class Attempt(NamedTuple):
    """What one attempt to send to an address came to, as the server saw it."""

    to: str  # empty: the server heard of nobody
    outcome: Literal["ok", "fail", "info"]
    dot: bool  # whether the whole letter had come
    refused: bool  # whether a 5xx was the answer to something in it


def attempts(steps: Iterable[Mapping[str, Any]]) -> list[Attempt]:
    """The attempts in a server's log, in the order in which they ended."""
    going: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    ended: list[Attempt] = []
    for step in steps:
        mine = going[step["connection"]]
        verb = step.get("line", "")[:4].upper() if step["step"] == "command" else ""
        if mine and (verb in {"MAIL", "RSET", "QUIT"} or step["step"] == "ended"):
            ended.append(_attempt(mine))
            mine.clear()
        if mine or verb == "MAIL":
            mine.append(step)
    return [*ended, *(_attempt(mine) for mine in going.values() if mine)]


def _attempt(steps: Sequence[Mapping[str, Any]]) -> Attempt:
    seen = {step["step"] for step in steps}
    outcome: Literal["ok", "fail", "info"] = (
        "ok" if "answered" in seen else "info" if "stored" in seen else "fail"
    )
    refused = any(step["step"] == "reply" and step["line"].startswith("5") for step in steps)
    told = [step["line"] for step in steps if step.get("line", "")[:4].upper() == "RCPT"]
    to = told[0].partition("<")[2].partition(">")[0] if told else ""
    return Attempt(to, outcome, "dot" in seen, refused)


def wrongs(states: Mapping[str, str], letters: Sequence[Letter], tried: Sequence[Attempt]) -> list[str]:
    """Everything in which the ledger of one issue (address → state) is not what a server saw; nothing is well.

    Nothing may be left to be done: each delivery has ended.
    """
    copies = Counter(letter.to for letter in letters)
    refused = {attempt.to for attempt in tried if attempt.refused}
    unnamed = sum(attempt.refused and not attempt.to for attempt in tried)
    found = [f"{to} was never planned" for to in copies if to not in states]
    for to, state in states.items():
        number = copies[to]
        if number > 1:
            found.append(f"duplicate: {to} got {number} copies and is {state}")
        if state in OPEN:
            found.append(f"unended: {to} is {state}")
        elif state == "accepted" and number == 0:
            found.append(f"lost: {to} is accepted and got nothing")
        elif state not in {"accepted", "doubt"} and number:
            found.append(f"unknown: {to} is {state} and got a copy")
        elif state == "rejected" and to not in refused and (unnamed := unnamed - 1) < 0:
            found.append(f"lost: {to} is rejected, and no server said so")
        elif state not in ENDED:
            found.append(f"{to} is {state}: no such state")
    by_letter = defaultdict(set)
    for letter in letters:
        by_letter[letter.to].add((letter.message_id, letter.data))
    return found + [
        f"{to} got different letters" for to, all_of_them in by_letter.items() if len(all_of_them) > 1
    ]


def ledger(store: Path) -> dict[str, str]:
    """The state of each delivery, by its address, of the store's only issue."""
    query = (
        "SELECT coalesce(address, deliveries.subscriber), state FROM deliveries"
        " LEFT JOIN subscribers ON subscribers.id = deliveries.subscriber"
    )
    with closing(sqlite3.connect(store)) as db:
        rows = db.execute(query).fetchall()
        [issues] = db.execute("SELECT count(DISTINCT issue) FROM deliveries").fetchone()
    assert issues <= 1
    assert len(dict(rows)) == len(rows)
    return dict(rows)
