"""A snapshot reads well, and convergence is told in a sentence."""

from __future__ import annotations

from typing import Any

from swarmlab.client.convergence import missing_for_convergence
from swarmlab.client.snapshots import Snapshot, take_snapshot
from tests.client.fakes import SwarmApi, node, service, task


def looked(**swarm: Any) -> Snapshot:
    """A snapshot of a swarm made by hand."""
    api: Any = SwarmApi(**swarm)
    return take_snapshot(api)


def test_nodes_and_tasks_come_in_the_order_of_their_names() -> None:
    """As people count: slot 10 after slot 2."""
    tasks = [task("web", slot, "b") for slot in (10, 2, 1)]
    snapshot = looked(nodes=[node("b"), node("a", leader=True)], services=[service("web", 3)], tasks=tasks)
    assert [each.name for each in snapshot.nodes] == ["a", "b"]
    assert [each.name for each in snapshot.tasks] == ["web.1", "web.2", "web.10"]
    assert snapshot.nodes[0].is_leader


def test_two_records_of_one_host_are_told_apart() -> None:
    """A host that left and joined again is there twice; the one that is down comes last."""
    nodes = [node("a", node_id="aaaa1", state="down"), node("a", node_id="bbbb2")]
    snapshot = looked(nodes=nodes, services=[], tasks=[])
    assert [each.label for each in snapshot.nodes] == ["a (bbbb)", "a (aaaa)"]


def test_a_node_that_is_just_joining_has_no_name_yet() -> None:
    """A real engine shows its record before it has described itself."""
    joining = {**node("a"), "Description": {"Platform": {}, "Resources": {}, "Engine": {}, "TLSInfo": {}}}
    assert [each.name for each in looked(nodes=[joining], services=[], tasks=[]).nodes] == [""]


def test_counts_are_of_running_tasks_that_are_still_there() -> None:
    """What was last seen running on a lost node counts, what has ended does not."""
    tasks = [
        task("web", 1, "a"),
        task("web", 1, "b", "running", desired="shutdown"),
        task("web", 2, "a", "failed", desired="shutdown"),
    ]
    snapshot = looked(nodes=[node("a"), node("b", state="down")], services=[service("web", 2)], tasks=tasks)
    assert snapshot.counts(["web"]) == {"id-a": 1, "id-b": 1}
    assert len(snapshot.current()) == 2


def missing(name: str, **swarm: Any) -> str:
    """What keeps a service of a swarm made by hand from being converged."""
    return missing_for_convergence(SwarmApi(**swarm), name)


def test_a_service_converges_when_all_its_replicas_run() -> None:
    """And not before."""
    nodes, services = [node("a")], [service("web", 2)]
    assert missing("web", nodes=nodes, services=services, tasks=[task("web", 1, "a"), task("web", 2, "a")]) == ""
    pending = [task("web", 1, "a"), task("web", 2, "", "pending", error="no suitable node")]
    assert missing("web", nodes=nodes, services=services, tasks=pending) == "1 of 2 tasks running (no suitable node)"


def test_a_task_on_a_lost_node_does_not_count() -> None:
    """It may still run there, but nobody knows."""
    tasks = [task("web", 1, "a")]
    assert missing("web", nodes=[node("a", state="down")], services=[service("web", 1)], tasks=tasks) == (
        "0 of 1 tasks running"
    )


def test_an_update_under_way_is_not_converged() -> None:
    """Even while enough tasks run."""
    updating = service("web", 1, UpdateStatus={"State": "updating", "Message": "update in progress"})
    tasks = [task("web", 1, "a")]
    assert missing("web", nodes=[node("a")], services=[updating], tasks=tasks) == "updating: update in progress"


def test_a_global_service_needs_a_task_first() -> None:
    """Then every node that has one must run it."""
    nodes, services = [node("a"), node("b")], [service("agent", None)]
    assert missing("agent", nodes=nodes, services=services, tasks=[]) == "0 of 0 tasks running"
    assert missing("agent", nodes=nodes, services=services, tasks=[task("agent", 0, "a"), task("agent", 0, "b")]) == ""


def test_a_service_that_is_not_there_is_missing() -> None:
    """By name."""
    assert missing("web", nodes=[], services=[], tasks=[]) == "there is no service web"
