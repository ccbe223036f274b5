"""Homes of their own for tests, the real program run in them, and everything that it left there."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import digest
from tests import pages, warm

NOW = "2026-11-20T07:00+00:00"  # a Friday
CODE = Path(digest.__file__).parent.parent
DEADLINE = 120  # seconds after which a program that hangs is ended; nothing here takes a tenth of them

EVERYTHING: tuple[dict[str, Any], ...] = ({"heading": "Everything", "match": "*"},)


_LIMITED = (  # without the coverage, which writes a file of its own
    "import os, resource, sys\n"
    "os.environ.pop('COVERAGE_PROCESS_CONFIG', None)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)
_POWERLESS = (  # 24: PR_CAPBSET_DROP; 1 to 3: to read, to write and to own what belongs to others
    "import ctypes, os, sys\n"
    "[ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) for capability in (1, 2, 3)]\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)
# A command that runs a command to whom the permissions of files apply, also where the tests are root.
POWERLESS = (sys.executable, "-c", _POWERLESS)


def limited(size: int) -> tuple[str, ...]:
    """A command that runs a command which cannot write a file beyond this size."""
    return (sys.executable, "-c", _LIMITED, str(size))


def schedule(groups: Sequence[dict[str, Any]] = EVERYTHING, **keys: object) -> str:
    """A schedule as TOML; strings, numbers and lists of strings are written in it as in JSON."""
    written = {"title": "Papers for Tests", "cron": "0 7 * * mon-fri", **keys}
    lines = [_line(key, value) for key, value in written.items()]
    for group in groups:
        lines += ["[[groups]]", *(_line(key, value) for key, value in group.items())]
    return "\n".join(lines) + "\n"


def _line(key: str, value: object) -> str:
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def make(path: Path, settings: str = "", **schedules: str) -> Path:
    """A home with these schedules, or with one that takes every paper."""
    for folder in ("schedules", "dumps"):
        (path / folder).mkdir(parents=True)
    if settings:
        (path / "digest.toml").write_text(settings)
    for name, text in (schedules or {"daily": schedule()}).items():
        (path / "schedules" / f"{name}.toml").write_text(text)
    return path


def page(*numbers: int) -> str:
    """A page of the invented papers of these numbers."""
    return pages.page([pages.paper(number) for number in numbers])


def drop(home: Path, name: str, *numbers: int) -> Path:
    """A page of these papers in the drop folder."""
    file = home / "dumps" / name
    file.write_text(page(*numbers))
    return file


def command(home: Path, *arguments: str | Path, now: str | None = NOW) -> list[str]:
    """The line that runs the program in this home."""
    clock = ["--now", now] if now else []
    return [sys.executable, "-m", "digest", "--home", str(home), *clock, *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """What the program finds around it, wherever its code lies."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("DIGEST_")}
    return inherited | {"PYTHONPATH": str(CODE), "PYTHONWARNINGS": "error"} | more


def run(
    home: Path,
    *arguments: str | Path,
    now: str | None = NOW,
    code: int = 0,
    within: Sequence[str] = (),
    **more: str,
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end; it has to end with this code, and without a traceback.

    `within`: a command that runs the command behind it.
    """
    line = command(home, *arguments, now=now)
    if not within and warm.can(more):
        done = warm.run(line[3:], home.parent, environment(**more), DEADLINE)
    else:
        done = subprocess.run(
            [*within, *line],
            cwd=home.parent,
            env=environment(**more),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    said = f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == code, said
    assert "Traceback" not in done.stderr, said
    return done


def start(home: Path, *arguments: str | Path, now: str | None = NOW, **more: str) -> subprocess.Popen[str]:
    """Run the program beside the test."""
    return subprocess.Popen(
        command(home, *arguments, now=now),
        cwd=home.parent,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """What a command printed with --json."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def build(
    home: Path, *arguments: str | Path, now: str = NOW, code: int = 0, within: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Build by hand; an object for each digest."""
    return objects(run(home, "build", *arguments, "--json", now=now, code=code, within=within))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def frozen(home: Path) -> dict[str, Any]:
    """What stands in the issue.json of each issue, by digest and folder."""
    found = tree(home / "outbox")
    return {
        path.removesuffix("/issue.json"): json.loads(data)
        for path, data in found.items()
        if "issue.json" in path
    }


def rows(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the store, looked at without touching it."""
    address = f"{(home / 'digest.sqlite3').absolute().as_uri()}?immutable=1"
    db = sqlite3.connect(address, uri=True)
    try:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608
    finally:
        db.close()


def titles(issue: dict[str, Any]) -> set[str]:
    """The titles of an issue's cards."""
    return {card["title"] for group in issue["cards"] for card in group}


def title(*numbers: int) -> set[str]:
    """The titles of the invented papers of these numbers."""
    return {pages.paper(number)[0] for number in numbers}
