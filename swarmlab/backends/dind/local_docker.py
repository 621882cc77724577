"""The local Docker, in whose containers a lab's engines run: how it is found, and which images it must have.

Owns the connection to it. Knows nothing of labs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docker import DockerClient
from docker.context import ContextAPI
from docker.errors import DockerException, ImageNotFound
from requests.exceptions import RequestException

from swarmlab.backends.dind.refusals import LOOPBACK, NoLocalDocker, is_this_machine, refuse_endpoint, unreachable
from swarmlab.backends.progress import Tell, untold
from swarmlab.backends.tls_client import PlainClient
from swarmlab.ownership import runtime_directory

API_TIMEOUT_S = 120
"""A pull or a push of an image may keep silent for a while."""

ANY_ADDRESS = "0.0.0.0"


def connect() -> DockerClient:
    """A client for the Docker that the docker CLI would use: DOCKER_HOST, else the current context.

    Raises:
        NoLocalDocker: none answers, or it is reached in a way that will not do.
    """
    use_context = not _config_is_of_a_lab()
    endpoint = ""
    try:
        endpoint = _endpoint(use_context=use_context)
        refuse_endpoint(endpoint)
        client = PlainClient.from_env(timeout=API_TIMEOUT_S, use_context=use_context)
    except (DockerException, RequestException) as error:
        raise unreachable(endpoint, error) from error
    try:
        client.ping()
    except (DockerException, RequestException) as error:
        client.close()
        raise unreachable(endpoint, error) from error
    return client


def published_address(client: DockerClient) -> tuple[str, str]:
    """Where a container's port is published, and under which name this process reaches it."""
    # docker-py's URL is http+docker://localhost or …localnpipe for this machine.
    url = urlsplit(client.api.base_url)
    if url.scheme == "http+docker" or is_this_machine(url.hostname):
        return LOOPBACK, LOOPBACK
    return ANY_ADDRESS, str(url.hostname)


def require_image(client: DockerClient, name: str, how_else: str, tell: Tell = untold) -> None:
    """Pull an image unless it is there.

    Args:
        client: the local Docker.
        name: with or without a tag.
        how_else: a sentence for the error, on what to do where it cannot be pulled.
        tell: is told how far the pull has come.

    Raises:
        NoLocalDocker: it is neither there nor can it be pulled.
    """
    if has_image(client, name):
        return
    repository, _, tag = name.partition(":")
    try:
        lines = client.api.pull(repository, tag=tag or "latest", stream=True, decode=True)
        _follow_pull(name, lines, tell)
    except (DockerException, RequestException) as error:
        raise NoLocalDocker(
            f"The image {name} is not on this machine and cannot be pulled ({error}). {how_else}"
        ) from error


def _follow_pull(name: str, lines: Iterable[Mapping[str, Any]], tell: Tell) -> None:
    sizes: dict[str, tuple[int, int]] = {}
    tell("Docker", f"pulls {name}")
    for line in lines:
        if "error" in line:
            raise DockerException(line["error"])
        detail = line.get("progressDetail") or {}
        if line.get("status") == "Downloading" and detail.get("total"):
            sizes[line["id"]] = (detail["current"], detail["total"])
            current, total = (sum(column) / 1e6 for column in zip(*sizes.values(), strict=True))
            tell("Docker", f"pulls {name}, {current:.0f} of {total:.0f} MB")
    tell("Docker", "")


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


def _endpoint(*, use_context: bool) -> str:
    named = os.environ.get("DOCKER_HOST", "")
    if named or not use_context:
        return named
    return str(ContextAPI.kwargs_from_context().get("base_url", ""))
