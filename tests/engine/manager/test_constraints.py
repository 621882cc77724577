"""Placement constraints: grammar, refusals, and which node meets them."""

import pytest

from swarmlab.engine.errors import RpcUnknown
from swarmlab.engine.manager.constraints import node_matches, parse
from swarmlab.engine.model import Role
from tests.engine.fakes import FakeSwarm


def meets(expression: str) -> bool:
    """Whether a manager called n1 with the label zone=East meets the constraint."""
    swarm = FakeSwarm(nodes=0)
    node = swarm.add_node("n1", role=Role.MANAGER, zone="East")
    return node_matches(parse([expression]), node)


@pytest.mark.parametrize(
    "expression",
    [
        "node.hostname==n1",
        "node.hostname == N1",
        "NODE.HOSTNAME==n1",
        "node.hostname!=n2",
        "node.role==manager",
        "node.platform.os==linux",
        "node.platform.arch==x86_64",
        "node.labels.zone==east",
        "node.labels.Zone!=east",
        "node.labels.nosuch!=x",
        "engine.labels.nosuch!=x",
        "node.ip==172.31.16.11",
        "node.ip==172.31.16.0/20",
        "node.ip!=10.0.0.0/8",
    ],
)
def test_a_node_meets(expression: str) -> None:
    """Keys, prefixes and values ignore case, label names do not; a missing label is unlike every value."""
    assert meets(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "node.hostname==n2",
        "node.hostname==n*",
        "node.role!=manager",
        "node.platform.arch==amd64",
        "node.labels.nosuch==x",
        "node.foo==1",
        "node.foo!=1",
        "node.ip==10.0.0.1",
        "node.ip!=nonsense",
    ],
)
def test_a_node_does_not_meet(expression: str) -> None:
    """There is no globbing, and a key that is none is met by no node, whatever the operator."""
    assert not meets(expression)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("node.role", "constraint expected one operator from ==, !="),
        ("node.role=manager", "constraint expected one operator from ==, !="),
        ("1==1", "key '1' is invalid"),
        ("node.role==", "value '' is invalid"),
        ("node.role==<x>", "value '<x>' is invalid"),
    ],
)
def test_what_is_no_constraint_is_refused(expression: str, words: str) -> None:
    """The words are SwarmKit's, with the code of an error that has no type."""
    with pytest.raises(RpcUnknown) as refusal:
        parse([expression])
    assert str(refusal.value) == f"rpc error: code = Unknown desc = {words}"
