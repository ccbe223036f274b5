"""The store: schema, migrations, transactions. SQL stands in this folder only.

with store.reading() as db:    a snapshot
with store.writing() as db:    all of it or none of it, under the one writer's lock, held to commit
"""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError

from digest.errors import ConfigError, StoreError
from digest.store import schema

READ_ONLY = "mode=ro"
PATIENCE = 120  # seconds to wait for another process that writes; an issue of 25,000 papers takes about 20


# What a file, a disk or another process is to blame for: the second is what SQLite says of a file that is damaged.
# Kinds of the second, such as a constraint that is broken, are bugs of ours.
_OUTSIDE = (sqlite3.OperationalError, sqlite3.DatabaseError)


class Store:
    """An open store. Use `open_store`."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._writers = engine.execution_options(writes=True)
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the store as it is now and writes nothing."""
        with self._named_errors(), self._engine.connect() as db, db.begin():
            yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the writer's lock from its first moment."""
        with self._named_errors(), self._writers.connect() as db, db.begin():
            yield db

    @contextmanager
    def batches(self) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
        """What `writing` does, for many small transactions one after the other: they share a connection."""
        with self._named_errors(), self._writers.connect() as db:

            @contextmanager
            def writing() -> Iterator[Connection]:
                with self._named_errors(), db.begin():
                    yield db

            yield writing

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        # the driver's own: of statements that go to it
        except (DatabaseError, sqlite3.DatabaseError) as error:
            cause = error.orig if isinstance(error, DatabaseError) else error
            if type(cause) not in _OUTSIDE:
                raise
            raise StoreError(explained(self.path, str(cause))) from error


def open_store(path: Path) -> Store:
    """The store in this file, made or brought up to date if need be.

    StoreError if it cannot be opened or written; ConfigError if a newer program has written it.
    """
    if not path.parent.is_dir():
        raise ConfigError(f"there is no folder {path.parent} for the store; digest init makes a home")
    store = Store(_engine(path), path)
    try:
        _bring_up_to_date(store)
    except DatabaseError as error:
        store.close()
        raise StoreError(explained(path, str(error.orig))) from error
    except BaseException:
        store.close()
        raise
    return store


def make_private(db: Connection) -> None:
    """Let nobody but its owner read the store and its log from now on, before keys and addresses are in it.

    Once: whoever gives it to a group afterwards has meant to. Only the owner can; `digest doctor` tells the others.
    """
    file = db.execute(text("SELECT file FROM pragma_database_list WHERE name = 'main'")).scalar_one()
    for end in ("", "-wal", "-shm"):
        with suppress(OSError):
            part = Path(f"{file}{end}")
            part.chmod(part.stat().st_mode & stat.S_IRWXU)


def copy(path: Path, to: Path) -> None:
    """Copy a store, also one that is in use, into a file that is not there yet; nothing of the first is changed.

    Whoever opens a store that nobody uses in the usual way leaves two files beside it if he may not write; as
    immutable it can be read without them, as long as its log is not there and the file stands still.
    """
    before = path.stat()
    if (how := _reading_only(path)) != READ_ONLY:
        _backup(path, how, to)
        after = path.stat()
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            return
        to.unlink()
    _backup(path, READ_ONLY, to)


def _reading_only(path: Path) -> str:
    """How to open a store that is only read: one with a log beside it may have a writer, who may be somebody else."""
    return READ_ONLY if path.with_name(f"{path.name}-wal").exists() else f"{READ_ONLY}&immutable=1"


def _backup(path: Path, how: str, to: Path) -> None:
    try:
        with (
            closing(
                sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=PATIENCE)
            ) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)
    except sqlite3.DatabaseError as error:
        raise StoreError(explained(path, str(error))) from error


def _engine(path: Path) -> Engine:
    locked = path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    address = f"file:{quote(str(path))}?{_reading_only(path)}&uri=true" if locked else str(path)
    engine = create_engine(f"sqlite:///{address}", connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, not at the driver's guess
        wal = () if locked else ("journal_mode=WAL",)
        for pragma in (*wal, "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def on_begin(db: Connection) -> None:
        begin = "BEGIN IMMEDIATE" if db.get_execution_options().get("writes") else "BEGIN"
        db.connection.driver_connection.execute(begin).close()  # type: ignore[union-attr]

    return engine


# As Alembic makes it, so that a store made here is no other than one that was migrated.
_ALEMBICS_OWN = """\
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""


def _bring_up_to_date(store: Store) -> None:
    with store.reading() as db:
        revision = _revision(db)
    if revision == schema.REVISION:
        return
    if revision is None:
        with store.writing() as db:
            if _revision(db) is None:  # nobody else was faster
                schema.metadata.create_all(db)
                db.execute(text(_ALEMBICS_OWN))
                db.execute(
                    text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": schema.REVISION}
                )
        return
    from digest.store import migrations  # Alembic costs 150 ms: only a store that is behind pays them

    if not migrations.knows(revision):
        raise ConfigError(
            f"{store.path} was written by a newer digest (its schema is {revision}, this program's {schema.REVISION}): "
            "install that version or a later one; the store was not touched"
        )
    with store.writing() as db:
        migrations.upgrade(db)


def _revision(db: Connection) -> str | None:
    if not inspect(db).has_table("alembic_version"):
        return None
    return db.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def explained(path: Path, problem: str) -> str:
    """SQLite's few words, with the file and what to do."""
    cures = {
        "locked": "another digest command is writing; wait for it, or end it, and run this again",
        "full": "the disk is full; make room and run this again: nothing was half-written",
        "disk I/O error": "the disk is full or failing; make room and run this again: nothing was half-written",
        "readonly": "it cannot be written; check who owns the folder and the file",
        "unable to open": "it cannot be opened or made; check that the folder exists and can be written",
        "not a database": "it is not a store; move the file away, or name another in digest.toml",
        "malformed": "it is damaged; restore a backup",
    }
    cure = next((cure for sign, cure in cures.items() if sign in problem), "see the message of the database")
    return f"{os.fspath(path)}: {problem}: {cure}"
