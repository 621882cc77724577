"""What containers wrote: kept lines, followable readers of one container, and of a whole service across the swarm.

Owns lines and readers. Which containers are there is containers.py's and the store's business.
Source: moby daemon/logger/jsonfilelog; swarmkit manager/logbroker/{broker,subscription}.go, agent/worker.go.
Simplification: a container keeps its last 20000 lines; json-file has no bound unless one is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

KEPT_LINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line, without its end. `stream` is `stdout`, `stderr` or `system` (a warning of the swarm's log broker).

    `details` are the labels that `--details` shows; of service logs node, service and task.
    """

    time: float
    stream: str
    text: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """Which lines: `tail` None means all, `since`/`until` are seconds since the epoch."""

    stdout: bool = True
    stderr: bool = True
    follow: bool = False
    tail: int | None = None
    since: float | None = None
    until: float | None = None


class LogStream(Protocol):
    """Lines as they come; the server polls it after every step."""

    def read(self) -> list[LogLine]:
        """The lines since the last read."""

    @property
    def ended(self) -> bool:
        """Whether no line will come any more; what is unread can still be read."""

    def close(self) -> None:
        """Want no more."""


class LogBuffer:
    """The lines of one container."""

    def write(self, time: float, stream: str, text: str) -> None:
        """Keep a line and hand it to who follows."""
        raise NotImplementedError

    def end(self) -> None:
        """The process ended: followers come to their end."""
        raise NotImplementedError

    def open(self, options: LogOptions) -> LogStream:
        """Read the lines; following ends when the process ends."""
        raise NotImplementedError


class LogBroker:
    """Service logs: the lines of all tasks of a selection, wherever they run. Lives on the leader.

    Args:
        store: the swarm's store.
        links: the way to each node's agent.
    """

    def __init__(self, store: object, clock: object, links: object) -> None:
        raise NotImplementedError

    def open_service(self, service_id: str, options: LogOptions) -> LogStream:
        """The lines of every task of a service that runs or ran; following adds new tasks as they start."""
        raise NotImplementedError

    def open_task(self, task_id: str, options: LogOptions) -> LogStream:
        """The lines of one task."""
        raise NotImplementedError

    def tick(self) -> bool:
        """Collect new lines of the open streams."""
        raise NotImplementedError
