"""Who owns a lab, and what is left when the owner is gone."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from swarmlab import ownership


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / "labs"))
    return tmp_path / "labs"


def kill_owner(lab: ownership.LabDirectory) -> None:
    """Write the record as a process left it that is gone: this pid, started at another time."""
    record = {"backend": lab.backend, "pid": os.getpid(), "started": 1.0}
    (lab.path / "owner.json").write_text(json.dumps(record))


def test_a_lab_directory_is_private(runtime: Path) -> None:
    """Nobody else may look into a lab's directory."""
    lab = ownership.create_lab_directory("embedded")
    assert lab.path.parent == runtime
    assert lab.path.stat().st_mode & 0o777 == 0o700
    assert lab.owner.is_alive()


def test_current_follows_the_newest_live_lab() -> None:
    """A terminal's DOCKER_CONFIG leads to the newest lab, and to the one before when that ends."""
    older, newer = ownership.create_lab_directory("embedded"), ownership.create_lab_directory("embedded")
    assert ownership.current_docker_config().resolve() == newer.docker_config
    newer.remove()
    assert ownership.current_docker_config().resolve() == older.docker_config
    older.remove()
    assert not ownership.current_docker_config().exists()


def test_a_start_removes_what_dead_owners_left_and_nothing_else() -> None:
    """The directory of a dead owner goes, a live one's stays."""
    dead, live = ownership.create_lab_directory("embedded"), ownership.create_lab_directory("dind")
    kill_owner(dead)
    ownership.create_lab_directory("embedded")
    assert not dead.path.exists()
    assert live.path.exists()


def test_an_owner_is_alive_until_it_is_killed() -> None:
    """Also while nobody has waited for it: whoever should may be busy, or gone."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        owner = ownership.Owner(pid=process.pid, started=psutil.Process(process.pid).create_time() - psutil.boot_time())
        assert owner.is_alive()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert not owner.is_alive()


def test_an_owner_stays_alive_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's start, as the time of day, moves with the clock; a process' start is told from it."""
    owner, before = ownership.this_process(), psutil.boot_time()
    started = psutil.Process.create_time
    monkeypatch.setattr(psutil, "boot_time", lambda: before + 3600)
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: started(process) + 3600)
    assert owner.is_alive()


@pytest.mark.parametrize("record", ["", "{", "[]", '{"pid": 1}'])
def test_a_record_that_cannot_be_read_is_in_nobody_s_way(record: str) -> None:
    """As after a power cut; the lab that it stood for is over."""
    broken = ownership.create_lab_directory("dind")
    (broken.path / "owner.json").write_text(record)
    lab = ownership.create_lab_directory("embedded")
    assert [one.lab_id for one in ownership.lab_directories()] == [lab.lab_id]


def test_many_labs_can_begin_and_end_at_once() -> None:
    """Each start looks at all directories, while others come and go."""

    def live(_: int) -> None:
        for _ in range(20):
            ownership.create_lab_directory("embedded").remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(live, range(8)))
    assert list(ownership.runtime_directory().iterdir()) == []
