"""Labs for the tests of commands: embedded ones, or with SWARMLAB_BACKEND=dind real engines; and one that records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest

from swarmlab.client.cluster import Cluster
from swarmlab.client.protocols import Backend, LabState
from swarmlab.ownership import LabDirectory, create_lab_directory
from tests.commands.recorder import Recorder, recording

RATE = 8.0
"""Engine seconds a wall second on the embedded lab: what the CLI waits for comes sooner, its own 5 s do not."""


@contextmanager
def started(state: LabState, factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A lab of its own in a named state."""
    name = os.environ.get("SWARMLAB_BACKEND") or "embedded"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARMLAB_RUNTIME_DIR", str(factory.mktemp("labs")))
        directory = create_lab_directory(name)
        cluster = Cluster(_backend(name, directory, state))
        try:
            yield cluster
        finally:
            for node in cluster:
                node.close()
            cluster.backend.close()
            directory.remove()


def _backend(name: str, directory: LabDirectory, state: LabState) -> Backend:
    module = import_module(f"swarmlab.backends.{name}")
    if name != "embedded":
        return module.start(directory, state)
    return module.EmbeddedBackend(
        directory=directory.path, docker_config=directory.docker_config, state=state, rate=RATE
    )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A swarm of one manager and two workers with `helloworld` running, for reads."""
    with started("helloworld", tmp_path_factory) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Cluster]]:
    """Two labs of three separate engines each: what changes the one by the CLI changes the other by us."""
    with started("separate", tmp_path_factory) as one, started("separate", tmp_path_factory) as other:
        yield one, other


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    """The CLI and an engine that keeps what it is asked."""
    with recording(tmp_path_factory.mktemp("recorder")) as recorder:
        yield recorder
