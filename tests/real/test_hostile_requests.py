"""Requests that nobody should send, to real engines and to simulated ones: both answer alike.

`SWARMLAB_COMPARED=300` says how many, `SWARMLAB_FUZZ_SEED=7` from which seed they are drawn.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from swarmlab.backends.dind import DindBackend
from swarmlab.backends.embedded import EmbeddedBackend
from tests.fuzz.sides import Asked, Side, draw

COUNT = int(os.environ.get("SWARMLAB_COMPARED", "300"))
SEED = int(os.environ.get("SWARMLAB_FUZZ_SEED", "1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A request and both answers."""

    asked: Asked
    real: tuple[int, str]
    simulated: tuple[int, str]

    def __str__(self) -> str:
        return f"{self.asked.endpoint}\n  {self.asked}\n  real:      {self.real}\n  simulated: {self.simulated}"


@pytest.fixture(scope="module")
def pairs(lab: DindBackend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Pair]]:
    """Everything is asked on both sides, one request after the other."""
    lab.reset("helloworld")
    directory = tmp_path_factory.mktemp("simulated")
    directory.chmod(0o700)
    simulated = EmbeddedBackend(time="live", directory=directory, state="helloworld")
    sides = Side(lab), Side(simulated)
    for side in sides:
        side.furnish()
    try:
        yield [pair for asked in draw(SEED, COUNT) if (pair := ask_both(asked, *sides))]
    finally:
        simulated.close()


def ask_both(asked: Asked, real: Side, simulated: Side) -> Pair | None:
    """Ask the simulated engine, and the real one unless the other has not got what is asked for (501)."""
    answer = simulated.ask(asked)
    return None if answer[0] == 501 else Pair(asked=asked, simulated=answer, real=real.ask(asked))


def is_listed(pair: Pair) -> bool:
    """Whether docs/differences.md says that the two differ here, or nothing can be compared."""
    return (
        pair.real == (0, "RemoteDisconnected")  # the real engine's handler died of it
        or pair.simulated == (400, "invalid JSON: exceeded max depth")
    )


def test_both_answer_alike(pairs: list[Pair], record_property: Callable[[str, int], None]) -> None:
    """Status, and words of refusals."""
    compared = [pair for pair in pairs if not is_listed(pair)]
    record_property("compared", len(compared))
    assert len(compared) > COUNT / 2
    different = [pair for pair in compared if pair.real != pair.simulated]
    assert not different, f"{len(different)} of {len(compared)}:\n" + "\n".join(map(str, different))
