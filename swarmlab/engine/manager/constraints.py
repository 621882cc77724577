r"""Placement constraints: `node.role==manager`, `node.labels.zone != a`.

Owns the grammar and its refusals. Does not decide where a task goes: filters.py asks.
A constraint is `key == value` or `key != value`; several are all required. A label that a node lacks reads as "".
Source: swarmkit manager/constraint/constraint.go.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from swarmlab.engine.errors import RpcUnknown
from swarmlab.engine.model import Node, TaskSpec, placement

NODE_LABEL = "node.labels."
ENGINE_LABEL = "engine.labels."
_OPERATORS = ("==", "!=")
_KEY = re.compile(r"[a-z_][a-z0-9\-_.]+", re.IGNORECASE | re.ASCII)
_VALUE = re.compile(r"[a-z0-9:\-_\s.*()?+\[\]\\^$|/]+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Constraint:
    """One parsed condition on a node."""

    key: str
    equal: bool
    value: str

    def matches(self, found: str) -> bool:
        """Whether a node with this property meets the condition; upper and lower case are the same."""
        return (self.value.lower() == found.lower()) is self.equal


def parse(expressions: Iterable[str]) -> tuple[Constraint, ...]:
    """Parse constraints as a user writes them.

    Raises:
        RpcUnknown: one of them is none; SwarmKit gives this error no type of its own.
    """
    return tuple(_parse_one(expression) for expression in expressions)


def _parse_one(expression: str) -> Constraint:
    operator = next((op for op in _OPERATORS if op in expression), None)
    if operator is None:
        raise RpcUnknown("constraint expected one operator from ==, !=")
    key, value = (part.strip() for part in expression.split(operator, 1))
    if not _KEY.fullmatch(key):
        raise RpcUnknown(f"key '{key}' is invalid")
    if not _VALUE.fullmatch(value):
        raise RpcUnknown(f"value '{value}' is invalid")
    return Constraint(key, operator == "==", value)


def suits(node: Node, spec: TaskSpec) -> bool:
    """Whether the node meets the placement constraints of a task's spec."""
    return node_matches(parse(placement(spec).constraints), node)


def node_matches(constraints: Iterable[Constraint], node: Node) -> bool:
    """Whether the node meets all constraints. A key that is none of the known ones matches no node."""
    return all(_meets(constraint, node) for constraint in constraints)


def _meets(constraint: Constraint, node: Node) -> bool:
    if constraint.key.lower() == "node.ip":
        return _meets_address(constraint, node.status.addr)
    found = _property(constraint.key, node)
    return found is not None and constraint.matches(found)


def _property(key: str, node: Node) -> str | None:
    """The property of a node that a key names; None for a key that names none."""
    description = node.description
    platform = description.platform if description else None
    match key.lower():
        case "node.id":
            return node.id
        case "node.hostname":
            return node.hostname
        case "node.role":
            return node.role.value
        case "node.platform.os":
            return platform.os if platform else ""
        case "node.platform.arch":
            return platform.architecture if platform else ""
    return label(key, node)


def label(descriptor: str, node: Node) -> str | None:
    """The label that `node.labels.L` or `engine.labels.L` names, "" where the node lacks it; None for other words.

    The prefix may be written in upper case, the label's name may not.
    """
    lowered = descriptor.lower()
    if lowered.startswith(NODE_LABEL) and len(descriptor) > len(NODE_LABEL):
        return node.spec.labels.get(descriptor[len(NODE_LABEL) :], "")
    if lowered.startswith(ENGINE_LABEL) and len(descriptor) > len(ENGINE_LABEL):
        labels = node.description.engine.labels if node.description else {}
        return labels.get(descriptor[len(ENGINE_LABEL) :], "")
    return None


def _meets_address(constraint: Constraint, address: str) -> bool:
    """`node.ip` compares with an address or a network; a malformed one is met by no node, whatever the operator."""
    try:
        network = ipaddress.ip_network(constraint.value, strict=False)
    except ValueError:
        return False
    inside = bool(address) and ipaddress.ip_address(address) in network
    return inside is constraint.equal
