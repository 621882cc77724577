"""Service logs: the lines of many tasks, wherever they run. Lives with the leader.

Owns nothing but the open streams' positions. Lines stay on their nodes and are fetched when a stream is read.
Source: swarmkit manager/logbroker/{broker,subscription}.go, moby daemon/cluster/services.go; the warning recorded
from an engine 28.5.2, which shows it when everything else has been read, and never while following.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from swarmlab.engine.assignment import AgentLink
from swarmlab.engine.host.logs import LogLine, LogOptions, LogStream
from swarmlab.engine.ids import NodeId, ServiceId, TaskId
from swarmlab.engine.model import Service, Task, TaskState
from swarmlab.engine.store import Store

Links = Callable[[NodeId], AgentLink | None]


class LogBroker:
    """Opens streams over the logs of tasks.

    Args:
        links: the way to each node's agent.
    """

    def __init__(self, store: Store, links: Links) -> None:
        self._store = store
        self._links = links

    def open_service(self, reference: str, options: LogOptions) -> TaskLogs:
        """The lines of every task of a service that runs or ran; following adds new tasks as they start.

        Raises:
            NotFound: there is no such service.
        """
        service = self._store.find(Service, reference)
        logs = TaskLogs(self._store, self._links, options, lambda: self._tasks_of(service.id))
        logs.terminal = service.spec.task.container.tty
        return logs

    def _tasks_of(self, service_id: ServiceId) -> list[Task]:
        return [task for task in self._store.tasks_of_service(service_id) if task.state >= TaskState.RUNNING]

    def open_task(self, reference: str, options: LogOptions) -> TaskLogs:
        """The lines of one task.

        Raises:
            NotFound: there is no such task.
        """
        found = self._store.find(Task, reference)

        def tasks() -> list[Task]:
            task = self._store.get(Task, found.id)
            return [task] if task is not None else []

        logs = TaskLogs(self._store, self._links, options, tasks)
        logs.terminal = found.spec.container.tty
        return logs


class TaskLogs:
    """A LogStream over the lines of a selection of tasks, in the order of time where they are read together.

    Attributes:
        terminal: whether they are written to terminals, whose lines are sent as they are.
    """

    terminal = False

    def __init__(self, store: Store, links: Links, options: LogOptions, tasks: Callable[[], Iterable[Task]]) -> None:
        self._store = store
        self._links = links
        self._options = options
        self._tasks = tasks
        self._streams: dict[TaskId, tuple[Task, LogStream]] = {}
        self._missed: dict[str, None] = {}
        self._looked_at = -1
        self.ended = False
        self._task_options = options
        self._look_for_tasks()
        # A task that starts later is shown from its beginning, however late the stream is read.
        self._task_options = replace(options, tail=None)

    def read(self) -> list[LogLine]:
        """The lines since the last read; at the end the warning about lines that could not be had."""
        if self.ended:
            return []
        self._look_for_tasks()
        lines = [_signed(line, task) for task, stream in self._streams.values() for line in stream.read()]
        lines.sort(key=lambda line: line.time)
        if not self._options.follow:
            self.ended = True
            lines += self._warning()
        return lines

    def close(self) -> None:
        """Want no more."""
        for _, stream in self._streams.values():
            stream.close()
        self.ended = True

    def _look_for_tasks(self) -> None:
        if self._store.version == self._looked_at:
            return
        self._looked_at = self._store.version
        for task in self._tasks():
            if task.id not in self._streams:
                self._open(task)

    def _open(self, task: Task) -> None:
        if task.state < TaskState.RUNNING:
            self._missed[f"task {task.id} has not been scheduled"] = None
            return
        link = self._links(task.node_id)
        if link is None or not link.connected():
            self._missed[f"node {task.node_id} is not available"] = None
            return
        stream = link.agent.open_logs(task.id, self._task_options)
        if stream is not None:
            self._streams[task.id] = (task, stream)

    def _warning(self) -> list[LogLine]:
        if not self._missed:
            return []
        text = (
            "Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some logs could not "
            f"be retrieved for the following reasons: {', '.join(self._missed)}"
        )
        return [LogLine(time=0, stream="system", text=text)]


def _signed(line: LogLine, task: Task) -> LogLine:
    details = {
        "com.docker.swarm.node.id": task.node_id,
        "com.docker.swarm.service.id": task.service_id,
        "com.docker.swarm.task.id": task.id,
    }
    return replace(line, details={**line.details, **details})
