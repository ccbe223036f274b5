"""What a round of sending came to, and how it is told."""

from collections.abc import Iterator
from datetime import datetime

import msgspec


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a round of sending came to."""

    accepted: int = 0
    later: int = 0  # will be tried again
    rejected: int = 0
    doubt: int = 0  # of this round, or of one that died
    suppressed: int = 0  # those whom they were for have left
    expired: int = 0
    next: datetime | None = None  # when the next one may go out
    problems: tuple[str, ...] = ()  # what kept some from going out


def lines(sent: Sent) -> Iterator[str]:
    """What a round came to, in words; nothing if nothing happened."""
    told = (
        (sent.accepted, "delivered"),
        (sent.later, "to be tried again"),
        (sent.rejected, "rejected: digest report ISSUE says why"),
        (sent.doubt, "in doubt: digest doubt list"),
        (sent.suppressed, "not sent, for they have left"),
        (sent.expired, "too old to be sent unless it is named: digest send ISSUE"),
    )
    yield from (f"{number:,} {words}" for number, words in told if number)


def following(sent: Sent, now: datetime) -> Iterator[str]:
    """When more goes out, or that nothing does; nothing of what is due now and did not go out, for `problems` do."""
    more = "nothing more" if any(lines(sent)) else "nothing"
    if sent.next and sent.next > now:
        yield f"{more} is due before {sent.next:%Y-%m-%d %H:%M} UTC"
    elif sent.next is None and more == "nothing":
        yield "nothing is due"
