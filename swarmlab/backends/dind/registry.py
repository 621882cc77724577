"""The lab's own registry: it holds the lessons' images, so that pulls and digests are real without internet.

Its container also answers as docker.com, the address that the `helloworld` service pings: the name is an alias in the
lab's network, which the local Docker's name server resolves. No port of it is published, and nobody can push to it: it
gets its images as files, before it starts.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from swarmlab.backends.dind.image_files import write_image
from swarmlab.backends.dind.local_docker import present_images
from swarmlab.backends.dind.network import LabNetwork
from swarmlab.backends.parallel import in_parallel
from swarmlab.backends.progress import Tell, untold
from swarmlab.backends.states import PINGED_NAME, SERVICE_IMAGE

PORT = 5000
DEFAULT_IMAGE = "registry:2"

LESSON_IMAGES = ("alpine:3.20", "alpine:3.21", "busybox:latest", "nginx:latest", "nginx:alpine")
"""Copied, too, where the local Docker has them; the nodes pull anything else from Docker Hub."""

DATA = "/var/lib/registry"


class RegistryFailed(Exception):
    """The lab's registry does not run; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The registry of one lab.

    Attributes:
        local: the local Docker.
        image: holds a registry.
        network: the lab's.
        labels: of everything created.
    """

    local: DockerClient = field(repr=False)
    image: str
    network: LabNetwork
    labels: Mapping[str, str]

    @property
    def name(self) -> str:
        """Of its container and its volume on the local Docker."""
        return f"{self.network.name}-registry"

    def create(self, tell: Tell) -> None:
        """Create the container and its volume, copy the lessons' images into it, and start it."""
        self.local.volumes.create(self.name, labels=dict(self.labels))
        created = self.local.api.create_container_from_config(self._config(), self.name)  # type: ignore[no-untyped-call]
        container = self.local.containers.get(created["Id"])
        images = [SERVICE_IMAGE, *present_images(self.local, LESSON_IMAGES)]
        tell("registry", f"gets {len(images)} images")
        in_parallel(lambda image: self._copy(image, container), images)
        container.start()
        tell("registry", "")

    def start(self) -> None:
        """Start it again, after a restart of the local Docker; made anew if it is gone. Harmless when it runs.

        Raises:
            RegistryFailed: Docker does not start it.
        """
        try:
            container = self.local.containers.get(self.name)
        except NotFound:
            return self.create(untold)
        try:
            container.start()
        except APIError as error:
            raise RegistryFailed(
                f"Docker does not start the lab's registry: {error.explanation}. Start a new lab."
            ) from error

    def _config(self) -> dict[str, object]:
        address = {"IPAMConfig": {"IPv4Address": self.network.registry_address}, "Aliases": [PINGED_NAME]}
        return {
            "Image": self.image,
            "Env": ["REGISTRY_STORAGE_MAINTENANCE_READONLY={enabled: true}"],
            "Labels": dict(self.labels),
            "HostConfig": {"Binds": [f"{self.name}:{DATA}"], "NetworkMode": self.network.name},
            "NetworkingConfig": {"EndpointsConfig": {self.network.name: address}},
        }

    def _copy(self, image: str, container: Container) -> None:
        name, _, tag = image.partition(":")
        with TemporaryFile() as saved, TemporaryFile() as files:
            self._save(image, saved)
            with closing(tarfile.open(fileobj=files, mode="w")) as archive:
                write_image(saved, archive, repository=f"library/{name}", tag=tag)
            files.seek(0)
            container.put_archive(DATA, files)

    def _save(self, image: str, file: IO[bytes]) -> None:
        for chunk in self.local.images.get(image).save(named=image):
            file.write(chunk)
        file.seek(0)
