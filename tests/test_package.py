"""What is built of this repository: a wheel and an sdist, each with the lessons in it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.lessons import ROOT

BUILT_FROM = ("swarmlab", "notebooks")


def build(project: Path, target: str, into: Path) -> Path:
    """Build a wheel or an sdist with what pyproject.toml names, and without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", into]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    subprocess.run(["tar", "-xf", build(ROOT, "sdist", folder / "dist"), "-C", folder], check=True)
    (unpacked,) = folder.glob("swarmlab-*")
    return unpacked


@pytest.fixture(scope="module", params=["checkout", "sdist"])
def wheel(request: pytest.FixtureRequest, sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel, built in either place."""
    project = ROOT if request.param == "checkout" else sdist
    return zipfile.Path(build(project, "wheel", tmp_path_factory.mktemp("wheel") / "dist"))


def sources() -> list[str]:
    """What the package and the lessons are made of, as git knows it or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *BUILT_FROM]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_wheel_has_the_package_and_the_lessons(wheel: zipfile.Path) -> None:
    """Every file that git knows, byte by byte: the lessons below the package, where `swarmlab lab` looks for them."""
    places = {name: f"swarmlab/{name}" if name.startswith("notebooks/") else name for name in sources()}
    assert {name for name, place in places.items() if not (wheel / place).exists()} == set()
    assert [name for name, place in places.items() if (wheel / place).read_bytes() != (ROOT / name).read_bytes()] == []


def test_the_wheel_has_nothing_else(wheel: zipfile.Path) -> None:
    """No test, no tool, and nothing that lies about in the checkout."""
    tops = {path.name for path in wheel.iterdir()}
    assert tops - {name for name in tops if name.endswith(".dist-info")} == {"swarmlab"}
    lessons = {path.name for path in (wheel / "swarmlab/notebooks").iterdir()}
    assert lessons == {Path(name).parts[1] for name in sources() if name.startswith("notebooks/")}


def test_the_sdist_says_what_it_is(sdist: Path) -> None:
    """With its license and its page."""
    assert {"LICENSE", "README.md", "pyproject.toml", *BUILT_FROM} <= {path.name for path in sdist.iterdir()}
