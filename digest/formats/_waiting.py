"""Papers that leave their journal, or their proceedings, to another record, which may stand behind them."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from digest.errors import DumpError
from digest.papers import Paper, Reject

MOST = 1000  # papers that are held back for the sake of the order; what they wait for mostly stands right behind them


class Parent(NamedTuple):
    """What a paper takes from the record that it refers to."""

    venue: str
    published: str = ""
    ids: tuple[str, ...] = ()  # the paper's own, though they stand there: for the first that asks


def filled(
    found: Iterable[tuple[Paper | Reject, str]], parents: dict[str, Parent]
) -> Iterator[Paper | Reject]:
    """The records in order, completed from the parent whose name stands beside them (empty: they need none).
    `parents` grows while `found` is read.
    """
    held: deque[tuple[Paper | Reject, str]] = deque()
    try:
        for pair in found:
            held.append(pair)
            while held and (not held[0][1] or held[0][1] in parents or len(held) > MOST):
                yield _filled(*held.popleft(), parents)
    except DumpError:
        yield from (_filled(*pair, parents) for pair in held)
        raise
    yield from (_filled(*pair, parents) for pair in held)


def _filled(record: Paper | Reject, name: str, parents: dict[str, Parent]) -> Paper | Reject:
    parent = parents.get(name)
    if isinstance(record, Reject) or parent is None:
        return record
    parents[name] = parent._replace(ids=())
    kinds = {key.partition(":")[0]: key for key in parent.ids + record.ids}
    return msgspec.structs.replace(
        record,
        venue=record.venue or parent.venue,
        published=record.published or parent.published,
        ids=tuple(sorted(kinds.values())),
    )
