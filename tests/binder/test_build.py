"""What Binder would build, as its own program prints it; and what of that runs here, in a clean folder.

Not measured: conda's own step. `stand_in.py` says what takes its place.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.binder.stand_in import Image
from tools.lessons import ROOT

STEPS = (
    r"COPY .*environment-2epy-2d3-2e12-",  # the base of the Python that the environment asks for, not an older one
    r"RUN .*/tmp/install-base-env\.bash",
    r"COPY .* src/binder/environment\.yml \$\{REPO_DIR\}/binder/environment\.yml",
    r"USER \$\{NB_USER\}",
    r'RUN .*env update -p \$\{NB_PYTHON_PREFIX\} --file "binder/environment\.yml"',
    r"COPY .* src/ \$\{REPO_DIR\}/",
    r"USER \$\{NB_USER\}",  # not root
    r"RUN \./binder/postBuild",
    r'ENV R2D_ENTRYPOINT="\$\{REPO_DIR\}/binder/start"',
    r"ENTRYPOINT .*repo2docker-entrypoint",
)


@pytest.fixture(scope="module")
def steps() -> list[str]:
    """Of the build, one a line. Nothing is built, and no Docker is asked."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    joined = re.sub(r"\\\n *|&& *\n *", " ", run.stdout)
    return [line for line in joined.splitlines() if re.match(r"[A-Z]+ ", line)]


def test_the_build_has_every_step_in_order(steps: list[str]) -> None:
    """The environment, the repository, then postBuild as a user without root, and start before every server."""
    rest = iter(steps)
    assert [step for step in STEPS if not any(re.match(step, line) for line in rest)] == []


def test_nothing_else_is_run_of_the_repository(steps: list[str]) -> None:
    """Once its files are there: no second environment, and no file of the root that Binder would read, too."""
    copied = next(number for number, step in enumerate(steps) if " src/ " in step)
    assert [step for step in steps[copied:] if step.startswith("RUN")] == [
        "RUN chmod +x binder/postBuild",
        "RUN ./binder/postBuild",
        'RUN chmod +x "${REPO_DIR}/binder/start"',
    ]


def test_post_build_installs_the_package(image: Image) -> None:
    """From the folder itself, its command too, asking no package index."""
    where = image.run("python", "-c", "import swarmlab; print(swarmlab.__file__)")
    assert Path(where.strip()) == image.work / "swarmlab/__init__.py"
    assert image.run("swarmlab", "status") == "No lab runs.\n"


def test_post_build_may_run_twice(image: Image) -> None:
    """As when an image is built again on top of another."""
    assert "Successfully installed swarmlab" in image.run("binder/postBuild")


def test_start_prepares_the_server_and_its_terminals(image: Image) -> None:
    """Our settings, a `docker` that follows the newest lab; as often as it is started."""
    for _ in range(2):
        printed = image.run("binder/start", "env")
        assert re.search(r"^DOCKER_CONFIG=/\S+/current/docker$", printed, flags=re.M)
        assert f"JUPYTER_CONFIG_PATH={image.work}/swarmlab/jupyterlab_config\n" in printed
        assert f"HOME={image.home}\n" in printed
    assert (image.home / ".jupyter/custom/custom.css").read_bytes() == (
        image.work / "swarmlab/jupyterlab_config/custom/custom.css"
    ).read_bytes()
