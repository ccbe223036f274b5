"""What many tests share because it is dear to begin."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """A browser, begun in each process of tests that asks for one."""
    from tests import browser  # 0.3 s that most processes of tests need not pay

    if not browser.CHROMIUM:
        pytest.skip(browser.NO_CHROMIUM)
    with browser.started() as started:
        yield started


@pytest.fixture(scope="session")
def real_outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outbox of a digest of real dumps."""
    from tests import faces

    return faces.of_real_dumps(tmp_path_factory.mktemp("real") / "home")
