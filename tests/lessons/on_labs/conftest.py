"""Exercises as a learner does them, whoever runs the cluster: the embedded lab (`make test`) or three real engines.

One body of tests. Waiting is in lab seconds, through the lab; cells run in an IPython, with `%docker` and the lab.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from swarmlab import magics
from swarmlab.lab import Lab
from tools.lessons import NOTEBOOKS

Run = Callable[[str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On real engines these tests need Docker."""
    for item in items:
        if Path(__file__).parent in item.path.parents and os.environ.get("SWARMLAB_BACKEND") == "dind":
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab for as many of these tests as one process runs; each brings it to the state that it needs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARMLAB_TIME", "manual")
        patch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path_factory.mktemp("labs")))
        patch.setenv("SWARMLAB_PROGRESS", str(tmp_path_factory.mktemp("progress") / "progress.json"))
        patch.chdir(NOTEBOOKS)  # where `data/hello.yml` is
        with Lab.start() as lab:
            yield lab


@pytest.fixture
def run(lab: Lab) -> Iterator[Run]:
    """Runs a cell of a notebook."""
    shell = start_ipython() or InteractiveShell.instance()
    shell.user_ns["lab"] = lab
    magics.load(lab, shell)

    def run(cell: str) -> None:
        result = shell.run_cell(cell)
        assert result.success, (result.error_before_exec, result.error_in_exec)

    yield run
    shell.user_ns.pop("lab")
