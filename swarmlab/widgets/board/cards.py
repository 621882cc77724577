"""The cards of the board: a node of the swarm, a host in no swarm, and tasks that wait for the same reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from swarmlab.client.protocols import Host
from swarmlab.client.snapshots import NodeView, Snapshot, TaskView
from swarmlab.client.watch import Sight
from swarmlab.commands.printing.units import binary_size
from swarmlab.looks import availability_badge, role_badge, state_badge


class Card(TypedDict, total=False):
    """A card; what is empty is left out.

    `kind` is node, engine or waits. `tone` is well, closed (takes no new tasks) or lost. `badges` are its role,
    availability and state, each in Docker's word. `marks` are faults. `why` is why it is lost, or what waits.
    """

    kind: str
    title: str
    tone: str
    badges: list[str]
    address: str
    why: str
    marks: list[str]
    reserved: str


def node_cards(sight: Sight, hosts: Sequence[Host]) -> dict[str, Card]:
    """A card for every node that the managers know, by its id."""
    if sight.snapshot is None:
        return {}
    addresses = {host.name: host.address for host in hosts}
    used = _reserved(sight.snapshot)
    return {node.id: _node(node, sight, addresses, used.get(node.id, (0.0, 0))) for node in sight.snapshot.nodes}


def _node(node: NodeView, sight: Sight, addresses: dict[str, str], used: tuple[float, int]) -> Card:
    reason = _reason(node, sight)
    card = Card(kind="node", title=node.label or f"joining ({node.id[:4]})", tone=_tone(node, reason))
    card["badges"] = _badges(node, is_stale=bool(sight.problem))
    if address := _known_address(node) or addresses.get(node.name, ""):
        card["address"] = address
    if node.cpus:
        memory = f"{binary_size(used[1])}/{binary_size(node.memory_bytes)}"
        card["reserved"] = f"reserved: {_number(used[0])}/{_number(node.cpus)} CPUs, {memory}"
    if reason:
        card["why"] = reason
    if marks := _marks(node.name, sight):
        card["marks"] = marks
    return card


def _known_address(node: NodeView) -> str:
    """A manager that has not heard of the address says 0.0.0.0."""
    return "" if node.address in ("0.0.0.0", "127.0.0.1") else node.address


def _tone(node: NodeView, reason: str) -> str:
    if node.state != "ready" or reason:
        return "lost"
    return "well" if node.availability == "active" else "closed"


def _badges(node: NodeView, *, is_stale: bool) -> list[str]:
    role = node.role if is_stale else role_badge(node)
    reach = [node.reachability] if node.reachability not in ("", "reachable") else []
    return [role, *reach, state_badge(node), availability_badge(node)]


def _reason(node: NodeView, sight: Sight) -> str:
    """Why it is lost; what a fault explains is said by its mark."""
    if node.state != "ready":
        return node.message or f"the managers call it {node.state}"
    if any(fault.node == node.name and fault.kind == "stopped" for fault in sight.faults):
        return "the managers still call it ready"
    return sight.unreachable.get(node.name, "") or sight.unheard.get(node.name, "")


def _marks(host: str, sight: Sight) -> list[str]:
    return [str(fault) for fault in sight.faults if fault.node == host]


def _reserved(snapshot: Snapshot) -> dict[str, tuple[float, int]]:
    used: dict[str, tuple[float, int]] = {}
    for task in snapshot.tasks:
        if task.is_active and (task.reserved_cpus or task.reserved_memory_bytes):
            cpus, memory = used.get(task.node_id, (0.0, 0))
            used[task.node_id] = (cpus + task.reserved_cpus, memory + task.reserved_memory_bytes)
    return used


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def engine_cards(sight: Sight, hosts: Sequence[Host]) -> dict[str, Card]:
    """A card for every host that is in no swarm, or not in this one."""
    names = {node.name for node in sight.snapshot.nodes} if sight.snapshot else set()
    return {f"host {host.name}": _engine(host, sight) for host in hosts if host.name not in names}


def _engine(host: Host, sight: Sight) -> Card:
    place = "not in this swarm" if sight.snapshot else "in no swarm"
    card = Card(kind="engine", title=host.name, tone="well", badges=["engine", place], address=host.address)
    marks = _marks(host.name, sight)
    if reason := sight.unreachable.get(host.name, "") or sight.unheard.get(host.name, ""):
        card["tone"] = "lost"
        if not marks:
            card["why"] = reason
    if marks:
        card["marks"] = marks
    return card


def waiting_card(task: TaskView, reason: str) -> Card:
    """A card for tasks of one service that are on no node, for one reason; closed once they were refused one."""
    is_new = not task.error and not task.node_id
    return Card(kind="waits", title=task.service, tone="well" if is_new else "closed", why=reason)
