"""The server as Binder starts it, in clean folders, and with less than it has: each time with the same story."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.binder.stand_in import Image
from tools.lessons import ROOT

NODES = r"(?s)HOSTNAME +STATUS .*docker-swarm-1 +Ready .*docker-swarm-2 +Ready .*docker-swarm-3 +Ready +Active +Leader"
ON_ONE_CPU = """import os, sys
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.execv(sys.argv[1], sys.argv[1:])"""
LONE = 'ip link set lo up && exec "$@"'
FROZEN = 'for each in "$0" "$1"; do mount --bind "$each" "$each" && mount -o remount,bind,ro "$each" || exit; done'


def happens(image: Image, *limits: str) -> dict[str, str]:
    """Start the story below a command that takes something away."""
    command = [*limits, sys.executable, "-m", "tests.binder.story", str(image.work.parent)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    told: dict[str, str] = json.loads(run.stdout)
    return told


def assert_all_is_well(told: dict[str, str]) -> None:
    """Every cell ran, the terminal's docker found the lab, what was done is kept."""
    assert told["failed"] == []
    if shutil.which("docker"):
        assert re.search(NODES, told["terminal"])
    assert "00 · Start here           0 of 2      1 of 1" in told["progress"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a program have one CPU")
def test_one_cpu_is_enough(image: Image) -> None:
    """Binder's containers have one; the terminal needs no setting up."""
    assert_all_is_well(happens(image, sys.executable, "-c", ON_ONE_CPU))
    assert list((image.home / ".local/share/jupyter/swarmlab").glob("progress.json"))


@pytest.mark.packets
def test_no_network_is_needed(image: Image) -> None:
    """Only the machine's own addresses can be reached: nothing is fetched."""
    assert_all_is_well(happens(image, "unshare", "--net", "sh", "-c", LONE, "-"))


@pytest.mark.packets
def test_a_home_that_cannot_be_written_to(image: Image) -> None:
    """Nor the environment: settings and progress then go to the work folder."""
    shutil.rmtree(image.home)
    image.home.mkdir()
    frozen = [str(image.home), str(image.environment)]
    assert_all_is_well(happens(image, "unshare", "--mount", "sh", "-c", f'{FROZEN}; shift; exec "$@"', *frozen))
    assert list(image.home.iterdir()) == []
    assert Path(image.work / ".home/.local/share/jupyter/swarmlab/progress.json").exists()
