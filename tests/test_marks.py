"""Marks of several lanes in one commit; never a dot without one."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest

from digest.sending.marks import Marks
from digest.store.deliveries import Claim
from tests.test_planning import claim

Write = Callable[[list[Claim]], list[bool]]


def numbers(claims: list[Claim]) -> list[int]:
    return sorted(one.to.id for one in claims)


def test_whoever_asks_last_writes_for_all() -> None:
    written: list[list[int]] = []

    def write(asked: list[Claim]) -> list[bool]:
        written.append(numbers(asked))
        return [one.to.id != 2 for one in asked]

    marks = Marks(write, busy=lambda: 3)
    with ThreadPoolExecutor(3) as lanes:
        answers = list(lanes.map(marks.ask, [claim(1), claim(2), claim(3)]))
    assert answers == [True, False, True]
    assert sorted(chain(*written)) == [1, 2, 3]


def test_nobody_waits_long_for_lanes_that_are_at_something_else() -> None:
    written: list[list[int]] = []

    def write(asked: list[Claim]) -> list[bool]:
        written.append(numbers(asked))
        return [True] * len(asked)

    assert Marks(write, busy=lambda: 8).ask(claim(1))
    assert written == [[1]]


def test_one_at_a_time_writes_and_those_who_come_meanwhile_are_next() -> None:
    begun, may_end = threading.Event(), threading.Event()
    written: list[list[int]] = []

    def write(asked: list[Claim]) -> list[bool]:
        written.append(numbers(asked))
        begun.set()
        assert may_end.wait(10)
        return [True] * len(asked)

    marks = Marks(write, busy=lambda: 1)
    with ThreadPoolExecutor(3) as lanes:
        first = lanes.submit(marks.ask, claim(1))
        assert begun.wait(10)
        others = [lanes.submit(marks.ask, claim(number)) for number in (2, 3)]
        marks.write()  # somebody is at it
        assert not any(one.done() for one in (first, *others))
        may_end.set()
        assert all(one.result(10) for one in (first, *others))
    assert written[0] == [1]
    assert sorted(chain(*written[1:])) == [2, 3]


def test_what_goes_wrong_for_all_is_told_to_the_one_who_wrote_and_no_dot_goes_out() -> None:
    def write(_asked: list[Claim]) -> list[bool]:
        raise MemoryError("no room")

    marks = Marks(write, busy=lambda: 3)

    def ask(number: int) -> bool | str:
        try:
            return marks.ask(claim(number))
        except MemoryError as error:
            return str(error)

    with ThreadPoolExecutor(3) as lanes:
        answers = list(lanes.map(ask, range(3)))
    assert set(answers) <= {False, "no room"}
    assert "no room" in answers


def test_when_it_is_shut_nobody_writes_any_more() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def write(asked: list[Claim]) -> list[bool]:
        begun.set()
        assert may_end.wait(10)
        return [True] * len(asked)

    marks = Marks(write, busy=lambda: 1)
    with ThreadPoolExecutor(3) as lanes:
        first = lanes.submit(marks.ask, claim(1))
        assert begun.wait(10)
        second, shut = lanes.submit(marks.ask, claim(2)), lanes.submit(marks.shut)
        assert second.result(10) is False
        with pytest.raises(TimeoutError):
            shut.result(0.1)
        may_end.set()
        shut.result(10)
        assert first.result(10) is True
    assert marks.ask(claim(3)) is False
