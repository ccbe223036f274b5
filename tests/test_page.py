"""The page of an issue: what stands in it, what it may do, and what its script does in a real browser."""

import re
import time
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rispy  # type: ignore[import-untyped]  # it ships no types
from bibtexparser.entrypoint import parse_string
from msgspec.structs import replace

from digest import templating
from digest.errors import ConfigError
from digest.issue import Card, Head, Issue
from digest.renderers import _cards, bibtex, html, markdown, ris
from tests import issues
from tests.browser import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEMPLATES = templating.environment(None)


def page(issue: Issue) -> str:
    return b"".join(html.render(issue, TEMPLATES)).decode()


def meta(text: str) -> dict[str, str]:
    return {
        name: unescape(content)
        for name, content in re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', text)
    }


# ---- what stands in it


def test_it_tells_others_what_it_is() -> None:
    told = meta(page(issues.ordinary(6, title='Daily <"Papers">')))
    assert told["og:title"] == 'Daily <"Papers">, 21 Nov 2026'
    assert told["og:description"] == "6 papers · Compression & efficiency 3 · Everything else 3"
    assert told["og:description"] == told["description"]
    assert told["og:url"] == "https://digest.example.org/daily/2026-11-21/digest.html"
    assert "og:url" not in meta(page(issues.ordinary(6, public=None)))


def test_it_leads_to_the_issue_before() -> None:
    now = issues.ordinary()
    before = issues.days_before(now, 1).head

    def links(previous: Head | None) -> list[str]:
        text = page(Issue(now.head, now.cards, previous))
        return re.findall(r'href="(\.\.[^"]+)"', text)

    yesterday = "../2026-11-20/digest.html"
    assert links(before) == [yesterday, yesterday, "../index.html"]
    assert links(replace(before, outputs=("mail",))) == ["../index.html"]
    assert links(None) == ["../index.html"]


def test_it_links_the_files_for_libraries_where_they_are_made() -> None:
    outputs = ("html", "ris")
    assert 'href="digest.ris" download' in page(issues.ordinary(6, outputs=outputs))
    assert "digest.bib" not in page(issues.ordinary(6, outputs=outputs))


def test_every_card_can_be_cited_as_the_files_do() -> None:
    issue = issues.ordinary(6)
    text = page(issue)
    copied = [unescape(each) for each in re.findall(r'<pre class="bib"[^>]*>(.*?)</pre>', text, re.DOTALL)]
    in_file = parse_string("".join(bibtex.render(issue, TEMPLATES)))
    assert [entry.key for entry in parse_string("".join(copied)).entries] == [
        entry.key for entry in in_file.entries
    ]
    assert len(in_file.entries) == 6
    assert all("abstract" in entry.fields_dict for entry in in_file.entries)
    copied = [unescape(each) for each in re.findall(r'<pre class="ris"[^>]*>(.*?)</pre>', text, re.DOTALL)]
    records = rispy.loads("".join(ris.render(issue, TEMPLATES)))
    assert [record["id"] for record in rispy.loads("".join(copied))] == [record["id"] for record in records]
    assert len(records) == 6


def test_signs_of_the_program_in_a_note_are_no_places_for_cards() -> None:
    note = f"one{_cards.CARDS}two{_cards.NUMBER}three"
    issue = issues.ordinary(4, note=note, note_html=f"<p>{note}</p>", reasons={"feed": f"a{_cards.CARDS}b"})
    assert "onetwothree" in page(issue)
    assert "onetwothree" in b"".join(markdown.render(issue, TEMPLATES)).decode()


# ---- what it may do


def allowed(policy: str, directive: str) -> list[str]:
    found = re.search(rf"{directive} ([^;]+)", policy)
    return found[1].split() if found else []


@pytest.mark.parametrize("tag", ["style", "script"])
def test_only_its_own_style_and_script_are_allowed(tag: str) -> None:
    text = page(issues.ordinary())
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    [inside] = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    hashed = b64encode(sha256(inside.encode()).digest()).decode()
    assert allowed(policy, f"{tag}-src") == [f"'sha256-{hashed}'"]
    assert "unsafe" not in policy
    assert " style=" not in text
    assert not re.search(r" on\w+=", text)


def test_a_changed_script_is_allowed_too(tmp_path: Path) -> None:
    (tmp_path / "digest.js.j2").write_text("/* ours: é */", "utf-8")
    issue, ours = issues.ordinary(), templating.environment(tmp_path)
    text = b"".join(html.render(issue, ours)).decode()
    hashed = b64encode(sha256("/* ours: é */".encode()).digest()).decode()
    assert f"script-src 'sha256-{hashed}'" in text


# ---- rendered once, joined again


def rendered(cards: tuple[Card, ...]) -> list[_cards.Card]:
    return [html.card(card, TEMPLATES) for card in cards]


def test_the_same_cards_in_another_order_cost_nothing() -> None:
    issue = issues.issue(("Papers", issues.cards(50)))
    for renderer in (html, markdown):
        frame = renderer.frame(issue, TEMPLATES)
        ready = [renderer.card(card, TEMPLATES) for card in issues.cards(50)]
        backwards = issues.issue(("Papers", issues.cards(50)[::-1]))
        joined = b"".join(_cards.joined(frame, [_cards.Filled(50, ready[::-1])]))
        assert joined == b"".join(renderer.render(backwards, TEMPLATES))
        took = []
        for _ in range(20):
            begun = time.perf_counter()
            b"".join(_cards.joined(frame, [_cards.Filled(50, ready[::-1])]))
            took.append(time.perf_counter() - begun)
        assert min(took) < 0.001


@pytest.mark.parametrize("cut", ["{{ cards }}", "{% for group in groups %}\n<section"])
def test_a_template_without_a_place_for_cards_is_refused(cut: str, tmp_path: Path) -> None:
    shipped = (templating.shipped("templates") / "digest.html.j2").read_text("utf-8")
    assert cut in shipped
    changed = cut.replace("{{ cards }}", "").replace("in groups", "in groups[:1]")
    (tmp_path / "digest.html.j2").write_text(shipped.replace(cut, changed), "utf-8")
    with pytest.raises(ConfigError, match=r"digest\.html\.j2: it has \d places for cards.*2 groups"):
        list(html.render(issues.ordinary(), templating.environment(tmp_path)))


# ---- in a real browser


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The page of an issue of nine papers in three groups, alone in its folder."""
    papers = tuple(
        issues.card(n, title=f"{name}, Part {n}", abstract=f"About {name}.", matched=(), also=())
        for n, name in enumerate(["Lanterns", "Séance Ω", "Meadows"] * 3, start=1)
    )
    issue = issues.issue(("First", papers[:3]), ("Second", papers[3:8]), ("Third", papers[8:]))
    path = tmp_path / "digest.html"
    path.write_bytes(b"".join(html.render(issue, TEMPLATES)))
    return path


def seen(page: "Page") -> list[int]:
    """The numbers of the papers that can be seen."""
    ids = page.eval_on_selector_all(
        "article", "all => all.filter((one) => one.checkVisibility()).map((one) => one.id)"
    )
    return [int(one.removeprefix("paper-")) for one in ids]


def test_the_filter_leaves_the_papers_with_all_these_words(chromium: "Browser", file: Path) -> None:
    with opened(chromium, file) as (page, done):
        box = page.get_by_role("searchbox")
        for words, numbers in (("seance", [2, 5, 8]), ("PART meadows", [3, 6, 9]), ("lanterns 4", [4])):
            box.fill(words)
            assert seen(page) == numbers
        assert page.get_by_role("status").inner_text() == "1 of 9 papers"
        assert page.locator("h2:visible").all_inner_texts() == ["Second"]
        box.fill("misc")  # stands in what is to be copied only
        assert seen(page) == []
        box.fill("")
        assert seen(page) == list(range(1, 10))
        assert (done.complaints, len(done.requests)) == ([], 1)


def test_abstracts_are_folded_and_unfolded(chromium: "Browser", file: Path) -> None:
    with opened(chromium, file) as (page, _):
        abstracts = page.locator("details.abstract p:visible")
        assert abstracts.count() == 9
        page.get_by_role("button", name="Fold abstracts").click()
        assert abstracts.count() == 0
        page.locator("details.abstract summary").first.click()
        assert abstracts.count() == 1
        page.get_by_role("button", name="Unfold abstracts").click()
        assert abstracts.count() == 9


@pytest.fixture
def reading(chromium: "Browser", file: Path) -> "Iterator[Page]":
    """The page, in a window that may use the clipboard or not, as it pleases."""
    with opened(chromium, file) as (page, _):
        yield page


@pytest.mark.parametrize("clipboard", [True, False])
def test_citations_are_copied(reading: Any, clipboard: bool) -> None:
    """With the browser's clipboard, and where a page that is not served safely has none."""
    reading.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not clipboard:
        reading.evaluate("navigator.clipboard.writeText = undefined")
    reading.locator("#paper-5 .cite summary").click()
    reading.locator("#paper-5").get_by_role("button", name="Copy BibTeX").click()
    reading.locator("#said", has_text="Copied").wait_for()
    [entry] = parse_string(reading.evaluate("navigator.clipboard.readText()")).entries
    assert "Part 5" in entry.fields_dict["title"].value
    reading.get_by_role("searchbox").fill("lanterns")
    reading.get_by_role("button", name="Copy all as RIS").click()
    reading.locator("#said", has_text="Copied").wait_for()
    records = rispy.loads(reading.evaluate("navigator.clipboard.readText()"))
    assert [record["title"][-1] for record in records] == ["1", "4", "7"]


def test_without_scripts_all_is_there_and_nothing_that_needs_them(chromium: "Browser", file: Path) -> None:
    with opened(chromium, file, scripts=False) as (page, done):
        assert page.locator("article:visible").count() == 9
        assert page.locator("details.abstract p:visible").count() == 9
        assert page.locator("button:visible, input:visible").count() == 0
        page.locator("#paper-3 .cite summary").click()
        assert "title = {{Meadows, Part 3}}" in page.locator("#paper-3 pre.bib").inner_text()
        assert done.complaints == []


def test_on_paper_there_are_papers_only(reading: "Page") -> None:
    reading.emulate_media(media="print")
    assert (
        reading.locator("nav:visible, button:visible, input:visible, summary:visible, pre:visible").count()
        == 0
    )
    assert reading.locator("article p:visible").count() >= 2 * 9
    assert (
        reading.eval_on_selector("body", "body => getComputedStyle(body).backgroundColor")
        == "rgb(255, 255, 255)"
    )


@pytest.mark.parametrize("width", [360, 1200])
def test_the_contents_stay_in_reach(reading: "Page", width: int) -> None:
    reading.set_viewport_size({"width": width, "height": 500})
    reading.locator("#paper-9").scroll_into_view_if_needed()
    reading.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    contents = reading.locator("#contents" if width > 1000 else "a[href='#contents']")
    box = contents.bounding_box()
    assert box
    assert 0 <= box["y"] < 100
