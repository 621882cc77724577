"""This repository's pytest configuration: what it skips, requires, compares, and says at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.lessons import NOTEBOOKS, ON_HOSTS, ROOT

NEEDY = """
import pytest

@pytest.mark.real
def test_on_real_engines():
    pass

@pytest.mark.browser
def test_in_a_browser():
    pass
"""


def run_pytest(path: Path, *arguments: str, **environment: str) -> str:
    """Run pytest with this configuration on a file outside the repository, and return what it prints."""
    options = ["-c", ROOT / "pyproject.toml", "--rootdir", path.parent, "--color=no", *arguments]
    options += ["-p", "conftest", "-p", "no:hypothesispytest"]  # hypothesis takes a second to load
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SWARMLAB_", "PYTEST_"))}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, path],
        cwd=path.parent,
        env=own | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr


@pytest.fixture
def needy(tmp_path: Path) -> Path:
    """Two tests that need something of the machine."""
    path = tmp_path / "test_needy.py"
    path.write_text(NEEDY)
    return path


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine with neither Docker nor a browser."""
    return {"PATH": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/no.sock"}


def test_missing_docker_and_browser_are_named(needy: Path, bare: dict[str, str]) -> None:
    """Without them the tests are skipped, and the summary names them and says how to get what is missing."""
    printed = run_pytest(needy, **bare)
    assert "2 skipped" in printed
    assert "1 not run here: a Docker engine is missing" in printed
    assert "test_needy.py::test_on_real_engines\nInstall Docker" in printed
    assert "test_needy.py::test_in_a_browser\nInstall Chromium" in printed


def test_what_is_required_fails_when_missing(needy: Path, bare: dict[str, str]) -> None:
    """SWARMLAB_REQUIRE turns the skip into a failure with the same advice."""
    printed = run_pytest(needy, SWARMLAB_REQUIRE="real,browser", **bare)
    assert "2 errors" in printed
    assert "a Docker engine is required and missing. Install Docker" in printed


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A lesson with a compared cell, one that differs, one for the embedded lab, and one that tells the time's kind."""
    cells = [
        cell("print('3 nodes')", "3 nodes\n", "same-on-real"),
        cell("import os\nprint(os.environ['SWARMLAB_BACKEND'])", "embedded\n"),
        cell("print(os.environ['SWARMLAB_TIME'])", "manual\n", "embedded-only"),
    ]
    path = tmp_path / "05-lesson.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def cell(source: str, printed: str, *tags: str) -> nbformat.NotebookNode:
    """An executed code cell."""
    output = new_output("stream", name="stdout", text=printed)
    return new_code_cell(source, outputs=[output], execution_count=1, metadata={"tags": list(tags)})


def test_lessons_run_on_the_embedded_lab_in_manual_time(notebook: Path) -> None:
    """However pytest is called: nothing but --nbval is given."""
    assert "3 passed" in run_pytest(notebook, "--nbval")


def test_real_engines_compare_only_what_is_tagged(notebook: Path) -> None:
    """An untagged cell may differ there, an embedded-only one is left out, and the end says what ran."""
    printed = run_pytest(notebook, "--nbval-lax", SWARMLAB_BACKEND="dind")
    assert "2 passed, 1 skipped" in printed
    expected = "1 notebooks, 2 cells ran on real Docker (1 of them compared, 0 failed), 1 left out as embedded-only"
    assert expected in printed


def test_real_engines_fail_where_a_tagged_output_differs(notebook: Path) -> None:
    """`same-on-real` is compared strictly."""
    lesson = nbformat.read(notebook, as_version=4)
    lesson.cells[0].outputs[0].text = "4 nodes\n"
    nbformat.write(lesson, notebook)
    assert "1 failed, 1 passed, 1 skipped" in run_pytest(notebook, "--nbval-lax", SWARMLAB_BACKEND="dind")


@pytest.fixture
def lesson_on_hosts(notebook: Path) -> Path:
    """The same, as a lesson that needs hosts."""
    return notebook.rename(notebook.with_stem(ON_HOSTS[0]))


@pytest.mark.parametrize("backend", ["embedded", "dind"])
def test_a_lesson_that_needs_hosts_is_left_out_without(lesson_on_hosts: Path, backend: str) -> None:
    """Neither simulated engines nor those in containers are hosts."""
    assert "3 deselected" in run_pytest(lesson_on_hosts, "--nbval", SWARMLAB_BACKEND=backend)


def test_a_lesson_that_needs_hosts_runs_on_them(lesson_on_hosts: Path) -> None:
    """And what its cells print can be shown."""
    printed = run_pytest(lesson_on_hosts, "--nbval", "-rP", SWARMLAB_BACKEND="hosts:lab.toml")
    assert "2 passed, 1 skipped" in printed
    assert "hosts:lab.toml\n" in printed


def test_a_lesson_that_is_left_out_is_named() -> None:
    """Whoever asks for all lessons hears which one is left out, and what it needs."""
    printed = run_pytest(NOTEBOOKS, "--nbval", "--collect-only", "--quiet")
    assert "1 lesson left out here: hosts of your own are missing" in printed
    assert f"{ON_HOSTS[0]}.ipynb\nName them: SWARMLAB_BACKEND=hosts:lab.toml." in printed


def test_what_a_test_shows_is_shown_though_it_passed(tmp_path: Path) -> None:
    """In the summary, and from every process."""
    path = tmp_path / "test_shown.py"
    path.write_text("def test_walk(record_property):\n    record_property('shown', 'docker node ls')\n")
    for processes in ("0", "1"):
        assert "test_walk ---" in (printed := run_pytest(path, "--numprocesses", processes))
        assert "\ndocker node ls\n" in printed
