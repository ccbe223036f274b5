"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of an empty store."""
    _dumps()
    _what_they_said()
    _works()
    _log()
    _digests()
    _issues()
    _what_they_carry()
    _what_became_of_them()


def _of(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], deferrable=True, initially="DEFERRED")


def _dumps() -> None:
    op.create_table(
        "dumps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("received", sa.Text(), nullable=False),
        sa.Column("format", sa.Text()),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("rejects", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "sha256", name="uq_dumps_source_sha256"),
    )
    op.create_table(
        "paths",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("dump", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "path"),
        _of("dump", "dumps"),
        sqlite_with_rowid=False,
    )


def _what_they_said() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work", sa.Integer(), nullable=False),
        sa.Column("dump", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        _of("work", "works"),
        _of("dump", "dumps"),
    )
    op.create_index("ix_papers_work", "papers", ["work"])
    op.create_table(
        "rejects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dump", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        _of("dump", "dumps"),
    )
    op.create_index("ix_rejects_dump", "rejects", ["dump"])


def _works() -> None:
    op.create_table(
        "works",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_set", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("work", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "work"),
        _of("work", "works"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "joins",
        sa.Column("from_work", sa.Integer(), nullable=False),
        sa.Column("into_work", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_work"),
        _of("from_work", "works"),
        _of("into_work", "works"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_joins_into_work", "joins", ["into_work"])


def _log() -> None:
    op.create_table(
        "arrivals",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("work", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dump", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        _of("work", "works"),
        _of("dump", "dumps"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_arrivals_work", "arrivals", ["work", "source", "kind", "version"], unique=True)
    op.create_index("ix_arrivals_dump", "arrivals", ["dump"])


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("began", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "cursors",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "source"),
        sqlite_with_rowid=False,
    )


def _issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", "number", name="uq_issues_digest_number"),
        sa.UniqueConstraint("name", name="uq_issues_name"),
    )


def _what_they_carry() -> None:
    op.create_table(
        "cards",
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("group", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("card", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("issue", "group", "place"),
        _of("issue", "issues"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "carried",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("work", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "work", "version"),
        _of("work", "works"),
        _of("issue", "issues"),
        sqlite_with_rowid=False,
    )


def _what_became_of_them() -> None:
    op.create_table(
        "slots",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("issue", sa.Integer()),
        sa.PrimaryKeyConstraint("digest", "slot"),
        _of("issue", "issues"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "files",
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("templates", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issue", "path"),
        _of("issue", "issues"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
