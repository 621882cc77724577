"""`python -m swarmlab lab`, which is what `make lab` starts."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from swarmlab import jupyter
from tests.jupyter_server import ask, type_into_terminal
from tests.jupyterlab import COMMAND, RunningLab, running_lab


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a first lesson."""
    folder = tmp_path_factory.mktemp("lessons")
    (folder / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Start")]), folder / jupyter.FIRST_LESSON)
    return folder


@pytest.fixture(scope="module")
def lab(lessons: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on that folder."""
    home = tmp_path_factory.mktemp("home")
    with running_lab(home=home, cwd=lessons, SWARMLAB_RUNTIME_DIR=str(home / "labs")) as lab:
        yield lab


def test_link_is_printed_once_and_answers(lab: RunningLab) -> None:
    """The link leads to the first lesson, and carries the token."""
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/lab/tree/notebooks/00-start\.ipynb\?token=\w{20,}", lab.link)
    assert lab.printed.count("http://") == 1
    with urllib.request.urlopen(lab.link) as page:
        assert "<title>JupyterLab</title>" in page.read().decode()


@pytest.mark.parametrize(
    ("plugin", "setting", "value"),
    [
        ("@jupyterlab/apputils-extension:notification", "fetchNews", "false"),
        ("@jupyterlab/apputils-extension:notification", "checkForUpdates", False),
        ("@jupyterlab/notebook-extension:tracker", "autoStartDefaultKernel", True),
    ],
)
def test_nothing_pops_up(lab: RunningLab, plugin: str, setting: str, value: object) -> None:
    """No question about news, no note of an update, no choice of a kernel."""
    schema = json.loads(ask(lab, f"/lab/api/settings/{quote(plugin)}"))["schema"]
    assert schema["properties"][setting]["default"] == value


def test_terminal_talks_to_the_newest_lab(lab: RunningLab) -> None:
    """A terminal's `docker` follows the link `current`, whichever lab that is."""
    shown = type_into_terminal(lab, 'echo "<$DOCKER_CONFIG>"', r"<(/\S+)>")
    assert re.search(r"<(/\S+)>", shown)[1].endswith("/labs/current/docker")


def test_ctrl_c_ends_it_without_a_question(lessons: Path, tmp_path: Path) -> None:
    """And the exit status is that of success."""
    with running_lab((*COMMAND, "--no-browser"), home=tmp_path, cwd=lessons) as lab:
        pass
    assert lab.status == 0
    assert "y/[n]" not in lab.printed
    assert "Traceback" not in lab.printed


def test_browser_opens_on_the_printed_link(lessons: Path, tmp_path: Path) -> None:
    """Where there is a browser."""
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >"{opened}.part" && mv "{opened}.part" "{opened}"\n')
    browser.chmod(0o755)
    with running_lab(home=tmp_path, cwd=lessons, BROWSER=f"{browser} %s") as lab:
        urllib.request.urlopen(lab.link).close()
        for _ in range(100):
            if opened.exists():
                break
            urllib.request.urlopen(lab.link).close()
        assert opened.read_text().strip() == lab.link


def test_browser_in_text_mode_does_not_take_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a display the link is enough."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert not jupyter.has_browser()
