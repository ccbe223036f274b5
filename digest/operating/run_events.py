"""What a run did, as events of the log."""

from digest.operating.events import event, problem
from digest.pipeline import Run
from digest.verdicts import BAD


def log(run: Run) -> None:
    """An event for each visit, each dump and each digest; problems are warnings."""
    for visit in run.visits:
        tell = problem if visit.verdict in BAD else event
        tell("source", source=visit.source, verdict=visit.verdict, why=visit.why or None)
    for dump in run.dumps:
        if dump.format is None:
            problem("dump", source=dump.source, origin=dump.origin, problem=dump.brief)
            continue
        counts = {"papers": dump.papers, "new": dump.new, "rejects": dump.rejects}
        event("dump", source=dump.source, origin=dump.origin, format=dump.format, **counts)
    for made in run.made:
        head = made.issue
        papers = head.papers if head else None
        event(
            "digest", digest=made.digest, state=made.state, issue=head.name if head else None, papers=papers
        )
    for words in run.refused:
        problem("refused", problem=words)
    for words in run.warnings:
        problem("strange", problem=words)
