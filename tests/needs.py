"""What a test may need of the machine: Docker, its command line, a browser. Whether it is there, and how to get it."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

if sys.platform != "win32":
    import fcntl

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that some tests cannot do without.

    Attributes:
        what: what it is, for people.
        is_there: looks for it on this machine.
        how_to_get: a sentence.
    """

    what: str
    is_there: Callable[[], bool]
    how_to_get: str


@cache
def may_make_networks() -> bool:
    """Whether hosts can be made that have a network and a packet filter of their own."""
    programs = ("unshare", "nsenter", "ip", "iptables")
    unshare = ["unshare", "--net", "true"]
    return (
        sys.platform == "linux"
        and os.geteuid() == 0
        and all(map(shutil.which, programs))
        and subprocess.run(unshare, stderr=subprocess.DEVNULL, check=False).returncode == 0
    )


@cache
def may_run_dockerd() -> bool:
    """Whether a Docker of the test's own can be started, in namespaces of its own, with a disk of its own."""
    programs = ("dockerd", "unshare", "nsenter", "ip", "umount", "mkfs.ext4")
    return sys.platform == "linux" and os.geteuid() == 0 and all(map(shutil.which, programs))


@cache
def find_browser() -> str | None:
    """Path of a browser that Playwright can drive."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or (str(MAC_CHROME) if MAC_CHROME.exists() else None)


@cache
def has_docker() -> bool:
    """Whether a Docker engine answers where the docker CLI would ask."""
    # In a process of its own: the SDK forgets to close the socket of an engine that does not answer.
    ask = [sys.executable, "-W", "ignore", "-c", "import docker; docker.from_env(timeout=5).ping()"]
    return subprocess.run(ask, stderr=subprocess.DEVNULL, check=False).returncode == 0


@cache
def has_docker_command() -> bool:
    """Whether `docker` is of the version whose printed results are compared byte for byte."""
    if shutil.which("docker") is None:
        return False
    version = subprocess.run(["docker", "--version"], capture_output=True, text=True, check=False).stdout
    return version.startswith("Docker version 28.")


@cache
def find_sshd() -> str | None:
    """Path of sshd, which most users have not on their PATH."""
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


NEEDS = {
    "shells": Need(
        what="bash, dash and busybox",
        is_there=lambda: all(map(shutil.which, ("bash", "dash", "busybox"))),
        how_to_get="Install these three shells, on Debian and Ubuntu: apt install bash dash busybox-static.",
    ),
    "dockerd": Need(
        what="a Docker daemon that a test may start and restart",
        is_there=may_run_dockerd,
        how_to_get="Run as root on Linux, with dockerd, iproute2, util-linux and e2fsprogs installed.",
    ),
    "packets": Need(
        what="network namespaces",
        is_there=may_make_networks,
        how_to_get="Run as root on Linux, with iproute2, iptables and util-linux installed.",
    ),
    "real": Need(
        what="a Docker engine",
        is_there=has_docker,
        how_to_get="Install Docker (https://docs.docker.com/engine/install/) so that `docker info` answers.",
    ),
    "cli": Need(
        what="the docker command, version 28",
        is_there=has_docker_command,
        how_to_get="Install docker-ce-cli 28 (https://docs.docker.com/engine/install/); no engine is needed.",
    ),
    "browser": Need(
        what="Chromium or Chrome",
        is_there=lambda: find_browser() is not None,
        how_to_get="Install Chromium or Chrome, on Debian and Ubuntu: apt install chromium.",
    ),
    "ssh": Need(
        what="ssh and sshd",
        is_there=lambda: find_sshd() is not None and shutil.which("ssh") is not None,
        how_to_get="Install OpenSSH, on Debian and Ubuntu: apt install openssh-client openssh-server. It need not run.",
    ),
}


@contextmanager
def quiet_network() -> Iterator[None]:
    """Let a browser be: no test makes a network interface until the end of the block. Browsers do not wait for another.

    A browser gives up its connections, those to this machine too, when an interface comes or goes
    (`net::ERR_NETWORK_CHANGED`); pytest may run both kinds of tests at once, in processes of their own.
    """
    with _network(shared=True):
        yield


@contextmanager
def changing_network() -> Iterator[None]:
    """Make and remove network interfaces of this machine: no test uses a browser until the end of the block.

    Browsers that come meanwhile go first: this waits until there is none, so such a test has to begin early (LONG in
    conftest.py).
    """
    with _network(shared=False):
        yield


@contextmanager
def _network(*, shared: bool) -> Iterator[None]:
    with Path(tempfile.gettempdir(), f"swarmlab-tests-{getpass.getuser()}.lock").open("w") as file:
        if sys.platform != "win32":  # where no test makes an interface
            fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def required() -> set[str]:
    """The needs that must be there: `SWARMLAB_REQUIRE=real,browser`."""
    names = {name for name in os.environ.get("SWARMLAB_REQUIRE", "").split(",") if name}
    if unknown := names - NEEDS.keys():
        raise ValueError(f"SWARMLAB_REQUIRE={','.join(sorted(unknown))}: choose from {', '.join(NEEDS)}")
    return names
