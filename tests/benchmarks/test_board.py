"""The benchmark of the board runs and says what it measured. No time is asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import quiet_network

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "board.py"


@pytest.mark.browser
def test_a_row_says_how_long_actions_took_to_the_screen() -> None:
    """In one JSON object; every action was seen."""
    command = [sys.executable, str(SCRIPT), "--nodes", "3", "--tasks", "5", "--actions", "4", "--json"]
    with quiet_network():
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    row = json.loads(printed)
    assert set(row) == {"nodes", "tasks", "actions", "median_ms", "slowest_ms", "look_ms"}
    assert (row["nodes"], row["tasks"], row["actions"]) == (3, 5, 4)
    assert 0 < row["median_ms"] <= row["slowest_ms"]
