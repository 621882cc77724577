"""Locks on files, as this platform has them and as Windows has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from swarmlab import file_lock
from tests.windows_like import windows_locks
from tools.lessons import ROOT

HOLD = """
import sys
from swarmlab import file_lock
if sys.argv[2] == "windows":
    from tests.windows_like import windows_locks
    sys.modules["msvcrt"], file_lock.unix = windows_locks(file_lock.unix), None
with open(sys.argv[1], "w") as file:
    file_lock.lock(file)
    print("locked", flush=True)
    input()
"""


@pytest.fixture(params=["here", "windows"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whose locks they are."""
    if request.param == "windows":
        monkeypatch.setitem(sys.modules, "msvcrt", windows_locks(file_lock.unix))
        monkeypatch.setattr(file_lock, "unix", None)
    return str(request.param)


def test_a_lock_keeps_another_process_out_until_it_ends(platform: str, tmp_path: Path) -> None:
    """Who does not wait is told, who waits gets it."""
    path = tmp_path / "file"
    command = [sys.executable, "-c", HOLD, path, platform]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        with path.open("r+") as file, pytest.raises(BlockingIOError):
            file_lock.lock(file, wait=False)
        holder.communicate("\n")
        with path.open("r+") as file:
            file_lock.lock(file)
            file.write("mine")
    assert path.read_text() == "mine"
