"""Tests on three real Docker Engines. They take minutes: `make real` runs them, `make test` one smoke test only."""

import os
from collections.abc import Iterator

import pytest

from swarmlab.backends.dind import DindBackend, start
from swarmlab.ownership import create_lab_directory


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder, and leave it to `make real`."""
    for item in items:
        if item.path.parent.name == "real":
            item.add_marker(pytest.mark.real)
            if os.environ.get("SWARMLAB_BACKEND") != "dind":
                item.add_marker(pytest.mark.skip(reason="`make real` runs it"))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DindBackend]:
    """A lab of real engines for the tests of one module, in whatever state the test before left it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path_factory.mktemp("labs")))
        directory = create_lab_directory("dind")
        backend = start(directory, "separate")
        yield backend
        backend.close()
        directory.remove()
