"""`docker update`: limits and the restart policy of containers that are there.

Source: docker/cli cli/command/container/update.go. What was not typed is sent as zero, which changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.containers.limit_flags import size
from swarmlab.commands.containers.restarts import read_restart
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing import units
from swarmlab.commands.printing.inspecting import each
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Many, Number, Text, arguments, flag, flags_of

_CFS = "CPU CFS (Completely Fair Scheduler)"
_NOT_SENT = (
    *("BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps"),
    *("Devices", "DeviceCgroupRules", "DeviceRequests", "MemorySwappiness", "OomKillDisable", "Ulimits"),
)
_ZERO = ("CpuCount", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth")


@dataclass(frozen=True, kw_only=True)
class ContainerUpdate(Command, path="update", also=("container update",)):
    """Give containers other limits while they run."""

    usage = "[OPTIONS] CONTAINER [CONTAINER...]"
    summary = "Update configuration of one or more containers"
    aliases = "docker container update, docker update"

    blkio_weight: Number = flag(
        "--blkio-weight uint16", "Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)"
    )
    cpu_period: Number = flag("--cpu-period int", f"Limit {_CFS} period")
    cpu_quota: Number = flag("--cpu-quota int", f"Limit {_CFS} quota")
    cpu_rt_period: Number = flag("--cpu-rt-period int", "Limit the CPU real-time period in microseconds")
    cpu_rt_runtime: Number = flag("--cpu-rt-runtime int", "Limit the CPU real-time runtime in microseconds")
    cpu_shares: Number = flag("-c, --cpu-shares int", "CPU shares (relative weight)")
    cpus: Text = flag("--cpus decimal", "Number of CPUs")
    cpuset_cpus: Text = flag("--cpuset-cpus string", "CPUs in which to allow execution (0-3, 0,1)")
    cpuset_mems: Text = flag("--cpuset-mems string", "MEMs in which to allow execution (0-3, 0,1)")
    memory: Text = flag("-m, --memory bytes", "Memory limit")
    memory_reservation: Text = flag("--memory-reservation bytes", "Memory soft limit")
    memory_swap: Text = flag(
        "--memory-swap bytes", "Swap limit equal to memory plus swap: -1 to enable unlimited swap", syntax="swap"
    )
    pids_limit: Number = flag("--pids-limit int", "Tune container pids limit (set -1 for unlimited)")
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
            "CpuShares": self.cpu_shares or 0,
            "Memory": size(self.memory),
            "NanoCpus": units.read_nano_cpus(self.cpus or "0"),
            "CgroupParent": "",
            "BlkioWeight": self.blkio_weight or 0,
            "CpuPeriod": self.cpu_period or 0,
            "CpuQuota": self.cpu_quota or 0,
            "CpuRealtimePeriod": self.cpu_rt_period or 0,
            "CpuRealtimeRuntime": self.cpu_rt_runtime or 0,
            "CpusetCpus": self.cpuset_cpus or "",
            "CpusetMems": self.cpuset_mems or "",
            "MemoryReservation": size(self.memory_reservation),
            "MemorySwap": size(self.memory_swap),
            "PidsLimit": self.pids_limit or None,
            "RestartPolicy": read_restart(self.restart or ""),
            **dict.fromkeys(_NOT_SENT),
            **dict.fromkeys(_ZERO, 0),
        }
