"""Binder's two links in a browser, as `binder/start` serves them; and progress that outlives the container.

A container that is killed is a server that has ended, and whose home folder is gone.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Page, expect

from tests.binder.story import COMMAND
from tests.browser.learner import IDLE_IN_NOTEBOOK_7, Learner
from tests.browser.test_lessons import NOTICE_POPUPS
from tests.browser.test_notebook7 import KNOWN
from tests.jupyter_server import wait_until_it_answers
from tests.jupyterlab import RunningLab, running_lab
from tests.needs import quiet_network
from tools.lessons import NOTEBOOKS, ROOT

pytestmark = pytest.mark.browser


@pytest.fixture
def known() -> str:
    """What Notebook 7 says of itself."""
    return KNOWN


@contextmanager
def container() -> Iterator[RunningLab]:
    """A server in a home folder that is gone with it."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with TemporaryDirectory(prefix="swarmlab-", ignore_cleanup_errors=True) as name, quiet_network():
        home = Path(name)
        shutil.copytree(NOTEBOOKS, home / "notebooks")
        command = [str(ROOT / "binder/start"), *COMMAND]
        with running_lab(command, home=home, cwd=home, PATH=path, TMPDIR=name, SWARMLAB_TIME="manual") as lab:
            wait_until_it_answers(lab)
            yield lab


def arrive(page: Page, lab: RunningLab, front_end: str = "lab/tree") -> Learner:
    """Follow the link of the README, which leads to the first lesson, in a page that was not open before."""
    learner = Learner(page=page, lab=lab)
    if front_end == "tree":
        learner.idle = IDLE_IN_NOTEBOOK_7
    learner.arrive("00-start", f"{lab.server}/{front_end}/notebooks/00-start.ipynb?token={lab.token}")
    return learner


def table_of(learner: Learner) -> str:
    """What `progress()` shows when it is run next."""
    return learner.run_until("progress()").locator("table").inner_text()


def test_progress_outlives_a_killed_container(page: Page, tmp_path: Path) -> None:
    """Download, and Restore in a new one. Nothing pops up, in either; a wrong file is refused, with the reason."""
    page.add_init_script(NOTICE_POPUPS)
    with container() as lab:
        learner = arrive(page, lab)
        exchange = learner.run_until("progress_file()").locator(".swarmlab-lesson")
        quiz = learner.run_until('quiz("00-q1")')
        quiz.get_by_label("b) They stay where they are.").check()
        quiz.get_by_role("button", name="Answer").click()
        expect(quiz.get_by_role("status")).to_contain_text("right")
        with page.expect_download() as download:
            exchange.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "swarmlab-progress.json"
        download.value.save_as(tmp_path / "mine.json")
        expect(exchange.get_by_role("status")).to_contain_text("Saved by your browser")
        learner.take("progress-file", of=exchange)
        assert page.evaluate("window.poppedUp") == []
        page.goto("about:blank")
    with container() as lab:
        learner = arrive(page, lab)
        exchange = learner.run_until("progress_file()").locator(".swarmlab-lesson")
        (tmp_path / "wrong.json").write_text('{"cells": []}')
        exchange.get_by_label("Restore").set_input_files(tmp_path / "wrong.json")
        expect(exchange.get_by_role("status")).to_contain_text("Nothing was restored: it does not say format")
        exchange.get_by_label("Restore").set_input_files(tmp_path / "mine.json")
        expect(exchange.get_by_role("status")).to_contain_text(
            "Restored: 0 exercises right, 1 question answered rightly"
        )
        assert "00 · Start here\t0 of 2\t1 of 1" in table_of(learner)
        assert page.evaluate("window.poppedUp") == []
        page.goto("about:blank")


def test_the_link_to_notebook_7(page: Page) -> None:
    """It opens the same lesson, without a pop-up, and its cells run."""
    page.add_init_script(NOTICE_POPUPS)
    with container() as lab:
        learner = arrive(page, lab, "tree")
        exchange = learner.run_until("progress_file()").locator(".swarmlab-lesson")
        expect(exchange.get_by_role("button", name="Download")).to_be_visible()
        assert page.evaluate("window.poppedUp") == []
        page.goto("about:blank")
