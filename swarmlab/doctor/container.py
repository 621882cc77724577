"""A container to look from, on a host that no shell is on. Owns that container, which is removed at the end."""

from __future__ import annotations

import re
from typing import cast

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

LIFE_S = 600
"""A container that nobody removed ends by itself."""

IMAGES = ("alpine", "busybox")
"""Small ones with a shell and the network's programs."""

LABEL = "swarmlab.doctor"


class ContainerShell:
    """A container in the host's own network. It changes nothing but its own being there, and is removed at the end."""

    def __init__(self, client: DockerClient, image: str) -> None:
        self._container: Container = client.containers.create(
            image,
            ["sleep", str(LIFE_S)],
            network_mode="host",
            read_only=True,
            auto_remove=True,
            labels={LABEL: "1"},
        )
        try:
            self._container.start()
        except BaseException:  # one that did not start stays
            self.close()
            raise

    def run(self, script: str, *, timeout_s: float = 20) -> str:
        """What the script printed."""
        limit = str(max(1, round(timeout_s)))
        _, output = self._container.exec_run(["timeout", limit, "sh", "-c", f"(\n{script}\n) </dev/null 2>&1"])
        return cast(bytes, output).decode(errors="replace")

    def close(self) -> None:
        """Remove the container; harmless when it is gone, or on its way."""
        try:
            self._container.remove(force=True)
        except APIError as error:
            if error.status_code not in (404, 409):
                raise


def image_with_a_shell(client: DockerClient) -> str | None:
    """An image that is there already and that a shell can run in; what a service pulled has a digest, but no tag."""
    images = client.images.list()
    names = sorted(name for image in images for name in (*image.tags, *(image.attrs.get("RepoDigests") or ())))
    return next((name for wanted in IMAGES for name in names if re.split("[:@]", name)[0] == wanted), None)
