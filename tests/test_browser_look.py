"""How mail, page and archive of real dumps look in Chromium, on three screens, light and dark."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import browser, faces

pytestmark = faces.needs_dumps

BRIGHT, DIM = 0.8, 0.1  # of what all stands on, 0 to 1


@pytest.mark.parametrize("scheme", browser.SCHEMES)
@pytest.mark.parametrize("face", faces.FACES)
def test_nothing_is_wrong_with_its_look(
    chromium: Browser, real_outbox: Path, tmp_path: Path, face: str, scheme: browser.Scheme
) -> None:
    """In dark colours with all unfolded, in light ones as it comes."""
    file = faces.face(real_outbox, face)
    with browser.opened(chromium, file) as (page, done):
        if scheme == "dark":
            browser.unfold(page)
        for width in browser.WIDTHS:
            browser.resize(page, width, scheme)
            seen = browser.look(page)
            assert browser.faults(seen) == [], f"{width} pixels"
            assert seen["texts"] > 20
            assert seen["found"] > 5
            assert seen["brightness"] > BRIGHT if scheme == "light" else seen["brightness"] < DIM
            picture = page.screenshot(path=tmp_path / f"{face}-{width}-{scheme}.png")
            assert int.from_bytes(picture[16:20]) == width
            assert len(picture) > 10_000, "an empty page of this size takes 4 kB"
    assert (done.dialogs, done.complaints, done.requests) == ([], [], [file.as_uri()])


@pytest.fixture(scope="module")
def empty_outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That of a digest with one issue, in which no paper stands."""
    return faces.of_nothing(tmp_path_factory.mktemp("empty") / "home")


@pytest.mark.parametrize("face", faces.FACES)
def test_an_empty_issue_looks_well_too(chromium: Browser, empty_outbox: Path, face: str) -> None:
    file = faces.face(empty_outbox, face)
    with browser.opened(chromium, file) as (page, done):
        for width, scheme in zip((browser.WIDTHS[0], browser.WIDTHS[-1]), browser.SCHEMES, strict=True):
            browser.resize(page, width, scheme)
            assert browser.faults(browser.look(page)) == []
        assert "Papers for Tests" in page.inner_text("h1")
    assert (done.dialogs, done.complaints, done.requests) == ([], [], [file.as_uri()])


# Each has one fault that its kind has to find, and only that.
FAULTY = {
    "overflow": '<p style="width:500px">Words that stand in too wide a box, so that they reach over the edge.</p>',
    "clipped": '<p style="height:1em;overflow:hidden">Words that take more than one line of this narrow window.</p>',
    "broken": '<p style="width:2em;overflow-wrap:anywhere">Papers</p>',
    "targets": '<p><a href="#x" style="color:#00f">Small</a></p>',
    "contrast": '<p style="background:#fff"><span style="color:#777">Pale</span></p>',
}
SOUND = (
    '<p style="overflow-x:auto"><span style="white-space:pre">A long line that can be scrolled, to its very end'
    '</span></p><p>A <a href="#x" style="color:#00f">link</a> inside running text</p>'
    '<p><a href="#y" style="color:#00f">equal</a></p>'
    '<a href="#y" style="color:#00f;display:block;line-height:44px;min-width:44px">equal, and large</a>'
    '<p style="position:absolute;width:1px;height:1px;overflow:hidden;color:#777">Only to be heard</p>'
)


@pytest.mark.parametrize("kind", browser.KINDS)
def test_a_fault_is_found(chromium: Browser, tmp_path: Path, kind: str) -> None:
    assert found(chromium, tmp_path, FAULTY[kind]) == [kind]


def test_what_is_no_fault_is_not_found(chromium: Browser, tmp_path: Path) -> None:
    assert found(chromium, tmp_path, SOUND) == []


def found(chromium: Browser, folder: Path, body: str) -> list[str]:
    """The kinds of faults of a small page on a phone."""
    file = folder / "x.html"
    file.write_text(f"<!doctype html><body style='margin:0'>{body}", encoding="utf-8")
    with browser.opened(chromium, file) as (page, _):
        browser.resize(page, browser.WIDTHS[0], "light")
        seen = browser.look(page)
    return [kind for kind in browser.KINDS if seen[kind]]
