"""`make real` runs these tests: real Docker Engines behind ssh."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarmlab.ownership import LabDirectory, create_lab_directory
from tests.hosts.own import OwnHosts, own_hosts

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder, and leave it to `make real`."""
    for item in items:
        if item.path.parent == HERE:
            for name in ("real", "ssh", "cli"):
                item.add_marker(name)
            if os.environ.get("SWARMLAB_BACKEND") != "dind":
                item.add_marker(pytest.mark.skip(reason="`make real` runs it"))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnHosts]:
    """Hosts for the tests of one module, in whatever state the test before left them."""
    with own_hosts(tmp_path_factory.mktemp("own")) as own:
        yield own


@pytest.fixture
def directory() -> Iterator[LabDirectory]:
    """Of a lab on the hosts."""
    made = create_lab_directory("hosts")
    yield made
    made.remove()
