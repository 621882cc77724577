"""Tests of service logs. Recorded from engines 28.5.2."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import NotFound
from swarmlab.engine.host.logs import LogLine, LogOptions, LogStream
from swarmlab.engine.model import Node, Replicated, Service
from tests.engine.fakes import spec
from tests.engine.hosts import SwarmOfThree

HELLO = ("sh", "-c", "echo one; sleep 2; echo two; sleep 1000")


@pytest.fixture
def swarm() -> SwarmOfThree:
    swarm = SwarmOfThree()
    swarm.create("hello", *HELLO, mode=Replicated(replicas=3))
    return swarm


def _open(swarm: SwarmOfThree, reference: str = "hello", **options: object) -> LogStream:
    return swarm.wait(swarm.three.service_logs(reference, LogOptions(**options)))  # type: ignore[arg-type]


def _texts(lines: list[LogLine]) -> list[str]:
    return [line.text for line in lines]


def test_the_lines_of_all_tasks_come_in_the_order_of_time(swarm: SwarmOfThree) -> None:
    """Each says whose it is; then the stream ends."""
    stream = _open(swarm)
    lines = stream.read()
    assert _texts(lines) == ["one"] * 3 + ["two"] * 3
    assert [line.time for line in lines] == sorted(line.time for line in lines)
    assert stream.ended
    service = swarm.store.find(Service, "hello")
    assert {line.details["com.docker.swarm.service.id"] for line in lines} == {service.id}
    assert {line.details["com.docker.swarm.node.id"] for line in lines} == {node.id for node in swarm.store.all(Node)}
    assert len({line.details["com.docker.swarm.task.id"] for line in lines}) == 3


def test_tail_counts_for_each_task(swarm: SwarmOfThree) -> None:
    """Not for all of them together."""
    assert _texts(_open(swarm, tail=1).read()) == ["two"] * 3


def test_following_hears_new_lines_and_new_tasks(swarm: SwarmOfThree) -> None:
    """And never ends by itself."""
    stream = _open(swarm, follow=True, tail=0)
    assert stream.read() == []
    task = swarm.running("hello")[0]
    swarm.daemon_of(task).containers.remove(task.name, force=True)
    swarm.advance(10)
    assert _texts(stream.read()) == ["one", "two"]
    assert not stream.ended
    stream.close()
    assert stream.ended


def test_the_lines_of_dead_tasks_are_shown_while_their_records_last(swarm: SwarmOfThree) -> None:
    """A failed task's container is kept as its history is."""
    swarm.create("brief", "sh", "-c", "echo bye; exit 1")
    swarm.advance(1)
    assert _texts(_open(swarm, "brief").read()) == ["bye"]


def test_a_node_that_is_away_is_named_at_the_end(swarm: SwarmOfThree) -> None:
    """In a line of its own; while following it is not."""
    away = swarm.node(swarm.two)
    swarm.two.power_off()
    lines = _open(swarm).read()
    assert _texts(lines[:-1]) == ["one"] * 2 + ["two"] * 2
    assert lines[-1].stream == "system"
    assert lines[-1].text == (
        "Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some logs could not be "
        f"retrieved for the following reasons: node {away.id} is not available"
    )
    assert "system" not in {line.stream for line in _open(swarm, follow=True).read()}


def test_a_pending_task_has_no_lines_and_says_why(swarm: SwarmOfThree) -> None:
    """Asked for by itself; a service with pending tasks only has no lines and no warning."""
    pending = spec("pend", image="alpine:latest", constraints=("node.labels.x==y",))
    swarm.wait(swarm.three.ask(lambda control: control.create_service(pending)))
    swarm.advance(1)
    task = swarm.tasks("pend")[0]
    assert _open(swarm, "pend").read() == []
    lines = swarm.wait(swarm.three.task_logs(task.id, LogOptions())).read()
    assert lines[0].text.endswith(f"for the following reasons: task {task.id} has not been scheduled")


def test_an_unknown_service_is_refused(swarm: SwarmOfThree) -> None:
    """As by every other request."""
    with pytest.raises(NotFound, match=r"^service nosuch not found$"):
        _open(swarm, "nosuch")
