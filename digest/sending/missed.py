"""What a subscriber is told of earlier issues that may not have come: where they are.

Nobody sends them again by itself, for a mail too many is the other mistake; so the next issue says it.
"""

from collections.abc import Iterable

from digest.issue import Head
from digest.renderers import html

MOST = 3  # issues named in one mail; who lacks more is told how many


def notes(missed: Iterable[Head]) -> tuple[str, ...]:
    """A sentence for each of these issues, oldest first, as plain text."""
    heads = list(missed)
    older = heads[:-MOST]
    some = (f"{len(older)} more issues before these may not have reached you.",) if older else ()
    return (*some, *map(_note, heads[-MOST:]))


def _note(head: Head) -> str:
    said = f"Issue No. {head.number} of {head.date} may not have reached you"
    return f"{said}. It is here: {_address(head)}" if head.public else f"{said}: ask for it if you lack it."


def _address(head: Head) -> str:
    file = f"{head.folder}/{html.FILE}" if "html" in head.outputs else "index.html"
    return f"{head.public}/{head.digest}/{file}"
