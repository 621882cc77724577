"""Progress lines and the rules of convergence, on tasks made by hand."""

from __future__ import annotations

from typing import Any

from swarmlab.commands.printing.display import Display, bar
from swarmlab.commands.services.progress_modes import mode_of


def service(**mode: Any) -> dict[str, Any]:
    """A service of this mode."""
    return {"ID": "s", "Spec": {"Mode": mode}, "JobStatus": {"JobIteration": {}}}


def task(slot: int, state: str, *, desired: str = "running", node: str = "n1", **more: Any) -> dict[str, Any]:
    """A task in a state."""
    return {"Slot": slot, "NodeID": node, "DesiredState": desired, "Status": {"State": state, **more}}


def test_a_replicated_service_shows_a_line_for_each_slot() -> None:
    """Running tasks have a full bar; it converges when all of them run."""
    display = Display()
    mode = mode_of(service(Replicated={"Replicas": 2}), display)
    described = service(Replicated={"Replicas": 2})
    assert not mode.update(described, [task(1, "running"), task(2, "preparing")], {"n1"}, False)
    assert display.text() == (
        f"overall progress: 1 out of 2 tasks\n1/2: running   {bar(9, 9)}\n2/2: preparing {bar(6, 9)}"
    )
    assert mode.update(described, [task(1, "running"), task(2, "running")], {"n1"}, False)
    assert "overall progress: 2 out of 2 tasks" in display.text()


def test_more_than_twenty_slots_have_no_lines() -> None:
    """Only the sum is shown."""
    display = Display()
    mode = mode_of(service(Replicated={"Replicas": 21}), display)
    mode.update(service(Replicated={"Replicas": 21}), [], set(), False)
    assert display.text() == "overall progress: 0 out of 21 tasks"


def test_of_two_tasks_in_a_slot_the_one_wanted_least_far_counts() -> None:
    """A new task that is ready stands for its slot while the old one is shut down; one on a lost node does not."""
    display = Display()
    mode = mode_of(service(Replicated={"Replicas": 1}), display)
    described = service(Replicated={"Replicas": 1})
    both = [task(1, "running", desired="shutdown"), task(1, "ready", desired="ready")]
    assert not mode.update(described, both, {"n1"}, False)
    assert "1/1: ready" in display.text()
    assert not mode.update(described, [task(1, "running", node="lost")], {"n1"}, False)


def test_an_error_takes_the_place_of_the_state() -> None:
    """It is cut so that it stays on its line."""
    display = Display()
    described = service(Replicated={"Replicas": 1})
    mode_of(described, display).update(described, [task(1, "pending", Err="no suitable node " * 9)], {"n1"}, False)
    line = display.text().split("\n")[1]
    assert line.startswith("1/1: no suitable node")
    assert line.endswith("…")
    assert len(line) == len("1/1: ") + 75


def test_a_rollback_is_named() -> None:
    """The sum says which way it goes."""
    display = Display()
    described = service(Replicated={"Replicas": 1})
    mode_of(described, display).update(described, [], set(), True)
    assert display.text().startswith("overall progress: rolling back update: 0 out of 1 tasks")


def test_a_global_service_waits_for_its_tasks() -> None:
    """Without tasks nothing is known; a task on a lost node keeps it from converging."""
    display = Display()
    described = service(Global={})
    mode = mode_of(described, display)
    assert not mode.update(described, [], {"n1"}, False)
    assert display.text() == "overall progress: waiting for new tasks"
    tasks = [task(0, "running", node="n1"), task(0, "running", node="n2")]
    assert not mode.update(described, tasks, {"n1"}, False)
    assert mode.update(described, tasks, {"n1", "n2"}, False)


def test_a_job_counts_what_is_complete() -> None:
    """Slots start from 0, lines from 1."""
    display = Display()
    described = service(ReplicatedJob={"MaxConcurrent": 1, "TotalCompletions": 2})
    mode = mode_of(described, display)
    first = {**task(0, "complete", desired="complete"), "JobIteration": {}}
    second = {**task(1, "running", desired="complete"), "JobIteration": {}}
    assert not mode.update(described, [first, second], {"n1"}, False)
    assert display.text().split("\n")[:3] == [
        f"job progress: 1 out of 2 complete {bar(1, 2)}",
        "active tasks: 1 out of 1 tasks",
        f"1/2: complete  {bar(10, 10)}",
    ]
