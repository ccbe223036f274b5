"""What came by day: from the log and from the issues, as bars, as a line, as an object."""

from collections import Counter
from pathlib import Path

import pytest

from digest.charts import spark
from tests import homes

DAYS = ("2026-11-17", "2026-11-18", "2026-11-20")
GROUPS = ({"heading": "Pruning", "match": "pruning"}, *homes.EVERYTHING)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three issues of six, four and two papers, of which 2, 2 and none are about pruning (0, 3, 6 and 9)."""
    made = homes.make(
        tmp_path_factory.mktemp("made") / "home",
        daily=homes.schedule(GROUPS, outputs=["text"]),
        other=homes.schedule(sources=["hand"], title="Other", outputs=["text"]),
    )
    for day, numbers in zip(DAYS, (range(6), range(4, 10), range(8, 12)), strict=True):
        homes.drop(made, f"{day}.txt", *numbers)
        homes.run(made, "build", now=f"{day}T07:00+00:00")
    homes.drop(made, "by hand.txt", 1)
    homes.run(made, "ingest", made / "dumps" / "by hand.txt", now=f"{DAYS[2]}T08:00+00:00")
    return made


def lines(home: Path, *arguments: str, now: str = homes.NOW) -> list[str]:
    return homes.run(home, "stats", *arguments, now=now).stdout.splitlines()


def test_papers_per_day_by_source_and_group(home: Path) -> None:
    [told] = homes.objects(homes.run(home, "stats", "--json"))
    assert (told["from"], told["to"]) == ("2026-10-21", "2026-11-20")
    assert told["sources"] == [
        {"name": "drop", "papers": 12, "days": dict(zip(DAYS, (6, 4, 2), strict=True))},
        {"name": "hand", "papers": 1, "days": {DAYS[2]: 1}},
    ]
    assert [digest["name"] for digest in told["digests"]] == ["daily"]
    assert told["digests"][0]["groups"] == [
        {"name": "Pruning", "papers": 4, "days": {DAYS[0]: 2, DAYS[1]: 2}},
        {"name": "Everything", "papers": 8, "days": dict(zip(DAYS, (4, 2, 2), strict=True))},
    ]


def test_in_words_and_bars(home: Path) -> None:
    assert lines(home) == [
        "papers that were new to a source, 2026-10-21 to 2026-11-20: 13",
        "",
        f"  2026-11-17  {'█' * 40}  6",
        f"  2026-11-18  {'█' * 26 + '▋':<40}  4",
        f"  2026-11-19  {'':<40}  0",
        f"  2026-11-20  {'█' * 20:<40}  3",
        "",
        "by source:",
        "  drop  12  █▅·▃",
        "  hand   1  ···█",
        "",
        "daily: Papers for Tests, by group of its issues:",
        "  Pruning     4  ██··",
        "  Everything  8  █▄·▄",
    ]


def test_since_a_day(home: Path) -> None:
    [told] = homes.objects(homes.run(home, "stats", "--json", "--since", "2026-11-18"))
    assert told["sources"][0]["papers"] == 6
    assert told["digests"][0]["groups"][0]["papers"] == 2
    later = lines(home, now="2027-11-20T07:00+00:00")
    assert later == ["nothing has come since 2027-10-21: digest stats --since DATE looks further back"]
    assert len(lines(home, "--since", "2025-01-01", now="2027-11-20T07:00+00:00")[2].split()) == 3


def test_of_a_home_without_anything(tmp_path: Path) -> None:
    assert "nothing has come since" in lines(homes.make(tmp_path / "home"))[0]


def test_a_spark_is_as_high_as_its_share() -> None:
    assert spark([0, 1, 4, 8, 1000]) == "·▁▁▁█"
    assert spark([8, 7, 0]) == "█▇·"
    assert spark([0, 0]) == "··"
    assert spark(Counter[str]().values()) == ""
