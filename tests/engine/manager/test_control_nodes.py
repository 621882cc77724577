"""What users may do with nodes and the settings of a swarm, and the exact words of what they may not."""

from dataclasses import replace

import pytest

from swarmlab.engine.errors import (
    EngineError,
    NotFound,
    RpcFailedPrecondition,
    RpcInvalidArgument,
    UpdateOutOfSequence,
)
from swarmlab.engine.manager.control import Rotation
from swarmlab.engine.model import (
    Availability,
    NodeState,
    Role,
)
from tests.engine.fakes import FakeSwarm, spec


class Raft:
    """Two managers of which none may be lost, and one that is no member any more."""

    def __init__(self, *members: str) -> None:
        self.members = members

    def is_member(self, node_id: str) -> bool:
        return node_id in self.members

    def can_lose(self, node_id: str) -> bool:
        return False


def test_a_ready_node_is_not_removed_without_force() -> None:
    """With force it is."""
    swarm = FakeSwarm(nodes=2)
    node = swarm.node("n1")
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.remove_node("n1")
    assert refusal.value.description == f"node {node.id} is not down and can't be removed"
    swarm.control.remove_node("n1", force=True)
    with pytest.raises(NotFound, match="node n1 not found"):
        swarm.node("n1")


def test_a_node_that_is_not_ready_needs_no_force() -> None:
    """Down, unknown and disconnected ones can go."""
    swarm = FakeSwarm(nodes=3)
    for name, state in (("n1", NodeState.DOWN), ("n2", NodeState.UNKNOWN), ("n3", NodeState.DISCONNECTED)):
        swarm.set_state(name, state)
        swarm.control.remove_node(name)


def test_a_manager_is_demoted_before_it_is_removed() -> None:
    """Force does not help."""
    swarm = FakeSwarm(nodes=1)
    manager = swarm.add_node("boss", role=Role.MANAGER)
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.remove_node("boss", force=True)
    assert refusal.value.description == (
        f"node {manager.id} is a cluster manager and is a member of the raft cluster. "
        "It must be demoted to worker before removal"
    )


def test_the_last_manager_stays_one() -> None:
    """The rule is checked before the version."""
    swarm = FakeSwarm(nodes=1)
    swarm.add_node("boss", role=Role.MANAGER)
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.update_node("boss", 0, replace(swarm.node("boss").spec, role=Role.WORKER))
    assert refusal.value.description == "attempting to demote the last manager of the swarm"


def test_a_demotion_must_not_cost_the_quorum() -> None:
    """The raft group is asked."""
    swarm = FakeSwarm(nodes=0)
    first, second = (swarm.add_node(name, role=Role.MANAGER) for name in ("a", "b"))
    swarm.control = type(swarm.control)(swarm.store, swarm.clock, swarm.chance, Raft(first.id))
    for node, words in (
        (first, "can't remove member from the raft: this would result in a loss of quorum"),
        (second, "can't find manager in raft memberlist"),
    ):
        with pytest.raises(EngineError) as refusal:
            swarm.control.update_node(node.id, node.meta.version, replace(node.spec, role=Role.WORKER))
        assert str(refusal.value).endswith(words)


def test_a_node_update_needs_the_present_version() -> None:
    """As for services."""
    swarm = FakeSwarm(nodes=1)
    node = swarm.node("n1")
    swarm.set_availability("n1", Availability.PAUSE)
    with pytest.raises(UpdateOutOfSequence):
        swarm.control.update_node("n1", node.meta.version, node.spec)


def test_rotating_a_token_changes_its_secret_only() -> None:
    """The other token stays."""
    swarm = FakeSwarm(nodes=1)
    both = Rotation(worker_token=True, manager_token=True)
    before = swarm.control.update_cluster(swarm.store.cluster().meta.version, swarm.store.cluster().spec, both)
    after = swarm.control.update_cluster(before.meta.version, before.spec, Rotation(worker_token=True))
    head, _, secret = after.worker_token.rpartition("-")
    assert head == before.worker_token.rpartition("-")[0]
    assert len(secret) == 25
    assert after.worker_token != before.worker_token
    assert after.manager_token == before.manager_token


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "other"}, "modification of cluster name is not allowed"),
        ({"node_cert_expiry_s": 60}, "minimum certificate expiry time is: 1h0m0s"),
        ({"heartbeat_period_s": -1}, "heartbeat time period cannot be a negative duration"),
    ],
)
def test_settings_that_are_refused(changes: dict[str, object], words: str) -> None:
    """In SwarmKit's words."""
    swarm = FakeSwarm(nodes=1)
    cluster = swarm.store.cluster()
    with pytest.raises(RpcInvalidArgument) as refusal:
        swarm.control.update_cluster(cluster.meta.version, replace(cluster.spec, **changes))  # type: ignore[arg-type]
    assert refusal.value.description == words


def test_no_history() -> None:
    """A limit of zero keeps the live task alone."""
    swarm = FakeSwarm(nodes=1)
    cluster = swarm.store.cluster()
    swarm.control.update_cluster(cluster.meta.version, replace(cluster.spec, task_history_retention_limit=0))
    swarm.control.create_service(spec(image="crash"))
    swarm.advance(30)
    assert len(swarm.tasks()) <= 2
