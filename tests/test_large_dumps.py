"""Dumps that are read in a process of their own and kept in several transactions: interrupted, killed, gone on with."""

import contextlib
import json
import multiprocessing
import os
import pty
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest import preparing
from digest.ingesting import COMMITTED, MOST_REJECTS
from tests import homes

RECEIVED = datetime(2026, 11, 21, 6, tzinfo=UTC)
RECORDS = COMMITTED + 25_000
FIRST = COMMITTED - 2  # papers of the first transaction: its format, and a reject, stand beside them


def line(number: int) -> str:
    """A record as in arXiv's snapshot, of 300 bytes and more."""
    record = {
        "id": f"{2401 + number // 90_000}.{number % 90_000:05}",
        "submitter": "Ada Example",
        "title": f"Pebbles Sorted by Patient Networks: Study No. {number}",
        "comments": None,
        "categories": "cs.LG stat.ML",
        "abstract": f"  We sort pebbles, and ask what study no. {number} adds to the {number - 1} before it.\n",
        "versions": [{"version": "v1", "created": "Mon, 1 Jan 2024 00:00:00 GMT"}],
        "update_date": "2024-01-02",
        "authors_parsed": [["Example", "Ada", ""], ["Sample", "Bo", ""]],
    }
    return json.dumps(record) + "\n"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of two transactions, with three lines that nobody can read."""
    file = tmp_path_factory.mktemp("large") / "snapshot.json"
    with file.open("w") as target:
        for number in range(RECORDS):
            target.write("{oops}\n" if number in {7, COMMITTED + 7, RECORDS - 7} else line(number))
    assert file.stat().st_size > preparing.APART
    return file


@pytest.fixture(scope="module")
def unharmed(large: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that a run leaves which nobody has interrupted."""
    home = homes.make(tmp_path_factory.mktemp("unharmed") / "home")
    (said,) = homes.objects(homes.run(home, "ingest", large, "--json", code=3))
    (dump,) = said["dumps"]
    assert (dump["records"], dump["papers"], dump["rejects"], dump["new"]) == (
        RECORDS,
        RECORDS - 3,
        3,
        RECORDS - 3,
    )
    return state(home)


def state(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that may not depend on how often a run was begun."""
    rows = homes.rows(home)
    del rows["runs"]
    return rows


def committed(home: Path) -> int:
    """How many papers the store has for good."""
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(home / "digest.sqlite3")) as db:
        return int(db.execute("SELECT count(*) FROM papers").fetchone()[0])
    return 0


def until(true: Callable[[], object]) -> None:
    """Wait for it."""
    end = time.monotonic() + homes.DEADLINE
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)


def started(home: Path, dump: Path) -> subprocess.Popen[str]:
    """The program reading this dump, in a group of processes of its own."""
    return subprocess.Popen(
        homes.command(home, "ingest", dump),
        cwd=home.parent,
        env=homes.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def alive(group: int) -> bool:
    """Whether any process of this group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def children(parent: int) -> list[int]:
    """The processes that this one has started."""
    return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def test_a_process_of_its_own_reads_the_same(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = []
    for batch in preparing.batches(large, RECEIVED):
        apart.append(batch)
        if len(apart) == 1:
            assert len(multiprocessing.active_children()) == 1
    assert multiprocessing.active_children() == []
    monkeypatch.setattr(preparing, "APART", large.stat().st_size + 1)
    here = []
    for batch in preparing.batches(large, RECEIVED):
        here.append(batch)
        assert multiprocessing.active_children() == []
    assert sum(len(batch.papers) for batch in here) == RECORDS - 3
    assert [tellings(batch) for batch in here] == [tellings(batch) for batch in apart]


def tellings(batch: preparing.Batch) -> tuple[Any, ...]:
    """What is in a batch; its keys are a set."""
    papers = [(sorted(paper.keys), paper.record) for paper in batch.papers]
    return papers, batch.rejects, batch.formats, batch.position, batch.problem, batch.bug


def test_who_reads_no_further_leaves_no_process(large: Path) -> None:
    with closing(preparing.batches(large, RECEIVED)) as rest:
        next(rest)
        assert len(multiprocessing.active_children()) == 1
    assert multiprocessing.active_children() == []


def test_interrupted_and_gone_on_with(
    large: Path, unharmed: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    """Ctrl-C reaches all processes of a terminal at once."""
    home = homes.make(tmp_path / "home")
    program = started(home, large)
    until(lambda: committed(home) or program.poll() is not None)
    os.killpg(program.pid, signal.SIGINT)
    out, err = program.communicate(timeout=homes.DEADLINE)
    assert program.returncode == 130, out + err
    assert "Traceback" not in err
    until(lambda: not alive(program.pid))
    rows = state(home)
    assert len(rows["papers"]) == FIRST
    assert set(rows["papers"]) < set(unharmed["papers"])
    assert set(rows["works"]) < set(unharmed["works"])
    assert len(rows["works"]) == FIRST
    assert len([row for row in rows["arrivals"] if row[1] == "new"]) == FIRST
    assert [row[1] for row in rows["arrivals"] if row[1] != "new"] == []  # the dump is not read yet
    homes.run(home, "ingest", large, code=3)
    assert state(home) == unharmed
    before = homes.run(home, "ingest", large, code=3).stdout
    assert " 0 new, 3 rejects (arxiv_kaggle)" in before
    assert state(home) == unharmed


def test_killed_it_leaves_no_process(large: Path, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    program = started(home, large)
    until(lambda: committed(home) or program.poll() is not None)
    reader = children(program.pid)
    assert reader
    program.kill()
    program.communicate()
    until(lambda: not alive(program.pid))
    assert not any(Path(f"/proc/{number}").exists() for number in reader)
    assert committed(home) == FIRST


def test_a_reader_that_is_killed_is_told(large: Path, tmp_path: Path) -> None:
    """As the kernel does it where memory is short."""
    home = homes.make(tmp_path / "home")
    program = started(home, large)
    until(lambda: committed(home) or program.poll() is not None)
    for number in children(program.pid):
        command = Path(f"/proc/{number}/cmdline").read_bytes()
        if b"spawn_main" in command:
            os.kill(number, signal.SIGKILL)
    out, err = program.communicate(timeout=homes.DEADLINE)
    assert program.returncode == 3, out + err
    assert "not read: the process that read it ended with -9: not enough memory?" in out
    assert committed(home) == FIRST
    until(lambda: not alive(program.pid))


def test_a_dump_of_rejects_is_refused(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    dump = tmp_path / "odd.json"
    dump.write_text(line(0) + "{oops}\n" * (MOST_REJECTS + 1) + line(1))
    done = homes.run(home, "ingest", dump, code=3)
    assert "not read: more than 10,000 of its records cannot be read; the first is line 2: " in done.stdout
    rows = homes.rows(home)
    assert (rows["papers"], rows["works"], rows["rejects"]) == ([], [], [])
    dump.write_text(line(0) + "{oops}\n" * MOST_REJECTS + line(1))
    (said,) = homes.objects(homes.run(home, "ingest", dump, "--json", code=3))
    (read,) = said["dumps"]
    assert (read["records"], read["papers"], read["rejects"]) == (MOST_REJECTS + 2, 2, MOST_REJECTS)


def test_of_a_large_dump_that_goes_bad_the_beginning_is_kept(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    dump = tmp_path / "odd.json"
    with dump.open("w") as target:
        target.writelines(line(number) for number in range(COMMITTED))
        target.write("{oops}\n" * (MOST_REJECTS + 5_000) + line(COMMITTED))
    (said,) = homes.objects(homes.run(home, "ingest", dump, "--json", code=3))
    (read,) = said["dumps"]
    assert (read["papers"], read["records"]) == (COMMITTED, COMMITTED + read["rejects"])
    rejects = [row[2:4] for row in sorted(homes.rows(home)["rejects"])]
    assert len(rejects) == read["rejects"] > MOST_REJECTS
    assert rejects[-1][0] == "the rest"
    assert "more than 10,000 of its records cannot be read" in rejects[-1][1]


def test_a_terminal_shows_how_far_it_is(large: Path, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        homes.command(home, "ingest", large),
        cwd=home.parent,
        env=homes.environment(TERM="xterm", COLUMNS="200", LINES="40"),
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal is closed
        while some := os.read(ours, 1 << 16):
            shown += some
    os.close(ours)
    out, _ = program.communicate(timeout=homes.DEADLINE)
    assert program.returncode == 3
    words = shown.decode()
    megabytes = f"{large.stat().st_size / 1e6:,.0f}"
    assert f" of {megabytes} MB, " in words
    assert " MB/s" in words
    assert "papers, 1 reject" in words
    assert words.count("reading snapshot.json: ") > 3
    assert out.decode().startswith(f"snapshot.json: {RECORDS - 3:,} papers, ")
    assert "MB/s" not in out.decode()
