"""What `POST /containers/create` asks for, as the engine's ContainerConfig.

What the engine has a rule for becomes a field; limits and rights that show in `inspect` and nowhere else are kept as
they were sent; anything else that says something is refused by its name.
Source: moby api/types/container/{config,hostconfig}.go, runconfig/config.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from swarmlab.api import shapes  # noqa: F401  (what it says of mounts holds here too)
from swarmlab.api.wire import Json, decode, is_nothing, refuse_unknown
from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.host.container import ContainerConfig, EndpointConfig, PortBinding
from swarmlab.engine.model import Healthcheck, Mount

_READ = frozenset(
    "Hostname User Tty OpenStdin Env Cmd Entrypoint Image Volumes WorkingDir Labels ExposedPorts Healthcheck "
    "StopSignal StopTimeout HostConfig NetworkingConfig".split()
)
_SHOWN = frozenset("AttachStdin AttachStdout AttachStderr StdinOnce Domainname".split())
_HOST_READ = frozenset(
    "Binds NetworkMode PortBindings RestartPolicy AutoRemove Init Mounts ExtraHosts LogConfig ConsoleSize "
    "MemorySwappiness".split()
)
_HOST_SHOWN = frozenset(
    "Dns DnsOptions DnsSearch CapAdd CapDrop Privileged SecurityOpt Sysctls ReadonlyRootfs GroupAdd OomScoreAdj "
    "OomKillDisable ShmSize Ulimits Memory MemoryReservation MemorySwap NanoCpus CpuShares CpuPeriod CpuQuota "
    "CpusetCpus CpusetMems PidsLimit BlkioWeight IpcMode CgroupnsMode Runtime".split()
)


def config_of(name: str, body: object) -> ContainerConfig:
    """The container that a request describes.

    Raises:
        InvalidParameter: it makes no sense.
        NotImplementedHere: it says something that this engine has no rule for.
    """
    given = _object(body, "body")
    host = _object(given.get("HostConfig") or {}, "HostConfig")
    _refuse(given, _READ | _SHOWN, "")
    _refuse(host, _HOST_READ | _HOST_SHOWN, "HostConfig.")
    if given.get("AttachStdin") and not given.get("Tty"):
        raise NotImplementedHere("attaching standard input without a terminal (-i) is not implemented by this engine")
    if _text(_object(host.get("LogConfig") or {}, "HostConfig.LogConfig"), "Type") not in ("", "json-file", "local"):
        raise NotImplementedHere("this engine has no log drivers but json-file and local")
    restart = _object(host.get("RestartPolicy") or {}, "HostConfig.RestartPolicy")
    network_mode = _text(host, "NetworkMode") or "default"
    return ContainerConfig(
        image=_text(given, "Image"),
        name=name.removeprefix("/"),
        command=_words(given, "Cmd"),
        entrypoint=_words(given, "Entrypoint"),
        env=_texts(given, "Env"),
        labels={key: str(value) for key, value in _object(given.get("Labels") or {}, "Labels").items()},
        hostname=_text(given, "Hostname"),
        working_dir=_text(given, "WorkingDir"),
        user=_text(given, "User"),
        tty=bool(given.get("Tty")),
        open_stdin=bool(given.get("OpenStdin")),
        init=None if host.get("Init") is None else bool(host["Init"]),
        stop_signal=_text(given, "StopSignal"),
        stop_timeout_s=_number(given, "StopTimeout"),
        mounts=tuple(_mounts(given, host)),
        network_mode=network_mode,
        endpoints=tuple(_endpoints(given, network_mode)),
        hosts=_texts(host, "ExtraHosts"),
        ports=tuple(_ports(host)),
        exposed_ports=tuple(sorted(_object(given.get("ExposedPorts") or {}, "ExposedPorts"))),
        auto_remove=bool(host.get("AutoRemove")),
        restart=_text(restart, "Name") or "no",
        restart_max_retries=int(_number(restart, "MaximumRetryCount") or 0),
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
    return decode(Healthcheck, content, "Healthcheck") if content and not is_nothing(content) else None


def _endpoints(given: Json, network_mode: str) -> Iterable[EndpointConfig]:
    networking = _object(given.get("NetworkingConfig") or {}, "NetworkingConfig")
    configs = _object(networking.get("EndpointsConfig") or {}, "NetworkingConfig.EndpointsConfig")
    for network, content in configs.items():
        endpoint = _object(content or {}, f"NetworkingConfig.EndpointsConfig.{network}")
        _refuse(endpoint, {"Aliases", "DriverOpts"}, f"NetworkingConfig.EndpointsConfig.{network}.")
        if network not in ("default", "bridge", "host", "none"):
            yield EndpointConfig(network=network, aliases=_texts(endpoint, "Aliases"))
    if network_mode not in ("default", "bridge", "host", "none", *configs):
        yield EndpointConfig(network=network_mode)


def _ports(host: Json) -> Iterable[PortBinding]:
    for target, bindings in _object(host.get("PortBindings") or {}, "HostConfig.PortBindings").items():
        port, _, protocol = target.partition("/")
        for binding in _list(bindings or [], "HostConfig.PortBindings"):
            place = _object(binding, "HostConfig.PortBindings")
            yield PortBinding(
                container_port=_port(port),
                protocol=protocol or "tcp",
                host_port=_port(str(place.get("HostPort") or "0")),
                host_ip=str(place.get("HostIp") or ""),
            )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise InvalidParameter(f"invalid port specification: {text!r}")
    return int(text)


def _mounts(given: Json, host: Json) -> Iterable[Mount]:
    for bind in _texts(host, "Binds"):
        yield _bind(bind)
    for mount in _list(host.get("Mounts") or [], "HostConfig.Mounts"):
        yield decode(Mount, mount, "HostConfig.Mounts")
    for path in sorted(_object(given.get("Volumes") or {}, "Volumes")):
        yield Mount(type="volume", target=path)


def _bind(text: str) -> Mount:
    """`source:target[:mode]` of `--volume`; a source that is no path is a volume's name."""
    parts = text.split(":")
    if len(parts) not in (2, 3):
        raise InvalidParameter(f"invalid volume specification: '{text}'")
    source, target, *mode = parts
    kind = "bind" if source.startswith("/") else "volume"
    return Mount(type=kind, source=source, target=target, read_only="ro" in ",".join(mode).split(","))


def _object(value: object, path: str) -> Json:
    if not isinstance(value, dict):
        raise InvalidParameter(f"invalid JSON: {path} must be an object")
    return value


def _list(value: object, path: str) -> list[object]:
    if not isinstance(value, list):
        raise InvalidParameter(f"invalid JSON: {path} must be an array")
    return value


def _text(given: Json, key: str) -> str:
    value = given.get(key) or ""
    if not isinstance(value, str):
        raise InvalidParameter(f"invalid JSON: {key} must be a string")
    return value


def _texts(given: Json, key: str) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(given.get(key) or [], key))


def _words(given: Json, key: str) -> tuple[str, ...] | None:
    """A command: a list of words, or one string; null means the image's own."""
    value = given.get(key)
    if value is None:
        return None
    return (value,) if isinstance(value, str) else tuple(str(item) for item in _list(value, key))


def _number(given: Json, key: str) -> float | None:
    value = given.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float):
        raise InvalidParameter(f"invalid JSON: {key} must be a number")
    return value
