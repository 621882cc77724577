"""A container as Docker's JSON: the line of a list, and what `inspect` shows.

Source: moby daemon/{list,inspect}.go, container/state.go; compared with the answers of an engine 28.5.2.
Simplification: no layers on disk, so no GraphDriver.Data; the parts that hold constants are those of that engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.api.container_host_config import host_config, network_mode
from swarmlab.api.times import age, timestamp, unix_seconds
from swarmlab.api.wire import Json, encode
from swarmlab.engine.host.container import (
    Container,
    ContainerState,
    ContainerStatus,
    Endpoint,
    Health,
    HealthStatus,
    MountPoint,
)
from swarmlab.engine.host.container_ports import read_port

_MINUTE, _HOUR = 60, 3600
_DAYS_AS_HOURS, _WEEKS_AS_HOURS, _MONTHS_AS_HOURS, _YEARS_AS_HOURS = 48, 24 * 14, 24 * 60, 24 * 730


def human_duration(seconds: float) -> str:
    """How long, in words. Source: docker/go-units duration.go, HumanDuration."""
    whole, hours = int(seconds), int(seconds / _HOUR + 0.5)
    minutes = int(seconds / _MINUTE)
    if whole < 1:
        return "Less than a second"
    if whole < _MINUTE:
        return "1 second" if whole == 1 else f"{whole} seconds"
    if minutes < _MINUTE:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    if hours < _DAYS_AS_HOURS:
        return "About an hour" if hours == 1 else f"{hours} hours"
    return _human_days(hours)


def _human_days(hours: int) -> str:
    if hours < _WEEKS_AS_HOURS:
        return f"{hours // 24} days"
    if hours < _MONTHS_AS_HOURS:
        return f"{hours // (24 * 7)} weeks"
    if hours < _YEARS_AS_HOURS:
        return f"{hours // (24 * 30)} months"
    return f"{hours // (24 * 365)} years"


def status_text(state: ContainerState, health: HealthStatus | None, now: float) -> str:
    """The STATUS column of `docker ps`. Source: moby container/state.go, State.String."""
    match state.status:
        case ContainerStatus.RUNNING:
            shown = {None: "", HealthStatus.STARTING: " (health: starting)"}.get(health, f" ({health})")
            return f"Up {human_duration(age(state.started_at, now))}{shown}"
        case ContainerStatus.PAUSED:
            return f"Up {human_duration(age(state.started_at, now))} (Paused)"
        case ContainerStatus.RESTARTING:
            return f"Restarting ({state.exit_code}) {human_duration(age(state.finished_at, now))} ago"
        case ContainerStatus.EXITED:
            return f"Exited ({state.exit_code}) {human_duration(age(state.finished_at, now))} ago"
        case ContainerStatus.CREATED:
            return "Created"
        case ContainerStatus.DEAD:
            return "Dead"
        case ContainerStatus.REMOVING:
            return "Removal In Progress"


def command_text(command: Sequence[str]) -> str:
    """The column COMMAND; a word with a blank in it stands in quotes, but for the first.

    Source: moby container/view.go, transform.
    """
    return " ".join([*command[:1], *(f"'{word}'" if " " in word else word for word in command[1:])])


def summary(container: Container, now: float) -> Json:
    """A container in a list."""
    return {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": container.config.image,
        "ImageID": container.image_id,
        "Command": command_text(container.command),
        "Created": unix_seconds(container.created_at),
        "Ports": _port_list(container),
        "Labels": encode(container.labels),
        "State": container.state.status.value,
        "Status": status_text(container.state, container.health.status if container.health else None, now),
        "HostConfig": {"NetworkMode": network_mode(container)},
        "NetworkSettings": {"Networks": _networks(container)},
        "Mounts": _mounts(container),
    }


def details(container: Container, execs: Sequence[str]) -> Json:
    """What `docker inspect` shows of a container; `execs` are the ids of those that have not ended."""
    directory = f"/var/lib/docker/containers/{container.id}"
    return {
        "Id": container.id,
        "Created": timestamp(container.created_at),
        "Path": container.command[0] if container.command else "",
        "Args": list(container.command[1:]),
        "State": _state(container.state, container.health),
        "Image": container.image_id,
        "ResolvConfPath": f"{directory}/resolv.conf",
        "HostnamePath": f"{directory}/hostname",
        "HostsPath": f"{directory}/hosts",
        "LogPath": f"{directory}/{container.id}-json.log",
        "Name": f"/{container.name}",
        "RestartCount": container.restart_count,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": list(execs) or None,
        "HostConfig": host_config(container),
        "GraphDriver": {"Data": None, "Name": "overlay2"},
        "Mounts": _mounts(container),
        "Config": _config(container),
        "NetworkSettings": _network_settings(container),
    }


def _state(state: ContainerState, health: Health | None) -> Json:
    result: Json = {
        "Status": state.status.value,
        "Running": state.running,
        "Paused": state.paused,
        "Restarting": state.restarting,
        "OOMKilled": state.oom_killed,
        "Dead": state.status is ContainerStatus.DEAD,
        "Pid": state.pid,
        "ExitCode": state.exit_code,
        "Error": state.error,
        "StartedAt": timestamp(state.started_at),
        "FinishedAt": timestamp(state.finished_at),
    }
    return {**result, "Health": _health(health)} if health else result


def _health(health: Health) -> Json:
    log = [
        {
            "Start": timestamp(probe.start),
            "End": timestamp(probe.end),
            "ExitCode": probe.exit_code,
            "Output": probe.output,
        }
        for probe in health.log
    ]
    return {"Status": health.status.value, "FailingStreak": health.failing_streak, "Log": log}


def _config(container: Container) -> Json:
    config = container.config
    shown = config.extra
    return {
        "Hostname": container.hostname,
        "Domainname": shown.get("Domainname", ""),
        "User": config.user,
        "AttachStdin": shown.get("AttachStdin", False),
        "AttachStdout": shown.get("AttachStdout", False),
        "AttachStderr": shown.get("AttachStderr", False),
        **({"ExposedPorts": {port: {} for port in config.exposed_ports}} if config.exposed_ports else {}),
        "Tty": config.tty,
        "OpenStdin": config.open_stdin,
        "StdinOnce": config.stdin_once,
        "Env": list(container.env),
        "Cmd": None if config.command is None and config.entrypoint else _own_command(container),
        **({"Healthcheck": encode(config.healthcheck)} if config.healthcheck else {}),
        "Image": config.image,
        "Volumes": shown.get("Volumes") or None,
        "WorkingDir": config.working_dir,
        "Entrypoint": None if config.entrypoint is None else list(config.entrypoint),
        "OnBuild": None,
        "Labels": encode(container.labels),
        **({"StopSignal": config.stop_signal} if config.stop_signal else {}),
        **({} if config.stop_timeout_s is None or config.managed else {"StopTimeout": int(config.stop_timeout_s)}),
    }


def _own_command(container: Container) -> list[str]:
    """The command without the entrypoint, the image's where none was given."""
    if container.config.command is not None:
        return list(container.config.command)
    return list(container.command)


def _port_list(container: Container) -> list[Json]:
    if not container.state.pid:
        return []
    published = [
        {
            "IP": port.host_ip or "0.0.0.0",
            "PrivatePort": port.container_port,
            "PublicPort": port.host_port,
            "Type": port.protocol,
        }
        for port in container.ports
    ]
    taken = {(port.container_port, port.protocol) for port in container.ports}
    exposed = (port for port in map(read_port, container.config.exposed_ports) if port not in taken)
    return [*({"PrivatePort": port, "Type": protocol} for port, protocol in exposed), *published]


def _mounts(container: Container) -> list[Json]:
    tmpfs = container.config.host_extra.get("Tmpfs")
    hidden = tmpfs if isinstance(tmpfs, dict) else {}
    shown = [mount for mount in container.mounts if mount.type != "tmpfs" or mount.destination not in hidden]
    return [_mount(mount) for mount in sorted(shown, key=lambda mount: (mount.type, mount.destination))]


def _mount(mount: MountPoint) -> Json:
    return {
        "Type": mount.type,
        **({"Name": mount.name} if mount.name else {}),
        "Source": mount.source,
        "Destination": mount.destination,
        **({"Driver": mount.driver} if mount.driver else {}),
        "Mode": mount.mode,
        "RW": not mount.read_only,
        "Propagation": mount.propagation,
    }


def _networks(container: Container, *, with_names: bool = False) -> Json:
    return {
        name: _endpoint(container, endpoint, with_names=with_names)
        for name, endpoint in sorted((container.endpoints or _planned_endpoints(container)).items())
    }


def _planned_endpoints(container: Container) -> dict[str, Endpoint]:
    """Where a container that does not run will be attached."""
    mode = network_mode(container)
    if mode.startswith("container:"):
        return {}
    names = [endpoint.network for endpoint in container.config.endpoints] or [mode]
    return {name: Endpoint(network=name, network_id="") for name in names}


def _endpoint(container: Container, endpoint: Endpoint, *, with_names: bool = False) -> Json:
    address, _, prefix = endpoint.address.partition("/")
    of_swarm = endpoint.network_id and not _is_hex(endpoint.network_id)
    return {
        "IPAMConfig": ({} if endpoint.gateway else {"IPv4Address": address}) if of_swarm else None,
        "Links": None,
        "Aliases": [alias for alias in endpoint.aliases if alias != container.name] or None,
        "MacAddress": endpoint.mac,
        "DriverOpts": None,
        "GwPriority": 0,
        "NetworkID": endpoint.network_id,
        "EndpointID": endpoint.endpoint_id,
        "Gateway": endpoint.gateway,
        "IPAddress": address,
        "IPPrefixLen": int(prefix or 0),
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "DNSNames": _dns_names(container, endpoint) if with_names else None,
    }


def _dns_names(container: Container, endpoint: Endpoint) -> list[str] | None:
    """The names by which others on a network find the container; the bridge of old knows none."""
    if endpoint.network in ("bridge", "host", "none"):
        return None
    return list(dict.fromkeys([container.name, *endpoint.aliases, container.id[:12], container.hostname]))


def _is_hex(text: str) -> bool:
    """Whether an id is a local one: 64 hexadecimal digits; a swarm's has 25 of base 36."""
    return len(text) == 64


def _network_settings(container: Container) -> Json:
    bridge = container.endpoints.get("bridge")
    place = _endpoint(container, bridge) if bridge and bridge.endpoint_id else {}
    sandbox = container.id if container.state.pid else ""
    return {
        "Bridge": "",
        "SandboxID": sandbox,
        "SandboxKey": f"/var/run/docker/netns/{sandbox[:12]}" if sandbox else "",
        "Ports": _published(container),
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "EndpointID": place.get("EndpointID", ""),
        "Gateway": place.get("Gateway", ""),
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "IPAddress": place.get("IPAddress", ""),
        "IPPrefixLen": place.get("IPPrefixLen", 0),
        "IPv6Gateway": "",
        "MacAddress": place.get("MacAddress", ""),
        "Networks": _networks(container, with_names=True),
    }


def _published(container: Container) -> Json:
    if not container.state.pid:
        return {}
    exposed = map(read_port, container.config.exposed_ports)
    result: dict[str, object] = {f"{port}/{protocol}": None for port, protocol in exposed}
    for port in container.ports:
        key = f"{port.container_port}/{port.protocol}"
        place = {"HostIp": port.host_ip or "0.0.0.0", "HostPort": str(port.host_port)}
        result[key] = [*(result.get(key) or []), place]  # type: ignore[misc]
    return result
