"""A learner before JupyterLab: opens a notebook, runs cells, finds what is shown, chooses from menus, takes pictures.

Waits for what is to be seen, never for a time. With the mouse `run_cell` and clicks, with the keyboard alone `reach`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import WINDOW, picture
from tests.jupyterlab import RunningLab

LOADED_WITHIN_MS = 120_000
RUN_WITHIN_MS = 300_000
IDLE_IN_LAB = "role=button[name='Python 3 (ipykernel) | Idle']"
IDLE_IN_NOTEBOOK_7 = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
RAN = re.compile(r"\[\d+\]:")
SELECTED = re.compile("jp-mod-active")
ERROR = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"
"""JupyterLab shows a traceback as it shows what was written to stderr."""

NOTEBOOK_HAS_FOCUS = "document.activeElement.closest('.jp-Notebook') !== null"
STEPS_AT_MOST = 60
AROUND_PX = 200
"""JupyterLab's bars above and below a notebook, and more."""

WATCH = """elements => elements.forEach(element => {
  delete element.dataset.changed;
  new MutationObserver((_, self) => { element.dataset.changed = "yes"; self.disconnect(); })
    .observe(element, {childList: true, characterData: true, subtree: true});
})"""
"""What is waited for may be the same as what was there before: a cell's number, or that something is done."""

UNTIL_NOTHING_MOVES = """Promise.race([
  new Promise(resolve => setTimeout(resolve, 5000)),
  Promise.all(document.getAnimations().map(each => each.finished.catch(() => null))),
])"""
"""Or for five seconds: JupyterLab has animations that never end."""


@dataclass(slots=True, kw_only=True)
class Learner:
    """One, and the page before which they sit.

    Attributes:
        expects: texts of errors of which the lesson has spoken; a cell that fails otherwise fails the test.
        sources: of the cells of the notebook that is open, prose too.
        next: the number of the cell that comes next.
        idle: what is seen where the kernel has nothing to do.
    """

    page: Page
    lab: RunningLab
    expects: tuple[str, ...] = ()
    sources: list[str] = field(default_factory=list)
    next: int = 0
    idle: str = IDLE_IN_LAB

    # --- notebooks ---

    def open(self, notebook: str) -> None:
        """Open one by the printed link, and nothing else."""
        self.arrive(notebook, self.lab.link.replace("00-start", notebook) + "&reset")

    def arrive(self, notebook: str, address: str) -> None:
        """Go to an address that shows a notebook; wait for it, and for its kernel."""
        model = self.page.request.get(
            f"{self.lab.server}/api/contents/notebooks/{notebook}.ipynb", params={"token": self.lab.token}
        )
        self.sources = [cell["source"] for cell in model.json()["content"]["cells"]]
        self.next = 0
        self.page.goto(address)
        self.wait_for_kernel()

    def wait_for_kernel(self) -> None:
        """Wait until the notebook is there, and its kernel has nothing to do."""
        expect(self.cells).to_have_count(len(self.sources), timeout=LOADED_WITHIN_MS)
        expect(self.page.locator(self.idle)).to_be_visible(timeout=LOADED_WITHIN_MS)

    def hide_files(self) -> None:
        """Make room for the lesson, by the menu."""
        self.choose("View", "File Browser")
        expect(self.page.locator("#jp-left-stack")).to_be_hidden()

    def choose(self, menu: str, entry: str) -> None:
        """Click an entry of the menu bar."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile(f"^{entry}")).first.click()

    def restart_kernel(self) -> None:
        """By the menu; JupyterLab asks once more."""
        self.choose("Kernel", "Restart Kernel…")
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()

    def turn_dark(self) -> None:
        """As the command palette does it."""
        self.choose("View", "Activate Command Palette")
        self.page.keyboard.type("JupyterLab Dark")
        self.page.keyboard.press("Enter")
        expect(self.page.locator("body[data-jp-theme-light=false]")).to_be_attached()

    def prefer(self, theme: str) -> None:
        """For the next time a page is loaded, as the settings keep it."""
        address = f"{self.lab.server}/lab/api/settings/@jupyterlab/apputils-extension:themes"
        put = self.page.request.put(
            address, params={"token": self.lab.token}, data={"raw": json.dumps({"theme": theme})}
        )
        assert put.ok

    # --- cells ---

    @property
    def cells(self) -> Locator:
        """All of them, prose too."""
        return self.page.locator(".jp-Notebook-cell")

    @property
    def code_cells(self) -> Locator:
        """Those that can be run."""
        return self.page.locator(".jp-Notebook-cell.jp-CodeCell")

    @property
    def place(self) -> int:
        """The number of the cell that is selected."""
        classes = "cells => cells.findIndex(cell => cell.classList.contains('jp-mod-active'))"
        return int(self.cells.evaluate_all(classes))

    def run(self, *, and_stay: bool = False) -> Locator:
        """Run the selected cell and wait for its end; the next one is selected then, unless they stay."""
        place = self.place
        cell = self.cells.nth(place)
        prompts = cell.locator(".jp-InputPrompt")
        prompts.evaluate_all(WATCH)
        self.page.keyboard.press("Control+Enter" if and_stay else "Shift+Enter")
        if "jp-CodeCell" in str(cell.get_attribute("class")):
            self._wait_until_ran(prompts)
            for error in cell.locator(ERROR).all_inner_texts():
                assert any(expected in error for expected in self.expects), error
        expect(self.cells.nth(place if and_stay else place + 1)).to_have_class(SELECTED)
        self.next = place + 1
        return cell

    def run_cell(self, number: int) -> Locator:
        """Click into a code cell, and run it."""
        cell = self.code_cells.nth(number)
        cell.locator(".cm-content").click()
        expect(cell).to_have_class(SELECTED)
        return self.run(and_stay=True)

    def go_on(self) -> None:
        """Select the cell that comes next: by a click, unless it is selected, and keys go to it."""
        if self.place != self.next or not self.page.evaluate(NOTEBOOK_HAS_FOCUS):
            self.cells.nth(self.next).locator(".jp-InputPrompt").click()
            expect(self.cells.nth(self.next)).to_have_class(SELECTED)

    def run_until(self, source: str, *, and_stay: bool = False) -> Locator:
        """Run cell after cell, up to the next one that begins so; on that one they may stay."""
        last = self._find(source)
        self.go_on()
        while self.next < last:
            self.run()
        return self.run(and_stay=and_stay)

    def skip_to(self, source: str) -> None:
        """Leave out what stands before the next cell that begins so."""
        self.next = self._find(source)
        self.go_on()

    def _find(self, source: str) -> int:
        places = range(self.next, len(self.sources))
        found = next((place for place in places if self.sources[place].startswith(source)), None)
        assert found is not None, f"from cell {self.next} on, no cell begins with {source!r}: has the lesson changed?"
        return found

    def write(self, source: str) -> None:
        """Write into the selected cell, instead of what it holds."""
        self.press("Enter", "Control+a")
        self.page.keyboard.type(source)

    def run_all(self) -> None:
        """By the menu, and wait for the end of each code cell."""
        prompts = self.code_cells.locator(".jp-InputPrompt")
        prompts.evaluate_all(WATCH)
        self.choose("Run", "Run All Cells")
        self._wait_until_ran(prompts)

    def _wait_until_ran(self, prompts: Locator) -> None:
        for prompt in prompts.all():
            expect(prompt).to_have_attribute("data-changed", "yes", timeout=RUN_WITHIN_MS)
            expect(prompt).to_have_text(RAN, timeout=RUN_WITHIN_MS)

    # --- what cells show ---

    def panel(self, title: str) -> Locator:
        """The panel with that heading."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator(".swarmlab-panel").filter(has=heading)

    def question(self, text: str) -> Locator:
        """A prediction, a quiz or an exercise, by a part of its text."""
        return self.page.locator(".swarmlab-lesson", has_text=text)

    # --- keys ---

    def press(self, *keys: str, at: Locator | None = None) -> None:
        """Go there, if a place is named, and press one key after the other on whatever has the focus."""
        if at is not None:
            at.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def reach(self, target: Locator, key: str = "Tab") -> None:
        """Press a key, again and again, until that has the focus."""
        for _ in range(STEPS_AT_MOST):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.press(key)
        raise AssertionError(f"{STEPS_AT_MOST} times {key}, and the focus is not on {target}")

    # --- pictures ---

    def take(self, name: str, of: Locator | None = None) -> None:
        """Keep what is to be seen, once nothing moves; of one thing all of it, however high it is."""
        if of is not None and (box := of.bounding_box()):
            self.page.set_viewport_size(WINDOW | {"height": max(WINDOW["height"], int(box["height"]) + AROUND_PX)})
        self.page.evaluate(UNTIL_NOTHING_MOVES)
        (self.page if of is None else of).screenshot(path=picture(name))
        if of is not None:
            self.page.set_viewport_size(WINDOW)
