"""`docker update`: limits and the restart policy of containers that are there.

Source: docker/cli cli/command/container/update.go. What was not typed is sent as zero, which changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.containers.limit_flags import ChangeableLimitFlags
from swarmlab.commands.containers.restarts import read_restart
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import each
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Many, Number, Text, arguments, flag, flags_of

_NOT_SENT = (
    *("BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps"),
    *("Devices", "DeviceCgroupRules", "DeviceRequests", "MemorySwappiness", "OomKillDisable", "Ulimits"),
)


@dataclass(frozen=True, kw_only=True)
class ContainerUpdate(ChangeableLimitFlags, path="update", also=("container update",)):
    """Give containers other limits while they run."""

    usage = "[OPTIONS] CONTAINER [CONTAINER...]"
    summary = "Update configuration of one or more containers"

    cpu_rt_period: Number = flag("--cpu-rt-period int", "Limit the CPU real-time period in microseconds")
    cpu_rt_runtime: Number = flag("--cpu-rt-runtime int", "Limit the CPU real-time runtime in microseconds")
    memory_swap: Text = flag(
        "--memory-swap bytes", "Swap limit equal to memory plus swap: -1 to enable unlimited swap", syntax="swap"
    )
    restart: Text = flag("--restart string", "Restart policy to apply when a container exits")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        limit = "" if self.memory is None else f"mem_limit={self.memory!r}"
        return "\n".join(f"client.containers.get({name!r}).update({limit})" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""
        if all(getattr(self, typed.name) is None for typed in flags_of(self)):
            raise DockerError("you must provide one or more flags when using this command")
        body = self.body()
        warnings: list[str] = []

        def update(name: str) -> None:
            answer = session.post(path_to("container", name, "update"), body)
            session.terminal.print(name)
            warnings.extend(answer.get("Warnings") or [])

        try:
            each(self.containers, update)
        finally:
            if warnings:
                session.terminal.print("\n".join(warnings))

    def body(self) -> dict[str, Any]:
        """The request that changes a container. Raises DockerError."""
        return {
            **self.changeable_limits(),
            "CgroupParent": "",
            "PidsLimit": self.pids_limit or None,
            "RestartPolicy": read_restart(self.restart or ""),
            **dict.fromkeys(_NOT_SENT),
        }
