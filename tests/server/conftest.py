"""Labs of simulated engines in manual time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.client.protocols import LabState

StartLab = Callable[..., EmbeddedBackend]


@pytest.fixture
def start_lab(tmp_path: Path) -> Iterator[StartLab]:
    """Starts labs that end with the test."""
    labs: list[EmbeddedBackend] = []

    def start(state: LabState = "separate", **options: object) -> EmbeddedBackend:
        directory = tmp_path / str(len(labs))
        directory.mkdir(mode=0o700)
        labs.append(EmbeddedBackend(**{"time": "manual", "directory": directory, "state": state, **options}))
        return labs[-1]

    yield start
    for lab in labs:
        lab.close()


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
