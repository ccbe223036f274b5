"""What docs/ says to paste: units that systemd takes, commands and options that there are."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click import Group

from digest.cli import cli
from tests import homes
from tests.test_readme import blocks

DOCS = Path(__file__).parent.parent / "docs"
UNITS = sorted((DOCS / "systemd").iterdir())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        words = unit.read_text().replace("/opt/digest/bin/digest", sys.executable)
        (tmp_path / unit.name).write_text(words.replace("User=digest", "User=daemon"))
    names = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)
    wrong = [line for line in done.stderr.splitlines() if any(unit.name in line for unit in UNITS)]
    assert wrong == []


def test_commands_and_options_are_there(tmp_path: Path) -> None:
    assert isinstance(cli, Group)
    lines = [line for block in blocks((DOCS / "running.md").read_text()) for line in block.splitlines()]
    lines += [
        line
        for unit in UNITS
        for line in re.findall(r"^ExecStart=\S+/(digest .*)$", unit.read_text(), re.MULTILINE)
    ]
    commands = [line.partition("#")[0].split() for line in lines if line.startswith("digest ")]
    assert len(commands) > 12
    for _, *words in commands:
        name = next(word for word in words if word in cli.commands)
        said = homes.run(tmp_path, name, "--help").stdout
        assert [
            word for word in words if word.startswith("--") and word != "--home" and word not in said
        ] == []


def test_files_that_the_words_name_are_there() -> None:
    named = re.findall(r"`(docs/[^`]+)`", (DOCS / "running.md").read_text())
    assert len(named) == 4
    assert [name for name in named if not (DOCS.parent / name).exists()] == []
