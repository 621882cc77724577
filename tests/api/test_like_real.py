"""The same requests to simulated engines and to two engines 28.5.2, whose answers are kept in recorded/answers.json.

Refusals must be the same word for word; other answers must have the same status, type, keys, order of keys and types.
"""

import json

import pytest

from tests.api.scenario import RECORDED, play, summary
from tests.api.simulated import SimulatedEngines

REAL = json.loads(RECORDED.read_text())


@pytest.fixture(scope="module")
def simulated() -> dict[str, dict[str, object]]:
    return {name: summary(answered) for name, answered in play(SimulatedEngines()).items()}


@pytest.mark.parametrize("name", REAL)
def test_an_answer_is_like_a_real_engines(name: str, simulated: dict[str, dict[str, object]]) -> None:
    """Every answer of the scenario."""
    assert json.dumps(simulated[name], indent=1) == json.dumps(REAL[name], indent=1)
