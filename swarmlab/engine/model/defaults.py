"""Defaults, applied when a spec is read for a decision, never stored. Source: swarmkit api/defaults/service.go."""

from __future__ import annotations

from swarmlab.engine.model.services import UpdateConfig
from swarmlab.engine.model.task_spec import ContainerSpec, Placement, Resources, RestartPolicy, TaskSpec

DEFAULT_STOP_GRACE_PERIOD_S = 10.0
DEFAULT_RESTART_DELAY_S = 5.0
DEFAULT_UPDATE_MONITOR_S = 5.0
DEFAULT_RESTART = RestartPolicy(delay_s=DEFAULT_RESTART_DELAY_S)
DEFAULT_PLACEMENT = Placement()
DEFAULT_RESERVATIONS = Resources()
DEFAULT_UPDATE = UpdateConfig(parallelism=1, monitor_s=DEFAULT_UPDATE_MONITOR_S)


def restart_policy(spec: TaskSpec) -> RestartPolicy:
    """The restart policy that is in force for `spec`."""
    return spec.restart or DEFAULT_RESTART


def restart_delay_s(spec: TaskSpec) -> float:
    """Seconds between a task's end and its successor's start."""
    delay_s = restart_policy(spec).delay_s
    return DEFAULT_RESTART_DELAY_S if delay_s is None else delay_s


def placement(spec: TaskSpec) -> Placement:
    """The placement that is in force for `spec`."""
    return spec.placement or DEFAULT_PLACEMENT


def reservations(spec: TaskSpec) -> Resources:
    """What a node must have free for a task of `spec`."""
    return (spec.resources and spec.resources.reservations) or DEFAULT_RESERVATIONS


def stop_grace_period_s(spec: ContainerSpec) -> float:
    """Seconds between the stop signal and SIGKILL."""
    return DEFAULT_STOP_GRACE_PERIOD_S if spec.stop_grace_period_s is None else spec.stop_grace_period_s
