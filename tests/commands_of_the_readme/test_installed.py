"""The package as pip and pipx install it: away from any clone, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commands_of_the_readme.first_prediction import answer_first_prediction
from tests.jupyterlab import bare_environment, running_lab
from tools.lessons import ROOT

pytestmark = pytest.mark.newcomer

FIRST_CELLS = """
import nbclient, nbformat, pathlib
from swarmlab.lesson_files import copy_lessons
copy_lessons(pathlib.Path("other"))
lesson = nbformat.read("other/notebooks/00-start.ipynb", as_version=4)
last = next(place for place, cell in enumerate(lesson.cells) if "docker node ls" in cell.source)
lesson.cells = lesson.cells[: last + 1]
nbclient.NotebookClient(lesson, resources={"metadata": {"path": "other/notebooks"}}).execute()
print("".join(output.text for output in lesson.cells[-1].outputs))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What somebody has who installed the package, and works in an empty folder.

    Attributes:
        home: of that person, and where they work.
        python: of the environment into which it was installed.
        swarmlab: the command.
        installed_s: how long installing it took.
    """

    home: Path
    python: Path
    swarmlab: Path
    installed_s: float

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """A command, as this person types it."""
        return subprocess.run(
            command, cwd=self.home, env=environment(self.home), capture_output=True, text=True, check=False
        )


def environment(home: Path) -> dict[str, str]:
    """A new user's, in which pip asks the same index as here."""
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return bare_environment(home) | pip | {"PIPX_HOME": f"{home}/pipx", "PIPX_BIN_DIR": f"{home}/bin"}


def new_venv(folder: Path, *packages: str | Path) -> Path:
    """A virtual environment with packages; returns its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin/python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as for a release: an sdist, and the wheel from that."""
    folder = tmp_path_factory.mktemp("release")
    python = new_venv(folder / "venv", "build")
    subprocess.run([python, "-m", "build", "--outdir", folder / "dist", ROOT], check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


@pytest.fixture(scope="module", params=["pip", "pipx"])
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """By either program."""
    home = tmp_path_factory.mktemp(request.param)
    if request.param == "pipx":
        pipx = new_venv(home / "venv", "pipx")
    began = time.monotonic()
    if request.param == "pip":
        python = new_venv(home / "venv", wheel)
        command = python.with_name("swarmlab")
    else:
        subprocess.run([pipx, "-m", "pipx", "install", wheel], env=environment(home), check=True)
        python, command = home / "pipx/venvs/swarmlab/bin/python", home / "bin/swarmlab"
    return Installed(home=home, python=python, swarmlab=command, installed_s=time.monotonic() - began)


@pytest.mark.browser
def test_the_first_prediction_is_answered_soon(installed: Installed) -> None:
    """The time that the README tells."""
    began = time.monotonic()
    command = [str(installed.swarmlab), "lab", "first-lessons", "--no-browser"]
    with running_lab(command, home=installed.home, cwd=installed.home) as lab:
        answer_first_prediction(lab)
    whole_s = installed.installed_s + time.monotonic() - began
    print(f"installed after {installed.installed_s:.0f} s, the first prediction answered after {whole_s:.0f} s")


def test_lab_opens_on_a_copy_of_the_lessons(installed: Installed) -> None:
    """In the folder that was named; its link answers, also the next time, without a name."""
    for words, place in ((("my-lessons",), installed.home), ((), installed.home / "my-lessons")):
        command = [str(installed.swarmlab), "lab", *words, "--no-browser"]
        with running_lab(command, home=installed.home, cwd=place) as lab, urllib.request.urlopen(lab.link) as page:
            assert page.status == 200
        assert ("my-lessons/notebooks" in lab.printed) == bool(words)
    copied = {path.name for path in (installed.home / "my-lessons/notebooks").glob("*.ipynb")}
    assert copied == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_the_first_cells_run(installed: Installed) -> None:
    """Those of 00, up to the first docker command."""
    done = installed.run(installed.python, "-c", FIRST_CELLS)
    assert "docker-swarm-3   Ready     Active         Leader" in done.stdout, done.stderr


def test_doctor_is_content(installed: Installed) -> None:
    """It knows the package's own requirements, and finds them."""
    run = installed.run(installed.python, "-m", "swarmlab", "doctor")
    assert "✓ this machine  packages " in run.stdout
    assert run.stdout == installed.run(installed.swarmlab, "doctor").stdout
