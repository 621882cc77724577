"""The benchmark of the engine's growth runs and says what it measured. No time is asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "engine.py"


def measured(*arguments: str) -> dict[str, float]:
    """What the script prints as JSON."""
    command = [sys.executable, str(SCRIPT), *arguments, "--json"]
    row: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return row


@pytest.mark.parametrize(("nodes", "replicas"), [(3, 5), (20, 200)])
def test_a_row_says_sizes_seconds_and_memory(nodes: int, replicas: int) -> None:
    """In one JSON object."""
    row = measured("--nodes", str(nodes), "--replicas", str(replicas))
    assert set(row) == {"nodes", "replicas", "seconds", "peak_mb"}
    assert (row["nodes"], row["replicas"]) == (nodes, replicas)
    assert row["seconds"] > 0
    assert row["peak_mb"] > 1


@pytest.mark.parametrize("scenario", ["drain", "leader", "update", "tasks", "services", "idle"])
def test_every_scenario_runs_at_any_size(scenario: str) -> None:
    """Here at a small one."""
    row = measured("--scenario", scenario, "--nodes", "5", "--replicas", "20")
    assert (row["nodes"], row["replicas"]) == (5, 20)
