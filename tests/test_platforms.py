"""What Windows and macOS lack is nowhere taken for granted: nothing of it is imported, and a lab runs without it.

Neither system was at hand: see tests/windows_like.py for what is played here.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.lessons import ROOT

EVERY_MODULE = """
import pkgutil, socket, swarmlab
del socket.AF_UNIX
for module in pkgutil.walk_packages(swarmlab.__path__, "swarmlab."):
    if module.name != "swarmlab.__main__":
        __import__(module.name)
from swarmlab.server import socket_kind
print(socket_kind())
"""

A_LAB = """
from swarmlab import Lab, progress
from swarmlab.lessons.record import change_record
from swarmlab.ownership import current_docker_config
with Lab.start("helloworld") as lab:
    lab["docker-swarm-1"].stop()
    lab.clock.sleep(30)
    lab["docker-swarm-1"].start()
    lab.board("inline")
    print(lab.manager().client.info()["Name"], lab["docker-swarm-1"].host.docker_host.partition(":")[0])
    print(sorted(path.name for path in current_docker_config().iterdir()))
    change_record(lambda record: record.exercise("00-a"))
    print(progress().rows[0].is_begun)
print(current_docker_config().parent.exists())
"""


def windows(program: str, home: Path) -> list[str]:
    """What a program prints where all is gone that Windows lacks."""
    environment = {
        "HOME": str(home),
        "SWARMLAB_RUNTIME_DIR": str(home / "labs"),
        "SWARMLAB_SOCKETS": "" if program is EVERY_MODULE else "tcp",
        "SWARMLAB_TIME": "manual",
        "COVERAGE_PROCESS_START": "",
    }
    lines = f"from tests.windows_like import take_away\ntake_away()\n{program}"
    command = [sys.executable, "-W", "ignore", "-c", lines]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_no_module_imports_what_windows_lacks(tmp_path: Path) -> None:
    """Each of them is imported, and none is refused; engines will listen on ports."""
    assert windows(EVERY_MODULE, tmp_path) == ["tcp"]


def test_a_module_that_did_would_be_found_out(tmp_path: Path) -> None:
    """Or the test above could not fail."""
    with pytest.raises(AssertionError, match=r"swarmlab\.some imports fcntl, which Windows has not got"):
        windows("exec('import fcntl', {'__name__': 'swarmlab.some'})", tmp_path)


def test_a_lab_runs_without_what_windows_lacks(tmp_path: Path) -> None:
    """Without unix sockets, users' numbers, links to directories, and with Windows' locks."""
    assert windows(A_LAB, tmp_path) == ["docker-swarm-3 tcp", "['config.json', 'contexts']", "True", "False"]
