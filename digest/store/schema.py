"""The tables, one schema for every engine. A change here needs a migration beside it; a test compares the two.

sources, batches             how far each source was read, how it is, what it usually brings
dumps → papers, rejects      what was read, and what it said
works, keys, joins           which papers are one work
arrivals                     the log: what was new, in one sequence; a read of a dump is an entry too
digests, cursors             how far each digest has read of each source
issues, cards, carried       what was made of it, frozen
slots, files, runs           what came due, what lies in the outbox, what was done
subscribers, consents        who reads a digest, and how that came to be
suppressions, secrets        who never gets mail again, and with which keys all this is signed
bounces                      what came back of letters, and who asked by mail to leave
plans, deliveries            each issue for each subscriber, and what became of it
coolings                     domains that asked us to wait
notices                      what the operator is told by mail
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISION = "0005"  # the newest migration; a store that says so is opened without importing Alembic


@lru_cache(maxsize=100)
def stored(moment: datetime) -> str:
    """A moment as the store has it: whole seconds of UTC, as text that sorts: 2026-11-21T06:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Instant(TypeDecorator[datetime]):
    """A moment, as `stored` writes it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To the store."""
        return stored(value) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the store."""
        return datetime.fromisoformat(value) if value else None


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _of(table: str) -> ForeignKey:
    return ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED")


# Only of sources that are fetched.
sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # and its options, in short: another query begins anew
    Column("reached", LargeBinary, nullable=False),  # JSON: how far it was read, in its own words
    Column("visited", Instant),  # when a visit last ended
    Column("due", Instant, nullable=False),
    Column("asked", Integer, nullable=False),  # 1: it asked itself not to come sooner
    Column("failures", Integer, nullable=False),  # bad visits in a row
    Column("verdict", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("told", Text, nullable=False),  # the verdict that the operator was last told
    sqlite_with_rowid=False,
)

# What a source brought of one of its parts on a day, for ten weeks: that is what is usual.
batches = Table(
    "batches",
    metadata,
    Column("source", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("papers", Integer, nullable=False),
    sqlite_with_rowid=False,
)

dumps = Table(
    "dumps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("received", Instant, nullable=False),
    Column("format", Text),  # null: nobody could read it, and `problem` says why
    Column("problem", Text, nullable=False),
    Column("records", Integer, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("rejects", Integer, nullable=False),
    UniqueConstraint("source", "sha256"),
)

# Files of folders that were read, so that the next look costs one stat each.
paths = Table(
    "paths",
    metadata,
    Column("source", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("dump", Integer, _of("dumps"), nullable=False),
    sqlite_with_rowid=False,
)

# A paper that says of its work what the store has already is not stored again.
papers = Table(
    "papers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("work", Integer, _of("works"), nullable=False, index=True),
    Column("dump", Integer, _of("dumps"), nullable=False),
    Column("record", LargeBinary, nullable=False),  # papers.Paper as JSON
)

rejects = Table(
    "rejects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dump", Integer, _of("dumps"), nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
)

# One row for each set of keys that a paper has had: an atom of identity. What people call a work is all the atoms
# that `joins` points at one of them.
works = Table(
    "works",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key_set", Text, nullable=False),  # sorted, separated by line breaks
)

keys = Table(
    "keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("work", Integer, _of("works"), primary_key=True),
    sqlite_with_rowid=False,
)

joins = Table(
    "joins",
    metadata,
    Column("from_work", Integer, _of("works"), primary_key=True),
    Column("into_work", Integer, _of("works"), nullable=False, index=True),  # the oldest; never itself joined
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # read | new | revised | withdrawn | seen
    Column("source", Text, nullable=False),
    Column("work", Integer, _of("works")),  # null: the read of a dump
    Column("version", Integer, nullable=False),  # 0: the dump tells none
    Column("dump", Integer, _of("dumps"), nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice, whatever is deleted
)
Index(
    "uq_arrivals_work", arrivals.c.work, arrivals.c.source, arrivals.c.kind, arrivals.c.version, unique=True
)
Index("ix_arrivals_dump", arrivals.c.dump)

digests = Table(
    "digests",
    metadata,
    Column("name", Text, primary_key=True),
    Column("began", Instant, nullable=False),  # when it was first seen
)

cursors = Table(
    "cursors",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("seq", Integer, nullable=False),  # up to where this digest has read what this source showed
    sqlite_with_rowid=False,
)

issues = Table(
    "issues",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("head", LargeBinary, nullable=False),  # issue.Head as JSON
    Column("entries", Integer, nullable=False),  # how many cards
    UniqueConstraint("digest", "number"),
)

cards = Table(
    "cards",
    metadata,
    Column("issue", Integer, _of("issues"), primary_key=True),
    Column("group", Integer, primary_key=True),  # from 0
    Column("place", Integer, primary_key=True),
    Column("card", LargeBinary, nullable=False),  # issue.Card as JSON
    sqlite_with_rowid=False,
)

# The database's own word that no digest carries a work twice: once as new (version 0), once for each revision.
carried = Table(
    "carried",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("work", Integer, _of("works"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("issue", Integer, _of("issues"), nullable=False),
    sqlite_with_rowid=False,
)

slots = Table(
    "slots",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("slot", Instant, primary_key=True),
    Column("state", Text, nullable=False),  # made | empty | waiting | skipped
    Column("at", Instant, nullable=False),
    Column("issue", Integer, _of("issues")),  # null but for `made`
    sqlite_with_rowid=False,
)

files = Table(
    "files",
    metadata,
    Column("issue", Integer, _of("issues"), primary_key=True),
    Column("path", Text, primary_key=True),  # below the outbox
    Column("sha256", Text, nullable=False),
    Column("templates", Text, nullable=False),  # fingerprint of the templates that made it
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("command", Text, nullable=False),
    Column(
        "said", LargeBinary, nullable=False
    ),  # JSON: what each digest got, each source's verdict, what went wrong
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("address", Text, nullable=False),  # as it is written to
    Column("folded", Text, nullable=False),  # without case: two that fold alike are one
    Column("domain", Text, nullable=False),  # what is throttled together
    Column("status", Text, nullable=False),  # pending | confirmed | unsubscribed | bounced | complained
    Column("zone", Text, nullable=False),  # IANA; empty: the digest's
    Column("hour", Integer),  # of its day, at or after which it gets its issues; null: at once
    Column("since", Instant, nullable=False),
    Column("kept_in", Text, nullable=False),  # list | schedule: where it has to be taken out to get no mail
    UniqueConstraint("digest", "folded"),
    sqlite_autoincrement=True,  # links that name an erased subscriber never name another
)

# Append-only: what can be shown when somebody asks why we write to an address.
consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("digest", Text, nullable=False),
    Column("who", Text, nullable=False, index=True),  # keyed hash of the folded address: it survives erasure
    Column("event", Text, nullable=False),  # requested | confirmed | imported | unsubscribed | bounced | …
    Column("how", Text, nullable=False),  # where it came from, in words
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("who", Text, primary_key=True),  # keyed hash of the folded address
    Column("digest", Text, primary_key=True),  # empty: all
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

# Keys of HMAC: the newest signs, all of them are believed. One of the kind `addresses` is never renewed.
secrets = Table(
    "secrets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # tokens | addresses
    Column("key", LargeBinary, nullable=False),
    Column("made", Instant, nullable=False),
    Column("distrusted", Instant),  # since when nothing is believed that it has signed
)

# One row a mail, so that reading a mailbox twice counts nothing twice.
bounces = Table(
    "bounces",
    metadata,
    Column("mail", Text, primary_key=True),  # SHA-256 of its bytes
    Column("subscriber", Integer, nullable=False),
    Column("issue", Integer),  # its number in the digest; null: the mail speaks of none
    Column("kind", Text, nullable=False),  # hard | soft | policy | complaint | leave
    Column("why", Text, nullable=False),  # the status that a server gave, or what else was found
    Column("at", Instant, nullable=False),  # when the issue was made: nobody outside can choose it
    sqlite_with_rowid=False,
)
Index("ix_bounces_subscriber", bounces.c.subscriber)

plans = Table(
    "plans",
    metadata,
    Column("issue", Integer, _of("issues"), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("held", Instant, nullable=False),  # nothing goes out before
    Column("deliveries", Integer, nullable=False),  # how many were planned
    Column("secret", Integer, _of("secrets"), nullable=False),  # of its message ids: they never change
    Column("cancelled", Instant),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("issue", Integer, _of("issues"), primary_key=True),
    Column("subscriber", Integer, primary_key=True),  # of one that was erased, the number is left
    Column(
        "state", Text, nullable=False
    ),  # ready | sending | dot | accepted | rejected | doubt | suppressed | expired
    Column("due", Instant, nullable=False),
    Column("domain", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("begun", Instant),  # its first attempt: from then on it is tried for some days
    Column("fence", Integer, nullable=False),  # of the claim: who has an older one writes nothing any more
    Column("lease", Instant),  # until when a claim holds
    Column("changed", Instant, nullable=False),
    Column(
        "reply", Text, nullable=False
    ),  # the server's last words; of an accepted one they hold its queue id
    sqlite_with_rowid=False,
)
# What is accepted is what was planned less the rest, so that counting ten million rows reads few of them.
Index(
    "ix_deliveries_open",
    deliveries.c.state,
    deliveries.c.due,
    deliveries.c.issue,
    deliveries.c.subscriber,  # rows that lie side by side are claimed together: a commit writes a third of the pages
    deliveries.c.domain,  # those of a domain that has enough are passed over without a look at their rows
    sqlite_where=deliveries.c.state != "accepted",
)

coolings = Table(
    "coolings",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("why", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What the operator is told by mail, once for each address: the same words as the file in the outbox.
notices = Table(
    "notices",
    metadata,
    Column("name", Text, primary_key=True),  # of the file
    Column("address", Text, primary_key=True),
    Column("words", Text, nullable=False),
    Column(
        "state", Text, nullable=False
    ),  # ready | dot | accepted | rejected | doubt; `dot` for ever: a doubt
    Column("due", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reply", Text, nullable=False),
    sqlite_with_rowid=False,
)
