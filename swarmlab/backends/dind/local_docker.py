"""The local Docker, in whose containers a lab's engines run: how it is found, and which images it must have.

Owns the connection to it. Knows nothing of labs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import docker
from docker import DockerClient
from docker.errors import DockerException, ImageNotFound
from requests.exceptions import RequestException

from swarmlab.ownership import runtime_directory

API_TIMEOUT_S = 120
"""A pull or a push of an image may keep silent for a while."""

LOOPBACK = "127.0.0.1"
ANY_ADDRESS = "0.0.0.0"


class NoLocalDocker(Exception):
    """There is no local Docker, or it has not what a lab needs; the text says how to get it."""


def connect() -> DockerClient:
    """A client for the Docker that the docker CLI would use: DOCKER_HOST, else the current context.

    Raises:
        NoLocalDocker: none answers.
    """
    try:
        client = docker.from_env(timeout=API_TIMEOUT_S, use_context=not _config_is_of_a_lab())
    except (DockerException, RequestException) as error:
        raise _unreachable(error) from error
    try:
        client.ping()
    except (DockerException, RequestException) as error:
        client.close()
        raise _unreachable(error) from error
    return client


def published_address(client: DockerClient) -> tuple[str, str]:
    """Where a container's port is published, and under which name this process reaches it.

    Raises:
        NoLocalDocker: Docker is on another machine, behind ssh.
    """
    # docker-py's URL is http+docker://localhost or …localnpipe for this machine, http+docker://ssh behind ssh.
    url = urlsplit(client.api.base_url)
    if url.scheme == "http+docker":
        if url.hostname == "ssh":
            raise NoLocalDocker(
                "Docker is on another machine, reached by ssh: a lab's engines could not be reached from here. "
                "Start the lab on that machine, or unset DOCKER_HOST."
            )
        return LOOPBACK, LOOPBACK
    host = url.hostname or LOOPBACK
    return (LOOPBACK, LOOPBACK) if host in {LOOPBACK, "localhost"} else (ANY_ADDRESS, host)


def require_image(client: DockerClient, name: str, how_else: str) -> None:
    """Pull an image unless it is there.

    Args:
        client: the local Docker.
        name: with or without a tag.
        how_else: a sentence for the error, on what to do where it cannot be pulled.

    Raises:
        NoLocalDocker: it is neither there nor can it be pulled.
    """
    if has_image(client, name):
        return
    repository, _, tag = name.partition(":")
    try:
        client.images.pull(repository, tag=tag or "latest")
    except (DockerException, RequestException) as error:
        raise NoLocalDocker(
            f"The image {name} is not on this machine and cannot be pulled ({error}). {how_else}"
        ) from error


def has_image(client: DockerClient, name: str) -> bool:
    """Whether the local Docker holds the image."""
    try:
        client.images.get(name)
    except ImageNotFound:
        return False
    return True


def present_images(client: DockerClient, names: Iterable[str]) -> list[str]:
    """Those of the images that the local Docker holds."""
    return [name for name in names if has_image(client, name)]


def _config_is_of_a_lab() -> bool:
    # In a lab's own terminal the docker CLI talks to a node of that lab: a lab must not be started inside a node.
    config = os.environ.get("DOCKER_CONFIG")
    return config is not None and Path(config).resolve().is_relative_to(runtime_directory().resolve())


def _unreachable(error: Exception) -> NoLocalDocker:
    return NoLocalDocker(
        f"No Docker answers on this machine ({error}). Install Docker (https://docs.docker.com/engine/install/), let "
        "`docker info` answer for this user, or use the embedded lab: SWARMLAB_BACKEND=embedded."
    )
