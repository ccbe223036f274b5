"""What many tests share because it is dear to begin."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.smtp_server import Servers


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """A browser, begun in each process of tests that asks for one."""
    from tests import browser  # 0.3 s that most processes of tests need not pay

    if not browser.CHROMIUM:
        pytest.skip(browser.NO_CHROMIUM)
    with browser.started() as started:
        yield started


@pytest.fixture(scope="module")
def servers() -> "Iterator[Servers]":
    """The process of mail servers; one for each file, for it closes none of them before its end."""
    from tests import smtp_server

    with smtp_server.running() as process:
        yield process


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an issue that nobody has got yet; to be copied."""
    from tests import trials

    return trials.home(tmp_path_factory.mktemp("before") / "home")


@pytest.fixture(scope="session")
def real_outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outbox of a digest of real dumps."""
    from tests import faces

    return faces.of_real_dumps(tmp_path_factory.mktemp("real") / "home")
