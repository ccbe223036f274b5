"""What is left after kill -9, wherever it strikes, and after two programs at once: the same as without."""

import random
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from digest.crash import POINTS
from tests import homes

BY_HAND = "by hand.txt"
THURSDAY = "2026-11-19T07:00+00:00"
SLOT_POINTS = (
    "digest begun",
    "cards stored",
    "cursor moved",
    "slot settled",
    "issue committed",
    "file renamed",
)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two digests, one of them by its sources; each has an issue, and there is news for both."""
    groups = ({"heading": "Pruning", "match": "title:pruning"}, *homes.EVERYTHING)
    home = homes.make(
        tmp_path_factory.mktemp("before") / "home",
        daily=homes.schedule(),
        mine=homes.schedule(groups, sources=["hand"], title="By Hand"),
    )
    homes.drop(home, "first.txt", 1, 2, 3)
    by_hand = home / BY_HAND
    by_hand.write_text(homes.page(3, 4, 5))
    homes.run(home, "build", "--dump", by_hand, now=THURSDAY)
    homes.drop(home, "second.txt", 3, 6, 7)
    homes.drop(home, "third.txt", 8)
    by_hand.write_text(homes.page(5, 6, 9))
    return home


@pytest.fixture(scope="module")
def unharmed(before: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a build by hand leaves that nobody killed."""
    home = copied(before, tmp_path_factory.mktemp("unharmed"))
    build(home)
    left = state(home)
    assert {path: len(homes.titles(issue)) for path, issue in homes.frozen(home).items()} == {
        "daily/2026-11-19": 5,
        "daily/2026-11-20": 4,
        "mine/2026-11-19": 3,
        "mine/2026-11-20": 2,
    }
    return left


@pytest.fixture(scope="module")
def unharmed_slot(before: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run leaves at its slot that nobody killed."""
    home = copied(before, tmp_path_factory.mktemp("unharmed"))
    once(home)
    left = state(home)
    assert {path for path in homes.frozen(home) if "2026-11-20" in path} == {
        "daily/2026-11-20",
        "mine/2026-11-20",
    }
    return left


def copied(home: Path, folder: Path) -> Path:
    copy = folder / "home"
    shutil.copytree(home, copy)
    return copy


def build(home: Path, code: int = 0, **more: str) -> None:
    homes.run(home, "build", "--dump", home / BY_HAND, code=code, **more)


def once(home: Path, code: int = 0, **more: str) -> None:
    homes.run(home, "ingest", home / BY_HAND)
    homes.run(home, "run", "--once", code=code, **more)


def state(home: Path) -> dict[str, Any]:
    """Everything that may not depend on how often a run was begun; no file may be there that is in nobody's way."""
    rows = homes.rows(home)
    del rows["runs"]  # one for each run that came to its end
    rows["paths"] = [tuple(str(value).removeprefix(str(home)) for value in row) for row in rows["paths"]]
    files = homes.tree(home)
    assert not [path for path in files if path.endswith((".tmp", "-wal", "-shm", "-journal"))]
    return rows | {"files": {path: data for path, data in files.items() if not path.endswith(".sqlite3")}}


ELSEWHERE = {
    "slot settled",
    "source reached",
    "visit ended",
}  # not passed by hand, nor without a fetched source


@pytest.mark.parametrize("point", [point for point in POINTS if point not in ELSEWHERE])
def test_a_build_killed_anywhere_and_repeated(
    point: str, before: Path, unharmed: dict[str, Any], tmp_path: Path
) -> None:
    home = copied(before, tmp_path)
    old = homes.tree(home / "outbox")
    build(home, code=-signal.SIGKILL, DIGEST_CRASH_AT=point)
    for path, data in homes.tree(home / "outbox").items():
        new = unharmed["files"].get(f"outbox/{path}")
        assert path.endswith(".tmp") or data in {old.get(path), new}, f"{path} is half a file"
    build(home)
    assert state(home) == unharmed


@pytest.mark.parametrize("point", SLOT_POINTS)
def test_a_run_killed_at_its_slot_and_repeated(
    point: str, before: Path, unharmed_slot: dict[str, Any], tmp_path: Path
) -> None:
    home = copied(before, tmp_path)
    once(home, code=-signal.SIGKILL, DIGEST_CRASH_AT=point)
    once(home)
    assert state(home) == unharmed_slot


def test_killed_in_its_very_first_build(unharmed: dict[str, Any], tmp_path: Path) -> None:
    for number, point in enumerate(("store opened", "dump closed", "issue frozen", "file opened")):
        home = homes.make(tmp_path / str(number))
        homes.drop(home, "first.txt", 1, 2)
        homes.run(home, "build", code=-signal.SIGKILL, DIGEST_CRASH_AT=point)
        homes.run(home, "build")
        assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == homes.title(1, 2)


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moments_and_repeated(
    seed: int, before: Path, unharmed: dict[str, Any], tmp_path: Path
) -> None:
    home = copied(before, tmp_path)
    chance = random.Random(seed)
    for _ in range(3):
        program = homes.start(home, "build", "--dump", home / BY_HAND)
        try:
            program.communicate(timeout=chance.uniform(0.1, 1.2))
        except subprocess.TimeoutExpired:
            program.kill()
            program.communicate()
    build(home)
    assert state(home) == unharmed


@pytest.fixture
def two(tmp_path: Path, before: Path) -> Path:
    """A home in which two programs build at once, and both come to their end."""
    home = copied(before, tmp_path)
    both(home, "--dump", str(home / BY_HAND))
    return home


def both(home: Path, *arguments: str) -> None:
    programs = [homes.start(home, "build", *arguments) for _ in range(2)]
    for program in programs:
        _, problems = program.communicate(timeout=homes.DEADLINE)
        assert program.returncode == 0, problems


@pytest.mark.parametrize("turn", range(2))
def test_two_builds_at_once_make_one_issue(turn: int, two: Path, unharmed: dict[str, Any]) -> None:
    assert len(homes.rows(two)["runs"]) == 3  # both came to their end
    assert state(two) == unharmed


@pytest.mark.parametrize("turn", range(2))
def test_two_builds_at_once_in_a_new_home(turn: int, tmp_path: Path) -> None:
    home, alone = homes.make(tmp_path / "home"), homes.make(tmp_path / "alone")
    for each in (home, alone):
        homes.drop(each, "first.txt", 1, 2, 3)
    both(home)
    homes.run(alone, "build")
    assert homes.tree(home / "outbox") == homes.tree(alone / "outbox")
    assert len(homes.rows(home)["issues"]) == 1
