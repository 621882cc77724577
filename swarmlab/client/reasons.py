"""Why a task is where it is, or is not: one sentence, from what the API reports.

Asks anew for tasks and nodes, and for the events that the engines still remember (256 each), so it needs nobody who
looked at the time. What cannot be known is said to be unknown. Times are in UTC, as engines tell them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from textwrap import fill
from typing import Any

from docker.errors import DockerException
from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster
from swarmlab.client.events import Event, EventLog, read_event
from swarmlab.client.moves import ENDED_BY_ITSELF, Evidence, Move, is_more, known, policy, reason
from swarmlab.client.snapshots import TaskView

WIDTH = 84
"""Characters of a line that a notebook shows beside the board at 1280 pixels; a longer one has to be scrolled."""


class Sentence(str):
    """A text that a notebook shows without quotes, in lines that fit beside the board."""

    __slots__ = ()

    def __repr__(self) -> str:
        return in_lines(self)


def in_lines(text: str) -> str:
    """The text in lines that need no scrolling; names are not broken."""
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def why(cluster: Cluster, task: str, *, also_heard: Iterable[Event] = ()) -> Sentence:
    """Why a task is where it is, or is not.

    Args:
        cluster: whose managers and engines are asked.
        task: a slot as `helloworld.3`; of a global service, service and node as `agent.docker-swarm-1`; or a task's id.
        also_heard: events that the engines may have forgotten.

    Raises:
        NoManager: no node answers as a manager.
    """
    snapshot = cluster.snapshot()
    evidence = Evidence(snapshot=snapshot, events=remembered(cluster, also_heard), now=cluster.clock.now())
    return explain(task, evidence)


def remembered(cluster: Cluster, also_heard: Iterable[Event] = ()) -> Sequence[Event]:
    """What the engines that answer still remember, from the first to the last."""
    log = EventLog()
    for event in also_heard:
        log.note(event)
    until = f"{cluster.clock.now().timestamp():.6f}"
    for node in cluster:
        try:
            with closing(cluster.backend.observer(node.name)) as client:
                api: Any = client.api  # its types know whole seconds only
                for told in api.events(decode=True, since=1, until=until):
                    log.note(read_event(node.name, told))
        except (DockerException, RequestException):
            continue
    return log.all()


def explain(name: str, evidence: Evidence) -> Sentence:
    """The answer, from what is known."""
    slot = tasks_of(name, evidence)
    if not slot:
        return Sentence(f"There is no task {name}: {_what_there_is(name, evidence)}.")
    *before, task = slot
    subject = _subject(task, evidence)
    if task.id != name and not task.is_wanted and not _is_out_of_sight(task, evidence):
        return Sentence(f"{subject} {_gone(task, evidence)}.")
    present = _present(task, evidence)
    if before:
        move = Move(old=before[-1], new=task, evidence=evidence)
        return Sentence(f"{subject} {_went(move)}: {reason(move)}. Now {present}.")
    if not task.node_id:
        return Sentence(f"{subject} {present.removeprefix('it ')}.")
    return Sentence(f"{subject} has not moved: {present}.")


def tasks_of(name: str, evidence: Evidence) -> list[TaskView]:
    """The tasks of a slot, or of a global service on one node, the oldest first; of a task's id, those up to it."""
    tasks = sorted(evidence.snapshot.tasks, key=_age)
    if one := next((task for task in tasks if task.id == name), None):
        until = tasks[: tasks.index(one) + 1]
        return [task for task in until if _place(task, evidence) == _place(one, evidence)]
    return [task for task in tasks if name in _names(task, evidence)]


def _age(task: TaskView) -> tuple[datetime, bool, datetime, str]:
    """What orders the tasks of a slot; in manual time several may be made at one moment."""
    return known(task.created_at), task.is_wanted, known(task.state_at), task.id


def _place(task: TaskView, evidence: Evidence) -> tuple[str, int | str]:
    """What a task and its successors have in common."""
    return task.service, task.node_id if evidence.is_of_its_node(task) else task.slot or 0


def _names(task: TaskView, evidence: Evidence) -> Sequence[str]:
    if not evidence.is_of_its_node(task):
        return (f"{task.service}.{task.slot or 0}",)
    node = evidence.snapshot.node(task.node_id)
    return tuple(f"{task.service}.{each}" for each in (task.node_id, *((node.name, node.label) if node else ())))


def _subject(task: TaskView, evidence: Evidence) -> str:
    if evidence.is_of_its_node(task):
        return f"{task.service} on {evidence.node_name(task)}"
    return _names(task, evidence)[0]


def _what_there_is(name: str, evidence: Evidence) -> str:
    service, _, _ = name.partition(".")
    names = {each for task in evidence.snapshot.current([service]) for each in _names(task, evidence)[-1:]}
    if names:
        return f"{service} has {', '.join(sorted(names)[:5])}{' ...' if len(names) > 5 else ''}"
    for event in reversed(evidence.events):
        if (event.kind, event.action, event.name) == ("service", "remove", service):
            return f"the service {service} was removed at {evidence.clock(event.at)}"
    return "docker service ls shows the services, docker service ps the tasks of one"


def _went(move: Move) -> str:
    old, new = move.old_node, move.evidence.node_name(move.new)
    at = move.evidence.clock(move.made_at)
    if not move.new.node_id:
        return f"has left {old}" if move.old.node_id else f"was replaced at {at} before it had a node"
    if not move.old.node_id:
        return f"came to {new} at {at}"
    return f"was replaced on {new} at {at}" if old == new else f"moved from {old} to {new} at {at}"


def _present(task: TaskView, evidence: Evidence) -> str:
    if not task.node_id:
        return f"it waits for a node: {task.error or task.message or task.state}"
    where, since = evidence.node_name(task), evidence.clock(task.state_at)
    if _is_out_of_sight(task, evidence):
        return f"{where} is Down, where it was last seen {task.state}"
    if task.state == "running":
        return f"it runs on {where} since {since}"
    error = f' with the error "{task.error}"' if task.error else ""
    return f"it is {task.state} on {where} since {since}{error}"


def _gone(task: TaskView, evidence: Evidence) -> str:
    """Why nothing has taken the task's place."""
    where = evidence.node_name(task)
    if task.state in ENDED_BY_ITSELF:
        asked = f"the restart policy ({policy(task)}) asks for no other one"
        return f"has not been replaced: its task on {where} {evidence.end_of(task)}, and {asked}"
    return f"is {'being stopped' if task.is_active else 'gone'}: {_stopped(task, evidence)}"


def _is_out_of_sight(task: TaskView, evidence: Evidence) -> bool:
    """Whether its node cannot tell what became of it."""
    node = evidence.snapshot.node(task.node_id)
    return task.is_active and node is not None and node.state == "down"


def _stopped(task: TaskView, evidence: Evidence) -> str:
    service = evidence.service(task)
    if service is None:
        return "its service was removed"
    for event in evidence.told("service", service.id, "replicas.new"):
        if not is_more(event) and event.at >= known(task.created_at):
            return f"the service was scaled to {event.attributes['replicas.new']} at {evidence.clock(event.at)}"
    node = evidence.snapshot.node(task.node_id)
    if node is not None and node.availability == "drain":
        events = evidence.told("node", node.id, "availability.new")
        return f"{node.label} is drained" + next((f" since {evidence.clock(event.at)}" for event in events), "")
    if node is not None and node.state == "down":
        return f"{node.label} is Down"
    return f"Swarm stopped its task on {evidence.node_name(task)}; the engines no longer remember why"
