"""The two commands of the README in a fresh clone, with an empty home: by a user without root, and by root."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.jupyterlab import RunningLab, running_lab
from tools.lessons import ROOT

pytestmark = pytest.mark.newcomer

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"  # a user's own Python, pyenv's say, is no newcomer's
SECOND_START_WITHIN_S = 5
DEPENDS_ON_WHO = "tests/test_*.py tests/server tests/backends tests/doctor tests/hosts tests/lessons notebooks"
"""What is of homes, users, sockets, terminals and settings; the other tests are the same whoever runs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Someone who has just cloned the repository."""

    home: Path
    become: tuple[str, ...]

    @property
    def clone(self) -> Path:
        """The fresh clone."""
        return self.home / "swarmlab"

    def command(self, *words: str) -> list[str]:
        """A command as this person's shell runs it."""
        environment = [f"HOME={self.home}", f"PATH={SYSTEM_PATH}", "LANG=C.UTF-8", "SHELL=/bin/sh"]
        return [*self.become, "env", "--ignore-environment", *environment, *words]


@pytest.fixture(scope="module", params=["without-root", "root"])
def newcomer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """Root makes a user for the test; any other user is one already, in a home of its own for the test."""
    is_root = os.geteuid() == 0
    if request.param == "root" and not is_root:
        pytest.skip("only root can be root")
    if request.param == "root" or not is_root:
        newcomer = Newcomer(home=tmp_path_factory.mktemp("home"), become=())
        clone_for(newcomer)
        yield newcomer
        return
    name = f"newcomer{os.getpid()}"
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/sh", name], check=True)
    try:
        newcomer = Newcomer(home=Path(pwd.getpwnam(name).pw_dir), become=("runuser", "-u", name, "--"))
        clone_for(newcomer)
        subprocess.run(["chown", "--recursive", f"{name}:{name}", newcomer.clone], check=True)
        yield newcomer
    finally:
        subprocess.run(["userdel", "--remove", name], check=True, capture_output=True)


def clone_for(newcomer: Newcomer) -> None:
    """Clone what is committed here, sharing no object with it."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, newcomer.clone], check=True)


def start(newcomer: Newcomer) -> tuple[RunningLab, float]:
    """`make lab` until the printed link answers; and the seconds that took."""
    began = time.monotonic()
    with running_lab(newcomer.command("make", "lab"), home=newcomer.home, cwd=newcomer.clone) as lab:
        with urllib.request.urlopen(lab.link) as page:
            assert page.status == 200
        return lab, time.monotonic() - began


def test_make_lab_opens_the_first_lesson(newcomer: Newcomer) -> None:
    """The first start sets everything up; the second one answers within five seconds."""
    lab, first_s = start(newcomer)
    assert "/lab/tree/notebooks/00-start.ipynb?token=" in lab.link
    _, second_s = start(newcomer)
    print(f"make lab answers after {first_s:.1f} s, the second time after {second_s:.1f} s")
    assert second_s < SECOND_START_WITHIN_S


def test_make_test_is_green(newcomer: Newcomer) -> None:
    """The lessons, and every test that depends on who runs it; what the machine has not got is skipped by name."""
    if not newcomer.become and os.geteuid() == 0:
        pytest.skip("root's own `make test` is the one that .ci/run starts, with every test")
    subprocess.run(newcomer.command("make", "env-test"), cwd=newcomer.clone, check=True)
    began = time.monotonic()
    test = newcomer.command("make", "test", f"ARGS={DEPENDS_ON_WHO}")
    run = subprocess.run(test, cwd=newcomer.clone, capture_output=True, text=True, check=False)
    took_s = time.monotonic() - began
    print(run.stdout[-6000:], run.stderr[-2000:], f"make test, once set up, took {took_s:.0f} s", sep="\n")
    assert run.returncode == 0
