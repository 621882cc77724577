"""What holds for the whole repository: its files agree with one another."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from swarmlab.commands.command import REGISTRY
from swarmlab.commands.spelling.global_options import ELSEWHERE
from swarmlab.commands.spelling.usage import REAL
from swarmlab.engine.host.repositories import CATALOGUE
from tools import coverage_table
from tools.generated import keep
from tools.lessons import ROOT, lesson_paths

CONDA_NAMES = {"docker": "docker-py", "matplotlib": "matplotlib-base"}
ENGINE_MAY_NOT_IMPORT = set(
    "socket threading asyncio http subprocess time random secrets uuid os docker ipywidgets IPython"
    " pathlib tempfile shutil select selectors multiprocessing concurrent signal urllib requests h11 tornado".split()
)
SEEDED_SOURCE = ROOT / "swarmlab/engine/ids.py"  # the one module that may import random: a generator with a seed


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


def test_conda_environment_has_what_builds_the_package() -> None:
    """So binder/postBuild asks no package index."""
    conda = set(yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"])
    assert set(read_pyproject()["build-system"]["requires"]) <= conda
    assert "--no-build-isolation" in (ROOT / "binder/postBuild").read_text()


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


def test_a_table_that_is_not_current_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """One row is gone: `make check` fails, says which page, and leaves it as it is."""
    page = coverage_table.README.read_text()
    without = "".join(line for line in page.splitlines(keepends=True) if not line.startswith("| S14 |"))
    assert keep({coverage_table.README: without}, ["--check"]) == 1
    assert capsys.readouterr().err == "README.md is not current: make fix\n"
    assert coverage_table.README.read_text() == page
