"""A learner in a browser. Whatever a test is about: an error on the page's console fails it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.learner import Learner
from tests.browser.pages import open_browser, open_page, picture
from tests.jupyterlab import RunningLab

expect.set_options(timeout=60_000)  # what takes a moment may take longer where the machine has much else to do

SAID_WITHIN_MS = 2_500
"""A widget that is closed in a wrong way is complained of two seconds later."""


@pytest.fixture
def known() -> str | None:
    """A pattern of what the page may complain of; a module may say one."""
    return None


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for the tests of a module."""
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, known: str | None) -> Iterator[Page]:
    """With a new profile; in the end it has complained of nothing."""
    complaints: list[str] = []
    with open_page(browser, complaints) as page:
        yield page
        page.wait_for_timeout(SAID_WITHIN_MS)
    complaints = [complaint for complaint in complaints if not (known and re.match(known, complaint))]
    assert not complaints, "\n".join([f"{len(complaints)} errors on the page's console:", *complaints[:3]])


@pytest.fixture
def learner(page: Page, lab: RunningLab) -> Learner:
    """Somebody before that page, who has started JupyterLab; each module says on which notebooks."""
    return Learner(page=page, lab=lab)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a test fails, keep what was to be seen."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if page is not None and call.when == "call" and report.failed:
        with suppress(Error):  # it may be gone
            page.screenshot(path=picture(f"failed-{item.name}"))
    return report
