"""Page and archive of real dumps in a browser that runs no script: all is there, readable, and leads somewhere."""

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests import browser, faces

pytestmark = faces.needs_dumps


def cards(outbox: Path) -> list[dict[str, str]]:
    """Those of the newest issue, in order."""
    frozen = json.loads((faces.newest(outbox) / "issue.json").read_text(encoding="utf-8"))
    return [card for group in frozen["cards"] for card in group]


SEEN = """
() => {
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (walker.currentNode.parentElement.checkVisibility()) texts.push(walker.currentNode.nodeValue);
  return texts.join("");
}
"""


def words(page: Page) -> str:
    """What a person can see, on one line; innerText would lack what is too far down to have been laid out."""
    return " ".join(str(page.evaluate(SEEN)).split())


def test_every_paper_is_there_in_order(chromium: Browser, real_outbox: Path) -> None:
    with browser.opened(chromium, faces.face(real_outbox, "page"), scripts=False) as (page, done):
        text = words(page)
    told = cards(real_outbox)
    titles = [text.find(card["title"]) for card in told]
    assert -1 not in titles
    assert titles == sorted(titles)
    assert [card["title"] for card in told if card.get("abstract", "") not in text] == []
    assert done.complaints == []


@pytest.mark.parametrize("scheme", browser.SCHEMES)
@pytest.mark.parametrize("face", ["page", "archive"])
def test_nothing_is_wrong_with_its_look(
    chromium: Browser, real_outbox: Path, face: str, scheme: browser.Scheme
) -> None:
    with browser.opened(chromium, faces.face(real_outbox, face), scripts=False) as (page, _):
        browser.resize(page, browser.WIDTHS[0], scheme)
        assert browser.faults(browser.look(page)) == []


@pytest.mark.parametrize("face", ["page", "archive"])
def test_every_link_leads_somewhere(chromium: Browser, real_outbox: Path, face: str) -> None:
    file = faces.face(real_outbox, face)
    with browser.opened(chromium, file, scripts=False) as (page, _):
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        places = set(page.eval_on_selector_all("[id]", "all => all.map(one => one.id)"))
    inside = {link[1:] for link in links if link.startswith("#")}
    files = {urlsplit(link).path for link in links if not urlsplit(link).scheme} - {""}
    assert inside - places == set()
    assert [name for name in files if not (file.parent / unquote(name)).is_file()] == []
    assert len(files) >= 1
    assert face == "archive" or len(inside) >= len(faces.GROUPS)


def test_a_link_of_the_contents_is_followed(chromium: Browser, real_outbox: Path) -> None:
    with browser.opened(chromium, faces.face(real_outbox, "page"), scripts=False) as (page, _):
        browser.resize(page, browser.WIDTHS[0], "light")
        page.click("nav a >> nth=-1")
        heading = page.locator(f"#{urlsplit(page.url).fragment}").bounding_box()
    assert heading
    assert 0 <= heading["y"] < browser.HEIGHT
