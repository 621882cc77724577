"""The README's commands in a fresh clone, with an empty home: by a user without root, and by root."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands_of_the_readme.first_prediction import answer_first_prediction
from tests.jupyterlab import running_lab
from tools.lessons import ROOT

pytestmark = pytest.mark.newcomer

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"  # a user's own Python, pyenv's say, is no newcomer's
NEXT_START_WITHIN_S = 5
FIRST_PREDICTION_WITHIN_S = 600
DEPENDS_ON_WHO = " ".join(
    [
        *(f"tests/{name}" for name in ("server", "backends", "doctor", "hosts", "lessons/test_record.py")),
        *(f"tests/test_{name}.py" for name in ("lab", "lesson_files", "looks", "magics", "main", "ownership")),
        "notebooks",
    ]
)
"""What is of homes, users, sockets, terminals and settings; the other tests are the same whoever runs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Someone who has just cloned the repository.

    Attributes:
        home: theirs; the clone is in it.
        become: what a command of root is prefixed with to be theirs.
        began: when they began to clone, as `time.monotonic` tells it.
    """

    home: Path
    become: tuple[str, ...]
    began: float = field(default_factory=time.monotonic)

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


@pytest.fixture
def no_network() -> Iterator[tuple[str, ...]]:
    """What a command is prefixed with to have nothing but this machine's own address."""
    name = f"newcomer{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield "ip", "netns", "exec", name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def clone_for(newcomer: Newcomer) -> None:
    """Clone what is committed here, sharing no object with it."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, newcomer.clone], check=True)


def start(newcomer: Newcomer) -> None:
    """`make lab` until the printed link answers."""
    make = newcomer.command("make", "lab")
    with running_lab(make, home=newcomer.home, cwd=newcomer.clone) as lab, urllib.request.urlopen(lab.link) as page:
        assert page.status == 200


@pytest.mark.browser
def test_the_first_prediction_is_answered_soon(newcomer: Newcomer) -> None:
    """From the clone on, by a learner in a browser who reads nothing: the time that the README tells."""
    with running_lab(newcomer.command("make", "lab"), home=newcomer.home, cwd=newcomer.clone) as lab:
        assert "/lab/tree/notebooks/00-start.ipynb?token=" in lab.link
        started_s = time.monotonic() - newcomer.began
        answer_first_prediction(lab)
        answered_s = time.monotonic() - newcomer.began
    print(f"the link is printed after {started_s:.0f} s, the first prediction answered after {answered_s:.0f} s")
    assert answered_s < FIRST_PREDICTION_WITHIN_S


def test_the_next_start_answers_at_once(newcomer: Newcomer) -> None:
    """Within five seconds: the first one has set everything up."""
    start(newcomer)
    began = time.monotonic()
    start(newcomer)
    took_s = time.monotonic() - began
    print(f"make lab answers after {took_s:.1f} s when everything is set up")
    assert took_s < NEXT_START_WITHIN_S


def test_an_update_that_needs_another_package_is_installed(newcomer: Newcomer) -> None:
    """By the `make lab` after `git pull`: it brings the package, and starts."""
    start(newcomer)
    settings = newcomer.clone / "pyproject.toml"
    before = settings.read_text()
    python = newcomer.command(".venv/bin/python", "-c", "import iniconfig")
    assert subprocess.run(python, cwd=newcomer.clone, capture_output=True, check=False).returncode == 1
    try:
        settings.write_text(before.replace("dependencies = [\n", 'dependencies = [\n  "iniconfig",\n', 1))
        start(newcomer)
    finally:
        settings.write_text(before)
    assert subprocess.run(python, cwd=newcomer.clone, check=False).returncode == 0


@pytest.mark.packets
def test_the_next_start_needs_no_network(newcomer: Newcomer, no_network: tuple[str, ...]) -> None:
    """It answers as before, on this machine's own address."""
    start(newcomer)
    offline = [*no_network, *newcomer.command("make", "lab")]
    with running_lab(offline, home=newcomer.home, cwd=newcomer.clone) as lab:
        ask = [
            *no_network,
            sys.executable,
            "-c",
            f"import urllib.request as ask; print(ask.urlopen({lab.link!r}).status)",
        ]
        assert subprocess.run(ask, capture_output=True, text=True, check=True).stdout == "200\n"


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
