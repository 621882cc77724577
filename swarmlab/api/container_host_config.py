"""A container's HostConfig as Docker's JSON: what was asked for, and the defaults of the rest.

Source: moby api/types/container/hostconfig.go; compared with the answers of an engine 28.5.2.
"""

from __future__ import annotations

from swarmlab.api.wire import Json, encode
from swarmlab.engine.host.container import Container, ContainerConfig

_MASKED_PATHS = [
    *("/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats"),
    *("/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"),
    "/sys/devices/virtual/powercap",
]
_READONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


def host_config(container: Container) -> Json:
    """What `docker inspect` shows as HostConfig."""
    config = container.config
    sent = _as_sent(config)
    return {
        **_HOST_CONFIG,
        **(_of_task(config) if config.managed else {}),
        **sent,
        "MemorySwap": _memory_swap(sent),
        "NetworkMode": network_mode(container),
        "PortBindings": _bindings(container),
        "RestartPolicy": {"Name": config.restart, "MaximumRetryCount": config.restart_max_retries},
        "AutoRemove": config.auto_remove,
        "LogConfig": _log_config(sent),
        "MaskedPaths": _MASKED_PATHS,
        "ReadonlyPaths": _READONLY_PATHS,
        **({"ExtraHosts": list(config.hosts)} if config.hosts else {}),
        **({} if config.init is None else {"Init": config.init}),
    }


def _as_sent(config: ContainerConfig) -> Json:
    """What the request said and no rule reads; zero is as good as not said, an empty list is not."""
    known = _HOST_CONFIG.keys() | {"Annotations", "Mounts", "Sysctls", "Tmpfs"}
    return {key: value for key, value in config.host_extra.items() if key in known and (value or value == [])}


def _memory_swap(sent: Json) -> object:
    """As much swap as memory, unless it was said. Source: moby daemon/daemon_unix.go, adaptContainerSettings."""
    memory = sent.get("Memory")
    return sent.get("MemorySwap") or (2 * memory if isinstance(memory, int) else 0)


def _log_config(sent: Json) -> Json:
    chosen = sent.get("LogConfig")
    given = chosen if isinstance(chosen, dict) else {}
    return {"Type": given.get("Type") or "json-file", "Config": given.get("Config") or {}}


def _of_task(config: ContainerConfig) -> Json:
    """What the swarm's agent sends otherwise than the docker CLI."""
    mounts = {"Mounts": [encode(mount) for mount in config.mounts]} if config.mounts else {}
    return {"Ulimits": [], "Isolation": "default", **mounts}


_HOST_CONFIG: Json = {
    "Binds": None,
    "ContainerIDFile": "",
    "LogConfig": {"Type": "json-file", "Config": {}},
    "NetworkMode": "bridge",
    "PortBindings": {},
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "AutoRemove": False,
    "VolumeDriver": "",
    "VolumesFrom": None,
    "ConsoleSize": [0, 0],
    "CapAdd": None,
    "CapDrop": None,
    "CgroupnsMode": "host",
    "Dns": None,
    "DnsOptions": None,
    "DnsSearch": None,
    "ExtraHosts": None,
    "GroupAdd": None,
    "IpcMode": "private",
    "Cgroup": "",
    "Links": None,
    "OomScoreAdj": 0,
    "PidMode": "",
    "Privileged": False,
    "PublishAllPorts": False,
    "ReadonlyRootfs": False,
    "SecurityOpt": None,
    "UTSMode": "",
    "UsernsMode": "",
    "ShmSize": 67108864,
    "Runtime": "runc",
    "Isolation": "",
    "CpuShares": 0,
    "Memory": 0,
    "NanoCpus": 0,
    "CgroupParent": "",
    "BlkioWeight": 0,
    "BlkioWeightDevice": None,
    "BlkioDeviceReadBps": None,
    "BlkioDeviceWriteBps": None,
    "BlkioDeviceReadIOps": None,
    "BlkioDeviceWriteIOps": None,
    "CpuPeriod": 0,
    "CpuQuota": 0,
    "CpuRealtimePeriod": 0,
    "CpuRealtimeRuntime": 0,
    "CpusetCpus": "",
    "CpusetMems": "",
    "Devices": None,
    "DeviceCgroupRules": None,
    "DeviceRequests": None,
    "MemoryReservation": 0,
    "MemorySwap": 0,
    "MemorySwappiness": None,
    "OomKillDisable": False,
    "PidsLimit": None,
    "Ulimits": None,
    "CpuCount": 0,
    "CpuPercent": 0,
    "IOMaximumIOps": 0,
    "IOMaximumBandwidth": 0,
}


def network_mode(container: Container) -> str:
    """The network that it was asked to be on."""
    mode = container.config.network_mode
    return "bridge" if mode == "default" else mode


def _bindings(container: Container) -> Json:
    result: dict[str, object] = {}
    for port in container.config.ports:
        places = result.setdefault(f"{port.container_port}/{port.protocol}", [])
        assert isinstance(places, list)
        places.append({"HostIp": port.host_ip, "HostPort": str(port.host_port) if port.host_port else ""})
    return result
