"""Who may write what: every change of a store, against the engine's table of owners.

The table of the house (swarmlab/engine/README.md) and the table of moves (transitions.py), as modules. Who wrote is
seen, not said: the first module on the call stack above the store.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from swarmlab.engine.model import Node, Service, Task, TaskState
from swarmlab.engine.store import Action, AnyChange
from swarmlab.engine.transitions import MOVES

_MANAGER = "swarmlab.engine.manager."
_SWARM = "swarmlab.engine.swarm."
_ORCHESTRATORS = (f"{_MANAGER}orchestrators", f"{_MANAGER}restarts", f"{_MANAGER}updat")
_CONTROL = (f"{_MANAGER}control",)
_DISPATCHER = (f"{_MANAGER}dispatcher", f"{_MANAGER}report")
_ALLOCATOR = (f"{_MANAGER}allocator",)

MOVERS: dict[str, tuple[str, ...]] = {
    "allocator": _ALLOCATOR,
    "scheduler": (f"{_MANAGER}scheduler",),
    "agent": _DISPATCHER,
    "enforcer": (f"{_MANAGER}enforcer",),
    "dispatcher": _DISPATCHER,
    "node removal": (f"{_MANAGER}control_nodes",),
}
"""Who makes the moves of each row of the table of moves; an agent's reports are written by the dispatcher."""

CREATORS = {Task: _ORCHESTRATORS, Node: (f"{_SWARM}cluster",), Service: _CONTROL}
REMOVERS = {Task: (f"{_MANAGER}reaper", *_ORCHESTRATORS), Node: _CONTROL, Service: _CONTROL}
FIELDS: dict[type, dict[str, tuple[str, ...]]] = {
    Task: {
        "desired_state": _ORCHESTRATORS,
        "node_id": (f"{_MANAGER}scheduler",),
        "networks": _ALLOCATOR,
        "spec": (),
        "slot": (),
        "service_id": (),
    },
    Node: {
        "spec": (*_CONTROL, _SWARM),
        "status": (*_DISPATCHER, f"{_MANAGER}node"),
        "description": (*_DISPATCHER, f"{_MANAGER}node"),
        "manager_status": (f"{_SWARM}cluster",),
        "role": (f"{_SWARM}roles",),
        "attachments": _ALLOCATOR,
    },
    Service: {
        "spec": (*_CONTROL, f"{_MANAGER}updat"),
        "update_status": (*_CONTROL, f"{_MANAGER}updat"),
        "endpoint": _ALLOCATOR,
        "job_status": _CONTROL,
    },
}


def broken_by(change: AnyChange) -> Iterator[str]:
    """What a change, heard of in a store's subscriber, does that nobody may do, or that its writer may not."""
    kind = type(change.object)
    writer = _writer()
    match change.action:
        case Action.CREATE:
            yield from _unless(writer, CREATORS.get(kind), f"{writer} created {change.object}")
        case Action.REMOVE:
            yield from _unless(writer, REMOVERS.get(kind), f"{writer} removed {change.object}")
        case Action.UPDATE:
            yield from _updated(writer, change.before, change.after)


def _updated(writer: str, before: Any, after: Any) -> Iterator[str]:
    is_shown_only = isinstance(after, Node) and after.manager_status != before.manager_status
    if after.meta.version <= before.meta.version and not is_shown_only:
        yield f"{writer} took the version back: {before} -> {after}"
    if isinstance(after, Task):
        yield from _moved(writer, before, after)
    for name, owners in FIELDS.get(type(after), {}).items():
        if getattr(before, name) != getattr(after, name):
            yield from _unless(writer, owners, f"{writer} wrote {name}: {before} -> {after}")


def _moved(writer: str, before: Task, after: Task) -> Iterator[str]:
    if after.state < before.state:
        yield f"{writer} moved a task backwards: {before} -> {after}"
    if after.desired_state < before.desired_state:
        yield f"{writer} took a task's desired state back: {before} -> {after}"
    if after.state is not before.state:
        movers = [m for row, moves in MOVES.items() if (before.state, after.state) in moves for m in MOVERS[row]]
        yield from _unless(
            writer, tuple(movers), f"{writer} moved a task {before.state.name} -> {after.state.name}: {after}"
        )
    if before.node_id and after.node_id != before.node_id:
        yield f"{writer} moved a task to another node: {before} -> {after}"


def is_placed(change: AnyChange) -> bool:
    """Whether the scheduler has just given a task to a node."""
    return (
        isinstance(change.before, Task)
        and isinstance(change.after, Task)
        and (change.before.state, change.after.state) == (TaskState.PENDING, TaskState.ASSIGNED)
    )


def _unless(writer: str, owners: tuple[str, ...] | None, text: str) -> Iterator[str]:
    if owners is not None and not writer.startswith(owners):
        yield text


def _writer() -> str:
    """The module that committed the transaction of which we hear."""
    frame = sys._getframe(1)
    above_store = False
    while frame is not None:
        module = frame.f_globals["__name__"]
        if module.startswith("swarmlab.engine.store"):
            above_store = True
        elif above_store and module != "contextlib":
            return str(module)
        frame = frame.f_back  # type: ignore[assignment]
    return "nobody"
