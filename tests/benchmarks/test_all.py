"""The table of all numbers: its form, and that every topic has figures to tell. No time is asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.all import TOPICS
from benchmarks.figures import Figure, as_table, machine

FOLDER = Path(__file__).parents[2] / "benchmarks"


def test_a_figure_stands_beside_what_it_is_compared_with() -> None:
    """With the ratio of both; what is compared with nothing has none."""
    alone = Figure(what="a lab", value=0.01234, unit="s")
    beside = Figure(what="tasks", value=150, unit="ms", against="SwarmKit", other=300)
    assert as_table([alone, beside]).splitlines()[2:] == [
        "| a lab | 0.0123 s |  |  |  |",
        "| tasks | 150 ms | SwarmKit | 300 ms | 0.5 |",
    ]


def test_the_machine_is_described() -> None:
    """What a reader needs to judge the numbers."""
    assert "cores of" in machine()
    assert "Python 3." in machine()


def test_every_program_of_the_folder_is_a_topic() -> None:
    """Or it is what the topics share."""
    programs = {path.name for path in FOLDER.glob("*.py")}
    assert programs - {"all.py", "figures.py"} == {program for program, _ in TOPICS.values()}


@pytest.mark.parametrize("program", ["package.py"])
def test_a_topic_tells_figures(program: str, tmp_path: Path) -> None:
    """As JSON, from wherever it is called."""
    command = [sys.executable, str(FOLDER / program), "--figures"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path).stdout
    figures = [Figure(**figure) for figure in json.loads(told)]
    assert figures
    assert all(figure.value > 0 for figure in figures)
