"""What an engine says of itself: ping, version, info, what the registry has.

Source: moby daemon/server/router/system/system_routes.go, daemon/info.go; compared with an engine 28.5.2.
Simplification: kernel, runtimes and the rest that no swarm depends on are constants, and say that they are simulated.
"""

from __future__ import annotations

from swarmlab.api.filters import parse
from swarmlab.api.messages import API_VERSION, MIN_API_VERSION, Answer, Request, Response, json_response
from swarmlab.api.shapes import generic_resources
from swarmlab.api.swarm import cluster_json
from swarmlab.api.times import timestamp
from swarmlab.api.versions import info_of
from swarmlab.api.wire import Json
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import NotFound
from swarmlab.engine.host.network_rules import NETWORK_DRIVERS
from swarmlab.engine.manager.generic_resources import read
from swarmlab.engine.pending import Pending
from swarmlab.engine.swarm.membership import LocalNodeState, SwarmInfo

_TWO_MANAGERS = (
    "WARNING: Running Swarm in a two-manager configuration. This configuration provides\n"
    "         no fault tolerance, and poses a high risk to lose control over the cluster.\n"
    "         Refer to https://docs.docker.com/engine/swarm/admin_guide/ to configure the\n"
    "         Swarm for fault-tolerance."
)
KERNEL = "6.1.0-simulated"
LOG_DRIVERS = ["awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk", "syslog"]


def text(version: tuple[int, int]) -> str:
    """An API version as it is written."""
    return f"{version[0]}.{version[1]}"


def ping(daemon: Daemon, request: Request) -> Answer:
    """Whether the engine answers, and as what."""
    headers = {
        "Builder-Version": "2",
        "Cache-Control": "no-cache, no-store, must-revalidate",
        "Content-Type": "text/plain; charset=utf-8",
        "Pragma": "no-cache",
        "Swarm": _swarm_state(daemon.membership.info()),
    }
    return Response(headers=headers, body=b"" if request.method == "HEAD" else b"OK")


def _swarm_state(info: SwarmInfo) -> str:
    if info.local_node_state is not LocalNodeState.ACTIVE:
        return info.local_node_state.value
    return "active/manager" if info.control_available else "active/worker"


def version(daemon: Daemon, request: Request) -> Answer:
    """The versions of the engine and of its parts."""
    built = "2025-11-05T00:00:00.000000000+00:00"
    engine = {
        "ApiVersion": text(API_VERSION),
        "Arch": "amd64",
        "BuildTime": built,
        "Experimental": "false",
        "GitCommit": "swarmlab",
        "GoVersion": "go1.24.9",
        "KernelVersion": KERNEL,
        "MinAPIVersion": text(MIN_API_VERSION),
        "Os": "linux",
    }
    return json_response(
        {
            "Platform": {"Name": "swarmlab (simulated engine)"},
            "Components": [{"Name": "Engine", "Version": daemon.version, "Details": engine}],
            "Version": daemon.version,
            "ApiVersion": text(API_VERSION),
            "MinAPIVersion": text(MIN_API_VERSION),
            "GitCommit": "swarmlab",
            "GoVersion": "go1.24.9",
            "Os": "linux",
            "Arch": "amd64",
            "KernelVersion": KERNEL,
            "BuildTime": built,
        }
    )


def info(daemon: Daemon, request: Request) -> Pending[Response]:
    """What `docker info` shows; a manager that hears of no leader waits for one at first."""
    return daemon.swarm_info().then(lambda swarm: _info(daemon, request, swarm))


def _info(daemon: Daemon, request: Request, swarm: SwarmInfo) -> Response:
    containers = daemon.containers.list(all_=True)
    running = sum(container.state.running for container in containers)
    return json_response(
        info_of(
            {
                "ID": daemon.id,
                "Containers": len(containers),
                "ContainersRunning": running,
                "ContainersPaused": 0,
                "ContainersStopped": len(containers) - running,
                "Images": len(daemon.images.list()),
                "Driver": "overlay2",
                "DriverStatus": [["Backing Filesystem", "simulated"]],
                "Plugins": {
                    "Volume": ["local"],
                    "Network": list(NETWORK_DRIVERS),
                    "Authorization": None,
                    "Log": LOG_DRIVERS,
                },
                **_FEATURES,
                "SystemTime": timestamp(daemon.clock.now),
                "LoggingDriver": "json-file",
                "CgroupDriver": "systemd",
                "CgroupVersion": "2",
                "NEventsListener": 0,
                "KernelVersion": KERNEL,
                "OperatingSystem": "swarmlab (simulated host)",
                "OSVersion": "",
                "OSType": "linux",
                "Architecture": "x86_64",
                "IndexServerAddress": "https://index.docker.io/v1/",
                "RegistryConfig": {
                    "IndexConfigs": {
                        "docker.io": {"Mirrors": [], "Name": "docker.io", "Official": True, "Secure": True}
                    },
                    "InsecureRegistryCIDRs": ["::1/128", "127.0.0.0/8"],
                    "Mirrors": None,
                },
                "NCPU": daemon.host.cpus,
                "MemTotal": daemon.host.memory_bytes,
                "GenericResources": generic_resources(read(daemon.host.generic_resources)) or None,
                "DockerRootDir": "/var/lib/docker",
                "HttpProxy": "",
                "HttpsProxy": "",
                "NoProxy": "",
                "Name": daemon.hostname,
                "Labels": list(daemon.host.labels),
                "ExperimentalBuild": False,
                "ServerVersion": daemon.version,
                "Runtimes": {"runc": {"path": "runc"}},
                "DefaultRuntime": "runc",
                "Swarm": swarm_json(swarm),
                **_REST,
                "Warnings": _warnings(swarm) or None,
            },
            request.version,
        )
    )


_FEATURES: Json = {
    "MemoryLimit": True,
    "SwapLimit": True,
    "CpuCfsPeriod": True,
    "CpuCfsQuota": True,
    "CPUShares": True,
    "CPUSet": True,
    "PidsLimit": True,
    "IPv4Forwarding": True,
    "Debug": False,
    "NFd": 0,
    "OomKillDisable": False,
    "NGoroutines": 0,
}

_REST: Json = {
    "LiveRestoreEnabled": False,
    "Isolation": "",
    "InitBinary": "docker-init",
    "ContainerdCommit": {"ID": "simulated"},
    "RuncCommit": {"ID": "simulated"},
    "InitCommit": {"ID": "simulated"},
    "SecurityOptions": ["name=seccomp,profile=builtin"],
    "FirewallBackend": {"Driver": "iptables"},
    "CDISpecDirs": ["/etc/cdi", "/var/run/cdi"],
    "Containerd": {
        "Address": "/run/containerd/containerd.sock",
        "Namespaces": {"Containers": "moby", "Plugins": "plugins.moby"},
    },
}


def _warnings(swarm: SwarmInfo) -> list[str]:
    """Source: moby daemon/cluster/swarm.go, Info; words recorded from 28.5.2."""
    return [_TWO_MANAGERS] if swarm.managers == 2 else []


def swarm_json(swarm: SwarmInfo) -> Json:
    """The part of `docker info` about this node's swarm."""
    remote = [{"NodeID": manager.node_id, "Addr": manager.addr} for manager in swarm.remote_managers]
    return {
        "NodeID": swarm.node_id,
        "NodeAddr": swarm.node_addr,
        "LocalNodeState": swarm.local_node_state.value,
        "ControlAvailable": swarm.control_available,
        "Error": swarm.error,
        "RemoteManagers": remote or None,
        **({"Nodes": swarm.nodes} if swarm.nodes else {}),
        **({"Managers": swarm.managers} if swarm.managers else {}),
        **({"Cluster": cluster_json(swarm.cluster)} if swarm.cluster else {}),
        **({"Warnings": warnings} if (warnings := _warnings(swarm)) else {}),
    }


def no_plugins(daemon: Daemon, request: Request) -> Answer:
    """The engine's plugins: none, since none can be installed here."""
    parse(request.query, ("capability", "enabled")).yes_or_no("enabled")
    return json_response([])


def no_plugin(daemon: Daemon, request: Request) -> Answer:
    """One plugin: none. `docker inspect` asks for it when it finds nothing else of a name."""
    raise NotFound("plugin", f'"{request.parameters["name"]}"')
