"""Engine time, live and manual, over a clock that only has timers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from swarmlab.engine.clock import Clock
from swarmlab.engine.simulation import Simulation
from swarmlab.server.runner import Runner


class Timers:
    """A simulation in which nothing happens but timers."""

    def __init__(self) -> None:
        self.clock = Clock(1000.0)

    def step(self) -> bool:
        return self.clock.run_due()

    def next_due(self) -> float | None:
        return self.clock.next_due()

    def advance_to(self, time: float) -> None:
        while (due := self.next_due()) is not None and due <= time:
            self.clock.move_to(max(due, self.clock.now))
            self.step()
        self.clock.move_to(time)


@dataclass
class Lab:
    """What a runner does to a simulation, written down."""

    simulation: Timers = field(default_factory=Timers)
    rang: list[float] = field(default_factory=list)
    stepped_at: list[float] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    waiting: bool = False

    def ring_at(self, *times: float) -> None:
        for time in times:
            self.simulation.clock.at(time, lambda: self.rang.append(self.simulation.clock.now))

    def runner(self, rate: float | None = None) -> Runner:
        return Runner(
            cast(Simulation, self.simulation),
            rate=rate,
            after_step=lambda: self.stepped_at.append(self.simulation.clock.now),
            blocked=lambda: self.waiting,
            failed=self.errors.append,
        )


def on_a_loop(body: Callable[[Lab], object]) -> Lab:
    lab = Lab()

    async def run() -> None:
        result = body(lab)
        if asyncio.iscoroutine(result):
            await result

    asyncio.run(run())
    return lab


def test_manual_time_stands_still_while_nobody_waits() -> None:
    """However much wall time passes."""

    async def body(lab: Lab) -> None:
        lab.ring_at(1001)
        lab.runner().settle()
        await asyncio.sleep(0.02)

    lab = on_a_loop(body)
    assert lab.simulation.clock.now == 1000
    assert lab.rang == []


def test_sleeping_advances_by_exactly_as_much() -> None:
    """What is due on the way happens at its time, what comes later does not."""

    async def body(lab: Lab) -> None:
        lab.ring_at(1001, 1002.5, 1004)
        await lab.runner().advance(3)

    lab = on_a_loop(body)
    assert lab.simulation.clock.now == 1003
    assert lab.rang == [1001, 1002.5]


def test_output_is_written_after_every_step() -> None:
    """So that it leaves in the order of engine time."""

    async def body(lab: Lab) -> None:
        lab.ring_at(1001, 1002)
        await lab.runner().advance(3)

    assert on_a_loop(body).stepped_at == [1001, 1002, 1003]


def test_time_jumps_while_somebody_waits() -> None:
    """From timer to timer, and no further than needed."""

    async def body(lab: Lab) -> None:
        lab.waiting = True
        lab.ring_at(1001)
        lab.simulation.clock.at(1020, lambda: setattr(lab, "waiting", False))
        lab.ring_at(1021)
        lab.runner().settle()
        await asyncio.sleep(0.02)

    lab = on_a_loop(body)
    assert lab.simulation.clock.now == 1020
    assert lab.rang == [1001]


def test_live_time_runs_at_its_rate() -> None:
    """A hundred engine seconds a wall second."""

    async def body(lab: Lab) -> None:
        lab.ring_at(1001)
        lab.runner(rate=100).settle()
        await asyncio.sleep(0.05)

    assert on_a_loop(body).rang == [pytest.approx(1001, abs=0.5)]


def test_catching_up_brings_the_engine_to_wall_time() -> None:
    """A request sees the present, also when no timer rang since the last one."""

    async def body(lab: Lab) -> None:
        runner = lab.runner(rate=1000)
        await asyncio.sleep(0.01)
        runner.catch_up()

    assert on_a_loop(body).simulation.clock.now >= 1010


def test_an_exception_of_the_simulation_stops_time_and_is_told() -> None:
    """It is never lost, and nothing runs on in a broken engine."""

    def fail() -> None:
        raise RuntimeError("a bug")

    async def body(lab: Lab) -> None:
        lab.simulation.clock.at(1001, fail)
        lab.ring_at(1002)
        runner = lab.runner()
        await runner.advance(5)
        assert runner.failure is lab.errors[0]

    lab = on_a_loop(body)
    assert [str(error) for error in lab.errors] == ["a bug"]
    assert lab.rang == []
