"""Lessons on a learner's own hosts, run by `pytest --nbval`; the walk over ssh is shown when all is over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.hosts.own import OwnHosts
from tools.lessons import NOTEBOOKS, ON_HOSTS, ROOT

KEPT = ("SWARMLAB_RUNTIME_DIR",)
WALKS = ("05-scale",)
"""Of the other lessons one that breaks nothing: who breaks something waits for a human."""

TOKEN = re.compile(r"SWM(TKN|KEY)-1-[0-9a-z]")


@pytest.mark.parametrize("lesson", [*ON_HOSTS, *WALKS])
def test_a_lesson_over_ssh(own: OwnHosts, show: Callable[[str], None], lesson: str) -> None:
    """Every cell runs on engines that only ssh reaches; what must be the same on all engines is; no token is shown."""
    own.engines.reset("separate")
    arguments = ["--nbval", "-rP", "--color=no", "-p", "no:cacheprovider", NOTEBOOKS / f"{lesson}.ipynb"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env=environment() | own.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if lesson in ON_HOSTS:
        show(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"1 notebooks, \d\d cells ran on real Docker \((?!0)\d+ of them compared, 0 failed\)", run.stdout)
    assert "docker-swarm-3:~$ docker service scale" in run.stdout
    assert not TOKEN.search(run.stdout)


def environment() -> dict[str, str]:
    """What this process has, without what is meant for it alone."""
    ours = ("SWARMLAB_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith(ours)}
