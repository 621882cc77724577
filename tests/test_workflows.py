"""GitHub's workflows: of the right form, with limits, and made of commands that exist here."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.lessons import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
LONGEST_MINUTES = 60
RUNNER_HAS = {"docker", "python", "sudo"}
"""What GitHub's machines bring, and this one may lack."""


def read(path: Path) -> dict[str, Any]:
    """One workflow."""
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every job of every workflow, by `file/name`."""
    for path in WORKFLOWS:
        for name, job in read(path)["jobs"].items():
            yield f"{path.stem}/{name}", job


JOBS = dict(jobs())
COMMANDS = [
    pytest.param(step["run"], id=f"{name}: {step['run'][:30]}")
    for name, job in JOBS.items()
    for step in job["steps"]
    if "run" in step
]


def test_they_are_of_the_form_that_github_reads() -> None:
    """Its schema, as check-jsonschema brings it: no network is asked."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_form_that_github_does_not_read_is_refused(tmp_path: Path) -> None:
    """Else the test above would say nothing."""
    (tmp_path / "bad.yml").write_text("on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps: [{ran: ls}]\n")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    assert subprocess.run([*command, tmp_path / "bad.yml"], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_they_may_read_and_nothing_else(path: Path) -> None:
    """No job asks for more."""
    assert read(path)["permissions"] == {"contents": "read"}
    assert not [name for name, job in read(path)["jobs"].items() if "permissions" in job]


@pytest.mark.parametrize("name", JOBS)
def test_each_job_has_an_end(name: str) -> None:
    """In minutes."""
    assert 0 < JOBS[name]["timeout-minutes"] <= LONGEST_MINUTES


@pytest.mark.parametrize("name", JOBS)
def test_actions_are_pinned_to_a_major_version(name: str) -> None:
    """And are GitHub's own."""
    used = [step["uses"] for step in JOBS[name]["steps"] if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@v\d+", action)] == []


def test_every_python_of_the_package_is_tested() -> None:
    """From the oldest that pyproject.toml allows."""
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    pythons = JOBS["ci/linux"]["strategy"]["matrix"]["python"]
    assert pythons == [oldest, "3.12", "3.13"]


def test_real_engines_are_of_two_majors() -> None:
    """Docker's own images, one of them of the version that the embedded lab follows."""
    images = JOBS["ci/real"]["strategy"]["matrix"]["image"]
    majors = {re.fullmatch(r"docker:(\d+)-dind", image)[1] for image in images}
    assert len(majors) == 2
    assert "28" in majors


@pytest.mark.parametrize("line", COMMANDS)
def test_each_step_is_a_command_that_exists(line: str) -> None:
    """A verb of the Makefile, a part of .ci/run, a module and folders that are there, an installed program."""
    words = shlex.split(re.sub(r"\$\{\{.*?\}\}", "VALUE", line))
    assert what_is_missing(words) == []


def what_is_missing(words: list[str]) -> list[str]:
    """Of what a command names in this repository, or of its programs."""
    match words:
        case ["make", verb, *rest]:
            return [verb] if verb not in verbs() else unknown_arguments(rest)
        case ["sudo", _, ".ci/run", "--whole", *parts]:
            return [part for part in parts if part not in parts_of_ci()]
        case ["python", "-m", module, *rest]:
            return [module] if find_spec(module) is None else missing_folders(rest) if module == "pytest" else []
        case ["docker", "run", *rest]:
            return missing_files(rest)
        case [program, *_]:
            beside_python = Path(sys.executable).parent / program
            return [program] if not (program in RUNNER_HAS or shutil.which(program) or beside_python.exists()) else []
    return ["a command"]


def verbs() -> set[str]:
    """Of the Makefile."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.M))


def parts_of_ci() -> set[str]:
    """Those that .ci/run runs when it is given none."""
    return set(re.search(r"parts=\(([a-z ]+)\)", (ROOT / ".ci/run").read_text())[1].split())


def unknown_arguments(words: list[str]) -> list[str]:
    """Variables of make other than those that the Makefile explains."""
    return [word for word in words if not word.startswith("ARGS=")]


def missing_folders(words: list[str]) -> list[str]:
    """Folders of tests that pytest is given."""
    return [word for word in words if re.match("(tests|notebooks)", word) and not (ROOT / word).exists()]


def missing_files(words: list[str]) -> list[str]:
    """Notebooks that are run in an image."""
    return [word for word in words if word.endswith(".ipynb") and not (ROOT / word).exists()]


def test_contributing_tells_of_every_job() -> None:
    """With its time, and what of it runs on any machine."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    told = dict(re.findall(r"^\| `([\w-]+/[\w-]+)` \|.*\| (\d+) \|.*\|$", page, flags=re.M))
    assert told == {name: str(job["timeout-minutes"]) for name, job in JOBS.items()}
