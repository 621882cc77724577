"""The lab's own registry: it holds the lessons' images, so that pulls and digests are real without internet.

Its container also answers as docker.com, the address that the `helloworld` service pings: the name is an alias in the
lab's network, which the local Docker's name server resolves.
"""

from __future__ import annotations

from collections.abc import Mapping

from docker import DockerClient
from docker.errors import DockerException
from docker.models.containers import Container

from swarmlab.backends.dind.labels import in_parallel
from swarmlab.backends.dind.local_docker import LOOPBACK, present_images
from swarmlab.backends.dind.network import LabNetwork

PORT = 5000
DEFAULT_IMAGE = "registry:2"
NEEDED_IMAGE = "alpine:latest"
"""Without it no lesson runs."""

LESSON_IMAGES = (NEEDED_IMAGE, "alpine:3.20", "alpine:3.21", "busybox:latest", "nginx:latest", "nginx:alpine")
"""Copied into the registry where the local Docker has them; the nodes pull anything else from Docker Hub."""

PINGED_NAME = "docker.com"


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
    in_parallel(lambda lesson_image: _copy(client, lesson_image, published), present_images(client, LESSON_IMAGES))


def _published_port(container: Container) -> int:
    container.reload()
    return int(container.attrs["NetworkSettings"]["Ports"][f"{PORT}/tcp"][0]["HostPort"])


def _copy(client: DockerClient, image: str, published_port: int) -> None:
    # Docker takes a registry on a loopback address without TLS; the address is the one that Docker itself sees.
    name, _, tag = image.partition(":")
    repository = f"{LOOPBACK}:{published_port}/library/{name}"
    client.images.get(image).tag(repository, tag=tag)
    try:
        for line in client.images.push(repository, tag=tag, stream=True, decode=True):
            if "error" in line:
                raise DockerException(f"{image} could not be copied into the lab's registry: {line['error']}")
    finally:
        client.images.remove(f"{repository}:{tag}", noprune=True)
