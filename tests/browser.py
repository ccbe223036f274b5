"""Real Chromium for tests: what a person sees of a file, what is wrong with its look, and all that it tried to do.

Playwright drives Debian's own chromium and downloads none. No name of a host is resolved, so nothing can be reached
from here; what asks for it is seen.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
NO_CHROMIUM = "there is no chromium: apt-get install chromium"

# Where npm has put axe-core and vnu-jar; `.ci/run` names their versions.
_MODULES = os.environ.get("DIGEST_NODE_MODULES", "")
needs_modules = pytest.mark.skipif(not _MODULES, reason="DIGEST_NODE_MODULES names no folder of npm packages")
needs_java = pytest.mark.skipif(
    not shutil.which("java"), reason="there is no java: apt-get install default-jre-headless"
)
VNU = Path(_MODULES, "vnu-jar", "build", "dist", "vnu.jar")

WIDTHS = (360, 768, 1200)  # a phone, a tablet, a desk
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
HEIGHT = 1100

KINDS = ("overflow", "clipped", "broken", "targets", "contrast")  # of faults that tests/look.js looks for


@contextmanager
def started() -> Iterator[Browser]:
    """The browser; it cannot have its own sandbox where the tests are run by root."""
    flags = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@dataclass
class Done:
    """What the files did in a window, beside being shown."""

    requests: list[str] = field(default_factory=list)  # addresses, the files' own among them
    dialogs: list[str] = field(default_factory=list)
    complaints: list[str] = field(
        default_factory=list
    )  # of the console: errors, and what its own policy refused


@contextmanager
def opened(
    chromium: Browser, file: Path, *, scripts: bool = True, policy: bool = True
) -> Iterator[tuple[Page, Done]]:
    """A file in a window of its own."""
    with window(chromium, scripts=scripts, policy=policy) as (page, done):
        page.goto(file.as_uri())
        yield page, done


@contextmanager
def window(chromium: Browser, *, scripts: bool = True, policy: bool = True) -> Iterator[tuple[Page, Done]]:
    """A window for files to come; `policy`: whether their Content-Security-Policy is heeded."""
    context = chromium.new_context(java_script_enabled=scripts, bypass_csp=not policy)
    page, done = context.new_page(), Done()
    context.on("request", lambda request: done.requests.append(request.url))
    page.on("console", lambda said: done.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: done.complaints.append(str(error)))
    page.on("dialog", lambda dialog: _refuse(dialog, done))
    yield page, done
    context.close()


def _refuse(dialog: Dialog, done: Done) -> None:
    done.dialogs.append(dialog.message)
    dialog.dismiss()


def resize(page: Page, width: int, scheme: Scheme) -> None:
    """The window so wide, with this colour scheme."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.emulate_media(color_scheme=scheme)


def unfold(page: Page) -> None:
    """Open all that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


@cache
def _script(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def look(page: Page) -> dict[str, Any]:
    """What is wrong with how the page looks now, by kind, and how much of it there was to look at."""
    return cast("dict[str, Any]", page.evaluate(_script(Path(__file__).with_name("look.js"))))


def faults(seen: dict[str, Any]) -> list[str]:
    """What a look found to be wrong, in sentences."""
    return [f"{kind}: {fault}" for kind in KINDS for fault in seen[kind]]


def violations(page: Page) -> list[str]:
    """What axe-core finds, with all of its rules."""
    page.evaluate(_script(Path(_MODULES, "axe-core", "axe.min.js")))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
