"""Flags that say how much a container may use of its host: those that `docker update` has too, and all.

Source: docker/cli cli/command/container/{opts,update}.go. A limit that was not typed is sent as zero: for a new
container that is no limit, and of one that is there it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing import units
from swarmlab.commands.spelling.devices import read_bytes_rate, read_operations_rate, read_weight
from swarmlab.commands.spelling.options import Many, Number, Switch, Text, flag
from swarmlab.commands.spelling.ulimits import read_ulimit

Body = dict[str, Any]
_CFS = "CPU CFS (Completely Fair Scheduler)"


@dataclass(frozen=True, kw_only=True)
class ChangeableLimitFlags(Command):
    """The limits that a container can be given while it runs."""

    blkio_weight: Number = flag(
        "--blkio-weight uint16", "Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)"
    )
    cpu_period: Number = flag("--cpu-period int", f"Limit {_CFS} period")
    cpu_quota: Number = flag("--cpu-quota int", f"Limit {_CFS} quota")
    cpu_rt_period: Number = flag("--cpu-rt-period int", "Limit CPU real-time period in microseconds")
    cpu_rt_runtime: Number = flag("--cpu-rt-runtime int", "Limit CPU real-time runtime in microseconds")
    cpu_shares: Number = flag("-c, --cpu-shares int", "CPU shares (relative weight)")
    cpus: Text = flag("--cpus decimal", "Number of CPUs")
    cpuset_cpus: Text = flag("--cpuset-cpus string", "CPUs in which to allow execution (0-3, 0,1)")
    cpuset_mems: Text = flag("--cpuset-mems string", "MEMs in which to allow execution (0-3, 0,1)")
    memory: Text = flag("-m, --memory bytes", "Memory limit")
    memory_reservation: Text = flag("--memory-reservation bytes", "Memory soft limit")
    memory_swap: Text = flag(
        "--memory-swap bytes", "Swap limit equal to memory plus swap: '-1' to enable unlimited swap", syntax="swap"
    )
    pids_limit: Number = flag("--pids-limit int", "Tune container pids limit (set -1 for unlimited)")

    def changeable_limits(self) -> Body:
        """Those of a HostConfig that this class has, and zero for those that the CLI has for Windows only."""
        return {
            "BlkioWeight": self.blkio_weight or 0,
            "CpuShares": self.cpu_shares or 0,
            "NanoCpus": units.read_nano_cpus(self.cpus or "0"),
            "CpuPeriod": self.cpu_period or 0,
            "CpuQuota": self.cpu_quota or 0,
            "CpuRealtimePeriod": self.cpu_rt_period or 0,
            "CpuRealtimeRuntime": self.cpu_rt_runtime or 0,
            "CpusetCpus": self.cpuset_cpus or "",
            "CpusetMems": self.cpuset_mems or "",
            "Memory": size(self.memory),
            "MemoryReservation": size(self.memory_reservation),
            "MemorySwap": size(self.memory_swap),
            **dict.fromkeys(("CpuCount", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth"), 0),
        }


@dataclass(frozen=True, kw_only=True)
class LimitFlags(ChangeableLimitFlags):
    """Limits of CPU, memory, processes and devices."""

    blkio_weight_device: Many = flag(
        "--blkio-weight-device list", "Block IO weight (relative device weight)", "[]", syntax="device-weight"
    )
    cgroup_parent: Text = flag("--cgroup-parent string", "Optional parent cgroup for the container")
    device_read_bps: Many = flag(
        "--device-read-bps list", "Limit read rate (bytes per second) from a device", "[]", syntax="bytes-rate"
    )
    device_read_iops: Many = flag(
        "--device-read-iops list", "Limit read rate (IO per second) from a device", "[]", syntax="operations-rate"
    )
    device_write_bps: Many = flag(
        "--device-write-bps list", "Limit write rate (bytes per second) to a device", "[]", syntax="bytes-rate"
    )
    device_write_iops: Many = flag(
        "--device-write-iops list", "Limit write rate (IO per second) to a device", "[]", syntax="operations-rate"
    )
    kernel_memory: Text = flag("--kernel-memory bytes", "Kernel memory limit")
    memory_swappiness: Number = flag("--memory-swappiness int", "Tune container memory swappiness (0 to 100)", "-1")
    oom_kill_disable: Switch = flag("--oom-kill-disable", "Disable OOM Killer")
    oom_score_adj: Number = flag("--oom-score-adj int", "Tune host's OOM preferences (-1000 to 1000)")
    shm_size: Text = flag("--shm-size bytes", "Size of /dev/shm")
    ulimit: Many = flag("--ulimit ulimit", "Ulimit options", "[]")

    def check_swappiness(self) -> None:
        """Raise DockerError unless it is a percentage."""
        if not -1 <= self._swappiness() <= 100:
            raise DockerError(f"invalid value: {self._swappiness()}. Valid memory swappiness range is 0-100")

    def _swappiness(self) -> int:
        return -1 if self.memory_swappiness is None else self.memory_swappiness

    def limits(self) -> Body:
        """The limits of a HostConfig."""
        return {
            **self.changeable_limits(),
            **self._devices(),
            "CgroupParent": self.cgroup_parent or "",
            "MemorySwappiness": self._swappiness(),
            "OomKillDisable": bool(self.oom_kill_disable),
            "OomScoreAdj": self.oom_score_adj or 0,
            "PidsLimit": self.pids_limit or 0,
            "ShmSize": size(self.shm_size),
            "Ulimits": self._ulimits(),
        }

    def _ulimits(self) -> list[Body]:
        last = {each["Name"]: each for each in map(read_ulimit, self.ulimit)}
        return [last[name] for name in sorted(last)]

    def _devices(self) -> Body:
        return {
            "BlkioWeightDevice": [read_weight(text) for text in self.blkio_weight_device],
            "BlkioDeviceReadBps": [read_bytes_rate(text) for text in self.device_read_bps],
            "BlkioDeviceWriteBps": [read_bytes_rate(text) for text in self.device_write_bps],
            "BlkioDeviceReadIOps": [read_operations_rate(text) for text in self.device_read_iops],
            "BlkioDeviceWriteIOps": [read_operations_rate(text) for text in self.device_write_iops],
        }


def size(text: Text) -> int:
    """Bytes; zero where nothing was typed, -1 as it is."""
    return -1 if text == "-1" else units.read_bytes(text or "0")
