"""What can go wrong by someone else's doing; each says what happened, where, and what to do next.

    DigestError               the root; `exit_code` is what the process ends with
    ├── ConfigError           the operator is wrong: stops before anything is read
    │   └── RuleError         a rule that cannot be read: where in it, and what was expected
    ├── DumpError             a whole dump cannot be read; the others go on
    ├── SourceError           a source did not bring what it was asked for; the others go on
    ├── StoreError            the store cannot be opened or written
    ├── LockError             another scheduler works in this home
    ├── OutboxError           a file of the outbox cannot be written
    └── DeliveryError         nobody takes mail from us at all; nothing is lost, it is tried again

A record that cannot be read is no error but a value, `papers.Reject`. Any other exception is a bug of ours:
nobody catches it, and it keeps its traceback.
"""

from datetime import timedelta


class DigestError(Exception):
    """Something that the operator can mend."""

    exit_code = 1


class ConfigError(DigestError):
    """Settings or schedules that cannot be meant: file, key and what is allowed, a line for each mistake."""

    exit_code = 2

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class RuleError(ConfigError):
    """A rule that cannot be read. `column` counts characters of the query, from 0."""

    def __init__(self, query: str, column: int, problem: str) -> None:
        self.query, self.column, self.problem = query, column, problem
        shown, caret = _around(query, column)
        super().__init__(f"column {column + 1}: {problem}\n    {shown}\n    {' ' * caret}^")


class DumpError(DigestError):
    """A dump that cannot be read as a whole."""


class SourceError(DigestError):
    """A source did not bring what it was asked for; `again`: it says itself not to come back any sooner."""

    def __init__(self, problem: str, again: timedelta | None = None) -> None:
        super().__init__(problem)
        self.again = again


class StoreError(DigestError):
    """The store cannot be opened, read or written."""


class LockError(DigestError):
    """Another scheduler works in this home."""


class OutboxError(DigestError):
    """A file of the outbox cannot be written."""


class DeliveryError(DigestError):
    """The way out is shut: a server that cannot be reached or lets nobody in, a folder that cannot be written."""


QUERY_SHOWN = 100  # a caret under a longer line is off the screen


def _around(query: str, column: int) -> tuple[str, int]:
    """The part of the query around the column on one line, and where the caret goes below it."""
    line = "".join(" " if c.isspace() else c for c in query)
    if len(line) <= QUERY_SHOWN:
        return line, column
    start = max(0, min(column - QUERY_SHOWN // 2, len(line) - QUERY_SHOWN))
    before, after = "…" if start else "", "…" if start + QUERY_SHOWN < len(line) else ""
    return before + line[start : start + QUERY_SHOWN] + after, column - start + len(before)
