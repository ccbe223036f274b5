"""Every command on a small home: in words, as JSON, with its exit code; and every key of a schedule at work."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from digest import config, identity
from digest.arrivals import Entry
from digest.cli import cli
from digest.issue import DumpRead
from digest.papers import Paper
from digest.sources import Dump
from digest.store import log, open_store, works
from tests import homes, pages

THURSDAY, FRIDAY, MONDAY = "2026-11-19T07:00Z", "2026-11-20T07:00Z", "2026-11-23T07:00Z"
COMMANDS = sorted(cli.commands)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one digest and one page of three papers."""
    home = homes.make(tmp_path / "home")
    homes.drop(home, "page.txt", 1, 2, 3)
    return home


# --- the program ---


def test_the_commands_are_those_of_the_design() -> None:
    words = """backup bounces build cancel check doctor doubt ingest init issues papers prune rebuild report reread
        rules run send show sources start stats status subscribers"""
    assert words.split() == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, tmp_path: Path) -> None:
    said = homes.run(tmp_path, command, "--help").stdout
    assert "Usage: " in said
    assert re.search(rf"Example.*: .*digest .*{command}", " ".join(said.split()))
    assert list(tmp_path.iterdir()) == []


def test_version_and_no_command(tmp_path: Path) -> None:
    assert homes.run(tmp_path, "--version").stdout.startswith("digest, version ")
    assert "digest init" in homes.run(tmp_path, "--help").stdout


@pytest.mark.parametrize(
    "words",
    [
        ["bild"],
        ["build", "--bogus"],
        ["build", "weekly"],
        ["show", "weekly"],
        ["start", "daily"],
        ["ingest"],
        ["papers"],
    ],
)
def test_usage_that_is_wrong(words: list[str], home: Path) -> None:
    said = homes.run(home, *words, code=2)
    assert said.stderr
    assert said.stdout == ""


def test_a_name_that_is_nearly_right(home: Path) -> None:
    assert "did you mean 'daily'" in homes.run(home, "build", "dayly", code=2).stderr


@pytest.mark.parametrize("now", ["yesterday", "2026-13-01", "07:00"])
def test_a_time_that_is_none(now: str, home: Path) -> None:
    assert "2026-11-21T07:00+01:00" in homes.run(home, "build", now=now, code=2).stderr


def test_the_home_is_the_folder_or_the_variable_or_the_option(home: Path, tmp_path: Path) -> None:
    other = homes.make(tmp_path / "other")

    def unread(folder: Path, *options: str, **more: str) -> int:
        line = [sys.executable, "-m", "digest", *options, "build", "--json", "--dry-run"]
        done = subprocess.run(
            line, cwd=folder, env=homes.environment(**more), capture_output=True, check=True
        )
        return int(json.loads(done.stdout)["new"])

    assert unread(home) == 3
    assert unread(other) == 0
    assert unread(other, DIGEST_HOME=str(home)) == 3
    assert unread(home, "--home", "../other", DIGEST_HOME=str(home)) == 0


def test_the_clock_can_be_fixed_in_any_zone(home: Path) -> None:
    [made] = homes.build(home, now="2026-11-21T01:30+09:00")
    assert made["issue"] == "daily-2026-11-20"
    assert homes.frozen(home)["daily/2026-11-20"]["made"] == "2026-11-20T16:30:00Z"


def test_plain_lines_in_a_pipe(home: Path) -> None:
    for words in (
        ["build"],
        ["status"],
        ["issues"],
        ["show", "daily"],
        ["rebuild"],
        ["papers", "*"],
        ["check"],
    ):
        done = homes.run(home, *words, FORCE_COLOR="", TERM="xterm-256color")
        assert done.stdout
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", done.stdout + done.stderr)


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    homes.run(home, "build")
    program = homes.start(home, "papers", "*")
    assert program.stdout
    assert program.stderr
    program.stdout.close()
    assert program.stderr.read() == ""
    assert program.wait(timeout=homes.DEADLINE) in {0, 1}
    program.stderr.close()


# --- the commands ---


def test_init_makes_a_home_that_works(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    said = homes.run(tmp_path, "init", str(home)).stdout
    assert str(home / "schedules" / "daily.toml") in said
    assert "no mistakes" in homes.run(home, "check").stdout
    homes.drop(home, "page.txt", 3)
    assert homes.build(home)[0]["groups"][0] == {"heading": "Compression and efficiency", "papers": 1}
    (home / "schedules" / "daily.toml").write_text(homes.schedule())
    before = homes.tree(home)
    assert "stays as it is" in homes.run(home, "init").stdout
    assert homes.tree(home) == before


def test_check_warns_of_what_may_be_meant_otherwise(home: Path) -> None:
    groups = [{"heading": "All", "match": "sparse OR pruning survey"}]
    (home / "schedules" / "daily.toml").write_text(homes.schedule(groups, sources=["dorp"]))
    said = homes.run(home, "check").stdout
    assert "daily, All: " in said
    assert "daily: no source is named 'dorp' (did you mean 'drop'?)" in said
    assert "no source is named 'dorp'" in homes.run(home, "build").stderr


def test_ingest(home: Path) -> None:
    dump = home / "dumps" / "page.txt"
    said = homes.run(home, "ingest", dump).stdout
    assert said == "page.txt: 3 papers, 3 new (hf_text)\n"
    [again] = homes.objects(homes.run(home, "ingest", dump, "--json"))
    assert [(read["source"], read["papers"], read["new"]) for read in again["dumps"]] == [("hand", 3, 0)]
    [other] = homes.objects(homes.run(home, "ingest", dump, "--source", "other", "--json"))
    assert [(read["source"], read["new"]) for read in other["dumps"]] == [("other", 3)]
    assert "cannot be a source's name" in homes.run(home, "ingest", dump, "--source", "O K", code=2).stderr
    assert not (home / "outbox").exists()


def test_ingest_seen_is_news_to_nobody(home: Path) -> None:
    homes.run(home, "ingest", "--seen", home / "dumps" / "page.txt")
    [made] = homes.build(home)
    assert (made["issue"], made["carried_before"]) == (None, 3)
    homes.drop(home, "more.txt", 3, 4)
    assert homes.build(home)[0]["new"] == 1
    assert homes.titles(homes.frozen(home)["daily/2026-11-20"]) == homes.title(4)


def test_build_in_words(home: Path) -> None:
    said = homes.run(home, "build").stdout.splitlines()
    assert said[:2] == [
        "dumps/page.txt: 3 papers, 3 new (hf_text)",
        "daily-2026-11-20: 3 papers (Everything 3)",
    ]
    assert "  outbox/daily/2026-11-20/digest.html" in said
    assert homes.run(home, "build").stdout == "daily: nothing new\n"


def test_build_as_json(home: Path) -> None:
    [made] = homes.build(home)
    outputs = made.pop("outputs")
    assert made == {
        "digest": "daily",
        "issue": "daily-2026-11-20",
        "number": 1,
        "arrivals": 3,
        "carried_before": 0,
        "withdrawn": 0,
        "new": 3,
        "revised": 0,
        "ungrouped": 0,
        "groups": [{"heading": "Everything", "papers": 3}],
        "state": "made",
        "dumps": [
            {
                "origin": "dumps/page.txt",
                "source": "drop",
                "format": "hf_text",
                "records": 3,
                "papers": 3,
                "rejects": 0,
                "new": 3,
            }
        ],
        "sources": {"drop": "complete"},
    }
    assert sorted(outputs) == sorted(f"outbox/{path}" for path in homes.tree(home / "outbox"))
    [nothing] = homes.build(home)
    assert (nothing["issue"], nothing["number"], nothing["groups"], nothing["outputs"]) == (
        None,
        None,
        [],
        [],
    )
    assert len(homes.rows(home)["runs"]) == 2


def test_build_since_is_an_extra_issue_of_what_no_issue_carried(home: Path) -> None:
    (home / "schedules" / "daily.toml").write_text(
        homes.schedule([{"heading": "Pruning", "match": "pruning"}])
    )
    assert homes.build(home, now=THURSDAY)[0]["ungrouped"] == 2
    homes.drop(home, "more.txt", 4)
    homes.build(home, now=FRIDAY)
    (home / "schedules" / "daily.toml").write_text(homes.schedule())
    cursors = homes.rows(home)["cursors"]
    [extra] = homes.build(home, "--since", "2026-11-20", now=MONDAY)
    assert (extra["issue"], extra["new"]) == ("daily-2026-11-23", 1)
    [extra] = homes.build(home, "--since", "2026-11-01", now=MONDAY)
    assert (extra["new"], extra["carried_before"]) == (2, 2)
    assert homes.frozen(home)["daily/2026-11-23-2"]["since"] == "2026-11-01"
    assert homes.rows(home)["cursors"] == cursors
    assert homes.build(home, now=MONDAY)[0]["issue"] is None


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 501 works, 500 of them of Thursday, before any digest."""
    home = homes.make(tmp_path_factory.mktemp("large") / "home")
    dump = home / "by hand.txt"
    for numbers, now in ((range(500), THURSDAY), (range(500, 501), FRIDAY)):
        dump.write_text(homes.page(*numbers))
        homes.run(home, "ingest", dump, now=now)
    return home


@pytest.fixture
def flooded(large: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    home = homes.make(tmp_path / "home")
    (home / "digest.sqlite3").write_bytes((large / "digest.sqlite3").read_bytes())
    return home


@pytest.mark.parametrize(("begin", "unread"), [("now", 0), ("all", 501), ("2026-11-20", 1)])
def test_start_says_where_a_digest_begins(begin: str, unread: int, flooded: Path) -> None:
    rows = homes.rows(flooded)
    said = homes.run(flooded, "build", code=2, now=MONDAY).stderr
    assert "digest 'daily' is new and has 501 unread works" in said
    assert "digest start daily --from now" in said
    assert homes.rows(flooded) == rows
    assert (
        f"{unread} works are unread"
        in homes.run(flooded, "start", "daily", "--from", begin, now=MONDAY).stdout
    )
    assert homes.build(flooded, now=MONDAY)[0]["new"] == unread


def test_start_is_not_needed_for_500(flooded: Path) -> None:
    db = sqlite3.connect(flooded / "digest.sqlite3")
    db.execute("DELETE FROM arrivals WHERE work = 1")
    db.commit()
    db.close()
    assert homes.build(flooded, now=MONDAY)[0]["new"] == 500


@pytest.mark.parametrize("begin", ["yesterday", ""])
def test_start_wants_a_beginning(begin: str, home: Path) -> None:
    assert homes.run(home, "start", "daily", "--from", begin, code=2).stderr


def test_status(home: Path) -> None:
    [before] = homes.objects(homes.run(home, "status", "--json"))
    assert before["daily"]["last_issue"] is None
    assert before["daily"]["last_run"] is None
    assert before["daily"]["next_slot"] == "2026-11-23T07:00:00+00:00"
    homes.run(home, "build")
    homes.run(home, "build", now="2026-11-20T08:00Z")
    [after] = homes.objects(homes.run(home, "status", "--json"))
    assert after["daily"]["last_issue"] == {"name": "daily-2026-11-20", "papers": 3}
    assert (after["daily"]["unread"], after["daily"]["works"], after["daily"]["issues"]) == (0, 3, 1)
    assert after["daily"]["last_run"]["at"] == "2026-11-20T08:00:00+00:00"
    assert after["daily"]["sources"]["drop"]["last_news"] == "2026-11-20T07:00:00+00:00"
    said = homes.run(home, "status").stdout
    for words in (
        "daily: Papers for Tests",
        "2026-11-23T07:00:00+00:00",
        "daily-2026-11-20, 3 papers",
        "drop",
        "08:00",
    ):
        assert words in said


def test_issues_and_show(home: Path) -> None:
    assert homes.run(home, "issues", "--json").stdout == ""
    homes.run(home, "build", now=THURSDAY)
    homes.drop(home, "more.txt", 4)
    homes.run(home, "build", now=FRIDAY)
    heads = homes.objects(homes.run(home, "issues", "daily", "--json"))
    assert [(head["issue"], head["papers"]) for head in heads] == [
        ("daily-2026-11-20", 1),
        ("daily-2026-11-19", 3),
    ]
    assert homes.run(home, "issues").stdout.splitlines()[0].startswith("daily-2026-11-20  No. 2  1 paper")
    outbox = homes.tree(home / "outbox" / "daily")
    assert homes.run(home, "show", "daily-2026-11-19").stdout.encode() == outbox["2026-11-19/digest.txt"]
    assert homes.run(home, "show", "daily").stdout.encode() == outbox["2026-11-20/digest.txt"]
    assert homes.run(home, "show", "daily", "--json").stdout.encode() == outbox["2026-11-20/issue.json"]


def test_papers(home: Path) -> None:
    homes.run(home, "build")
    [found] = homes.objects(homes.run(home, "papers", "title:pruning", "--json"))
    title, abstract = pages.paper(3)
    assert (found["title"], found["abstract"], found["sources"]) == (title, abstract, ["drop"])
    assert "records" not in found
    [why] = homes.objects(homes.run(home, "papers", "title:pruning", "--json", "--why"))
    assert [record["paper"]["title"] for record in why["records"]] == [title]
    done = homes.run(home, "papers", "title:pruning", "--why")
    assert title in done.stdout
    assert f"key {why['keys'][0]}" in done.stdout
    assert done.stderr == "1 of 3 works\n"
    assert "column 9" in homes.run(home, "papers", "sparse (", code=2).stderr


# --- every key of a schedule ---


def built(home: Path, now: str = FRIDAY, **keys: Any) -> dict[str, Any]:
    """The frozen issue of a build by hand under such a schedule."""
    (home / "schedules" / "daily.toml").write_text(homes.schedule(**keys))
    [made] = homes.build(home, now=now)
    issue: dict[str, Any] = homes.frozen(home)[f"daily/{made['issue'].removeprefix('daily-')}"]
    return issue


@pytest.mark.parametrize(
    ("keys", "file", "words"),
    [
        ({"title": "Another Title"}, "digest.html", "Another Title"),
        ({"timezone": "Asia/Tokyo"}, "digest.txt", "Asia/Tokyo"),
        ({"note": "note.md"}, "digest.html", "<strong>today</strong>"),
        ({"groups": [{"heading": "Pruned", "match": "pruning"}]}, "digest.md", "Pruned"),
        ({"groups": [{"heading": "All", "match": "*", "limit": 1}]}, "digest.txt", "Also in this group:"),
    ],
)
def test_a_key_shows(keys: dict[str, Any], file: str, words: str, home: Path, tmp_path: Path) -> None:
    (home / "note.md").write_text("Read **today**.")
    plain = homes.make(tmp_path / "plain")
    homes.drop(plain, "page.txt", 1, 2, 3)
    built(plain)
    built(home, **keys)
    assert words in homes.tree(home / "outbox")[f"daily/2026-11-20/{file}"].decode()
    assert words not in homes.tree(plain / "outbox")[f"daily/2026-11-20/{file}"].decode()


def test_outputs(home: Path) -> None:
    built(home, outputs=["markdown", "rss"])
    assert set(homes.tree(home / "outbox" / "daily")) == {
        "2026-11-20/issue.json",
        "2026-11-20/digest.md",
        "feed.rss",
        "index.html",
        "search.js",
    }


def test_to_is_checked_and_kept(home: Path) -> None:
    (home / "schedules" / "daily.toml").write_text(homes.schedule(to=["me@example.org"]))
    assert config.load(home).digest("daily").to == ("me@example.org",)
    (home / "schedules" / "daily.toml").write_text(homes.schedule(to=["me@"]))
    assert "schedules/daily.toml: to: 'me@'" in homes.run(home, "check", code=2).stderr


def test_sources(home: Path) -> None:
    dump = home / "by hand.txt"
    dump.write_text(homes.page(3, 4))
    homes.run(home, "ingest", dump, now=THURSDAY)
    assert homes.titles(built(home, sources=["hand"])) == homes.title(3, 4)
    assert homes.titles(built(home, sources=["hand", "drop"])) == homes.title(1, 2)


@pytest.mark.parametrize(
    ("keys", "issue"),
    [
        ({}, "daily-2026-11-20"),
        ({"cron": "0 7 * * mon"}, None),
        ({"timezone": "America/New_York"}, None),
        ({"minimum": 4}, None),
        ({"minimum": 4, "wait": "0 days"}, "daily-2026-11-20"),
    ],
)
def test_a_key_decides_at_the_slot(keys: dict[str, Any], issue: str | None, tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", daily=homes.schedule(**keys))
    dump = home / "by hand.txt"
    dump.write_text(homes.page(1, 2, 3))
    homes.run(home, "ingest", dump, now="2026-11-20T06:00Z")
    found = homes.objects(homes.run(home, "run", "--once", "--json", now=FRIDAY))
    assert [made["issue"] for made in found if made["issue"]] == ([issue] if issue else [])


def say(home: Path, paper: Paper, kind: Any, version: int) -> None:
    """A paper as a source with versions shows it: no format of today tells any."""
    store = open_store(home / "digest.sqlite3")
    with store.writing() as db:
        now = datetime(2026, 11, 20, 8, version, tzinfo=UTC)
        origin = f"v{paper.version}"
        number = log.open_dump(db, Dump("feed", origin, Path(origin)), origin, now)
        atom = identity.keys(paper)
        ids = works.connected(db, [atom]) or works.add(db, [atom])
        works.join(db, [list(ids.values())], now)
        log.append(db, [Entry(0, kind, "feed", ids[atom], version, now)], number)
        works.keep(db, number, [(ids[atom], msgspec.json.encode(paper))])
        read = DumpRead(
            origin=origin, source="feed", format="hf_text", records=1, papers=1, new=int(kind == "new")
        )
        log.close_dump(db, number, read, (), now)
    store.close()


@pytest.fixture
def revised(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """What a digest makes of the second version of a work that it has carried."""

    def made(key: str) -> dict[str, Any]:
        home = homes.make(tmp_path / "home", daily=homes.schedule(revised=key))
        title, abstract = pages.paper(1)
        first = Paper(where="record 1", title=title, abstract=abstract, ids=("arxiv:2611.00001",), version=1)
        say(home, first, "new", 0)
        assert homes.build(home, now="2026-11-20T09:00Z")[0]["new"] == 1
        second = Paper(
            where="record 1", title=title, abstract="Better. " + abstract, ids=first.ids, version=2
        )
        say(home, second, "revised", 2)
        [found] = homes.build(home, now="2026-11-20T10:00Z")
        assert homes.build(home, now="2026-11-20T11:00Z")[0]["arrivals"] == 0
        return found

    return made


def test_a_revised_work_is_shown_where_the_digest_says_so(revised: Callable[[str], dict[str, Any]]) -> None:
    found = revised("show")
    assert (found["issue"], found["revised"], found["carried_before"]) == ("daily-2026-11-20-2", 1, 0)


def test_a_revised_work_is_not_shown_else(revised: Callable[[str], dict[str, Any]]) -> None:
    found = revised("skip")
    assert (found["issue"], found["revised"], found["carried_before"]) == (None, 0, 1)


# --- every key of digest.toml that is of use by now ---


def test_settings(home: Path) -> None:
    (home / "inbox").mkdir()
    (home / "inbox" / "page.txt").write_text(homes.page(7))
    (home / "digest.toml").write_text(
        'store = "sqlite:///papers.db"\npublic = "https://digest.example.org/"\n'
        '[sources.mine]\nfolder = "inbox"\nstale_after = "2 days"\n'
    )
    [made] = homes.build(home, now=THURSDAY)
    assert (made["new"], made["sources"]) == (1, {"mine": "complete"})
    assert (home / "papers.db").exists()
    feed = json.loads((home / "outbox" / "daily" / "feed.json").read_text())
    assert feed["feed_url"] == "https://digest.example.org/daily/feed.json"
    [made] = homes.build(home, now=FRIDAY)
    assert made["sources"] == {"mine": "quiet"}
    [made] = homes.build(home, now=MONDAY, code=3)
    assert (made["issue"], made["sources"]) == (None, {"mine": "stale"})


def test_a_copy_is_told_by_its_own_name(home: Path) -> None:
    homes.run(home, "build")
    shutil.copy(home / "dumps" / "page.txt", home / "dumps" / "copy.txt")
    said = homes.run(home, "build").stdout.splitlines()
    assert said[0] == "dumps/copy.txt: 3 papers, 0 new (hf_text, the same as dumps/page.txt)"


def test_a_query_may_begin_with_a_minus_and_be_several_words(home: Path) -> None:
    homes.run(home, "build")
    everything = homes.objects(homes.run(home, "papers", "--json", "*"))
    some = homes.objects(homes.run(home, "papers", "--json", "-orchards"))
    assert 0 < len(some) <= len(everything)
    assert homes.run(home, "papers", "study", "-nowhere").stdout == homes.run(home, "papers", "study").stdout


def test_a_digest_that_waits_for_its_start_stops_no_other(home: Path) -> None:
    (home / "big.txt").write_text(homes.page(*range(100, 601)))
    homes.run(home, "build")
    homes.run(home, "ingest", home / "big.txt")
    (home / "schedules" / "weekly.toml").write_text(homes.schedule())
    done = homes.run(home, "build", code=2)
    assert "daily-2026-11-20-2: 501 papers" in done.stdout
    assert "digest start weekly --from now" in done.stderr
    assert "digest start weekly --from now" in homes.run(home, "check").stdout
    homes.run(home, "start", "weekly", "--from", "now")
    assert homes.run(home, "build").stdout == "daily: nothing new\nweekly: nothing new\n"


def test_an_extra_issue_says_nothing_of_old_troubles(home: Path) -> None:
    (home / "dumps" / "bad.txt").write_text("no page at all\n")
    homes.run(home, "build", code=3)
    (home / "schedules" / "daily.toml").write_text(homes.schedule(title="Again"))
    [made] = homes.build(home, "--since", "2026-11-01")
    assert made["sources"] == {"drop": "quiet"}


def test_an_unknown_digest_has_no_issues(home: Path) -> None:
    assert "there is no issue 'nope'" in homes.run(home, "issues", "nope", code=2).stderr
