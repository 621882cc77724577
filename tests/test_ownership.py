"""Who owns a lab, and what is left when the owner is gone."""

import json
import os
from pathlib import Path

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
