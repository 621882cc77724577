"""What JupyterLab, the lab and the lessons of the walk take of Binder's 2 GB, as `benchmarks/memory.py` measures it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "memory.py"
WALK = [f"{number:02}" for number in range(9)]
ONE_LESSON_MB = 450
ALL_OF_THEM_MB = 1024**3 / 1_000_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which memory is shared")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, float]]:
    """Of a server on which the lessons were opened one after the other."""
    command = [sys.executable, SCRIPT, "--json", "--lessons", *WALK]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found: list[dict[str, float]] = json.loads(run.stdout)
    return found


def test_a_row_for_each_lesson(rows: list[dict[str, float]]) -> None:
    """After one for the server alone; each has one kernel more."""
    assert [row["kernels"] for row in rows] == list(range(len(WALK) + 1))
    assert rows[0]["mb"] > 10


def test_one_lesson_is_small(rows: list[dict[str, float]]) -> None:
    """JupyterLab, its lab, its pictures."""
    assert rows[1]["mb"] < ONE_LESSON_MB


def test_all_lessons_of_the_walk_fit_side_by_side(rows: list[dict[str, float]]) -> None:
    """With every kernel left running: a gigabyte."""
    assert max(row["mb"] for row in rows) < ALL_OF_THEM_MB
