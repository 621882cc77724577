"""The text of `docker info`.

Source: docker/cli cli/command/system/info.go. The client that it names is the CLI whose words this package prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from swarmlab.commands.printing.units import binary_size, human_duration

CLI_VERSION = "28.2.2"
Info = dict[str, Any]


def client_text(context: str) -> str:
    """The part about the client."""
    return f"Client:\n Version:    {CLI_VERSION}\n Context:    {context}\n Debug Mode: false\n"


def server_text(info: Info) -> str:
    """The part about the engine, its swarm included."""
    return "\n".join(["Server:", *_lines(info)])


def _lines(info: Info) -> Iterator[str]:
    yield from _counts(info)
    yield from _drivers(info)
    yield f" Swarm: {info['Swarm'].get('LocalNodeState', '')}"
    yield from _swarm(info["Swarm"])
    yield from _runtimes(info)
    yield from _security(info.get("SecurityOptions") or [])
    yield from _host(info)
    yield from _registries(info.get("RegistryConfig") or {})
    yield f" Live Restore Enabled: {_bool(info.get('LiveRestoreEnabled'))}"
    if info.get("ProductLicense"):
        yield f" Product License: {info['ProductLicense']}"
    yield from _address_pools(info.get("DefaultAddressPools") or [])
    yield ""
    yield from info.get("Warnings") or []


def _counts(info: Info) -> Iterator[str]:
    yield f" Containers: {info.get('Containers', 0)}"
    yield f"  Running: {info.get('ContainersRunning', 0)}"
    yield f"  Paused: {info.get('ContainersPaused', 0)}"
    yield f"  Stopped: {info.get('ContainersStopped', 0)}"
    yield f" Images: {info.get('Images', 0)}"
    yield from _given(info, {"Server Version": "ServerVersion", "Storage Driver": "Driver"})
    yield from (f"  {name}: {value}" for name, value in info.get("DriverStatus") or [])


def _drivers(info: Info) -> Iterator[str]:
    names = {"Logging Driver": "LoggingDriver", "Cgroup Driver": "CgroupDriver", "Cgroup Version": "CgroupVersion"}
    yield from _given(info, names)
    plugins = info.get("Plugins") or {}
    yield " Plugins:"
    yield f"  Volume: {' '.join(plugins.get('Volume') or [])}"
    yield f"  Network: {' '.join(plugins.get('Network') or [])}"
    if plugins.get("Authorization"):
        yield f"  Authorization: {' '.join(plugins['Authorization'])}"
    yield f"  Log: {' '.join(plugins.get('Log') or [])}"
    if info.get("CDISpecDirs"):
        yield " CDI spec directories:"
        yield from (f"  {directory}" for directory in info["CDISpecDirs"])


def _swarm(swarm: Info) -> Iterator[str]:
    state = swarm.get("LocalNodeState")
    if state in ("inactive", "locked"):
        return
    is_manager, error = swarm.get("ControlAvailable", False), swarm.get("Error", "")
    yield f"  NodeID: {swarm.get('NodeID', '')}"
    if error:
        yield f"  Error: {error}"
    yield f"  Is Manager: {_bool(is_manager)}"
    if swarm.get("Cluster") and is_manager and not error and state != "error":
        yield from _cluster(swarm)
    yield f"  Node Address: {swarm.get('NodeAddr', '')}"
    if swarm.get("RemoteManagers"):
        yield "  Manager Addresses:"
        yield from sorted(f"   {manager['Addr']}" for manager in swarm["RemoteManagers"])


def _cluster(swarm: Info) -> Iterator[str]:
    cluster = swarm["Cluster"]
    spec = cluster["Spec"]
    orchestration, raft, ca = (spec.get(name) or {} for name in ("Orchestration", "Raft", "CAConfig"))
    yield f"  ClusterID: {cluster['ID']}"
    yield f"  Managers: {swarm.get('Managers', 0)}"
    yield f"  Nodes: {swarm.get('Nodes', 0)}"
    if cluster.get("DefaultAddrPool"):
        yield f"  Default Address Pool: {''.join(f'{pool}  ' for pool in cluster['DefaultAddrPool'])}"
        yield f"  SubnetSize: {cluster.get('SubnetSize', 0)}"
    if cluster.get("DataPathPort"):
        yield f"  Data Path Port: {cluster['DataPathPort']}"
    yield "  Orchestration:"
    yield f"   Task History Retention Limit: {orchestration.get('TaskHistoryRetentionLimit', 0)}"
    yield from _raft(raft)
    yield "  Dispatcher:"
    yield f"   Heartbeat Period: {_period(spec.get('Dispatcher') or {}, 'HeartbeatPeriod')}"
    yield "  CA Configuration:"
    yield f"   Expiry Duration: {_period(ca, 'NodeCertExpiry')}"
    yield f"   Force Rotate: {ca.get('ForceRotate', 0)}"
    if ca.get("SigningCACert", "").strip():
        yield f"   Signing CA Certificate: \n{ca['SigningCACert'].strip()}\n"
    yield f"  Autolock Managers: {_bool((spec.get('EncryptionConfig') or {}).get('AutoLockManagers'))}"
    yield f"  Root Rotation In Progress: {_bool(cluster.get('RootRotationInProgress'))}"


def _raft(raft: Info) -> Iterator[str]:
    yield "  Raft:"
    yield f"   Snapshot Interval: {raft.get('SnapshotInterval', 0)}"
    if raft.get("KeepOldSnapshots") is not None:
        yield f"   Number of Old Snapshots to Retain: {raft['KeepOldSnapshots']}"
    yield f"   Heartbeat Tick: {raft.get('HeartbeatTick', 0)}"
    yield f"   Election Tick: {raft.get('ElectionTick', 0)}"


def _runtimes(info: Info) -> Iterator[str]:
    if info.get("Runtimes"):
        yield f" Runtimes: {' '.join(sorted(info['Runtimes']))}"
        yield f" Default Runtime: {info.get('DefaultRuntime', '')}"
    if info.get("OSType") != "linux":
        return
    yield f" Init Binary: {info.get('InitBinary', '')}"
    for name, key in (("containerd", "ContainerdCommit"), ("runc", "RuncCommit"), ("init", "InitCommit")):
        yield f" {name} version: {(info.get(key) or {}).get('ID', '')}"


def _security(options: list[str]) -> Iterator[str]:
    if options:
        yield " Security Options:"
    for option in options:
        parts = dict(part.partition("=")[::2] for part in option.split(","))
        yield f"  {parts.get('name', option)}"
        if "profile" in parts:
            yield f"   Profile: {parts['profile']}"


def _host(info: Info) -> Iterator[str]:
    names = {"Kernel Version": "KernelVersion", "Operating System": "OperatingSystem", "OSType": "OSType"}
    yield from _given(info, {**names, "Architecture": "Architecture"})
    yield f" CPUs: {info.get('NCPU', 0)}"
    yield f" Total Memory: {binary_size(info.get('MemTotal', 0))}"
    yield from _given(info, {"Name": "Name", "ID": "ID"})
    yield f" Docker Root Dir: {info.get('DockerRootDir', '')}"
    yield f" Debug Mode: {_bool(info.get('Debug'))}"
    yield from _given(info, {"HTTP Proxy": "HttpProxy", "HTTPS Proxy": "HttpsProxy", "No Proxy": "NoProxy"})
    if info.get("Labels"):
        yield " Labels:"
        yield from (f"  {label}" for label in info["Labels"])
    yield f" Experimental: {_bool(info.get('ExperimentalBuild'))}"


def _registries(config: Info) -> Iterator[str]:
    networks, registries = config.get("InsecureRegistryCIDRs") or [], config.get("IndexConfigs") or {}
    if networks or registries:
        yield " Insecure Registries:"
        yield from (f"  {each['Name']}" for each in registries.values() if not each.get("Secure"))
        yield from (f"  {network}" for network in networks)
    if config.get("Mirrors"):
        yield " Registry Mirrors:"
        yield from (f"  {mirror}" for mirror in config["Mirrors"])


def _address_pools(pools: list[Info]) -> Iterator[str]:
    if pools:
        yield " Default Address Pools:"
        yield from (f"   Base: {pool['Base']}, Size: {pool['Size']}" for pool in pools)


def _given(info: Info, names: dict[str, str]) -> Iterator[str]:
    yield from (f" {name}: {info[key]}" for name, key in names.items() if info.get(key))


def _period(owner: Info, name: str) -> str:
    return human_duration(owner.get(name, 0) / 10**9)


def _bool(value: object) -> str:
    return str(bool(value)).lower()
