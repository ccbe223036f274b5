"""Mail, page and archive of real dumps as axe-core and the Nu validator judge them."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import browser, faces

pytestmark = [browser.needs_modules, faces.needs_dumps]


@pytest.mark.parametrize("scheme", browser.SCHEMES)
@pytest.mark.parametrize("face", faces.FACES)
def test_axe_finds_nothing(chromium: Browser, real_outbox: Path, face: str, scheme: browser.Scheme) -> None:
    """On a phone in light colours as it comes, on a desk in dark ones with all unfolded."""
    with browser.opened(chromium, faces.face(real_outbox, face)) as (page, _):
        browser.resize(page, browser.WIDTHS[0] if scheme == "light" else browser.WIDTHS[-1], scheme)
        if scheme == "dark":
            browser.unfold(page)
        assert browser.violations(page) == []


def test_axe_finds_what_is_wrong(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "x.html"
    file.write_text(
        "<!doctype html><title>x</title><main><h1>x</h1><img src='data:,'></main>", encoding="utf-8"
    )
    with browser.opened(chromium, file) as (page, _):
        assert {line.partition(":")[0] for line in browser.violations(page)} == {"html-has-lang", "image-alt"}


@browser.needs_java
def test_html_and_css_are_valid(real_outbox: Path, tmp_path: Path) -> None:
    """And a file that is not is found, by the same run of the validator: it takes two seconds to begin."""
    wrong = tmp_path / "wrong.html"
    wrong.write_text(
        "<!doctype html><html lang=en><title>x</title><style>p { colour: red }</style><b><p>x</b>",
        encoding="utf-8",
    )
    told = errors(*(faces.face(real_outbox, face) for face in faces.FACES), wrong)
    assert [line for line in told if "wrong.html" not in line] == []
    assert len(told) >= 2


def errors(*files: Path) -> list[str]:
    """What the Nu validator calls an error in the HTML or the CSS of these files."""
    line = [
        "java",
        "-jar",
        str(browser.VNU),
        "--stdout",
        "--errors-only",
        "--format",
        "gnu",
        *map(str, files),
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout.splitlines()
