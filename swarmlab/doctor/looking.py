"""Which shell there is on a host, and what it sees.

In this order: the user's own ssh, where the endpoint is ssh; this machine's shell, where the engine runs on this
machine; a container, where the settings allow changes and an image is there already; else none, and the reason.
"""

from __future__ import annotations

import platform
import socket
from collections.abc import Mapping
from dataclasses import replace

from docker import DockerClient

from swarmlab.doctor.engine_facts import ENGINE_ERRORS, sentence
from swarmlab.doctor.facts import HostFacts
from swarmlab.doctor.inside import look
from swarmlab.doctor.shell import (
    IMAGES,
    ContainerShell,
    ProgramShell,
    Shell,
    ShellFailed,
    image_with_a_shell,
    ssh_shell,
)

NO_SHELL = "no shell there: its endpoint is no ssh://"
DOCKER_ROOT = "/var/lib/docker"


def open_shell(url: str, host: HostFacts, client: DockerClient, *, may_create: bool) -> Shell:
    """A shell on the host.

    Args:
        url: of its engine.
        host: what the engine told.
        client: of that engine.
        may_create: the settings allow to start a container there.

    Raises:
        ShellFailed: there is none; the text says why.
    """
    if url.startswith("ssh://"):
        return ssh_shell(url)
    if url.startswith("unix://") and is_here(host.info):
        return ProgramShell(["sh"])
    if not may_create:
        raise ShellFailed(NO_SHELL)
    return _container(client)


def is_here(info: Mapping[str, object]) -> bool:
    """Whether an engine behind a socket of this machine runs on this very machine, not in a container or its own VM."""
    return info.get("Name") == socket.gethostname() and info.get("KernelVersion") == platform.release()


def _container(client: DockerClient) -> ContainerShell:
    try:
        image = image_with_a_shell(client)
        if image is None:
            raise ShellFailed(f"{NO_SHELL}, and has none of the images {', '.join(IMAGES)}")
        return ContainerShell(client, image)
    except ENGINE_ERRORS as error:
        raise ShellFailed(f"{NO_SHELL}, and no container starts: {sentence(error)}") from error


def look_through(shell: Shell, host: HostFacts) -> HostFacts:
    """The host, and what this shell sees."""
    try:
        inside = look(shell, str(host.info.get("DockerRootDir") or DOCKER_ROOT))
    except ShellFailed as error:
        return replace(host, why_no_inside=f"its shell does not answer: {error}")
    return replace(host, inside=inside)
