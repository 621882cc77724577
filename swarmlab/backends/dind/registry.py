"""The lab's own registry: it holds the lessons' images, so that pulls and digests are real without internet.

Its container also answers as docker.com, the address that the `helloworld` service pings: the name is an alias in the
lab's network, which the local Docker's name server resolves.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from docker import DockerClient
from docker.models.containers import Container

from swarmlab.backends.dind.local_docker import LOOPBACK, present_images
from swarmlab.backends.dind.network import LabNetwork
from swarmlab.backends.parallel import in_parallel
from swarmlab.backends.states import PINGED_NAME, SERVICE_IMAGE

PORT = 5000
DEFAULT_IMAGE = "registry:2"

LESSON_IMAGES = ("alpine:3.20", "alpine:3.21", "busybox:latest", "nginx:latest", "nginx:alpine")
"""Copied, too, where the local Docker has them; the nodes pull anything else from Docker Hub."""

LISTENING_TIMEOUT_S = 30
POLL_S = 0.1


class CopyFailed(Exception):
    """An image could not be copied into the registry."""


def start_registry(
    client: DockerClient, image: str, network: LabNetwork, *, name: str, labels: Mapping[str, str]
) -> None:
    """Start the registry's container and copy the lessons' images into it."""
    client.volumes.create(name, labels=dict(labels))
    address = {"IPAMConfig": {"IPv4Address": network.registry_address}, "Aliases": [PINGED_NAME]}
    config = {
        "Image": image,
        "Labels": dict(labels),
        "ExposedPorts": {f"{PORT}/tcp": {}},
        "HostConfig": {
            "Binds": [f"{name}:/var/lib/registry"],
            "PortBindings": {f"{PORT}/tcp": [{"HostIp": LOOPBACK}]},
            "NetworkMode": network.name,
        },
        "NetworkingConfig": {"EndpointsConfig": {network.name: address}},
    }
    created = client.api.create_container_from_config(config, name)  # type: ignore[no-untyped-call]
    container = client.containers.get(created["Id"])
    container.start()
    published = _published_port(container)
    _copy_once_it_listens(client, SERVICE_IMAGE, published)
    others = present_images(client, LESSON_IMAGES)
    in_parallel(lambda lesson_image: _copy(client, lesson_image, published), others)


def _published_port(container: Container) -> int:
    container.reload()
    return int(container.attrs["NetworkSettings"]["Ports"][f"{PORT}/tcp"][0]["HostPort"])


def _copy_once_it_listens(client: DockerClient, image: str, published_port: int) -> None:
    # The published port answers before the registry behind it does, and this process may not be able to ask it:
    # with Docker Desktop only Docker itself can. So the first copy is tried until it works.
    deadline = time.monotonic() + LISTENING_TIMEOUT_S
    while True:
        try:
            return _copy(client, image, published_port)
        except CopyFailed:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)


def _copy(client: DockerClient, image: str, published_port: int) -> None:
    # Docker takes a registry on a loopback address without TLS; the address is the one that Docker itself sees.
    name, _, tag = image.partition(":")
    repository = f"{LOOPBACK}:{published_port}/library/{name}"
    client.images.get(image).tag(repository, tag=tag)
    try:
        for line in client.images.push(repository, tag=tag, stream=True, decode=True):
            if "error" in line:
                raise CopyFailed(f"{image} could not be copied into the lab's registry: {line['error']}")
    finally:
        client.images.remove(f"{repository}:{tag}", noprune=True)
