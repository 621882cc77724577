"""Labs of simulated engines in manual time."""

from collections.abc import Iterator

import pytest
from docker import DockerClient

from swarmlab.backends.embedded import EmbeddedBackend
from tests.labs import StartLab, start_lab

__all__ = ["start_lab"]


@pytest.fixture
def formed(start_lab: StartLab) -> EmbeddedBackend:
    """A manager and two workers."""
    return start_lab("formed")


@pytest.fixture
def manager(formed: EmbeddedBackend) -> Iterator[DockerClient]:
    """A client of docker-swarm-3."""
    client = formed.client("docker-swarm-3")
    yield client
    client.close()
