"""Dockers that will not do for a lab of real engines: each is refused with the reason and what to do instead.

Owns the sentences. Asks, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from docker import DockerClient

LOOPBACK = "127.0.0.1"
EMBEDDED = "Or use the embedded lab, which needs no Docker: SWARMLAB_BACKEND=embedded."

NO_PRIVILEGE = ("apply caps", "privileged mode", "Privileged mode")
"""Parts of what runc and Docker answer where --privileged asks for more than the machine, or Docker, may give."""

_NO_ROOT = "and without the rights of root an engine can neither mount file systems nor make the networks of a swarm."

_UNFIT = {
    "name=rootless": (
        f"This Docker is rootless: its containers have not the rights of root on the machine, {_NO_ROOT}",
        "Use the machine's own Docker: `docker context use default`, or unset DOCKER_HOST.",
    ),
    "name=userns": (
        f"This Docker maps the users of its containers to others (userns-remap), {_NO_ROOT}",
        "Take userns-remap out of /etc/docker/daemon.json, or use a Docker without it.",
    ),
}
"""Why, and what to do, by what `docker info` lists under Security Options."""


class NoLocalDocker(Exception):
    """There is no local Docker, or it has not what a lab needs; the text says how to get it."""


def refuse_endpoint(endpoint: str) -> None:
    """Refuse a Docker whose containers' ports cannot be reached from here.

    Raises:
        NoLocalDocker: it is on another machine, behind ssh.
    """
    if endpoint.startswith("ssh://"):
        raise NoLocalDocker(
            f"Docker is on another machine, reached by {endpoint}: a lab's engines could not be reached from here. "
            "Start the lab on that machine, or unset DOCKER_HOST (`docker context use default`)."
        )


def refuse_open_door(client: DockerClient) -> None:
    """Refuse a Docker on another machine that is talked to without TLS: the engines' keys would be read on the way.

    Raises:
        NoLocalDocker: it is one.
    """
    url = urlsplit(client.api.base_url)
    if url.scheme == "http" and not is_this_machine(url.hostname):
        raise NoLocalDocker(
            f"The Docker at {url.netloc} obeys everybody who reaches it, since it does without TLS, and the keys of a "
            "lab's engines would cross the network for all to read. Protect it "
            "(https://docs.docker.com/engine/security/protect-access/) and set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, "
            "or start the lab on that machine."
        )


def refuse_unfit(client: DockerClient) -> None:
    """Refuse a Docker whose containers cannot hold an engine.

    Raises:
        NoLocalDocker: it runs Windows containers, or gives them no rights of root.
    """
    if why := unfit(client.info()):
        raise NoLocalDocker(" ".join((*why, EMBEDDED)))


def unfit(info: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why a Docker with this `docker info` cannot hold an engine, and what to do instead; None where it can."""
    if info.get("OSType", "linux") != "linux":
        return (
            f"This Docker runs {info['OSType']} containers, and a node is a Linux one.",
            "In Docker Desktop, switch to Linux containers.",
        )
    options = [str(option) for option in info.get("SecurityOptions") or ()]
    return next((_UNFIT[name] for name in _UNFIT if any(option.startswith(name) for option in options)), None)


def no_rights(said: str) -> NoLocalDocker:
    """For a Docker that refused to give a container the rights of root."""
    return NoLocalDocker(
        f"This Docker may not give a container the rights that an engine in it needs ({said}). Use a Docker that runs "
        f"with all rights of root. {EMBEDDED}"
    )


def unreachable(endpoint: str, error: Exception) -> NoLocalDocker:
    """For a Docker that does not answer at an endpoint; empty: the default one."""
    where = f"at {endpoint}" if endpoint else "on this machine"
    if "Permission denied" in str(error):
        how = "This user may not ask it: `sudo usermod -aG docker $USER`, then log in again."
    elif endpoint.startswith(("tcp://", "https://", "http://")):
        how = "DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH name it, or the context: does `docker info` answer?"
    else:
        how = "Install Docker (https://docs.docker.com/engine/install/) and start it, so that `docker info` answers."
    return NoLocalDocker(f"No Docker answers {where} ({error}). {how} {EMBEDDED}")


def is_this_machine(host: str | None) -> bool:
    """Whether a host of a URL is where this process runs."""
    return host in {None, LOOPBACK, "localhost", "::1"}
