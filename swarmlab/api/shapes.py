"""Where the classes of a swarm's objects differ, as JSON, from the rule of wire.py.

Source: moby api/types/swarm/*.go, daemon/cluster/convert/*.go; compared with the answers of an engine 28.5.2.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from swarmlab.api.times import timestamp
from swarmlab.api.wire import Codec, Exceptions, Json, decode, differs, encode, encode_object, list_of, object_of
from swarmlab.engine import model
from swarmlab.engine.errors import InvalidParameter


def _refuse_decode(value: object, place: str) -> object:
    raise InvalidParameter(f"invalid JSON: {place} is not for clients to set")


def written_only(write: Callable[[object], object]) -> Codec:
    """A field that only answers have."""
    return Codec(encode=write, decode=_refuse_decode)


def _time(value: object) -> object:
    return timestamp(value if isinstance(value, int | float) else None)


TIME = written_only(_time)


def _decode_data(value: object, place: str) -> object:
    """Base64; that it is was checked when the body was read."""
    return base64.b64decode(str(value))


DATA = Codec(encode=encode, decode=_decode_data)

# --- parts of a service's spec -------------------------------------------------------------------------------------


def _encode_mode(mode: object) -> object:
    return {type(mode).__name__: encode_object(mode)}


def _decode_mode(value: object, place: str) -> object:
    """Exactly one mode; none means one replica. Source: moby daemon/cluster/convert/service.go, ServiceSpecToGRPC."""
    modes = {key: content for key, content in object_of(value, place).items() if content is not None}
    if len(modes) > 1:
        raise InvalidParameter("must specify only one service mode")
    if not modes:
        return model.Replicated()
    ((name, content),) = modes.items()
    place = f"{place}.{name}"
    given = {key: number for key, number in object_of(content, place).items() if number is not None}
    match name:
        case "Global":
            return model.Global()
        case "GlobalJob":
            return model.GlobalJob()
        case "ReplicatedJob":
            at_once = given.get("MaxConcurrent", 1)
            return decode(model.ReplicatedJob, {"TotalCompletions": at_once, **given}, place)
        case _:
            return decode(model.Replicated, given, place)


def _objects(value: object, place: str) -> list[Json]:
    return [object_of(item, place) for item in list_of(value, place)]


def _encode_preferences(value: object) -> object:
    assert isinstance(value, tuple)
    return [{"Spread": {"SpreadDescriptor": descriptor}} for descriptor in value]


def _decode_preferences(value: object, place: str) -> object:
    spreads = [object_of(item.get("Spread"), place) for item in _objects(value, place) if item.get("Spread")]
    return tuple(str(spread.get("SpreadDescriptor", "")) for spread in spreads)


def generic_resources(value: object) -> list[Json]:
    """Generic resources: discrete ones are counted, named ones are told apart."""
    assert isinstance(value, tuple)
    return [
        {f"{'Named' if item.named else 'Discrete'}ResourceSpec": {"Kind": item.kind, "Value": item.value}}
        for item in value
    ]


def _decode_generic_resources(value: object, place: str) -> object:
    return tuple(_generic_resource(item, place) for item in _objects(value, place))


def _generic_resource(item: Json, place: str) -> model.GenericResource:
    named = bool(item.get("NamedResourceSpec"))
    spec = object_of(item.get("NamedResourceSpec") or item.get("DiscreteResourceSpec"), place)
    amount = spec.get("Value", "" if named else 0)
    if not isinstance(amount, str if named else int):
        raise InvalidParameter(f"invalid JSON: {place} is of the wrong type")
    return model.GenericResource(kind=str(spec.get("Kind", "")), value=amount, named=named)


def _decode_resolution(value: object, place: str) -> object:
    if value not in ("vip", "dnsrr"):
        raise InvalidParameter(f'invalid resolution mode: "{value}"')
    return value


def _decode_isolation(value: object, place: str) -> object:
    return value if value in ("process", "hyperv") else ""  # any other word is as good as none. Recorded from 28.5.2


def _decode_log_driver(value: object, place: str) -> object:
    return {key: content for key, content in object_of(value, place).items() if content}


_CONTAINER_SPEC_ORDER = (
    *("Image", "Labels", "Command", "Args", "Hostname", "Env", "Dir", "User", "Groups", "Privileges", "Init"),
    *("StopSignal", "TTY", "OpenStdin", "ReadOnly", "Mounts", "StopGracePeriod", "Healthcheck", "Hosts", "DNSConfig"),
    *("Secrets", "Configs", "Isolation", "Sysctls", "CapabilityAdd", "CapabilityDrop", "Ulimits", "OomScoreAdj"),
)
_NOT_READ = frozenset({"Privileges", "Sysctls", "CapabilityAdd", "CapabilityDrop", "Ulimits", "OomScoreAdj"})

differs(
    model.ContainerSpec,
    Exceptions(
        always=frozenset({"isolation"}),
        codecs={"isolation": Codec(encode=lambda value: value or "default", decode=_decode_isolation)},
        merged={"extra": _NOT_READ},
        order=_CONTAINER_SPEC_ORDER,
    ),
)
differs(
    model.FileTarget,
    Exceptions(names={"uid": "UID", "gid": "GID"}, always=frozenset({"name", "uid", "gid", "mode"})),
)
differs(model.SecretReference, Exceptions(always=frozenset({"secret_id", "secret_name"})))
differs(
    model.ConfigReference,
    Exceptions(
        always=frozenset({"config_id", "config_name"}),
        codecs={"runtime": Codec(encode=lambda value: {}, decode=lambda value, place: value is not None)},
    ),
)
differs(model.SecretSpec, Exceptions(always=frozenset({"labels"}), codecs={"data": DATA}))
differs(model.ConfigSpec, Exceptions(always=frozenset({"labels"}), codecs={"data": DATA}))
differs(
    model.Mount,
    Exceptions(merged={"options": frozenset({"BindOptions", "VolumeOptions", "ImageOptions", "TmpfsOptions"})}),
)

_SCOPES = ("single", "multi")
_SHARINGS = ("none", "readonly", "onewriter", "all")


def _one_of(words: tuple[str, ...]) -> Codec:
    """One of some words; another is as good as the first. Source: moby daemon/cluster/convert/volume.go."""
    return Codec(encode=lambda value: value, decode=lambda value, place: value if value in words else words[0])


def volume_availability(value: object) -> model.Availability | None:
    """What is asked of a cluster volume, if it is a word that is known."""
    return next((each for each in model.Availability if each == value), None)


def _decode_volume_availability(value: object, place: str) -> object:
    return volume_availability(value) or model.Availability.ACTIVE


_NUMBER = Codec(encode=lambda value: value, decode=lambda value, place: value)

differs(model.VolumeAccessMode, Exceptions(codecs={"scope": _one_of(_SCOPES), "sharing": _one_of(_SHARINGS)}))
differs(
    model.CapacityRange,
    Exceptions(
        always=frozenset({"required_bytes", "limit_bytes"}),
        codecs={"required_bytes": _NUMBER, "limit_bytes": _NUMBER},
    ),
)
differs(model.VolumeSecret, Exceptions(always=frozenset({"key", "secret"})))
differs(
    model.VolumeSpec,
    Exceptions(codecs={"availability": Codec(encode=encode, decode=_decode_volume_availability)}),
)
differs(
    model.Resources,
    Exceptions(codecs={"generic_resources": Codec(encode=generic_resources, decode=_decode_generic_resources)}),
)
differs(
    model.Placement, Exceptions(codecs={"preferences": Codec(encode=_encode_preferences, decode=_decode_preferences)})
)
differs(
    model.RestartPolicy,
    Exceptions(always=frozenset({"max_attempts"}), refusals={"condition": 'invalid RestartCondition: "{}"'}),
)
differs(
    model.TaskSpec,
    Exceptions(
        names={"container": "ContainerSpec", "restart": "RestartPolicy"},
        always=frozenset({"force_update"}),
        codecs={"log_driver": Codec(encode=lambda value: value, decode=_decode_log_driver)},
    ),
)
differs(
    model.UpdateConfig,
    Exceptions(
        always=frozenset({"parallelism", "max_failure_ratio"}),
        refusals={
            "failure_action": "unrecognized update failure action {}",
            "order": "unrecognized update order {}",
        },
        nothing=frozenset({"monitor_s"}),
    ),
)
differs(
    model.EndpointSpec,
    Exceptions(codecs={"mode": Codec(encode=lambda value: value, decode=_decode_resolution)}),
)
differs(model.Replicated, Exceptions(always=frozenset({"replicas"})))
differs(model.ReplicatedJob, Exceptions(always=frozenset({"max_concurrent", "total_completions"})))
differs(
    model.ServiceSpec,
    Exceptions(
        names={
            "task": "TaskTemplate",
            "update": "UpdateConfig",
            "rollback": "RollbackConfig",
            "endpoint": "EndpointSpec",
        },
        always=frozenset({"labels"}),
        codecs={"mode": Codec(encode=_encode_mode, decode=_decode_mode)},
    ),
)

# --- parts of what is observed -------------------------------------------------------------------------------------


def _task_state(value: object) -> object:
    assert isinstance(value, model.TaskState)
    return value.name.lower()


def _port_status(value: object) -> object:
    return {"Ports": encode(value)} if value else {}


def _plugins(value: object) -> object:
    assert isinstance(value, tuple)
    return [{"Type": type_, "Name": name} for type_, name in value]


def index_of(value: object) -> object:
    """A job's iteration; the first one is empty."""
    return {"Index": value} if value else {}


differs(model.VirtualIP, Exceptions(names={"address": "Addr"}))
differs(
    model.Endpoint,
    Exceptions(
        names={"virtual_ips": "VirtualIPs"},
        always=frozenset({"spec"}),
        codecs={"spec": written_only(lambda value: encode(value) or {})},
    ),
)
differs(model.UpdateStatus, Exceptions(codecs={"started_at": TIME, "completed_at": TIME}))
differs(
    model.JobStatus,
    Exceptions(
        names={"iteration": "JobIteration"},
        always=frozenset({"iteration", "last_execution"}),
        codecs={"iteration": written_only(index_of), "last_execution": TIME},
    ),
)
differs(model.ContainerStatus, Exceptions(always=frozenset({"container_id", "pid", "exit_code"})))
differs(
    model.TaskStatus,
    Exceptions(
        names={"container": "ContainerStatus", "ports": "PortStatus"},
        always=frozenset({"state", "ports"}),
        codecs={"timestamp": TIME, "state": written_only(_task_state), "ports": written_only(_port_status)},
    ),
)
differs(
    model.NodeSpec,
    Exceptions(
        always=frozenset({"labels"}),
        refusals={"role": 'invalid Role: "{}"', "availability": 'invalid Availability: "{}"'},
    ),
)
differs(
    model.EngineDescription, Exceptions(names={"version": "EngineVersion"}, codecs={"plugins": written_only(_plugins)})
)
differs(model.NodeStatus, Exceptions(always=frozenset({"state"})))
differs(model.IPAMConfig, Exceptions(order=("Subnet", "Range", "Gateway"), names={"ip_range": "Range"}))
