"""What Swarm does, whoever runs it: one body of tests for the embedded lab (`make test`) and three real engines.

Waiting is in lab seconds, through the lab: on the embedded lab's manual time it takes none. A module plays a story and
keeps what was seen at each moment; its tests look at that. So a story is played once on real engines (`make real`).
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarmlab.lab import Lab


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On real engines these tests need Docker."""
    for item in items:
        if Path(__file__).parent in item.path.parents and os.environ.get("SWARMLAB_BACKEND") == "dind":
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab for one module, at first in the state that the module names; its `TIME` may be live."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARMLAB_TIME", getattr(request.module, "TIME", "manual"))
        patch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path_factory.mktemp("labs")))
        with Lab.start(request.module.STARTS_FROM) as lab:
            yield lab
