"""Whether this machine can carry the embedded lab: Python, JupyterLab, sockets, a directory of the user's own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from swarmlab.doctor.checks import Check, failed, ok
from swarmlab.lesson_files import CHECKOUT, is_checkout
from swarmlab.ownership import runtime_directory
from swarmlab.server.places import VARIABLE, SocketPathError, check_path, socket_kind

HERE = "this machine"
SOURCE = "git+https://github.com/swarmlab/swarmlab"
LOOPBACK = "127.0.0.1"
OLDEST_PYTHON = (3, 11)
LONGEST_SOCKET = "123456/docker-swarm-10.sock"
"""A lab's id and a host's name, as long as they get."""


def check_machine() -> list[Check]:
    """Everything that the simulated engines and the notebooks need."""
    return [
        check_python(sys.version_info[:3]),
        check_packages(metadata.requires("swarmlab") or (), metadata.version),
        check_runtime_directory(runtime_directory),
        check_loopback(),
        check_docker_command(shutil.which("docker")),
    ]


def check_python(version: tuple[int, ...]) -> Check:
    """Whether it is new enough."""
    found = ".".join(map(str, version))
    if version >= OLDEST_PYTHON:
        return ok(HERE, "Python", found)
    return failed(
        HERE, "Python", f"{found} is too old", "install Python 3.11 or newer, then: make lab PYTHON=python3.12"
    )


def check_packages(requirements: Iterable[str], version_of: Callable[[str], str]) -> Check:
    """Whether every package that the project names is there, in the range that it names."""
    needed = [need for need in map(Requirement, requirements) if need.marker is None or need.marker.evaluate()]
    wrong = [text for need in needed if (text := _wrong(need, version_of))]
    if wrong:
        what = f"--editable {CHECKOUT}" if is_checkout(CHECKOUT) else f"--upgrade {SOURCE}"
        return failed(HERE, "packages", "; ".join(wrong), f"{sys.executable} -m pip install {what}")
    versions = {need.name: version_of(need.name) for need in needed if need.name in ("jupyterlab", "docker")}
    return ok(HERE, "packages", ", ".join(f"{name} {version}" for name, version in versions.items()))


def _wrong(need: Requirement, version_of: Callable[[str], str]) -> str:
    try:
        version = version_of(need.name)
    except metadata.PackageNotFoundError:
        return f"{need.name} is not installed"
    if need.specifier.contains(version, prereleases=True):
        return ""
    return f"{need.name} {version} is not {need.specifier}"


def check_runtime_directory(find: Callable[[], Path]) -> Check:
    """Whether a lab can be kept in the directory of this user's labs: its sockets, or what leads to its ports."""
    question = "lab directory"
    mend = "set SWARMLAB_RUNTIME_DIR to a short path of your own, such as /tmp/labs"
    try:
        kind, directory = socket_kind(), find()
        with tempfile.TemporaryDirectory(dir=directory) as place:
            if kind == "unix":
                check_path(directory / LONGEST_SOCKET)
                _open_socket(Path(place) / "s")
    except SocketPathError as error:
        return failed(HERE, question, str(error), mend)
    except ValueError as error:
        return failed(HERE, question, str(error), f"unset {VARIABLE}")
    except OSError as error:
        return failed(HERE, question, f"no lab can be made there: {error}", mend)
    return ok(HERE, question, f"{directory} is writable" + ("" if kind == "unix" else "; engines listen on TCP ports"))


def _open_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def check_loopback() -> Check:
    """Whether JupyterLab will find a port of 127.0.0.1."""
    question = LOOPBACK
    try:
        with socket.create_server((LOOPBACK, 0)):
            pass
    except OSError as error:
        return failed(HERE, question, f"no port can be opened: {error}", "sudo ip link set lo up")
    return ok(HERE, question, "has free ports")


def check_docker_command(program: str | None) -> Check:
    """Which docker command there is, if any: `%docker` in a notebook does without."""
    question = "docker command"
    if program is None:
        return ok(HERE, question, "not installed; only a terminal needs it, %docker does not")
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError) as error:
        return failed(HERE, question, f"{program} does not run: {error}", "install docker-ce-cli anew")
    return ok(HERE, question, asked.stdout.strip().removeprefix("Docker version "))
