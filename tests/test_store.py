"""The store: made, migrated, refused; what a connection promises; cursors that move by compare-and-set."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

import digest
from digest.arrivals import Entry, Span
from digest.errors import ConfigError, StoreError
from digest.sources import Dump
from digest.store import Store, health, issues, log, migrations, open_store, schema, subscribers, works

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
PACKAGE = Path(digest.__file__).parent


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = open_store(tmp_path / "digest.sqlite3")
    yield found
    found.close()


def schema_of(path: Path) -> dict[tuple[str, str], str]:
    """Every table and index with the words that made it, white space aside."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
        return {(kind, name): "".join(sql.split()) for kind, name, sql in rows}


def migrated(path: Path) -> Path:
    """A store that Alembic made out of nothing."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as db:
        migrations.upgrade(db)
    engine.dispose()
    return path


def revision_of(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT version_num FROM alembic_version").fetchall()


# --- migrations ---


def test_a_fresh_store_is_no_other_than_a_migrated_one(tmp_path: Path, store: Store) -> None:
    made = schema_of(migrated(tmp_path / "migrated.sqlite3"))
    assert schema_of(store.path) == made
    tables = {name for kind, name in made if kind == "table" and name != "sqlite_sequence"}
    assert tables == {*schema.metadata.tables, "alembic_version"}
    assert revision_of(store.path) == revision_of(tmp_path / "migrated.sqlite3") == [(schema.REVISION,)]


def test_every_constraint_is_migrated(tmp_path: Path, store: Store) -> None:
    pragmas = ("table_xinfo", "foreign_key_list", "index_list")
    found = []
    for path in (store.path, migrated(tmp_path / "migrated.sqlite3")):
        with closing(sqlite3.connect(path)) as db:
            found.append(
                {
                    (table, pragma): sorted(
                        row[1:]  # the first column is the order of making
                        for row in db.execute(f"PRAGMA {pragma}('{table}')")
                    )
                    for table in schema.metadata.tables
                    for pragma in pragmas
                }
            )
    assert found[0] == found[1]
    assert sum(len(rows) for (_, pragma), rows in found[0].items() if pragma == "foreign_key_list") > 10


@pytest.fixture
def later_program(tmp_path: Path) -> Path:
    """This program with one migration more, in a folder of its own."""
    folder = tmp_path / "later"
    shutil.copytree(PACKAGE, folder / "digest", ignore=shutil.ignore_patterns("__pycache__"))
    tables = folder / "digest" / "store" / "schema.py"
    newer = tables.read_text().replace(f'REVISION = "{schema.REVISION}"', 'REVISION = "later"')
    tables.write_text(newer + '\nTable("wishes", metadata, Column("wish", Text, primary_key=True))\n')
    (folder / "digest" / "store" / "migrations" / "versions" / "later.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f'revision, down_revision = "later", "{schema.REVISION}"\n'
        "def upgrade() -> None:\n"
        '    op.create_table("wishes", sa.Column("wish", sa.Text(), nullable=False),'
        ' sa.PrimaryKeyConstraint("wish"))\n'
    )
    return folder


_OPEN = """
import sys
from pathlib import Path
from digest.store import open_store
open_store(Path(sys.argv[1])).close()
print("alembic" in sys.modules)
"""


def opened_by(program: Path, path: Path) -> bool:
    """Open a store with the program in this folder, in a process of its own; whether that took Alembic."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _OPEN, str(path)],
        cwd=path.parent,
        env={"PYTHONPATH": str(program)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout == "True\n"


def test_a_store_that_is_behind_is_upgraded_and_alembic_imported_only_then(
    tmp_path: Path, later_program: Path
) -> None:
    path = tmp_path / "digest.sqlite3"
    assert opened_by(PACKAGE.parent, path) is False  # fresh
    assert opened_by(PACKAGE.parent, path) is False  # current
    with closing(open_store(path)) as store, store.writing() as db:
        log.begin(db, "daily", NOW)
    assert opened_by(later_program, path) is True  # behind
    assert opened_by(later_program, path) is False
    assert revision_of(path) == [("later",)]
    assert opened_by(later_program, tmp_path / "fresh.sqlite3") is False
    assert schema_of(path) == schema_of(tmp_path / "fresh.sqlite3")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM digests").fetchall() == [("daily",)]


def test_a_store_of_a_newer_program_is_refused_and_not_touched(tmp_path: Path, later_program: Path) -> None:
    path = tmp_path / "digest.sqlite3"
    opened_by(later_program, path)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"newer digest \(its schema is later, this program's 0005\)"):
        open_store(path)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == ["digest.sqlite3"]


# --- what cannot be opened ---


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "digest.sqlite3"
    path.write_text("Dear diary, " * 1000)
    with pytest.raises(StoreError, match="it is not a store; move the file away"):
        open_store(path)
    assert path.read_text() == "Dear diary, " * 1000


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="digest init makes a home"):
        open_store(tmp_path / "nowhere" / "digest.sqlite3")


def test_a_folder_in_place_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path)


def test_wherever_a_store_is_damaged_it_is_told(tmp_path: Path, store: Store) -> None:
    with store.writing() as db:
        number = log.open_dump(db, Dump("drop", "page.txt", Path("page.txt")), "", NOW)
        atoms = works.add(db, [frozenset({f"title:{n}"}) for n in range(200)])
        log.append(db, [Entry(0, "new", "drop", atom, 0, NOW) for atom in atoms.values()], number)
    store.close()
    whole = store.path.read_bytes()
    assert len(whole) > 20 * PAGE
    for at in range(PAGE, len(whole), PAGE):
        path = tmp_path / f"{at}.sqlite3"
        path.write_bytes(whole[:at] + b"\xff" * PAGE + whole[at + PAGE :])
        assert told_of(path), at


PAGE = 4096  # bytes


def told_of(path: Path) -> bool:
    """Whether a store is known to be damaged, when it is opened or when it is looked through."""
    try:
        with closing(open_store(path)) as damaged:
            return bool(health.of(damaged).problems)
    except StoreError as error:
        return "restore a backup" in str(error)


# --- connections ---


def test_what_every_connection_promises(store: Store) -> None:
    for connected in (store.reading, store.writing):
        with connected() as db:
            for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2)):
                assert db.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    def begin_and_fail() -> None:
        with store.writing() as db:
            log.begin(db, "daily", NOW)
            raise KeyError("a bug of ours")

    with pytest.raises(KeyError):
        begin_and_fail()
    with store.reading() as db:
        assert log.began(db, "daily") is None


def test_a_row_that_points_nowhere_is_refused_when_its_transaction_ends(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as db:
        issues.settle(db, "daily", NOW, "made", NOW, issue=17)
    with store.reading() as db:
        assert issues.latest_slot(db, "daily") is None


def test_readers_see_the_store_as_it_was_while_somebody_writes(store: Store) -> None:
    with store.writing() as writer:
        log.begin(writer, "daily", NOW)
        with store.reading() as reader:
            assert log.began(reader, "daily") is None
    with store.reading() as reader:
        assert log.began(reader, "daily") == NOW


def test_a_slot_has_one_row(store: Store) -> None:
    with store.writing() as db:
        issues.settle(db, "daily", NOW, "empty", NOW)
    with pytest.raises(IntegrityError), store.writing() as db:
        issues.settle(db, "daily", NOW, "waiting", NOW)
    with store.writing() as db:
        issues.skip(db, "daily", [NOW], NOW)
    with store.reading() as db:
        assert issues.latest_slot(db, "daily") == (NOW, "empty", None)


def modes(path: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in path.parent.glob(f"{path.name}*")}


def test_a_store_is_its_owners_as_soon_as_keys_are_in_it(store: Store) -> None:
    for file in store.path.parent.glob(f"{store.path.name}*"):
        file.chmod(0o664)
    with store.writing() as db:
        log.begin(db, "daily", NOW)
    files = {"digest.sqlite3", "digest.sqlite3-wal", "digest.sqlite3-shm"}
    assert modes(store.path) == dict.fromkeys(files, 0o664)
    with store.writing() as db:
        subscribers.keys(db, NOW)
        assert modes(store.path) == dict.fromkeys(files, 0o600)
    store.path.chmod(0o640)
    with store.writing() as db:
        subscribers.keys(db, NOW)
    assert modes(store.path)["digest.sqlite3"] == 0o640, "who opens it again has meant to"
    store.close()
    with closing(open_store(store.path)) as again, again.reading():
        assert modes(store.path) == dict.fromkeys(files, 0o640)


# --- cursors ---


def cursor(store: Store, source: str) -> int:
    with store.reading() as db:
        return log.spans(db, "daily", [source])[source].after


def test_a_cursor_moves_from_where_it_was_seen(store: Store) -> None:
    with store.writing() as db:
        log.move(db, "daily", {"drop": Span(0, 5), "hand": Span(0, 3)})
    with store.writing() as db:
        log.move(db, "daily", {"drop": Span(5, 9)})
    assert (cursor(store, "drop"), cursor(store, "hand")) == (9, 3)


@pytest.mark.parametrize("seen", [Span(0, 7), Span(4, 7), Span(6, 7)])
def test_a_cursor_that_another_has_moved_is_not_moved(store: Store, seen: Span) -> None:
    with store.writing() as db:
        log.move(db, "daily", {"drop": Span(0, 5), "hand": Span(0, 5)})
    with pytest.raises(RuntimeError, match="the cursor of drop is not at"), store.writing() as db:
        log.move(db, "daily", {"hand": Span(5, 7), "drop": seen})
    assert (cursor(store, "drop"), cursor(store, "hand")) == (5, 5)


def test_what_is_unread_lies_behind_the_cursor_up_to_the_end_of_the_span(store: Store) -> None:
    with store.writing() as db:
        number = log.open_dump(db, Dump("drop", "page.txt", Path("page.txt")), "", NOW)
        atoms = works.add(db, [frozenset({f"title:{n}"}) for n in range(4)])
        log.append(db, [Entry(0, "new", "drop", atom, 0, NOW) for atom in atoms.values()], number)
        log.append(db, [Entry(0, "new", "hand", 2, 0, NOW)], number)
        assert [entry.seq for entry in log.unread(db, {"drop": Span(1, 3)})] == [2, 3]
        assert [entry.seq for entry in log.unread(db, {"drop": Span(3, 5), "hand": Span(0, 5)})] == [4, 5]
        assert log.unread(db, {"drop": Span(4, 5), "hand": Span(5, 5)}) == log.unread(db, {}) == []
        assert log.count_unread(db, {"drop": Span(1, 3), "hand": Span(0, 5)}) == 2
