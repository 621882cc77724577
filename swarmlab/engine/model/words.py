"""The words of Swarm with few values: states, roles, actions. The texts are the API's."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum


class TaskState(IntEnum):
    """A task's life, in order; the numbers are SwarmKit's, and observed state never goes down."""

    NEW = 0
    PENDING = 64
    ASSIGNED = 192
    ACCEPTED = 256
    PREPARING = 320
    READY = 384
    STARTING = 448
    RUNNING = 512
    COMPLETE = 576
    SHUTDOWN = 640
    FAILED = 704
    REJECTED = 768
    REMOVE = 800
    ORPHANED = 832

    is_terminal: bool
    """Whether the task has ended, one way or another."""

    def __init__(self, number: int) -> None:
        self.is_terminal = number > 512  # RUNNING


(
    NEW,
    PENDING,
    ASSIGNED,
    ACCEPTED,
    PREPARING,
    READY,
    STARTING,
    RUNNING,
    COMPLETE,
    SHUTDOWN,
    FAILED,
    REJECTED,
    REMOVE,
    ORPHANED,
) = TaskState
"""The states by themselves, for who asks often: Python 3.11 needs ten times as long for one by way of its class."""


class Role(StrEnum):
    """What a node is in the swarm."""

    WORKER = "worker"
    MANAGER = "manager"


class Availability(StrEnum):
    """What the scheduler may do with a node."""

    ACTIVE = "active"
    PAUSE = "pause"
    DRAIN = "drain"


class NodeState(StrEnum):
    """What the dispatcher knows of a node."""

    UNKNOWN = "unknown"
    DOWN = "down"
    READY = "ready"
    DISCONNECTED = "disconnected"


class Reachability(StrEnum):
    """What the raft group knows of a manager."""

    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"


class RestartCondition(StrEnum):
    """When an ended task gets a successor."""

    NONE = "none"
    ON_FAILURE = "on-failure"
    ANY = "any"


class FailureAction(StrEnum):
    """What an update does when too many new tasks fail."""

    PAUSE = "pause"
    CONTINUE = "continue"
    ROLLBACK = "rollback"


class UpdateOrder(StrEnum):
    """Whether the old task ends before the new one starts."""

    STOP_FIRST = "stop-first"
    START_FIRST = "start-first"


class UpdateState(StrEnum):
    """How far an update or rollback is."""

    UPDATING = "updating"
    PAUSED = "paused"
    COMPLETED = "completed"
    ROLLBACK_STARTED = "rollback_started"
    ROLLBACK_PAUSED = "rollback_paused"
    ROLLBACK_COMPLETED = "rollback_completed"


class PublishMode(StrEnum):
    """Whether a published port is the whole swarm's or one host's."""

    INGRESS = "ingress"
    HOST = "host"


class Kind(Enum):
    """The tables of the store."""

    NODE = "node"
    SERVICE = "service"
    TASK = "task"
    NETWORK = "network"
    SECRET = "secret"
    CONFIG = "config"
    VOLUME = "volume"
    CLUSTER = "cluster"
