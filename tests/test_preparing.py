"""A bug in a reader costs one dump and is told; it never stops the others."""

from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing import Pipe
from pathlib import Path

import pytest

from digest import preparing
from digest.errors import DumpError
from digest.ingesting import ingest
from digest.papers import Paper
from digest.preparing import Batch, batches
from digest.sources import Dump
from digest.store import open_store

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)


def failing(*_: object) -> Iterator[Paper]:
    """A reader that gives one paper and then meets a bug of its own."""
    yield Paper(where="record 1", title="Lanterns of the Northern Harbour")
    raise KeyError("lantern")


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(preparing, "records", failing)
    path = tmp_path / "dump.txt"
    path.write_text("something")
    return path


def test_a_bug_is_the_problem_of_its_dump(dump: Path) -> None:
    with pytest.raises(DumpError, match=r"its reader failed.*report it, with the dump: KeyError: 'lantern'"):
        list(batches(dump, NOW))


def test_a_bug_in_the_other_process_is_sent_as_such(dump: Path) -> None:
    ours, theirs = Pipe(duplex=False)
    preparing._send(theirs, dump, dump.stat().st_size, NOW)
    batch = preparing._batch.decode(ours.recv_bytes())
    assert batch == Batch([], [], [], 0, bug="KeyError: 'lantern'")


def test_nothing_of_it_is_stored_and_it_is_told_once(dump: Path, tmp_path: Path) -> None:
    store = open_store(tmp_path / "s.sqlite3")
    found = Dump("drop", "dump.txt", dump)
    first = ingest(store, found, NOW, lambda _step, _done, _of, _unit: None)
    assert first is not None
    assert first.format is None
    assert "its reader failed" in first.problem
    with store.reading() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM papers").scalar_one() == 0
    store.close()
