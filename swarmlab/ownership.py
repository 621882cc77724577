"""Who owns a lab: its private directory, the record of its owner, and the link to the newest live one.

A lab belongs to the process that started it and ends with it. Everything that a lab puts on disk (sockets, docker
contexts, certificates) lies in its own directory, 0700, below one directory a user. This module knows nothing of what
is in there, nor of any backend.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_RECORD = "owner.json"
_CURRENT = "current"
_TOLERANCE_S = 2.0
"""Two readings of when a process started may differ by the rounding of the machine's own start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The process that a lab belongs to.

    Attributes:
        pid: its number.
        started: seconds from the machine's start to the process'; tells it from a later one of the same number.
    """

    pid: int
    started: float

    def is_alive(self) -> bool:
        """Whether that very process still runs. One that ended and that nobody has waited for does not."""
        try:
            process = psutil.Process(self.pid)
            return process.status() not in _ENDED and abs(_started(process) - self.started) < _TOLERANCE_S
        except psutil.Error:
            return False


_ENDED = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}

NOBODY = Owner(pid=0, started=float("inf"))
"""Never alive; owner of a directory whose record the machine did not come to write before its power was lost."""


def this_process() -> Owner:
    """The owner of what this process starts."""
    return Owner(pid=os.getpid(), started=_started(psutil.Process()))


def _started(process: psutil.Process) -> float:
    # Not the time of day: when the clock is set, as after a virtual machine's pause, live owners would look dead.
    machine_started = psutil.boot_time()
    return process.create_time() - machine_started


def runtime_directory() -> Path:
    """The directory of this user's labs, made private if it is not there: short, since socket paths are.

    Raises:
        PermissionError: someone else made it.
    """
    named = os.environ.get("SWARMLAB_RUNTIME_DIR")
    user = _user()
    path = Path(named) if named else Path(tempfile.gettempdir()) / ("swarmlab" if user is None else f"swarmlab-{user}")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user is not None and path.stat().st_uid != user:
        raise PermissionError(f"{path} belongs to another user. Set SWARMLAB_RUNTIME_DIR to a directory of your own.")
    path.chmod(0o700)
    return path


def _user() -> int | None:
    """The user's number; None on Windows, where each user has a directory for temporary files of their own."""
    return os.getuid() if hasattr(os, "getuid") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabDirectory:
    """One lab's directory. `docker_config` in it is what a terminal's DOCKER_CONFIG may point to."""

    path: Path
    lab_id: str
    backend: str
    owner: Owner

    @property
    def docker_config(self) -> Path:
        """Where the contexts of the lab's nodes lie."""
        return self.path / "docker"

    def show(self) -> None:
        """Let terminals find what lies in `docker_config` by now, if this is the newest lab."""
        _point_current_to_newest()

    def remove(self) -> None:
        """Delete the directory, and let `current` follow the newest lab that is left."""
        shutil.rmtree(self.path, ignore_errors=True)
        _point_current_to_newest()


def create_lab_directory(backend: str) -> LabDirectory:
    """A new lab's directory, owned by this process; what dead owners left behind is removed first."""
    remove_orphans()
    lab_id = secrets.token_hex(3)
    path = runtime_directory() / lab_id
    path.mkdir(mode=0o700)
    lab = LabDirectory(path=path, lab_id=lab_id, backend=backend, owner=this_process())
    try:
        _write_record(lab)
        lab.docker_config.mkdir(mode=0o700)
        _point_current_to_newest()
    except BaseException:
        lab.remove()
        raise
    return lab


def lab_directories() -> Iterator[LabDirectory]:
    """Every lab's directory of this user, newest first, whether its owner lives or not."""
    found = []
    for record in runtime_directory().glob(f"*/{_RECORD}"):
        with suppress(FileNotFoundError):  # another process removes it just now
            if not record.parent.is_symlink():
                found.append((record.stat().st_mtime_ns, str(record), _read_record(record)))
    yield from (lab for _, _, lab in sorted(found, key=lambda one: one[:2], reverse=True))


def _write_record(lab: LabDirectory) -> None:
    # A record is there in full or not at all: half a one would be in the way of every later start.
    written = lab.path / f"{_RECORD}.new"
    written.write_text(json.dumps({"backend": lab.backend, **asdict(lab.owner)}))
    written.replace(lab.path / _RECORD)


def _read_record(path: Path) -> LabDirectory:
    try:
        record = json.loads(path.read_text())
        owner, backend = Owner(pid=record["pid"], started=record["started"]), record["backend"]
    except (ValueError, KeyError, TypeError):
        owner, backend = NOBODY, "unknown"
    return LabDirectory(path=path.parent, lab_id=path.parent.name, backend=backend, owner=owner)


def remove_orphans() -> None:
    """Remove the directories of labs whose owner is dead, and nothing else."""
    for lab in lab_directories():
        if not lab.owner.is_alive():
            lab.remove()


def current_docker_config() -> Path:
    """What a terminal's DOCKER_CONFIG should be so that `docker` talks to the newest live lab."""
    return runtime_directory() / _CURRENT / "docker"


def _point_current_to_newest() -> None:
    current = runtime_directory() / _CURRENT
    newest = next((lab for lab in lab_directories() if lab.owner.is_alive()), None)
    if newest is None:
        _take_away(current)
        return
    replacement = current.with_name(f"{_CURRENT}-{secrets.token_hex(4)}")  # two processes may do this at once
    try:
        replacement.symlink_to(newest.path.name, target_is_directory=True)
        replacement.replace(current)
    except OSError:  # Windows lets few users make links, and takes no directory's place
        _take_away(replacement)
        _copy_as_current(newest, current)


def _copy_as_current(newest: LabDirectory, current: Path) -> None:
    """What a link would lead to, as it is now."""
    _take_away(current)
    with suppress(FileExistsError):  # another process was quicker
        shutil.copytree(newest.docker_config, current / newest.docker_config.name)


def _take_away(current: Path) -> None:
    if current.is_symlink():
        current.unlink(missing_ok=True)
    else:
        shutil.rmtree(current, ignore_errors=True)
