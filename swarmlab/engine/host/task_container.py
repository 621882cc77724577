"""The container of a task, as the agent asks the local engine for it. Owns no state.

Source: moby daemon/cluster/executor/container/container.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.host.container import ContainerConfig, EndpointConfig, PortBinding
from swarmlab.engine.host.overlay import Record
from swarmlab.engine.ids import NetworkId
from swarmlab.engine.model import (
    ContainerSpec,
    Mount,
    Network,
    NetworkAttachment,
    PortConfig,
    PublishMode,
    Resources,
    Task,
    stop_grace_period_s,
)
from swarmlab.engine.templates import TaskPlace

Networks = dict[NetworkId, Network]

_RIGHTS = {
    "CapabilityAdd": "CapAdd",
    "CapabilityDrop": "CapDrop",
    "OomScoreAdj": "OomScoreAdj",
    "Sysctls": "Sysctls",
    "Ulimits": "Ulimits",
}


def config_of(place: TaskPlace, name: str, networks: Networks) -> ContainerConfig:
    """What to create for a task, whose `name` is the container's too.

    Raises:
        InvalidParameter: a template that stands for nothing.
        NotImplementedHere: a template that is not known here.
    """
    task, spec = place.task, place.expanded()
    _check_platform(spec)
    return ContainerConfig(
        image=spec.image,
        name=name,
        managed=True,
        entrypoint=spec.command or None,
        command=spec.args or None,
        env=(*spec.env, *_resource_variables(task)),
        labels=labels_for(place, name),
        hostname=spec.hostname,
        working_dir=spec.dir,
        user=spec.user,
        tty=spec.tty,
        open_stdin=spec.open_stdin,
        init=spec.init,
        read_only=spec.read_only,
        log_driver=str((task.spec.log_driver or {}).get("Name") or ""),
        log_options=_log_options(task),
        stop_signal=spec.stop_signal,
        stop_timeout_s=stop_grace_period_s(spec),
        mounts=spec.mounts,
        network_mode=_network_mode(task, networks),
        endpoints=endpoints_for(task, networks),
        hosts=tuple(_host(entry) for entry in spec.hosts),
        ports=_host_ports(task),
        healthcheck=spec.healthcheck,
        extra={"HostConfig": {**_limits(task), **_rights(task), **_log_config(task), **_dns(task)}},
    )


def asks_as(place: TaskPlace, networks: Networks, config: ContainerConfig) -> bool:
    """Whether what to create for a task is `config`, made for another task of its spec, but for what is its own.

    Placeholders and generic resources are the task's; networks and published ports belong to its service.
    """
    task = place.task
    return (
        not task.assigned_generic_resources
        and place.expanded() is task.spec.container
        and _network_mode(task, networks) == config.network_mode
        and _host_ports(task) == config.ports
    )


def _resource_variables(task: Task) -> list[str]:
    """Which generic resources the task was given. Source: swarmkit api/genericresource/helpers.go, EnvFormat."""
    given: dict[str, list[str]] = {}
    for each in task.assigned_generic_resources:
        given.setdefault(each.kind.upper(), []).append(str(each.value))
    return [f"DOCKER_RESOURCE_{kind}={','.join(values)}" for kind, values in sorted(given.items())]


def _limits(task: Task) -> dict[str, object]:
    """What of the limits shows on the container; reservations are the scheduler's alone."""
    limits = (task.spec.resources and task.spec.resources.limits) or Resources()
    pids = {"PidsLimit": limits.pids} if limits.pids else {}
    return {"Memory": limits.memory_bytes, "NanoCpus": limits.nano_cpus, **pids}


def _rights(task: Task) -> dict[str, object]:
    """What a service says of rights and kernel settings, which show on the container and nowhere else."""
    given = task.spec.container.extra
    return {ours: given[key] for key, ours in _RIGHTS.items() if given.get(key)}


def _dns(task: Task) -> dict[str, object]:
    config = task.spec.container.dns_config
    if config is None:
        return {}
    given = {"Dns": config.nameservers, "DnsSearch": config.search, "DnsOptions": config.options}
    return {key: list(words) for key, words in given.items() if words}


def _log_options(task: Task) -> dict[str, str]:
    options = (task.spec.log_driver or {}).get("Options")
    return {key: str(value) for key, value in options.items()} if isinstance(options, Mapping) else {}


def _log_config(task: Task) -> dict[str, object]:
    driver = task.spec.log_driver
    return {"LogConfig": {"Type": driver.get("Name"), "Config": driver.get("Options")}} if driver else {}


def labels_for(place: TaskPlace, name: str) -> dict[str, str]:
    """The service's, and which task it is."""
    task = place.task
    return {
        **task.spec.container.labels,
        "com.docker.swarm.node.id": place.node_id,
        "com.docker.swarm.service.id": task.service_id,
        "com.docker.swarm.service.name": task.service_name,
        "com.docker.swarm.task": "",
        "com.docker.swarm.task.id": task.id,
        "com.docker.swarm.task.name": name,
    }


def check_mounts(mounts: Iterable[Mount]) -> None:
    """What a task may mount, looked at before templates are filled in.

    Source: moby daemon/cluster/executor/container/validate.go.

    Raises:
        InvalidParameter: one cannot be.
    """
    for mount in mounts:
        _check_mount(mount)


def _check_mount(mount: Mount) -> None:
    source, target = mount.source, mount.target
    if not target.startswith("/"):
        raise InvalidParameter(f"invalid mount target, must be an absolute path: {target}")
    if mount.type == "volume" and source.startswith("/"):
        raise InvalidParameter(f"invalid volume mount source, must not be an absolute path: {source}")
    if mount.type == "tmpfs" and source:
        raise InvalidParameter("invalid tmpfs source, source must be empty")
    if mount.type == "bind" and not source.startswith("/"):
        raise InvalidParameter(f"invalid bind mount source, must be an absolute path: {source}")


def _check_platform(spec: ContainerSpec) -> None:
    """What only Windows has. Source: moby daemon/daemon_unix.go; recorded from 28.5.2."""
    privileges = spec.extra.get("Privileges")
    given = privileges.get("CredentialSpec") if isinstance(privileges, Mapping) else None
    for source, name in given.items() if isinstance(given, Mapping) else ():
        if name:
            raise InvalidParameter(f'invalid --security-opt 2: "credentialspec={source.lower()}://{name}"')
    if spec.isolation:
        raise InvalidParameter(f"invalid isolation '{spec.isolation}' on linux")


def endpoints_for(task: Task, networks: Networks) -> tuple[EndpointConfig, ...]:
    """The task's places on its networks."""
    return tuple([_endpoint(attachment, networks) for attachment in task.networks])


def _endpoint(attachment: NetworkAttachment, networks: Networks) -> EndpointConfig:
    network = networks[attachment.network_id]
    if network.predefined:
        return EndpointConfig(network=network.spec.name)
    return EndpointConfig(
        network=network.id, address=attachment.addresses[0] if attachment.addresses else "", aliases=attachment.aliases
    )


def _network_mode(task: Task, networks: Networks) -> str:
    names = [networks[attachment.network_id] for attachment in task.networks]
    return next((network.spec.name for network in names if network.predefined), "default")


def _host(entry: str) -> str:
    """`1.2.3.4 name` of a service is `name:1.2.3.4` of a container."""
    address, _, name = entry.partition(" ")
    return f"{name}:{address}" if name else entry


def _host_ports(task: Task) -> tuple[PortBinding, ...]:
    ports = task.endpoint.ports if task.endpoint else ()
    return tuple(
        PortBinding(container_port=port.target_port, protocol=port.protocol, host_port=port.published_port)
        for port in ports
        if port.publish_mode is PublishMode.HOST
    )


def records_of(task: Task, container_id: str, networks: Networks) -> list[Record]:
    """What the other nodes are to know of a task's container, one record for each overlay that it is on."""
    vips = {vip.network_id: vip.address for vip in task.endpoint.virtual_ips} if task.endpoint else {}
    return [
        Record(
            network_id=attachment.network_id,
            container_id=container_id,
            address=attachment.addresses[0].partition("/")[0],
            task_name=task.name,
            service=task.service_name,
            vip=vips.get(attachment.network_id, "").partition("/")[0],
            aliases=attachment.aliases,
            ports=_mesh_ports(task) if networks[attachment.network_id].spec.ingress else (),
        )
        for attachment in task.networks
        if attachment.addresses and not networks[attachment.network_id].predefined
    ]


def _mesh_ports(task: Task) -> tuple[PortConfig, ...]:
    ports = task.endpoint.ports if task.endpoint else ()
    return tuple(port for port in ports if port.publish_mode is PublishMode.INGRESS)
