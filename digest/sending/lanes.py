"""Letters on their way: a lane is a greenlet with one open channel; what there is to do is shared by all lanes.

All lanes are in one thread: eight threads would spend most of their time in waiting for each other, since whoever asks
a socket lets the next one run (benchmarks/send.py: 0.8 of what smtplib sends in threads, and more than twice so).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import gevent

from digest import crash
from digest.config import Home
from digest.deliveries import CUT_OFF, Channel, Outcome, delivery
from digest.errors import DeliveryError
from digest.sending.letters import Letter
from digest.sending.work import Work
from digest.store.deliveries import Claim

Compose = Callable[[Claim], Letter]


class Ledger(Protocol):
    """Where lanes have written down what they are about to do, and what came of it."""

    def dot(self, claim: Claim) -> bool:
        """Whether the last byte of a letter may go out; if so, the mark of it is on the disk."""

    def done(self, claim: Claim, outcome: Outcome) -> None:
        """What came of a claim; it may be written down later."""

    def back(self, claim: Claim) -> None:
        """With this claim nothing was begun."""

    def ended(self, error: BaseException | None) -> None:
        """A lane is at its end."""


def start(
    home: Home, work: Work, compose: Compose, now: Callable[[], datetime], ledger: Ledger, count: int
) -> None:
    """So many lanes, which end when the work is closed, or when their way is shut."""
    for _ in range(count):
        gevent.spawn(_lane, home, work, compose, now, ledger)


def _lane(home: Home, work: Work, compose: Compose, now: Callable[[], datetime], ledger: Ledger) -> None:
    error: BaseException | None = None
    try:
        with delivery(home.delivery.kind).opened(home) as channel:
            while claim := work.take():
                try:
                    _carry(channel, claim, work, compose, now, ledger)
                finally:
                    work.done(claim)
    except BaseException as caught:
        error = caught  # gevent would print it and go on: who waits for the lanes raises it again
    ledger.ended(error)


def _carry(
    channel: Channel, claim: Claim, work: Work, compose: Compose, now: Callable[[], datetime], ledger: Ledger
) -> None:
    """One letter, from its claim to what came of it."""
    if now() >= claim.lease:  # it has waited too long: somebody else may have it
        ledger.back(claim)
        return
    try:
        letter = compose(claim)
    except ValueError as error:
        ledger.done(claim, Outcome("rejected", None, f"no letter can be written: {error}"))
        return
    crash.point("letter composed")
    try:
        outcome = channel.deliver(letter, lambda: ledger.dot(claim))
    except DeliveryError:
        ledger.back(claim)
        raise
    if outcome is CUT_OFF:
        ledger.back(claim)
    else:
        ledger.done(claim, outcome)
    if outcome.whole_domain:
        for other in work.withdraw(claim.to.domain):
            ledger.back(other)
