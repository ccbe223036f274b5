"""Issues of 5, 50 and 500 papers: every output tells of the same ones in the same order, and none is out of reach.

What is read here is read by the standard library: email, html.parser, xml.etree, json.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests import faces, homes

SIZES = (5, 50, 500)
BUDGET = 80_000  # bytes of a mail's HTML; the largest provider cuts at 102 kB
GROUPS = (
    {"heading": "Pruning & <growing>", "match": "title:pruning"},
    {"heading": "Retrieval", "match": "title:retrieval", "limit": 3},
    {"heading": "Everything else", "match": "*"},
)
TITLES = (
    "Study No. {} of pruning: what a patient gardener can learn from *sparse* networks & vice versa",
    "{}. How to begin with a number, and why retrieval should not mind",
    "On “quotes”, dashes – and Ω-naïve 中文标题: <the {}th> attempt",
    "Is {} a prime, and who would ask? " + "A title that goes on and on and on, " * 7 + "for pruning",
    "#{} | a_b_c [brackets] `code` $x^2$ ~tilde~ 100 % \\ 2",
)

Paper = tuple[int, str]  # its number in the issue, its title


def paper(n: int) -> dict[str, Any]:
    """A record of Hugging Face's API."""
    inner = {
        "id": f"2611.{n:05}",
        "title": TITLES[n % len(TITLES)].format(n),
        "summary": f"This is paper {n}. We measure {n + 3} gardens over a year, and find that most of them grow. "
        * 4,
        "authors": [{"_id": "a", "name": "Ada Example"}, {"_id": "b", "name": f"Bo Łukasz {n}"}],
        "publishedAt": "2026-11-19T00:00:00.000Z",
        "upvotes": n % 7,
        "githubRepo": f"https://example.org/code/{n}",
    }
    return {"paper": inner, "numComments": n % 3}


@pytest.fixture(scope="module", params=SIZES)
def issue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an issue of so many papers."""
    schedule = homes.schedule(GROUPS, title="Daily Papers", outputs=list(faces.OUTPUTS))
    home = homes.make(
        tmp_path_factory.mktemp("same") / "home", f'public = "{faces.PUBLIC}"\n', daily=schedule
    )
    dump = home / "dump.json"
    dump.write_text(json.dumps([paper(n) for n in range(request.param)]))
    homes.build(home, "--dump", dump)
    return faces.newest(home / "outbox")


def groups(issue: Path) -> list[list[dict[str, Any]]]:
    frozen = json.loads((issue / "issue.json").read_text(encoding="utf-8"))
    return list(frozen["cards"])


def wanted(issue: Path) -> list[Paper]:
    """The papers as the issue was frozen, numbered."""
    return list(enumerate((card["title"] for group in groups(issue) for card in group), start=1))


# ---- what each output says


class Blocks(HTMLParser):
    """The words of each block of a page, with the first address in it."""

    _BLOCK = re.compile("h[1-6]|p|div|li|td|article|section|pre|summary|details")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._words, self._address, self._is_code = "", "", False
        self.feed(text)
        self.close()
        self._end()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """A block ends where another begins."""
        if self._BLOCK.fullmatch(tag):
            self._end()
        if tag in {"style", "script"}:
            self._is_code = True
        self._address = self._address or dict(attributes).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        """Or where it is closed."""
        if self._BLOCK.fullmatch(tag):
            self._end()
        if tag in {"style", "script"}:
            self._is_code = False

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._is_code:
            self._words += data

    def _end(self) -> None:
        if self._words.strip():
            self.found.append((" ".join(self._words.split()), self._address))
        self._words, self._address = "", ""


def numbered(lines: Iterator[str]) -> Iterator[Paper]:
    """Lines that begin with a paper's number."""
    for line in lines:
        if found := re.fullmatch(r"(\d+)\. (.+)", line):
            yield int(found[1]), found[2]


def of_html(text: str) -> list[Paper]:
    return list(numbered(words for words, _ in Blocks(text).found))


def of_text(text: str, wanted: list[Paper]) -> list[Paper]:
    """Those whose block begins with the title; what stands behind it, on lines indented alike, is cut off."""
    blocks = re.findall(r"(?m)^\d+\. .*(?:\n {4,}\S.*)*", text)
    told = numbered(" ".join(block.split()) for block in blocks)
    titles = dict(wanted)
    return [(number, words[: len(titles.get(number, ""))]) for number, words in told]


def of_markdown(text: str) -> list[Paper]:
    lines = re.findall(r"(?m)^### (.*)$", text)
    plain = (re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)\*\*", "", line)) for line in lines)
    return list(numbered(map(html.unescape, plain)))


def test_the_page_and_the_markdown_have_all(issue: Path) -> None:
    page = (issue / "digest.html").read_text(encoding="utf-8")
    assert of_html(page) == wanted(issue)
    assert of_markdown((issue / "digest.md").read_text(encoding="utf-8")) == wanted(issue)


def test_the_text_has_all(issue: Path) -> None:
    text = (issue / "digest.txt").read_text(encoding="utf-8")
    assert of_text(text, wanted(issue)) == wanted(issue)


# A title of RSS is HTML to those who read it, so what looks like an element is escaped once more.
FEEDS: dict[str, Callable[[str], list[str]]] = {
    "feed.atom": lambda text: [
        str(one.findtext("{*}title"))
        for one in ElementTree.fromstring(text).findall("{*}entry")  # noqa: S314
    ],
    "feed.rss": lambda text: [
        html.unescape(str(one.findtext("title")))
        for one in ElementTree.fromstring(text).iter("item")  # noqa: S314
    ],
    "feed.json": lambda text: [str(item["title"]) for item in json.loads(text)["items"]],
}


@pytest.mark.parametrize("feed", FEEDS)
def test_the_feeds_have_all(issue: Path, feed: str) -> None:
    text = (issue.parent / feed).read_text(encoding="utf-8")
    assert FEEDS[feed](text) == [title for _, title in wanted(issue)]


def test_both_parts_of_the_mail_say_the_same(issue: Path) -> None:
    told = of_html(faces.part(issue, "html"))
    assert of_text(faces.part(issue, "plain"), wanted(issue)) == told
    assert [paper for paper in wanted(issue) if paper in told] == told
    assert len(told) >= min(len(wanted(issue)), 200)


def test_the_mail_is_within_its_budget(issue: Path) -> None:
    text = faces.part(issue, "html")
    assert len(text.encode()) <= BUDGET
    assert text.rstrip().endswith("</html>")


def test_every_paper_can_be_reached_from_the_mail(issue: Path) -> None:
    """By its own link; or it is one of so many that its group does not name, and has the page."""
    blocks = Blocks(faces.part(issue, "html")).found
    links = {int(words.partition(".")[0]): link for words, link in blocks if re.match(r"\d+\. ", words)}
    unnamed = [
        (int(found[1].replace(",", "")), link)
        for words, link in blocks
        if (found := re.match(r"Not named here: ([\d,]+)", words))
    ]
    page = f"{faces.PUBLIC}/daily/{issue.name}/digest.html"
    first = 1
    for group in groups(issue):
        numbers = {first + place: card["links"][0]["url"] for place, card in enumerate(group)}
        shown = {number: links[number] for number in numbers if number in links}
        assert shown == {number: numbers[number] for number in shown}
        if missing := len(numbers) - len(shown):
            assert unnamed.pop(0) == (missing, page)
        first += len(group)
    assert unnamed == []
    assert sorted(links) == list(links)


def test_the_text_of_the_mail_has_the_same_addresses(issue: Path) -> None:
    blocks = Blocks(faces.part(issue, "html")).found
    links = [(words.partition(".")[0], link) for words, link in blocks if re.match(r"\d+\. ", words)]
    assert re.findall(r"(?m)^\[(\d+)\] .*: (\S+)$", faces.part(issue, "plain")) == links


def test_the_page_links_every_paper(issue: Path) -> None:
    blocks = Blocks((issue / "digest.html").read_text(encoding="utf-8")).found
    links = [link for words, link in blocks if re.match(r"\d+\. ", words)]
    assert links == [card["links"][0]["url"] for group in groups(issue) for card in group]
