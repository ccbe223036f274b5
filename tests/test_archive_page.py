"""The front page of a digest: its months, its chart, and a search that needs no server."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from msgspec.structs import replace

from digest import templating
from digest.issue import GroupHead, Head, Issue
from digest.renderers import _chart, index, search
from digest.renderers._chart import OTHERS, chart
from tests import issues
from tests.browser import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TEMPLATES = templating.environment(None)


def some(number: int, papers: int = 2) -> list[Issue]:
    """So many issues, one a day, newest first."""
    return [
        issues.days_before(issues.ordinary(papers, outputs=("html", "markdown")), n) for n in range(number)
    ]


def front(*made: Issue) -> str:
    return "".join(index.render(issues.archive(*made), TEMPLATES))


def parsed(text: str) -> etree._Element:
    return etree.fromstring(text, etree.HTMLParser())


def words(element: etree._Element) -> list[str]:
    return "".join(element.itertext()).split()


def data(*made: Issue) -> tuple[int, list[list[object]]]:
    """What the file of the search says."""
    text = "".join(search.render(issues.archive(*made), TEMPLATES))
    found = re.fullmatch(r"var digestSearch = \{older: (\d+), issues: (\[.*),\n\]\};\n", text, re.DOTALL)
    if not found:
        assert text == "var digestSearch = {older: 0, issues: [\n]};\n"
        return 0, []
    return int(found[1]), json.loads(f"{found[2]}]")


# ---- months


def test_issues_stand_by_month_with_their_counts() -> None:
    tree = parsed(front(*some(150)))
    said = [" ".join(words(each)) for each in tree.xpath("//details[@class='month']/summary")]
    assert said[:2] == ["Nov 2026 21 issues, 42 papers", "Oct 2026 31 issues, 62 papers"]
    assert len(said) == 6
    assert [month.get("open") is not None for month in tree.xpath("//details[@class='month']")] == [
        *[True] * index.UNFOLDED,
        *[False] * (6 - index.UNFOLDED),
    ]
    assert len(tree.xpath("//details[@class='month']//h3/a")) == 150
    assert "150 issues · 300 papers" in " ".join(words(tree))


def test_an_archive_without_issues_has_neither_search_nor_chart() -> None:
    text = front()
    assert "No issue has been made yet." in text
    assert "<input" not in text
    assert "<svg" not in text


# ---- the chart


def head(day: str, **papers: int) -> Head:
    return replace(
        issues.head(*(GroupHead(name, number) for name, number in papers.items())),
        date=day,
        name=f"daily-{day}",
    )


def heights(path: str) -> dict[int, int]:
    """The height of each bar, by its place."""
    bars = re.findall(r"M(\d+) 40v-(\d+)h8v\2z", path)
    assert path == "".join(f"M{x} 40v-{y}h8v{y}z" for x, y in bars)
    return {int(x) // 10: int(y) for x, y in bars}


def test_a_bar_is_an_issue() -> None:
    drawn = chart([head("2026-11-03", a=4, b=0), head("2026-11-02", a=0, b=0), head("2026-11-01", a=2, b=1)])
    assert drawn
    assert [(row.heading, row.papers, row.most, heights(row.path)) for row in drawn.rows] == [
        ("a", 6, 4, {0: 20, 2: 40}),
        ("b", 1, 1, {0: 40}),
    ]
    assert [(period.label, period.total, period.told) for period in drawn.periods] == [
        ("1 Nov 2026", 3, "a 2 · b 1"),
        ("2 Nov 2026", 0, ""),
        ("3 Nov 2026", 4, "a 4"),
    ]
    assert drawn.rows[0].told == "6 papers, most in 3 Nov 2026: 4"


def test_a_bar_is_a_month_where_there_are_many_issues() -> None:
    heads = [each.head for each in some(150)]
    drawn = chart(heads)
    assert drawn
    assert drawn.unit == "month"
    assert [period.label for period in drawn.periods] == [
        "Jun 2026", "Jul 2026", "Aug 2026", "Sep 2026", "Oct 2026", "Nov 2026",
    ]  # fmt: skip
    assert sum(row.papers for row in drawn.rows) == 300


def test_years_of_issues_make_the_newest_bars_only() -> None:
    heads = [
        head(f"{year}-{month:02}-01", a=1) for year in range(2026, 2016, -1) for month in range(12, 0, -1)
    ]
    drawn = chart(heads)
    assert drawn
    assert (len(drawn.periods), drawn.periods[-1].label) == (_chart.BARS, "Dec 2026")


def test_the_smallest_groups_are_one_row() -> None:
    many = {f"g{n:02}": n for n in range(1, 31)}
    drawn = chart([head("2026-11-02", **many), head("2026-11-01", **many)])
    assert drawn
    assert [row.heading for row in drawn.rows] == [*(f"g{n:02}" for n in range(20, 31)), OTHERS]
    assert sum(row.papers for row in drawn.rows) == 2 * sum(many.values())


def test_a_group_that_is_called_so_is_one_of_the_others() -> None:
    many = {OTHERS: 100} | {f"g{n:02}": n for n in range(1, 31)}
    drawn = chart([head("2026-11-02", **many), head("2026-11-01", **many)])
    assert drawn
    assert [row.heading for row in drawn.rows].count(OTHERS) == 1
    assert sum(row.papers for row in drawn.rows) == 2 * sum(many.values())


def test_too_little_is_not_drawn() -> None:
    assert chart([]) is None
    assert chart([head("2026-11-01", a=3)]) is None
    assert chart([head("2026-11-02", a=0), head("2026-11-01", a=0)]) is None


def test_who_cannot_see_the_chart_is_told_the_same() -> None:
    tree = parsed(front(*some(3, 4)))
    [first, second] = tree.xpath("//svg")
    assert first.get("role") == "img"
    assert first.xpath("string(title)") == "Compression & efficiency: 6 papers, most in 19 Nov 2026: 2"
    assert (
        first.get("aria-labelledby") == first.xpath("string(title/@id)") != second.xpath("string(title/@id)")
    )
    rows = [[" ".join(words(cell)) for cell in row] for row in tree.xpath("//tbody/tr")]
    assert rows[0] == ["21 Nov 2026", "4", "Compression & efficiency 2 · Everything else 2"]
    assert len(rows) == 3


def test_hostile_headings_stay_text() -> None:
    bad = '<script>x</script>"><svg onload=alert(1)>'
    text = front(*[replace_group(each, bad) for each in some(3)])
    tree = parsed(text)
    assert tree.xpath("//svg/title")[0].text.startswith(bad)
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//@onload")


def replace_group(made: Issue, heading: str) -> Issue:
    return Issue(replace(made.head, groups=(GroupHead(heading, 2),)), made.cards)


# ---- the search


def test_the_search_knows_titles_authors_and_where_they_stand() -> None:
    older, found = data(*some(2))
    assert older == 0
    titles = [part for card in issues.cards(2) for part in (card.title, ", ".join(card.authors))]
    assert found == [
        ["2026-11-21/digest.html", "21 Nov 2026", titles],
        ["2026-11-20/digest.html", "20 Nov 2026", titles],
    ]
    assert data(issues.ordinary(2, outputs=("mail",)))[1][0][0] == ""
    assert data() == (0, [])


def test_the_search_is_bounded_and_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SEARCHED", 5)
    older, found = data(*some(10))
    assert (older, len(found)) == (7, 3)


def test_hostile_titles_are_strings_of_the_script() -> None:
    _, [[_, _, words]] = data(issues.issue(("Hostile", issues.hostile()), outputs=("html",)))
    assert isinstance(words, list)
    assert len(words) == 2 * len(issues.HOSTILE)


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """The front page and its search, in a folder whose name needs care in an address."""
    folder = tmp_path / "papers #1 & more"
    folder.mkdir()
    hostile = issues.card(9, title="<img src=x onerror=alert(1)> Ωmega", authors=("</script> Bo",))
    newest = issues.issue(("A", (issues.card(1), hostile)), outputs=("html",))
    archive = issues.archive(newest, *some(3, 40)[1:])
    (folder / "index.html").write_text("".join(index.render(archive, TEMPLATES)))
    (folder / "search.js").write_text("".join(search.render(archive, TEMPLATES)))
    return folder


def test_the_search_works_from_the_file_system(chromium: "Browser", outbox: Path) -> None:
    with opened(chromium, outbox / "index.html") as (page, done):
        assert len(done.requests) == 1  # nothing is loaded before somebody searches
        box = page.get_by_role("searchbox")
        box.fill("ωMEGA bo")
        page.locator("#found a").wait_for()
        assert page.locator("#found a").inner_text() == "<img src=x onerror=alert(1)> Ωmega"
        assert page.locator("#found a").get_attribute("href") == "2026-11-21/digest.html#paper-2"
        assert page.locator("#found .meta").inner_text() == "</script> Bo · 21 Nov 2026"
        assert page.get_by_role("status").inner_text() == "1 of 82 papers."
        box.fill("pruning")
        assert page.locator("#found a").count() == 81
        box.fill("")
        assert page.locator("#found li").count() == 0
        assert [request.rpartition("/")[2] for request in done.requests] == ["index.html", "search.js"]
        assert (done.complaints, done.dialogs) == ([], [])


def test_a_search_without_its_file_says_so(chromium: "Browser", outbox: Path) -> None:
    (outbox / "search.js").unlink()
    with opened(chromium, outbox / "index.html") as (page, _):
        page.get_by_role("searchbox").fill("pruning")
        page.get_by_text("search.js is not beside this page").wait_for()


def test_without_scripts_the_issues_are_listed(chromium: "Browser", outbox: Path) -> None:
    with opened(chromium, outbox / "index.html", scripts=False) as (page, _):
        assert page.locator("input:visible").count() == 0
        assert page.get_by_text("The search of all issues needs JavaScript").is_visible()
        assert page.locator("h3 a:visible").count() == 3
        page.get_by_text("The same in numbers").click()
        assert page.locator("tbody tr:visible").count() == 3


def test_it_is_well_formed() -> None:
    """Read as XML but for what HTML leaves open: each element is closed where it should be."""
    text = re.sub(r"<script>.*?</script>|<style>.*?</style>", "", front(*some(3)), flags=re.DOTALL)
    closed = re.sub(r"<((?:meta|link|input|br)\b[^>]*)>", r"<\1/>", text.removeprefix("<!doctype html>"))
    for word in ("open", "hidden"):
        closed = re.sub(rf"(<\w+[^>]*) {word}([ >])", rf'\1 {word}=""\2', closed)
    tree = etree.fromstring(closed.strip())
    assert [child.tag for child in tree] == ["head", "body"]
    assert all(int(a) - int(b) <= 1 for b, a in pairwise(re.findall(r"<h(\d)", text)))
