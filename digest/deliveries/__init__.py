"""The ways out. One file per way.

A delivery is a module with

    KIND      its name in `[delivery] kind`
    opened    a home → a channel, for as long as it is needed; DeliveryError if the way is shut

A channel hands one letter over after the other. Just before the step that cannot be taken back (the final dot, the
rename) it asks `dot`, which marks that step where a crash cannot forget it, and may forbid it. All channels are in one
thread: what waits for others does so with gevent's sockets, or in its pool of threads.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple, Protocol, cast

from digest import plugins
from digest.config import Home
from digest.sending.letters import Letter

Dot = Callable[[], bool]


class Outcome(NamedTuple):
    """What became of a letter.

    accepted   it is somebody else's now          rejected   it never will be
    later      not now: nobody has it             lost       the way was gone before the dot: nobody has it
    unknown    the way was gone behind the dot: nobody knows
    """

    kind: Literal["accepted", "later", "rejected", "lost", "unknown"]
    code: int | None
    reply: str
    # It is not about this letter: its whole domain is to be left alone for a while
    whole_domain: bool = False


CUT_OFF = Outcome("lost", None, "cut off before the dot: it is not to go out, or not from here")


class Channel(Protocol):
    """An open way out, of one lane."""

    def deliver(self, letter: Letter, dot: Dot) -> Outcome:
        """Hand a letter over; DeliveryError if the way is shut, and then nothing was begun."""


class Delivery(Protocol):
    """A module of this folder."""

    KIND: str

    def opened(self, home: Home) -> AbstractContextManager[Channel]:
        """A channel; whatever goes wrong when it is closed changes nothing any more."""


def delivery(kind: str) -> Delivery:
    """The way out of that name."""
    return cast(Delivery, plugins.load("deliveries", kind))
