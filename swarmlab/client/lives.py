"""What a history tells: lives of tasks, from their making to their end, and what was broken meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from swarmlab.client.past import Version, at
from swarmlab.client.protocols import Fault
from swarmlab.client.snapshots import NodeView, TaskView


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A task as it was for a while; `until` is None as long as it goes on. `node` is its node as it was then."""

    since: datetime
    until: datetime | None
    task: TaskView
    node: NodeView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A task from its making to its end.

    Attributes:
        task: as it is now, or was last.
        stays: while it was active, in their order.
        ended_at: None as long as it is active.
    """

    task: TaskView
    stays: tuple[Stay, ...]
    ended_at: datetime | None

    @property
    def began_at(self) -> datetime:
        """When it was made."""
        return self.stays[0].since


@dataclass(slots=True, kw_only=True)
class Trouble:
    """Something that was broken, or that kept a Watcher from seeing; `until` is None as long as it goes on."""

    since: datetime
    until: datetime | None
    what: Fault | str


def life_of(versions: Sequence[Version[TaskView]], nodes: Sequence[Version[NodeView]]) -> Life | None:
    """A life from the versions of a task and of its node; None of a task that was never active."""
    ended_at = next((since for since, view in versions if view is None or not view.is_active), None)
    stays: list[Stay] = []
    ends = [since for since, _ in versions[1:]]
    for (since, view), until in zip(versions, [*ends, None], strict=True):
        if view is not None and view.is_active and since != until:
            stays += _cut(since, until, view, nodes)
    return Life(task=last_of(versions), stays=tuple(stays), ended_at=ended_at) if stays else None


def _cut(since: datetime, until: datetime | None, task: TaskView, nodes: Sequence[Version[NodeView]]) -> Iterator[Stay]:
    """A stay for each state of the node meanwhile."""
    node = at(nodes, since)
    for moment, view in nodes:
        if since < moment and (until is None or moment < until) and _state(view) != _state(node):
            yield Stay(since=since, until=moment, task=task, node=node)
            since, node = moment, view
    yield Stay(since=since, until=until, task=task, node=node)


def last_of(versions: Sequence[Version[Any]]) -> Any:
    """How it was last, if it is gone."""
    return next(view for _, view in reversed(versions) if view is not None)


def _state(node: NodeView | None) -> str:
    return node.state if node else ""
