"""The local Docker, in whose containers a lab's engines run: how it is found, whether it will do, which images it has.

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

from swarmlab.backends.dind.tls_client import PlainClient
from swarmlab.backends.progress import Tell, untold
from swarmlab.ownership import runtime_directory

API_TIMEOUT_S = 120
"""A pull or a push of an image may keep silent for a while."""

LOOPBACK = "127.0.0.1"
ANY_ADDRESS = "0.0.0.0"


EMBEDDED = "Or use the embedded lab, which needs no Docker: SWARMLAB_BACKEND=embedded."


class NoLocalDocker(Exception):
    """There is no local Docker, or it has not what a lab needs; the text says how to get it."""


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
        raise _unreachable(endpoint, error) from error
    try:
        client.ping()
    except (DockerException, RequestException) as error:
        client.close()
        raise _unreachable(endpoint, error) from error
    return client


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
    if url.scheme == "http" and not _is_this_machine(url.hostname):
        raise NoLocalDocker(
            f"The Docker at {url.netloc} obeys everybody who reaches it, since it does without TLS, and the keys of a "
            "lab's engines would cross the network for all to read. Protect it "
            "(https://docs.docker.com/engine/security/protect-access/) and set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, "
            "or start the lab on that machine."
        )


def refuse_unfit(client: DockerClient) -> None:
    """Refuse a Docker whose containers cannot hold an engine.

    Raises:
        NoLocalDocker: it runs Windows containers, or without the rights of root.
    """
    info = client.info()
    if info.get("OSType", "linux") != "linux":
        raise NoLocalDocker(
            f"This Docker runs {info['OSType']} containers, and a node is a Linux one: switch Docker Desktop to Linux "
            f"containers. {EMBEDDED}"
        )
    if any("name=rootless" in option for option in info.get("SecurityOptions") or ()):
        raise NoLocalDocker(
            "This Docker is rootless: its containers have no rights of root on the machine, and without them an engine "
            "in a container can neither mount file systems nor make the networks of a swarm. Use the machine's own "
            f"Docker (`docker context use default`, or unset DOCKER_HOST). {EMBEDDED}"
        )


def published_address(client: DockerClient) -> tuple[str, str]:
    """Where a container's port is published, and under which name this process reaches it."""
    # docker-py's URL is http+docker://localhost or …localnpipe for this machine.
    url = urlsplit(client.api.base_url)
    if url.scheme == "http+docker" or _is_this_machine(url.hostname):
        return LOOPBACK, LOOPBACK
    return ANY_ADDRESS, str(url.hostname)


def _is_this_machine(host: str | None) -> bool:
    return host in {None, LOOPBACK, "localhost", "::1"}


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


def _unreachable(endpoint: str, error: Exception) -> NoLocalDocker:
    where = f"at {endpoint}" if endpoint else "on this machine"
    if "Permission denied" in str(error):
        how = "This user may not ask it: `sudo usermod -aG docker $USER`, then log in again."
    elif endpoint.startswith(("tcp://", "https://", "http://")):
        how = "DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say so, or the context: does `docker info` answer?"
    else:
        how = "Install Docker (https://docs.docker.com/engine/install/) and start it, so that `docker info` answers."
    return NoLocalDocker(f"No Docker answers {where} ({error}). {how} {EMBEDDED}")
