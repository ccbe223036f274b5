"""The pictures of the README: mail, page and archive made of docs/sample.txt, as Chromium shows them.

python -m tests.screenshots
"""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.formats import hf_text
from digest.papers import Paper
from tests import browser, faces, homes, pages

DOCS = Path(__file__).parent.parent / "docs"
SAMPLE = DOCS / "sample.txt"
SCHEDULE = DOCS.parent / "schedules" / "daily.toml"

# Width and height of the window, and its colours.
SHOTS: dict[str, tuple[int, int, browser.Scheme]] = {
    "mail": (360, 720, "light"),
    "page": (1200, 900, "light"),
    "archive": (768, 900, "dark"),
}
# For the archive the sample comes in parts: so many of its papers on these days.
PARTS = {
    "2026-09-14": 1,
    "2026-09-28": 3,
    "2026-10-05": 2,
    "2026-10-19": 1,
    "2026-11-02": 2,
    "2026-11-09": 2,
    "2026-11-20": 3,
}


def main() -> None:
    """Make the pictures anew."""
    with TemporaryDirectory() as folder, browser.started() as chromium:
        whole = _outbox(Path(folder, "whole"), {max(PARTS): SAMPLE})
        parts = _outbox(Path(folder, "parts"), _parts(Path(folder)))
        for face, (width, height, scheme) in SHOTS.items():
            file = faces.face(parts if face == "archive" else whole, face)
            with browser.opened(chromium, file) as (page, _):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=DOCS / f"{face}.png")


def _outbox(path: Path, dumps: dict[str, Path]) -> Path:
    """The outbox of a home with the sample schedule that read these dumps on these days."""
    home = homes.make(path, f'public = "{faces.PUBLIC}"\n', daily=SCHEDULE.read_text(encoding="utf-8"))
    for day, dump in dumps.items():
        homes.build(home, "--dump", dump, now=f"{day}T07:00+00:00")
    return home / "outbox"


def _parts(folder: Path) -> dict[str, Path]:
    """A page of the sample's papers for each of these days."""
    with SAMPLE.open("rb") as dump:
        read = hf_text.read(dump, datetime(2026, 11, 20, tzinfo=UTC))
        papers = iter([(one.title, one.abstract) for one in read if isinstance(one, Paper)])
    made = {day: folder / f"{day}.txt" for day in PARTS}
    for day, number in PARTS.items():
        made[day].write_text(pages.page(list(islice(papers, number))), encoding="utf-8")
    assert not list(papers)
    return made


if __name__ == "__main__":
    main()
