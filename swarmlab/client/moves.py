"""What made a task take another one's place: rules that look at both, at their nodes, and at the events between.

Owns the rules and what they say. Source of what each rule takes for granted: swarmkit manager/orchestrator
(restart, update, replicated, global, taskreaper) and constraintenforcer; seen on 28.5.2 too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from swarmlab.client.differences import changed
from swarmlab.client.events import Event
from swarmlab.client.snapshots import ServiceView, Snapshot, TaskView

AT_ONCE = timedelta(seconds=1)
"""A task is replaced within this time of its end, as long as its node can report it."""

ANSWERED_WITHIN = timedelta(seconds=5)
"""What is done to a node or a service is answered with new tasks within this time, however busy the leader is."""

ENDED_BY_ITSELF = {"failed": "failed", "rejected": "was rejected", "complete": "was complete"}
_STATES_OF_AN_UPDATE = {"updating": "updated", "rollback_started": "rolled back"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of the swarm: its present and what its engines reported."""

    snapshot: Snapshot
    events: Sequence[Event]
    now: datetime

    def told(self, kind: str, object_id: str, attribute: str = "") -> Iterator[Event]:
        """Events of one object that tell of this attribute, the last one first."""
        for event in reversed(self.events):
            if (event.kind, event.id) == (kind, object_id) and (not attribute or attribute in event.attributes):
                yield event

    def service(self, task: TaskView) -> ServiceView | None:
        """The task's service, if there still is one."""
        return next((service for service in self.snapshot.services if service.name == task.service), None)

    def is_of_its_node(self, task: TaskView) -> bool:
        """Whether its service has one task a node; the first slot of a replicated job is told as none, too."""
        service = self.service(task)
        return task.slot is None and (service is None or service.mode != "ReplicatedJob")

    def node_name(self, task: TaskView) -> str:
        """The host name of a task's node, or its id if the swarm no longer knows it."""
        node = self.snapshot.node(task.node_id)
        return node.label if node else f"node {task.node_id[:12]}"

    def clock(self, moment: datetime | None) -> str:
        """A moment in UTC, as engines tell it; with its day if that is not today."""
        form = "%H:%M:%S" if known(moment).date() == self.now.date() else "%Y-%m-%d %H:%M:%S"
        return known(moment).strftime(form)

    def end_of(self, task: TaskView) -> str:
        """How a task ended that ended by itself."""
        error = f' with the error "{task.error}"' if task.error else ""
        return f"{ENDED_BY_ITSELF[task.state]} at {self.clock(task.state_at)}{error}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A task and the one before it in its slot."""

    old: TaskView
    new: TaskView
    evidence: Evidence

    @property
    def old_node(self) -> str:
        """Where the old task was."""
        return self.evidence.node_name(self.old)

    @property
    def old_task(self) -> str:
        """The old task in words."""
        return f"its task on {self.old_node}" if self.old.node_id else "the task before it"

    @property
    def made_at(self) -> datetime:
        """When the new task was made."""
        return known(self.new.created_at)

    @property
    def old_ended_at(self) -> datetime | None:
        """When the old task ended, if that is not what the new one was for, but was before; None otherwise."""
        at = known(self.old.state_at)
        return None if self.old.is_active or at > self.made_at + AT_ONCE else at

    def answered(self, kind: str, object_id: str, attribute: str = "") -> Iterator[Event]:
        """Events that the new task may be the answer to, the last one first."""
        for event in self.evidence.told(kind, object_id, attribute):
            if self._earliest() <= event.at <= self.made_at + AT_ONCE:
                yield event

    def _earliest(self) -> datetime:
        return max(self.made_at - ANSWERED_WITHIN, known(self.old.created_at))

    def node_became(self, attribute: str, value: str) -> Event | None:
        """The event by which the old task's node became so, just before the new task was made."""
        events = self.answered("node", self.old.node_id, f"{attribute}.new")
        return next((event for event in events if event.attributes[f"{attribute}.new"] == value), None)

    def service_id(self) -> str:
        """Of the task's service; empty once it is removed."""
        service = self.evidence.service(self.new)
        return service.id if service else ""


def reason(move: Move) -> str:
    """Why the new task took the place of the old one: what the first rule says that knows."""
    return next(said for rule in RULES if (said := rule(move)))


def policy(task: TaskView) -> str:
    """When its service wants a task replaced that ended by itself, as it was declared."""
    declared = task.spec.get("RestartPolicy") or {}
    attempts = declared.get("MaxAttempts")
    return f"{declared.get('Condition') or 'any'}{f', at most {attempts} times' if attempts else ''}"


def _ended_just_before(move: Move) -> str:
    ended_at = move.old_ended_at
    return _ended_by_itself(move) if ended_at and move.made_at - ended_at <= AT_ONCE else ""


def _ended_by_itself(move: Move) -> str:
    if move.old.state not in ENDED_BY_ITSELF or move.old_ended_at is None:
        return ""
    end = move.evidence.end_of(move.old)
    return f"{move.old_task} {end}, and the restart policy ({policy(move.old)}) asked for another one"


def _drained(move: Move) -> str:
    event = move.node_became("availability", "drain")
    if event is None or move.old_ended_at:
        return ""
    return f"{move.old_node} was drained at {move.evidence.clock(event.at)}"


def _lost(move: Move) -> str:
    event = move.node_became("state", "down")
    if event is None or move.old_ended_at:
        return ""
    return f"{move.old_node} was Down at {move.evidence.clock(event.at)}"


def _removed(move: Move) -> str:
    events = move.answered("node", move.old.node_id)
    event = next((event for event in events if event.action == "remove"), None)
    return f"its node was removed from the swarm at {move.evidence.clock(event.at)}" if event else ""


def _is_back(move: Move) -> str:
    """Of global services: a drained or lost node's task is stopped, and made anew when the node takes tasks again."""
    if not move.evidence.is_of_its_node(move.new):
        return ""
    for attribute, value, word in (("availability", "active", "active"), ("state", "ready", "Ready")):
        if event := move.node_became(attribute, value):
            return f"{move.old_node} was {word} again at {move.evidence.clock(event.at)}"
    return ""


def _scaled_up(move: Move) -> str:
    """The slot was empty for a while: tasks that scaling down removed are soon forgotten."""
    event = next(move.answered("service", move.service_id(), "replicas.new"), None)
    if event is None or not is_more(event) or move.old_ended_at is None:
        return ""
    return f"the service was scaled to {event.attributes['replicas.new']} at {move.evidence.clock(event.at)}"


def _updated(move: Move) -> str:
    """Tasks carry what was declared for them; an update of what is no part of that shows in the events alone."""
    what = ", ".join(changed(move.old.spec, move.new.spec))
    event = _update_under_way(move)
    if event is None and not what:
        return ""
    verb = _STATES_OF_AN_UPDATE[event.attributes["updatestate.new"]] if event else "updated"
    when = f" at {move.evidence.clock(event.at)}" if event else ""
    return f"the service was {verb}{when}{what and f' ({what})'}"


def _update_under_way(move: Move) -> Event | None:
    """The event by which the update began in which the new task was made."""
    for event in move.evidence.told("service", move.service_id(), "updatestate.new"):
        if event.at <= move.made_at + AT_ONCE:
            return event if event.attributes["updatestate.new"] in _STATES_OF_AN_UPDATE else None
    return None


def _cannot_run_there(move: Move) -> str:
    """What the node is now, where no event tells since when."""
    if not move.old.node_id:
        return ""
    node = move.evidence.snapshot.node(move.old.node_id)
    if node is None:
        return "its node was removed from the swarm"
    if node.state == "down" or node.availability == "drain":
        return f"{move.old_node} is {'Down' if node.state == 'down' else 'drained'}"
    return ""


def _unknown(move: Move) -> str:
    return f"Swarm stopped {move.old_task}; the engines no longer remember why"


RULES: tuple[Callable[[Move], str], ...] = (
    _is_back,
    _ended_just_before,
    _drained,
    _lost,
    _removed,
    _scaled_up,
    _updated,
    _ended_by_itself,
    _cannot_run_there,
    _unknown,
)
"""From what is certain to what is likely; each says why in words, or nothing."""


def is_more(event: Event) -> bool:
    """Whether an event of a service tells of more replicas than before."""
    return int(event.attributes["replicas.new"]) > int(event.attributes.get("replicas.old") or 0)


def known(moment: datetime | None) -> datetime:
    """A moment that engines always tell.

    Raises:
        ValueError: this one did not.
    """
    if moment is None:
        raise ValueError("an engine tells when a task was made, and since when it is in its state; this one does not")
    return moment
