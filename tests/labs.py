"""Labs of simulated engines in manual time, on their sockets; a conftest takes the fixture from here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
