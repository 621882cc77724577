"""What holds for the whole repository: its files agree with one another, and the lessons keep the house's rules."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from nbformat import NotebookNode

from swarmlab.commands.command import REGISTRY
from swarmlab.commands.spelling.global_options import ELSEWHERE
from swarmlab.commands.spelling.usage import REAL
from swarmlab.engine.host.repositories import CATALOGUE
from tools import coverage_table
from tools.generated import keep
from tools.lessons import ROOT, code_cells, lesson_paths, read_lesson, tags

CONDA_NAMES = {"docker": "docker-py", "matplotlib": "matplotlib-base"}
ENGINE_MAY_NOT_IMPORT = set(
    "socket threading asyncio http subprocess time random secrets uuid os docker ipywidgets IPython"
    " pathlib tempfile shutil select selectors multiprocessing concurrent signal urllib requests h11 tornado".split()
)
SEEDED_SOURCE = ROOT / "swarmlab/engine/ids.py"  # the one module that may import random: a generator with a seed
HELPER_TAGS = {"raises-exception", "embedded-only", "same-on-real"}
IGNORED_OUTPUTS_AT_MOST = 0
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|root|home|Users|tmp/swarmlab-\d)\b")


def read_pyproject() -> dict:
    """pyproject.toml as data."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_binder_gets_the_same_environment() -> None:
    """Binder reads only the copy in binder/."""
    assert (ROOT / "binder/environment.yml").read_bytes() == (ROOT / "environment.yml").read_bytes()


def test_conda_environment_has_every_dependency_with_its_range() -> None:
    """environment.yml and pyproject.toml name the same packages and ranges."""
    conda = set(yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"])
    for requirement in read_pyproject()["project"]["dependencies"]:
        name = re.match(r"[\w-]+", requirement)[0]
        assert CONDA_NAMES.get(name, name) + requirement[len(name) :] in conda


def test_each_dependency_says_why() -> None:
    """Every dependency in pyproject.toml stands on a line of its own with its reason."""
    project = read_pyproject()["project"]
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    for requirement in project["dependencies"] + project["optional-dependencies"]["test"]:
        assert any(re.match(rf'  "{re.escape(requirement)}", +# \w', line) for line in lines), requirement


def test_version_is_written_once() -> None:
    """The package itself holds no second version number."""
    assert "__version__" not in (ROOT / "swarmlab/__init__.py").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "swarmlab/engine").rglob("*.py")), ids=lambda path: path.stem)
def test_engine_does_no_input_or_output(path: Path) -> None:
    """No socket, thread, wall clock or chance of its own: time and chance are arguments."""
    allowed = {"random"} if path == SEEDED_SOURCE else set()
    assert imported_roots(path) & ENGINE_MAY_NOT_IMPORT == allowed


def imported_roots(path: Path) -> set[str]:
    """First names of all modules that a file imports, wherever in it."""
    roots = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            roots.add(node.module.partition(".")[0])
    return roots


def test_readme_lists_every_lesson() -> None:
    """In the order of their numbers."""
    listed = re.findall(r"^\| \d\d \| \[.*?\]\(notebooks/(.*?)\)", (ROOT / "README.md").read_text(), flags=re.M)
    assert listed == [path.name for path in lesson_paths()]


def test_readme_counts_the_catalogue() -> None:
    """The images that can be pulled."""
    counted = re.findall(r"a catalogue of (\d+)", (ROOT / "README.md").read_text())
    assert counted == [str(len(CATALOGUE))]


def test_differences_name_every_flag_that_is_not_here() -> None:
    """Those that `%docker` lacks of a command that it has or of docker itself, and the commands that it lacks."""
    page = (ROOT / "docs/differences.md").read_text().partition("## `%docker`")[2].partition("\n## ")[0]
    lacked = {flag for command in REGISTRY.values() for flag in command.lacks}
    assert [word for word in sorted(lacked | REAL | ELSEWHERE) if f"`{word}`" not in page] == []


def test_rows_are_complete() -> None:
    """The row list has all rows of the three parts, in order."""
    expected = [f"{part}{n}" for part, last in (("S", 19), ("T", 5), ("A", 21)) for n in range(1, last + 1)]
    assert list(coverage_table.read_rows()) == expected


def test_coverage_table_is_current() -> None:
    """The README's table is what the cells' tags say."""
    assert keep({coverage_table.README: coverage_table.make_page()}, ["--check"]) == 0


@pytest.fixture(params=lesson_paths(), ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest) -> NotebookNode:
    """Each lesson in turn."""
    return read_lesson(request.param)


def test_every_code_cell_was_run(lesson: NotebookNode) -> None:
    """nbval passes a cell that was never run, whatever it prints."""
    assert [cell.source for cell in code_cells(lesson) if cell.execution_count is None] == []


def test_kernel_is_named(lesson: NotebookNode) -> None:
    """Without it JupyterLab asks which kernel to use."""
    assert lesson.metadata.kernelspec.name == "python3"


def test_outputs_are_compared() -> None:
    """Ignoring an output is the rare exception."""
    ignored = [
        cell.source
        for path in lesson_paths()
        for cell in code_cells(read_lesson(path))
        if "NBVAL_" in cell.source or any(tag.startswith("nbval-") for tag in tags(cell))
    ]
    assert len(ignored) <= IGNORED_OUTPUTS_AT_MOST, ignored


def test_tags_mean_something(lesson: NotebookNode) -> None:
    """A misspelled tag would silently cover nothing."""
    known = HELPER_TAGS | coverage_table.read_rows().keys()
    assert {tag for cell in lesson.cells for tag in tags(cell)} <= known


def test_headings_are_in_order(lesson: NotebookNode) -> None:
    """One H1, first; no level is skipped."""
    prose = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", re.sub(r"```.*?```", "", prose, flags=re.S), flags=re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(next_ <= level + 1 for level, next_ in pairwise(levels))


def test_prose_leads_to_code(lesson: NotebookNode) -> None:
    """A lesson begins with prose and has at most two code cells in a row, each of at most twelve lines."""
    kinds = "".join("c" if cell.cell_type == "code" else "m" for cell in lesson.cells)
    assert kinds.startswith("m")
    assert "ccc" not in kinds
    assert [cell.source for cell in code_cells(lesson) if len(cell.source.splitlines()) > 12] == []


def test_outputs_carry_no_machine(lesson: NotebookNode) -> None:
    """A path of the machine on which a lesson was executed is noise to everybody else."""
    for cell in code_cells(lesson):
        assert not MACHINE_PATHS.search(str([output for output in cell.outputs if output.output_type != "error"]))
        tracebacks = [line for output in cell.outputs if output.output_type == "error" for line in output.traceback]
        assert not MACHINE_PATHS.search("\n".join(tracebacks))


def test_binder_start_sets_up_the_terminals(tmp_path: Path) -> None:
    """Binder's server is started with our settings, and its terminals talk to the newest lab."""
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "SWARMLAB_RUNTIME_DIR": str(tmp_path)}
    command = [ROOT / "binder/start", "env"]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert f"DOCKER_CONFIG={tmp_path}/current/docker" in printed
    assert f"JUPYTER_CONFIG_PATH={ROOT}/swarmlab/jupyterlab_config" in printed
