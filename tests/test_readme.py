"""Words that could go stale: the README names every command, and what it shows can be pasted."""

import re
import tomllib
from pathlib import Path

from click import Group

from digest import VERSION, rules
from digest.cli import cli
from tests import homes

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")


def blocks(text: str) -> list[str]:
    """The indented blocks of a Markdown text, without their indentation."""
    found = re.findall(r"(?:^(?: {4}.*)?\n)+", text, re.MULTILINE)
    return [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in found if block.strip()]


def test_every_command_is_in_the_readme() -> None:
    assert isinstance(cli, Group)
    told = set(re.findall(r"^ *digest ([a-z]+)", "\n".join(blocks(README)), re.MULTILINE))
    assert told == set(cli.commands)


def test_the_schedule_of_the_readme_can_be_pasted(tmp_path: Path) -> None:
    section = README.split("## What a schedule says")[1].split("## ")[0]
    [schedule] = [block for block in blocks(section) if "[[groups]]" in block]
    home = homes.make(tmp_path / "home")
    (home / "schedules" / "daily.toml").write_text(schedule)
    assert homes.run(home, "check").stdout == "no mistakes in 1 digest and 1 source\n"


def test_the_rules_of_the_readme_can_be_read() -> None:
    [block] = [block for block in blocks(README) if 'knowledge distillation"  ' in block]
    queries = [query for line in block.strip().splitlines() for query in re.split(r" {4,}", line.strip())]
    shown = [
        query
        for query in queries
        if not re.search(
            r"\b(a word|words in|what begins|exactly so|in one sentence|a regular expression)\b", query
        )
    ]
    assert len(shown) > 8
    for query in shown:
        rules.parse(query)


def test_the_sample_schedule_has_no_mistakes(tmp_path: Path) -> None:
    homes.run(tmp_path, "init", tmp_path / "home")
    assert homes.run(tmp_path / "home", "check").stdout.startswith("no mistakes")


def test_there_is_one_version() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
    assert f"## {VERSION}" in (TOP / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_theme_of_the_readme_can_be_pasted(tmp_path: Path) -> None:
    [theme] = [block for block in blocks(README) if "[theme.light]" in block]
    home = homes.make(tmp_path / "home", theme)
    assert homes.run(home, "check").stdout == "no mistakes in 1 digest and 1 source\n"
    (home / "digest.toml").write_text(theme.replace("#f0a8d8", "#202020"))
    assert "theme" in homes.run(home, "check", code=2).stderr
