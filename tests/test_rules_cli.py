"""`digest rules try`, `explain` and `check` on a small home: in words, as JSON, with their exit codes."""

import os
import pty
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from digest.cli import cli
from tests import homes, pages

THURSDAY, FRIDAY = "2026-11-19T07:00Z", "2026-11-20T07:00Z"
GROUPS = [
    {"heading": "Pruning", "match": "pruning -title:orchards"},
    {"heading": "Places", "match": "glaciers OR (retrieval AND nowhere)"},
]
NUMBERS = range(60)  # n % 3 == 0: pruning, 1: diffusion, 2: retrieval


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two days of papers; its digest has made an issue of the first."""
    home = homes.make(tmp_path_factory.mktemp("rules") / "home", daily=homes.schedule(GROUPS))
    homes.drop(home, "first.txt", *NUMBERS[:40])
    homes.run(home, "build", now=THURSDAY)
    (home / "by hand.txt").write_text(homes.page(*NUMBERS[38:]))
    homes.run(home, "ingest", home / "by hand.txt", now=FRIDAY)
    return home


def said(home: Path, *words: str | Path, code: int = 0) -> str:
    return homes.run(home, "rules", *words, code=code).stdout


def tried(home: Path, *words: str | Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *found, total = homes.objects(homes.run(home, "rules", "try", *words, "--json"))
    return found, total


def titles(numbers: list[int]) -> set[str]:
    return homes.title(*numbers)


@pytest.mark.parametrize("command", ["try", "explain", "check"])
def test_each_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    words = " ".join(said(tmp_path, command, "--help").split())
    assert re.search(rf"Example: digest rules {command} ", words)
    assert set(cli.commands["rules"].commands) == {"try", "explain", "check"}  # type: ignore[attr-defined]


# --- try ---


def test_try_tells_how_much_and_when(used: Path) -> None:
    lines = said(used, "try", "pruning").splitlines()
    assert lines[0] == "20 of 60 known papers match (33.3 %)"
    assert [line.split() for line in lines[3:5]] == [
        ["2026-11-19", "█" * 40, "14", "of", "40"],
        ["2026-11-20", "█" * 17 + "▏", "6", "of", "20"],
    ]


def test_try_shows_some_of_the_papers_with_the_words_lit(used: Path) -> None:
    lines = said(used, "try", "pruning").split("some of them:\n")[1].splitlines()
    shown = [line for line in lines if not line.startswith(" " * 6)]
    assert len(shown) == 8
    assert shown[0] == "  1  Counting Lighthouses by Patient *Pruning*: Study No. 0"
    numbers = [int(line.split()[0]) for line in shown]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 40
    assert lines[1].endswith("and ask what *pruning* can do for them.")
    assert said(used, "try", "pruning") == said(used, "try", "pruning")


def test_try_since(used: Path) -> None:
    found, total = tried(used, "pruning", "--since", FRIDAY)  # the very second at which they came
    assert {one["title"] for one in found} == titles([n for n in NUMBERS[40:] if n % 3 == 0])
    assert (total["matched"], total["of"]) == (6, 20)
    assert "6 of 20 known papers that arrived since 2026-11-20" in said(
        used, "try", "pruning", "--since", "2026-11-20"
    )


def test_try_as_json(used: Path) -> None:
    found, total = tried(used, "pruning")
    assert {one["title"] for one in found} == titles([n for n in NUMBERS if n % 3 == 0])
    assert found[0]["matched"] == ["Pruning"]
    assert (found[0]["id"], found[0]["day"], found[0]["sources"]) == (1, "2026-11-19", ["drop"])
    assert total == {
        "matched": 20,
        "of": 60,
        "days": [
            {"day": "2026-11-19", "matched": 14, "of": 40},
            {"day": "2026-11-20", "matched": 6, "of": 20},
        ],
        "rule": "pruning",
        "warnings": [],
    }


def test_try_against_another_rule(used: Path) -> None:
    words = ("pruning -glaciers", "--against", "pruning -orchards")
    found, total = tried(used, *words)
    glaciers = [n for n in NUMBERS if n % 3 == 0 and n % 7 == 2]
    orchards = [n for n in NUMBERS if n % 3 == 0 and n % 7 == 1]
    assert {one["title"] for one in found if one["change"] == "gained"} == titles(orchards)
    assert {one["title"] for one in found if one["change"] == "lost"} == titles(glaciers)
    assert (total["gained"], total["lost"]) == (len(orchards), len(glaciers))
    assert total["matched"] == sum(one["change"] != "lost" for one in found)
    text = said(used, "try", *words)
    gained, lost = text.split("\ngained:\n")[1].split("\nlost:\n")
    both = 20 - len(orchards) - len(glaciers)
    assert f"{len(orchards)} gained, {len(glaciers)} lost, {both} in both" in text
    assert "Orchards" in gained
    assert "Glaciers" in lost
    assert "*Pruning*" in lost  # lit by the rule that finds it


def test_try_on_a_dump_that_is_only_read(used: Path, tmp_path: Path) -> None:
    dump = tmp_path / "page.txt"
    dump.write_text(homes.page(60, 61, 63, 63))
    rows = homes.rows(used)
    found, total = tried(used, "pruning", "--dump", dump)
    assert ([one["id"] for one in found], total["of"]) == (
        [None, None],
        3,
    )  # a paper that is there twice counts once
    assert "2 of 3 papers of page.txt match (66.7 %)" in said(used, "try", "pruning", "--dump", dump)
    assert homes.rows(used) == rows
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    assert "no date" in said(nowhere, "try", "pruning", "--dump", dump)
    assert list(nowhere.iterdir()) == []


def test_a_dump_that_cannot_be_read_is_named(used: Path, tmp_path: Path) -> None:
    dump = tmp_path / "odd.bin"
    dump.write_bytes(b"\0\1\2")
    assert (
        f"{dump}: it looks like binary data"
        in homes.run(used, "rules", "try", "a", "--dump", dump, code=1).stderr
    )
    both = homes.run(used, "rules", "try", "a", "--dump", dump, "--since", "2026-11-01", code=2)
    assert "leave one of the two out" in both.stderr


def test_rejects_of_a_dump_are_told(used: Path, tmp_path: Path) -> None:
    dump = tmp_path / "list.csv"
    dump.write_text("title,abstract\nOn Pruning,We prune.\n,Nothing\n")
    done = homes.run(used, "rules", "try", "pruning", "--dump", dump)
    assert "1 of 1 papers" in done.stdout
    assert "1 record of" in done.stderr


def test_a_query_of_several_words_may_begin_with_a_minus(used: Path) -> None:
    assert said(used, "try", "-pruning", "diffusion") == said(used, "try", "diffusion -pruning")


def test_a_rule_that_cannot_be_read_has_a_column_and_a_caret(used: Path) -> None:
    for words in (["sparse (a"], ["a", "--against", "sparse (a"]):
        lines = homes.run(used, "rules", "try", *words, code=2).stderr.splitlines()
        assert lines == [
            "digest: column 8: this bracket is never closed",
            "    sparse (a",
            "    " + " " * 7 + "^",
        ]


def test_a_rule_that_may_be_meant_otherwise_is_warned_of(used: Path) -> None:
    assert "is read as (pruning AND survey) OR a" in said(used, "try", "pruning survey OR a")
    assert "is read as (pruning AND survey) OR a" in tried(used, "pruning survey OR a")[1]["warnings"][0]


def test_nothing_found_says_what_to_do_next(used: Path, tmp_path: Path) -> None:
    assert "digest rules explain PAPER" in said(used, "try", "nowhere")
    empty = homes.make(tmp_path / "empty")
    assert "digest ingest FILE" in homes.run(empty, "rules", "try", "a").stderr


def test_works_that_were_never_news_have_no_day(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    (home / "by hand.txt").write_text(homes.page(3))
    homes.run(home, "ingest", "--seen", home / "by hand.txt")
    assert tried(home, "pruning")[1]["days"] == [{"day": None, "matched": 1, "of": 1}]
    assert tried(home, "pruning", "--since", "2000-01-01")[1]["of"] == 0


def test_on_a_terminal_words_are_bold_and_underlined(used: Path) -> None:
    ours, theirs = pty.openpty()
    line = homes.command(used, "rules", "try", "pruning")
    environment = homes.environment(TERM="xterm", COLUMNS="60")
    done = subprocess.run(line, stdout=theirs, stderr=subprocess.PIPE, env=environment, check=True)
    os.close(theirs)
    text = b""
    while piece := _read(ours):
        text += piece
    os.close(ours)
    assert done.stderr == b""
    assert b"\x1b[1;4mPruning\x1b[0m" in text
    assert b"*Pruning*" not in text


def _read(file: int) -> bytes:
    try:
        return os.read(file, 65536)
    except OSError:  # Linux says so where the other end is closed
        return b""


# --- explain ---


def number(home: Path, n: int) -> int:
    [found] = [one for one in tried(home, "*")[0] if one["title"] == pages.paper(n)[0]]
    return int(found["id"])


def test_explain_says_where_a_paper_is_and_what_decided(used: Path) -> None:
    lines = said(used, "explain", str(number(used, 0))).splitlines()
    assert lines[0].endswith(pages.paper(0)[0])
    assert (
        lines[3:]
        == [
            "daily: it is in daily-2026-11-19; today it would go under 'Pruning'",
            "  + Pruning  ← here",
            "      pruning: Pruning in title; pruning in abstract",
            "  - Places",
            "      missing: glaciers",
            "      missing: nowhere (of retrieval AND nowhere)",
        ]
        or lines[3:]
    )
    assert "      pruning: Pruning in title; pruning in abstract" in lines


@pytest.mark.parametrize(
    ("n", "standing"),
    [
        (0, "it is in daily-2026-11-19; today it would go under 'Pruning'"),
        (1, "no group matches it"),
        (15, "no group matches it"),  # pruning, but orchards
        (45, "it is unread: the next issue shows it under 'Pruning'"),
    ],
)
def test_explain_says_where_a_paper_is(n: int, standing: str, used: Path) -> None:
    assert f"\ndaily: {standing}\n" in said(used, "explain", str(number(used, n)))


def test_explain_says_what_excluded_a_paper(used: Path) -> None:
    assert "      excluded by NOT title:orchards: Orchards in title\n" in said(
        used, "explain", pages.paper(15)[0]
    )


def test_explain_in_a_digest_that_read_past_it(used: Path, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", daily=homes.schedule(GROUPS), other=homes.schedule(sources=["hf"]))
    homes.drop(home, "first.txt", 1)
    homes.run(home, "build")
    (home / "schedules" / "daily.toml").write_text(homes.schedule())
    text = said(home, "explain", "patient")
    assert "daily has read past it and not shown it; today it would go under 'Everything'" in text
    assert "digest build daily --since 2026-11-20" in text
    assert "other does not read its source, drop, but hf" in text
    assert "other" not in said(home, "explain", "patient", "--digest", "daily")
    (home / "by hand.txt").write_text(homes.page(1))
    homes.run(home, "ingest", "--seen", home / "by hand.txt")
    assert "news to nobody" in said(home, "explain", "1")


def test_explain_by_an_id_or_the_title(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    rows = (
        "On Pruning,We prune.,2601.00001,10.1234/abc",
        "On Pruning Trees,We do.,2601.00002,",
        "Two Papers That Have The Very Same Title,One.,2601.00003,",
        "Two Papers That Have The Very Same Title,Two.,2601.00004,",
    )
    (home / "list.csv").write_text("\n".join(["title,abstract,arxiv_id,doi", *rows, ""]))
    homes.run(home, "ingest", home / "list.csv")
    for words in (
        "2601.00001",
        "arXiv:2601.00001v2",
        "https://arxiv.org/abs/2601.00001",
        "10.1234/abc",
        "on pruning",
    ):
        assert said(home, "explain", words).startswith("1  On Pruning\n"), words
    assert said(home, "explain", "2").startswith("2  On Pruning Trees\n")
    assert said(home, "explain", "tree").startswith("2  On Pruning Trees\n")
    assert said(home, "explain", "2601.00004").startswith("4  Two Papers")
    assert (
        "2 papers have these words" in homes.run(home, "rules", "explain", "very same title", code=2).stderr
    )


def test_explain_tells_each_digests_own_issues(tmp_path: Path) -> None:
    none = homes.schedule([{"heading": "None", "match": "nowhere"}])
    home = homes.make(tmp_path / "home", daily=homes.schedule(), weekly=none)
    homes.drop(home, "first.txt", 1)
    homes.run(home, "build")
    text = said(home, "explain", "1")
    assert "daily: it is in daily-2026-11-20; today it would go under 'Everything'" in text
    assert "weekly: no group matches it" in text


def test_explain_as_json(used: Path) -> None:
    found = homes.objects(homes.run(used, "rules", "explain", pages.paper(15)[0], "--json"))
    assert [(one["digest"], one["group"], one["matches"], one["here"]) for one in found] == [
        ("daily", "Pruning", False, False),
        ("daily", "Places", False, False),
    ]
    [reason] = found[0]["reasons"]
    assert (reason["kind"], reason["part"]) == ("excluded", "NOT title:orchards")
    assert reason["held"] == [{"field": "title", "word": "Orchards"}]


def test_without_a_schedule_there_is_nothing_to_explain(used: Path, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    (home / "schedules" / "daily.toml").unlink()
    (home / "digest.sqlite3").write_bytes((used / "digest.sqlite3").read_bytes())
    for words in (["explain", "1"], ["check"]):
        assert "digest init makes a sample" in homes.run(home, "rules", *words, code=2).stderr
    assert "20 of 60" in said(home, "try", "pruning")


def test_explain_wants_one_paper(used: Path) -> None:
    several = homes.run(used, "rules", "explain", "patient pruning", code=2).stderr
    assert "20 papers have these words in their title; say which by its number:" in several
    assert "  1  Counting Lighthouses" in several
    assert "and 10 more" in several
    assert "digest papers" in homes.run(used, "rules", "explain", "nothing of this", code=2).stderr
    assert homes.run(used, "rules", "explain", "99999", code=2).stderr
    assert (
        "no digest is named 'dayly'"
        in homes.run(used, "rules", "explain", "1", "--digest", "dayly", code=2).stderr
    )


# --- check ---


def test_check_finds_what_is_wrong_and_ends_with_3(used: Path) -> None:
    found = homes.objects(homes.run(used, "rules", "check", "--json", code=3))
    broad = [one for one in found if one["kind"] == "broad"]
    assert [(one["digest"], one["group"], one["of"]) for one in broad] == [("daily", "Pruning", 60)]
    text = said(used, "check", "daily", code=3)
    assert text.startswith("daily, Pruning:\n  broad: it took ")
    assert "\n      better: title:pruning" not in text  # each has it in its title: that would change nothing
    assert text.splitlines()[-1].startswith("daily: 1 finding and 0 notes in 2 groups, by 60 papers")


def test_check_of_sane_rules_ends_with_0(used: Path, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", daily=homes.schedule([{"heading": "Glaciers", "match": "glaciers"}]))
    (home / "digest.sqlite3").write_bytes((used / "digest.sqlite3").read_bytes())
    assert said(home, "check") == "daily: 0 findings and 0 notes in 1 group, by 60 papers\n"
    assert said(home, "check", "--json") == ""


def test_check_with_notes_alone_ends_with_0(used: Path, tmp_path: Path) -> None:
    groups = [{"heading": "Liked", "match": "glaciers OR upvotes:>3"}]
    home = homes.make(tmp_path / "home", daily=homes.schedule(groups))
    (home / "digest.sqlite3").write_bytes((used / "digest.sqlite3").read_bytes())
    [note] = homes.objects(homes.run(home, "rules", "check", "--json"))
    assert (note["kind"], note["number"], note["note"]) == ("lacking field", 60, True)


def test_check_before_there_are_papers(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", daily=homes.schedule([{"heading": "All", "match": "a -a"}]))
    text = said(home, "check", code=3)
    assert "contradiction: it can never match" in text
    assert "better: a\n" in text
    assert "under 50 papers nobody can say" in text


def test_check_of_an_unknown_digest(used: Path) -> None:
    assert "did you mean 'daily'" in homes.run(used, "rules", "check", "dayly", code=2).stderr
