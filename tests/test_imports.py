"""What is loaded when: `import swarmlab` is quick since it loads next to nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"matplotlib", "numpy", "IPython", "ipywidgets", "anywidget", "docker", "requests", "cryptography", "asyncio"}


def loaded(statement: str) -> set[str]:
    """The packages that a statement loads, in a process of its own."""
    program = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_the_package_alone_loads_nothing_heavy() -> None:
    """Its names are looked up when they are asked for."""
    assert loaded("import swarmlab") & HEAVY == set()


@pytest.mark.parametrize("statement", ["import swarmlab.__main__", "import swarmlab.jupyter"])
def test_the_command_line_waits_for_nothing_that_it_does_not_need(statement: str) -> None:
    """`swarmlab lab` loads JupyterLab itself, `swarmlab status` none of all that."""
    assert loaded(statement) & HEAVY == set()


def test_a_lesson_s_first_cell_does_without_matplotlib() -> None:
    """It takes 40 MB of a kernel, so the first picture loads it; the rest of what a lesson uses is loaded there."""
    first = "from swarmlab import Lab, exercise, plot_placement, plot_balance, plot_timeline, predict, progress, quiz"
    assert loaded(f"{first}\nimport swarmlab.magics") & {"matplotlib", "numpy", "ipywidgets"} == {"ipywidgets"}
