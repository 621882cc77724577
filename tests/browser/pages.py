"""What tests in a browser share: a page, and where pictures go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.needs import find_browser
from tools.lessons import ROOT

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
ARTIFACTS = ROOT / "artifacts"
LOADED_WITHIN_MS = 60_000
RUN_WITHIN_MS = 180_000


@contextmanager
def open_page(complaints: list[str], *, width: int, height: int) -> Iterator[Page]:
    """A new browser with a new profile; what the page says on its console, errors only, is added to the complaints."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
