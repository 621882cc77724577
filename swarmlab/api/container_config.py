"""What `POST /containers/create` asks for, as the engine's ContainerConfig.

What the engine has a rule for becomes a field; limits and rights that show in `inspect` and nowhere else are kept as
they were sent; anything else that says something is refused by its name.
Source: moby api/types/container/{config,hostconfig}.go, runconfig/config.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from swarmlab.api import shapes  # noqa: F401  (what it says of mounts holds here too)
from swarmlab.api.json_parts import number_in, text_in, texts_in
from swarmlab.api.wire import Json, decode, is_nothing, list_of, object_of, refuse_unknown
from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.go_numbers import NotANumber, parse_uint, quoted
from swarmlab.engine.host.container import ContainerConfig, EndpointConfig, PortBinding
from swarmlab.engine.host.local_network import PREDEFINED, check_place
from swarmlab.engine.model import Healthcheck, Mount

_READ = frozenset(
    "Hostname User Tty OpenStdin Env Cmd Entrypoint Image Volumes WorkingDir Labels ExposedPorts Healthcheck "
    "StdinOnce StopSignal StopTimeout HostConfig NetworkingConfig".split()
)
_SHOWN = frozenset("AttachStdin AttachStdout AttachStderr Domainname".split())
_HOST_READ = frozenset(
    "Binds NetworkMode PortBindings RestartPolicy AutoRemove Init Mounts ExtraHosts LogConfig ConsoleSize "
    "MemorySwappiness ReadonlyRootfs Tmpfs PublishAllPorts VolumesFrom VolumeDriver".split()
)
_HOST_SHOWN = frozenset(
    "Dns DnsOptions DnsSearch CapAdd CapDrop Privileged SecurityOpt Sysctls GroupAdd OomScoreAdj "
    "OomKillDisable ShmSize Ulimits Memory MemoryReservation MemorySwap NanoCpus CpuShares CpuPeriod CpuQuota "
    "CpuRealtimePeriod CpuRealtimeRuntime CpusetCpus CpusetMems PidsLimit BlkioWeight BlkioWeightDevice "
    "BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps IpcMode CgroupnsMode "
    "CgroupParent PidMode UTSMode UsernsMode Isolation Runtime ContainerIDFile Annotations MaskedPaths "
    "ReadonlyPaths".split()
)
"""Rights, limits and settings of a kernel, which a simulated container shows and nothing else."""


def config_of(name: str, body: object) -> ContainerConfig:
    """The container that a request describes.

    Raises:
        InvalidParameter: it makes no sense.
        NotImplementedHere: it says something that this engine has no rule for.
    """
    given = object_of(body, "body")
    host = object_of(given.get("HostConfig") or {}, "HostConfig")
    _refuse(given, _READ | _SHOWN, "")
    _refuse(host, _HOST_READ | _HOST_SHOWN, "HostConfig.")
    log = object_of(host.get("LogConfig") or {}, "HostConfig.LogConfig")
    if text_in(host, "VolumeDriver") not in ("", "local"):
        raise NotImplementedHere("HostConfig.VolumeDriver: this engine has no volume driver but local")
    if (isolation := text_in(host, "Isolation")).lower() not in ("", "default"):
        raise InvalidParameter(f"invalid isolation ({isolation}): linux only supports 'default'")
    restart = object_of(host.get("RestartPolicy") or {}, "HostConfig.RestartPolicy")
    network_mode = text_in(host, "NetworkMode") or "default"
    return ContainerConfig(
        image=text_in(given, "Image"),
        name=name.removeprefix("/"),
        command=_words(given, "Cmd"),
        entrypoint=_words(given, "Entrypoint"),
        env=texts_in(given, "Env"),
        labels={key: str(value) for key, value in object_of(given.get("Labels") or {}, "Labels").items()},
        hostname=text_in(given, "Hostname"),
        working_dir=text_in(given, "WorkingDir"),
        user=text_in(given, "User"),
        tty=bool(given.get("Tty")),
        open_stdin=bool(given.get("OpenStdin")),
        stdin_once=bool(given.get("StdinOnce")),
        init=None if host.get("Init") is None else bool(host["Init"]),
        stop_signal=text_in(given, "StopSignal"),
        stop_timeout_s=number_in(given, "StopTimeout"),
        mounts=tuple(_mounts(given, host)),
        binds={_bind(text).target: text for text in texts_in(host, "Binds")},
        volumes_from=texts_in(host, "VolumesFrom"),
        read_only=bool(host.get("ReadonlyRootfs")),
        log_driver=text_in(log, "Type"),
        log_options={key: str(value) for key, value in object_of(log.get("Config") or {}, "LogConfig.Config").items()},
        publish_all=bool(host.get("PublishAllPorts")),
        network_mode=network_mode,
        endpoints=tuple(_endpoints(given, network_mode)),
        hosts=texts_in(host, "ExtraHosts"),
        ports=tuple(_ports(host)),
        exposed_ports=tuple(sorted(object_of(given.get("ExposedPorts") or {}, "ExposedPorts"))),
        auto_remove=bool(host.get("AutoRemove")),
        restart=text_in(restart, "Name") or "no",
        restart_max_retries=int(number_in(restart, "MaximumRetryCount") or 0),
        healthcheck=_healthcheck(given),
        extra=_extra(given, host),
    )


def _refuse(given: Json, known: Iterable[str], prefix: str) -> None:
    for key, content in given.items():
        if key not in known:
            refuse_unknown(content, f"{prefix}{key}")


def _extra(given: Json, host: Json) -> Json:
    """What only `inspect` shows, as it was sent."""
    shown = {key: given[key] for key in _SHOWN if key in given}
    host_shown = {key: value for key, value in host.items() if (key, value) != ("MemorySwappiness", -1)}
    return {**shown, "Volumes": given.get("Volumes"), "HostConfig": host_shown}


def _healthcheck(given: Json) -> Healthcheck | None:
    content = given.get("Healthcheck")
    retries = content.get("Retries") if isinstance(content, dict) else 0
    if isinstance(retries, int) and retries < 0:
        raise InvalidParameter("Retries in Healthcheck cannot be negative")
    return decode(Healthcheck, content, "Healthcheck") if content and not is_nothing(content) else None


def _endpoints(given: Json, network_mode: str) -> Iterable[EndpointConfig]:
    networking = object_of(given.get("NetworkingConfig") or {}, "NetworkingConfig")
    configs = object_of(networking.get("EndpointsConfig") or {}, "NetworkingConfig.EndpointsConfig")
    for network, content in configs.items():
        endpoint = object_of(content or {}, f"NetworkingConfig.EndpointsConfig.{network}")
        place = f"NetworkingConfig.EndpointsConfig.{network}."
        _refuse(endpoint, {"Aliases", "DriverOpts", "IPAMConfig"}, place)
        ipam = object_of(endpoint.get("IPAMConfig") or {}, f"{place}IPAMConfig")
        _refuse(ipam, {"IPv4Address"}, f"{place}IPAMConfig.")
        address = text_in(ipam, "IPv4Address")
        name = "bridge" if network == "default" else network
        config = EndpointConfig(network=name, aliases=texts_in(endpoint, "Aliases"), address=address)
        if name in PREDEFINED:
            check_place(config)
        else:
            yield config
    named = network_mode in ("default", *PREDEFINED, *configs)
    if not named and not network_mode.startswith("container:"):
        yield EndpointConfig(network=network_mode)


def _ports(host: Json) -> Iterable[PortBinding]:
    for target, bindings in object_of(host.get("PortBindings") or {}, "HostConfig.PortBindings").items():
        port, _, protocol = target.partition("/")
        for binding in list_of(bindings or [], "HostConfig.PortBindings"):
            place = object_of(binding, "HostConfig.PortBindings")
            yield PortBinding(
                container_port=_port(port),
                protocol=protocol or "tcp",
                host_port=_port(str(place.get("HostPort") or "0")),
                host_ip=str(place.get("HostIp") or ""),
            )


def _port(text: str) -> int:
    try:
        return parse_uint(text, 16)
    except NotANumber:
        raise InvalidParameter(f"invalid port specification: {quoted(text)}") from None


def _mounts(given: Json, host: Json) -> Iterable[Mount]:
    for bind in texts_in(host, "Binds"):
        yield _bind(bind)
    for mount in list_of(host.get("Mounts") or [], "HostConfig.Mounts"):
        yield decode(Mount, mount, "HostConfig.Mounts")
    for path in sorted(object_of(host.get("Tmpfs") or {}, "HostConfig.Tmpfs")):
        yield Mount(type="tmpfs", target=path)
    bound = {mount.target for mount in map(_bind, texts_in(host, "Binds"))}
    for path in sorted(object_of(given.get("Volumes") or {}, "Volumes").keys() - bound):
        yield Mount(type="volume", target=path)


def _bind(text: str) -> Mount:
    """`source:target[:mode]` of `--volume`; a source that is no path is a volume's name, a path alone is anonymous."""
    parts = text.split(":")
    if len(parts) == 1 and text.startswith("/"):
        return Mount(type="volume", target=text)
    if len(parts) not in (2, 3):
        raise InvalidParameter(f"invalid volume specification: '{text}'")
    source, target, *mode = parts
    kind = "bind" if source.startswith("/") else "volume"
    return Mount(type=kind, source=source, target=target, read_only="ro" in ",".join(mode).split(","))


def _words(given: Json, key: str) -> tuple[str, ...] | None:
    """A command: a list of words, or one string; null means the image's own."""
    value = given.get(key)
    if value is None:
        return None
    return (value,) if isinstance(value, str) else tuple(str(item) for item in list_of(value, key))
