"""Hostile words through a real dump, a real build and every output, into real Chromium: they stay words.

Each dump has a twin with harmless words of the same lengths. What is made of the two has to be the same but for the
words: the same elements with the same attributes, the same addresses, the same scripts.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast
from xml.etree import ElementTree

import cmarkgfm  # type: ignore[import-untyped]  # it has no types of its own, and nobody publishes any
import feedparser  # type: ignore[import-untyped]  # it has no types of its own, and nobody publishes any
import markdown
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from digest.formats import bibtex, ris
from digest.note import html as html_of_note
from digest.papers import Paper, Reject, links_in, readable
from tests import browser, faces, homes, hostile

# Digests, each of a part of the papers, so that no mail has to leave out any.
LOTS = ("alfa", "bravo", "charlie", "delta")
PART = -(-len(hostile.TEXTS) // len(LOTS))
TWINS = ("hostile", "harmless")
NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
ANATOMY = Path(__file__).with_name("anatomy.js").read_text(encoding="utf-8")


def harmless(text: str) -> str:
    """So many quiet words, and the same web addresses: readers of abstracts make links of these."""
    return " ".join((("quiet words " * len(text))[: len(text)], *links_in(text)))


def paper(number: int, text: str) -> dict[str, Any]:
    """A record of Hugging Face's API, which gives words and no markup."""
    lot = LOTS[number // PART]
    authors = [{"_id": "a", "name": text[:300]}, {"_id": "b", "name": "Ada Example"}]
    inner = {
        "id": f"2611.{number:05}",
        "title": f"{lot} {number} {text[:400]}",
        "summary": f"Number {number} says: {text} and there it ends. We show that nothing came of it.",
        "authors": authors,
        "organization": {"fullname": text[:200]},
        "githubRepo": f"https://example.org/code/{number}",
        "publishedAt": "2026-11-19T00:00:00.000Z",
        "upvotes": 3,
    }
    return {"paper": inner, "numComments": 2}


def built(path: Path, worded: Callable[[str], str], name: str) -> Path:
    """The outbox of a home that has read these words: in papers, titles, headings and the name of a file."""
    schedules = {
        lot: homes.schedule(
            [{"heading": f"Group {worded(hostile.MARKUP[place])}", "match": f"title:{lot}"}],
            title=f"Digest {worded(' '.join(hostile.HEADERS[place :: len(LOTS)]))[:150]}",
            outputs=list(faces.OUTPUTS),
        )
        for place, lot in enumerate(LOTS)
    }
    home = homes.make(path, f'public = "{faces.PUBLIC}"\n', **schedules)
    dump = home / name
    dump.write_text(json.dumps([paper(n, worded(text)) for n, text in enumerate(hostile.TEXTS)]))
    homes.build(home, "--dump", dump)
    return home / "outbox"


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The two outboxes."""
    folder = tmp_path_factory.mktemp("twins")
    return {
        "hostile": built(folder / "hostile", str, "<img src=x onerror=alert(1)>&lt;b&gt;.json"),
        "harmless": built(folder / "harmless", harmless, "papers.json"),
    }


def cards(issue: Path) -> list[dict[str, Any]]:
    frozen = json.loads((issue / "issue.json").read_text(encoding="utf-8"))
    return [card for group in frozen["cards"] for card in group]


def test_they_arrive_as_they_were_sent(twins: dict[str, Path]) -> None:
    """All but three, of which TeX's commands are taken."""
    titles = [card["title"] for lot in LOTS for card in cards(faces.newest(twins["hostile"], lot))]
    assert len(titles) == len(hostile.TEXTS)
    arrived = [text for text in hostile.TEXTS if any(readable(text[:400]) in title for title in titles)]
    assert len(arrived) >= 0.95 * len(titles)


# ---- what is made of them


class Anatomy(NamedTuple):
    """A page without its words; see tests/anatomy.js."""

    elements: dict[str, int]
    acting: list[str]  # scripts, styles, and attributes that do something
    addresses: list[str]


def anatomy(page: Page) -> Anatomy:
    return Anatomy(**cast("dict[str, Any]", page.evaluate(ANATOMY)))


def differences(one: Anatomy, other: Anatomy) -> list[str]:
    """What is in one of two pages only."""
    counted = one.elements.keys() | other.elements.keys()
    return [
        *(path for path in sorted(counted) if one.elements.get(path) != other.elements.get(path)),
        *sorted(set(one.acting) ^ set(other.acting)),
        *sorted(set(one.addresses) ^ set(other.addresses)),
    ]


@pytest.mark.parametrize("face", faces.FACES)
def test_no_element_and_no_script_of_theirs(chromium: Browser, twins: dict[str, Path], face: str) -> None:
    """Without the page's own policy, so that it is not the browser that holds them off."""
    made = {}
    for twin in TWINS:
        with browser.window(chromium, policy=False) as (page, done):
            made[twin] = [one for lot in LOTS for one in used(page, faces.face(twins[twin], face, lot))]
        assert (done.dialogs, done.complaints) == ([], [])
        assert [url for url in done.requests if not url.startswith(twins[twin].parent.as_uri())] == []
    for one, other in zip(*made.values(), strict=True):
        assert differences(one, other) == []
        assert sum(one.elements.values()) > 30


def used(page: Page, file: Path) -> list[Anatomy]:
    """The file as it came, and when all that can be pressed was, and a name that all papers have is searched."""
    page.goto(file.as_uri())
    came = anatomy(page)
    page.evaluate("document.querySelectorAll('button, summary').forEach(one => one.click())")
    for field in page.query_selector_all("input[type=search]"):
        field.fill("Ada")
        page.wait_for_timeout(100)  # for what is loaded then
    return [came, anatomy(page)]


@pytest.mark.parametrize("face", faces.FACES)
def test_no_word_is_too_long_for_a_phone(chromium: Browser, twins: dict[str, Path], face: str) -> None:
    with browser.window(chromium) as (page, _):
        browser.resize(page, browser.WIDTHS[0], "dark")
        for lot in LOTS:
            page.goto(faces.face(twins["hostile"], face, lot).as_uri())
            assert browser.faults(browser.look(page)) == []


@pytest.mark.parametrize("feed", ["feed.atom", "feed.rss", "feed.json"])
def test_feeds_are_read_and_their_content_is_harmless(
    chromium: Browser, twins: dict[str, Path], tmp_path: Path, feed: str
) -> None:
    made = {}
    for twin in TWINS:
        entries = [html for lot in LOTS for html in read(twins[twin] / lot / feed)]
        assert len(entries) == len(hostile.TEXTS)
        made[twin] = shown(chromium, tmp_path, "\n<hr>\n".join(entries))
    assert differences(*made.values()) == []


def read(file: Path) -> Iterator[str]:
    """The HTML of each entry."""
    if file.suffix == ".json":
        for item in json.loads(file.read_text(encoding="utf-8"))["items"]:
            yield item["content_html"]
        return
    ElementTree.parse(file)  # noqa: S314  # our own
    found = feedparser.parse(file.read_bytes(), sanitize_html=False)
    assert not found.bozo, found.get("bozo_exception")
    for entry in found.entries:
        yield entry.content[0].value if "content" in entry else entry.summary


def shown(chromium: Browser, folder: Path, html: str) -> Anatomy:
    """The HTML as a page that did nothing."""
    file = folder / "shown.html"
    file.write_text(f"<!doctype html><meta charset=utf-8><body>{html}", encoding="utf-8")
    with browser.opened(chromium, file) as (page, done):
        found = anatomy(page)
    assert (done.dialogs, done.complaints, done.requests) == ([], [], [file.as_uri()])
    return found


# All of GitHub's but `autolink`: a bare address becomes a link that goes just where it says.
GITHUB = ["table", "strikethrough", "tasklist"]
UNSAFE = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES

MARKDOWN: dict[str, Callable[[str], str]] = {
    "plain": markdown.markdown,
    "extra": lambda text: markdown.markdown(text, extensions=["extra", "sane_lists"]),
    "github": lambda text: cmarkgfm.markdown_to_html_with_extensions(text, UNSAFE, GITHUB),
}


@pytest.mark.parametrize("dialect", MARKDOWN)
def test_markdown_means_their_words(
    chromium: Browser, twins: dict[str, Path], tmp_path: Path, dialect: str
) -> None:
    made = {}
    for twin in TWINS:
        files = (faces.newest(twins[twin], lot) / "digest.md" for lot in LOTS)
        texts = (file.read_text(encoding="utf-8") for file in files)
        made[twin] = shown(chromium, tmp_path, "\n<hr>\n".join(map(MARKDOWN[dialect], texts)))
    assert differences(*made.values()) == []


def test_headers_are_one_line_each(twins: dict[str, Path]) -> None:
    for lot in LOTS:
        hostiles, harmlesses = (faces.message(faces.newest(twins[twin], lot)) for twin in TWINS)
        assert hostiles.keys() == harmlesses.keys()
        assert not [value for value in hostiles.values() if re.search(r"[\r\n\x00-\x1f]", str(value))]
        assert [part.get_content_type() for part in hostiles.walk()] == [
            part.get_content_type() for part in harmlesses.walk()
        ]


@pytest.mark.parametrize("reader", [bibtex, ris])
def test_citations_are_read_as_they_were_written(twins: dict[str, Path], reader: ModuleType) -> None:
    """By the program's own readers of these formats, whose other input is what people export."""
    for lot in LOTS:
        issue = faces.newest(twins["hostile"], lot)
        file = issue / f"digest.{'bib' if reader is bibtex else 'ris'}"
        with file.open("rb") as dump:
            found = list(reader.read(dump, NOW))
        assert [one.reason for one in found if isinstance(one, Reject)] == []
        assert len(found) == len(cards(issue))
        ids = [f"{lot} {card['title'].split()[1]}" for card in cards(issue)]
        assert [" ".join(one.title.split()[:2]) for one in found if isinstance(one, Paper)] == ids


_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


def test_nothing_that_cannot_be_seen_is_in_any_file(twins: dict[str, Path]) -> None:
    """But what the digest's own schedule says, which `issue.json` keeps as it is."""
    for name, data in homes.tree(twins["hostile"]).items():
        told = json.loads(data)["cards"] if name.endswith("issue.json") else data.decode()
        text = json.dumps(told, ensure_ascii=False) if name.endswith("json") else told
        assert not _UNSEEN.search(text), name
        assert not re.search(r"\\u(00[01]|007f|00[89]|200[b-f]|202[a-e]|206|d[89a-f]|f)", text), name


# ---- addresses, notes, halves of characters: what has no twin


def outbox_of(path: Path, records: str, *, note: str = "", code: int = 0) -> Path:
    """The outbox of a home that has read these records."""
    schedule = homes.schedule(outputs=list(faces.OUTPUTS), note="note.md")
    home = homes.make(path, f'public = "{faces.PUBLIC}"\n', daily=schedule)
    (home / "note.md").write_text(note, encoding="utf-8")
    dump = home / "dump.json"
    dump.write_text(records)
    homes.build(home, "--dump", dump, code=code)
    return home / "outbox"


def test_only_web_addresses_can_be_followed(chromium: Browser, tmp_path: Path) -> None:
    papers = [
        {"title": f"Study No. {n} of addresses", "abstract": "It has one.", "date": "2026-11-20", "url": url}
        for n, url in enumerate(hostile.ADDRESSES)
    ]
    outbox = outbox_of(tmp_path / "home", json.dumps(papers))
    assert len(cards(faces.newest(outbox))) == len(papers)
    texts = [MARKDOWN["extra"]((faces.newest(outbox) / "digest.md").read_text(encoding="utf-8"))]
    texts += [
        html for feed in ("feed.atom", "feed.rss", "feed.json") for html in read(outbox / "daily" / feed)
    ]
    found = shown(chromium, tmp_path, "".join(texts)).addresses
    for face in faces.FACES:
        with browser.opened(chromium, faces.face(outbox, face)) as (page, done):
            found += anatomy(page).addresses
        assert done.dialogs == []
    assert len(found) > len(papers)
    assert [
        url for url in found if re.match(r"\s*[^/?#]*:", url) and not re.match(r"https?://[^/\s]", url)
    ] == []
    assert [url for url in found if re.search(r"[\s<>\"'`\\{}|^\x00-\x20]", url)] == []


def test_a_note_runs_no_script(chromium: Browser, tmp_path: Path) -> None:
    """It is the editor's own Markdown, so it may have elements; they are such as do nothing by themselves."""
    made = [html_of_note(text) for text in hostile.TEXTS if len(text) <= 1000]
    assert sum("<" in html for html in made) > 100
    assert not [
        way for way in shown(chromium, tmp_path, "".join(made)).acting if way.split()[1].startswith("on")
    ]
    outbox = outbox_of(tmp_path / "home", json.dumps([paper(0, "quiet")]), note="\n\n".join(hostile.MARKUP))
    for face in ("mail", "page"):
        file = faces.face(outbox, face)
        with browser.window(chromium, policy=False) as (page, done):
            used(page, file)
        assert (done.dialogs, done.requests) == ([], [file.as_uri()])


def test_halves_of_characters_break_nothing(tmp_path: Path) -> None:
    """JSON with such a half is none, so most of them are rejects, and the sentence that says so is in the footer."""
    records = json.dumps([paper(n, f"HALF{n}") for n in range(len(hostile.HALVES) + 1)])
    for n, half in enumerate(hostile.HALVES):
        records = records.replace(f"HALF{n}", half)
    outbox = outbox_of(tmp_path / "home", records, code=3)
    for name, data in homes.tree(outbox).items():
        told = json.dumps(json.loads(data), ensure_ascii=False) if name.endswith("json") else data.decode()
        assert told.encode()
    page = (faces.newest(outbox) / "digest.html").read_text(encoding="utf-8")
    assert f"{len(hostile.HALVES) + 1} records" in page
