"""`digest` as most write it: a letter is sent, then marked as sent; what did not end well is sent again.

Not what anybody should run: tests/test_kill.py has to find its duplicates.
"""

from datetime import datetime

from sqlalchemy import Connection

from digest import cli
from digest.store import deliveries
from digest.store.deliveries import Claim, Kind

_settle = deliveries.settle


def dot(db: Connection, claim: Claim, now: datetime) -> bool:
    """Nothing is marked."""
    return True


def settle(db: Connection, claim: Claim, kind: Kind, reply: str, now: datetime) -> str:
    """What is not known is tried again."""
    return _settle(db, claim, "later" if kind in {"unknown", "lost"} else kind, reply, now)


if __name__ == "__main__":
    deliveries.dot = dot
    deliveries.settle = settle
    cli.main()
