"""Which shell there is on a host, and what it sees.

In this order: the user's own ssh, where the endpoint is ssh; this machine's shell, where the engine runs on this
machine; a container, where the settings allow changes and an image is there already; else none, and the reason.
"""

from __future__ import annotations

from dataclasses import replace

from docker import DockerClient

from swarmlab.backends.hosts.shell import NO_SHELL, Shell, ShellFailed, open_shell
from swarmlab.doctor.container import IMAGES, ContainerShell, image_with_a_shell
from swarmlab.doctor.engine_facts import ENGINE_ERRORS, sentence
from swarmlab.doctor.facts import HostFacts
from swarmlab.doctor.inside import look

DOCKER_ROOT = "/var/lib/docker"


def find_shell(url: str, host: HostFacts, client: DockerClient, *, may_create: bool) -> Shell:
    """A shell on the host.

    Args:
        url: of its engine.
        host: what the engine told.
        client: of that engine.
        may_create: the settings allow to start a container there.

    Raises:
        ShellFailed: there is none; the text says why.
    """
    try:
        return open_shell(url, lambda: host.info)
    except ShellFailed:
        if not may_create:
            raise
    return _container(client)


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
