"""What a service's spec must be, rule by rule, each with the words of its refusal; and what is not offered here.

Owns no state and looks at nothing but the spec: rules about other services and networks are in control_services.py.
The rules are checked in Swarm's order, the first that is broken speaks.
Source: swarmkit manager/controlapi/service.go, common.go.
"""

from __future__ import annotations

import re
from collections import Counter

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere, RpcInvalidArgument
from swarmlab.engine.manager.constraints import parse
from swarmlab.engine.manager.container_rules import check_references, expanded
from swarmlab.engine.model import (
    ContainerSpec,
    EndpointSpec,
    GlobalJob,
    Healthcheck,
    PublishMode,
    Replicated,
    ReplicatedJob,
    Resources,
    RestartPolicy,
    ServiceSpec,
    TaskSpec,
    UpdateConfig,
    placement,
)

_DNS_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?", re.ASCII)
_DOMAIN = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?:{_DOMAIN}/)?{_PART}(?:/{_PART})*(?::\w[\w.-]{{0,127}})?"
    r"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
_BARE_ID = re.compile(r"[a-f0-9]{64}")
_MIN_NANO_CPUS = 1_000_000
_MIN_MEMORY_BYTES = 4 * 1024 * 1024
_MIN_HEALTH_S = 0.001


def check_name(name: str) -> None:
    """Names of services and networks."""
    if not name:
        raise RpcInvalidArgument("meta: name must be provided")
    if not _DNS_NAME.fullmatch(name):
        raise RpcInvalidArgument("name must be valid as a DNS name component")
    if len(name) > 63:
        raise RpcInvalidArgument("name must be 63 characters or fewer")


def check_service(spec: ServiceSpec) -> None:
    """Every rule that looks at the spec alone.

    Raises:
        RpcInvalidArgument: a rule is broken.
        NotImplementedHere: the spec asks for something that this engine does not have.
    """
    check_name(spec.name)
    _check_task(spec.task)
    _check_mode(spec)
    _check_update(spec.update)
    _check_endpoint(spec.endpoint)
    _check_offered(spec)


# --- the task ------------------------------------------------------------------------------------------------------


def _check_task(spec: TaskSpec) -> None:
    if spec.resources is not None:
        _check_resources(spec.resources.limits)
        _check_resources(spec.resources.reservations)
    _check_restart(spec.restart)
    parse(placement(spec).constraints)
    check_references(spec.container)
    _check_container(expanded(spec))


def _check_resources(resources: Resources | None) -> None:
    if resources is None:
        return
    if resources.nano_cpus and resources.nano_cpus < _MIN_NANO_CPUS:
        raise RpcInvalidArgument(f"invalid cpu value {resources.nano_cpus / 1e9:g}: Must be at least 0.001")
    if resources.memory_bytes and resources.memory_bytes < _MIN_MEMORY_BYTES:
        raise RpcInvalidArgument(f"invalid memory value {resources.memory_bytes}: Must be at least 4MiB")


def _check_restart(policy: RestartPolicy | None) -> None:
    if policy is None:
        return
    if (policy.delay_s or 0) < 0:
        raise RpcInvalidArgument("TaskSpec: restart-delay cannot be negative")
    if (policy.window_s or 0) < 0:
        raise RpcInvalidArgument("TaskSpec: restart-window cannot be negative")


def _check_container(container: ContainerSpec) -> None:
    check_image(container.image)
    for target, count in Counter(mount.target for mount in container.mounts).items():
        if count > 1:
            raise RpcInvalidArgument(f"ContainerSpec: duplicate mount point: {target}")
    _check_healthcheck(container.healthcheck)


def check_image(image: str) -> None:
    """An image must be named, and by a reference."""
    if not image:
        raise RpcInvalidArgument("ContainerSpec: image reference must be provided")
    if not _IMAGE.fullmatch(image) or _BARE_ID.fullmatch(image):
        raise RpcInvalidArgument(f'ContainerSpec: "{image}" is not a valid repository/tag')


def _check_healthcheck(check: Healthcheck | None) -> None:
    if check is None:
        return
    durations = {
        "Interval": check.interval_s,
        "Timeout": check.timeout_s,
        "StartPeriod": check.start_period_s,
        "StartInterval": check.start_interval_s,
    }
    for name, duration_s in durations.items():
        if duration_s and duration_s < _MIN_HEALTH_S:
            raise RpcInvalidArgument(f"ContainerSpec: {name} in HealthConfig cannot be less than 1ms")
    if check.retries < 0:
        raise RpcInvalidArgument("ContainerSpec: Retries in HealthConfig cannot be negative")


# --- the service ---------------------------------------------------------------------------------------------------


def _check_mode(spec: ServiceSpec) -> None:
    match spec.mode:
        case Replicated(replicas=replicas) if _is_negative(replicas):
            raise RpcInvalidArgument("Number of replicas must be non-negative")
        case ReplicatedJob(max_concurrent=at_once) if _is_negative(at_once):
            raise RpcInvalidArgument("Maximum concurrent jobs must not be negative")
        case ReplicatedJob(total_completions=total) if _is_negative(total):
            raise RpcInvalidArgument("Total completed jobs must not be negative")
    if is_job(spec) and spec.update is not None:
        raise RpcInvalidArgument("Jobs may not have an update config")


def _is_negative(number: int) -> bool:
    """Swarm looks at an unsigned number of 64 bits as if it had a sign."""
    return not 0 <= number < 2**63


def is_job(spec: ServiceSpec) -> bool:
    """Whether the service's tasks run to an end."""
    return isinstance(spec.mode, ReplicatedJob | GlobalJob)


def _check_update(config: UpdateConfig | None) -> None:
    if config is None:
        return
    if config.delay_s < 0:
        raise RpcInvalidArgument("TaskSpec: update-delay cannot be negative")
    if (config.monitor_s or 0) < 0:
        raise RpcInvalidArgument("TaskSpec: update-monitor cannot be negative")
    if not 0 <= config.max_failure_ratio <= 1:
        raise RpcInvalidArgument("TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1")


def _check_endpoint(endpoint: EndpointSpec | None) -> None:
    if endpoint is None:
        return
    seen: set[tuple[int, str]] = set()
    for port in endpoint.ports:
        if endpoint.mode == "dnsrr" and port.publish_mode is PublishMode.INGRESS:
            raise RpcInvalidArgument("EndpointSpec: port published with ingress mode can't be used with dnsrr mode")
        if not port.published_port:
            continue
        if (port.published_port, port.protocol) in seen:
            raise RpcInvalidArgument("EndpointSpec: duplicate published ports provided")
        seen.add((port.published_port, port.protocol))


# --- what the engine itself refuses, before the manager is asked ---------------------------------------------------


_MOUNTS = ("bind", "cluster", "npipe", "tmpfs", "volume")
"""What a service may mount. Source: moby daemon/cluster/convert/container.go."""


def _check_offered(spec: ServiceSpec) -> None:
    for mount in spec.task.container.mounts:
        if mount.type not in _MOUNTS:
            raise InvalidParameter(f'invalid MountType: "{mount.type}"')
        if mount.type == "npipe":
            raise NotImplementedHere("this engine has no mounts of type npipe")
