"""`POST /containers/{id}/update`: limits and the restart policy of a container that is there.

Source: moby daemon/update.go, container/container_unix.go, UpdateContainer; texts recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from swarmlab.api.json_parts import number_in, text_in
from swarmlab.api.messages import Answer, Request, json_response
from swarmlab.api.wire import Json, object_of, refuse_unknown
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import Conflict
from swarmlab.engine.host.container import ContainerConfig
from swarmlab.engine.host.container_limits import check_limits
from swarmlab.engine.host.container_restarts import check_policy

_LIMITS = frozenset(
    "Memory MemoryReservation MemorySwap NanoCpus CpuShares CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime "
    "CpusetCpus CpusetMems PidsLimit BlkioWeight".split()
)


def update(daemon: Daemon, request: Request) -> Answer:
    """Change a container's limits or its restart policy."""
    given = object_of(request.json(), "body")
    for key, content in given.items():
        if key not in _LIMITS | {"RestartPolicy"}:
            refuse_unknown(content, key)
    limits = {key: value for key, value in given.items() if key in _LIMITS and value}
    policy = object_of(given.get("RestartPolicy") or {}, "RestartPolicy")
    check_limits(limits, daemon.host.cpus)
    check_policy(*_policy(policy), auto_remove=False)
    container = daemon.containers.find(request.parameters["id"])
    check_limits({**container.config.host_extra, **limits}, daemon.host.cpus)
    changed = _changed(container.config, limits, policy)
    daemon.containers.update(container.id, lambda _: changed)
    return json_response({"Warnings": None})


def _changed(config: ContainerConfig, limits: Mapping[str, object], policy: Json) -> ContainerConfig:
    host: Json = {**config.host_extra, **limits}
    changed = replace(config, extra={**config.extra, "HostConfig": host})
    name, retries = _policy(policy)
    if not name:
        return changed
    if config.auto_remove and name != "no":
        raise Conflict("Restart policy cannot be updated because AutoRemove is enabled for the container")
    return replace(changed, restart=name, restart_max_retries=retries)


def _policy(policy: Json) -> tuple[str, int]:
    return text_in(policy, "Name"), int(number_in(policy, "MaximumRetryCount") or 0)
