"""What a compose file may hold, and the words in which anything else is refused.

Owns the schema. Source: docker/cli cli/compose/schema/data/config_schema_v3.13.json, schema.go; texts recorded from CLI
28.2. Simplification: a file's `version` is checked, but every version may hold what 3.13 may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing import units
from swarmlab.commands.spelling.ports import read_ports

VERSION = "3.13"
VERSIONS = frozenset(f"3.{minor}" for minor in range(14))
FORBIDDEN = frozenset("extends volume_driver volumes_from cpu_quota cpu_shares cpuset mem_limit memswap_limit".split())
_NAME = r"[a-zA-Z0-9._-]+"
_EXTENSION = re.compile(r"x-")


@dataclass(frozen=True, slots=True)
class Types:
    """One of some plain types, in the order in which a refusal names them; `format` is checked of texts."""

    names: tuple[str, ...]
    format: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    item: Any
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping with known keys, and with those that fit a pattern where there is one."""

    keys: Mapping[str, Any]
    required: tuple[str, ...] = ()
    others: Any = None
    pattern: str = ""
    closed: bool = True
    may_be_null: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes; the one that the value looks like speaks."""

    shapes: tuple[Any, ...]


TEXT, WHOLE, NUMBER, YES_NO = (Types((name,)) for name in ("string", "integer", "number", "boolean"))
DURATION = Types(("string",), "duration")
TEXTS, UNIQUE_TEXTS = Items(TEXT), Items(TEXT, unique=True)
TEXT_OR_TEXTS = Either((TEXT, TEXTS))
PAIRS = Either((Object({}, others=Types(("string", "number", "null")), pattern=".+"), UNIQUE_TEXTS))
FILE_REFERENCES = Items(
    Either((TEXT, Object({"source": TEXT, "target": TEXT, "uid": TEXT, "gid": TEXT, "mode": NUMBER}, closed=False)))
)
_OPTIONS = Object({}, others=Types(("string", "number", "null")), pattern="", closed=False)
_EXTERNAL = Either((YES_NO, Object({"name": TEXT})))
_GENERIC = Items(Object({"discrete_resource_spec": Object({"kind": TEXT, "value": NUMBER})}))
_UPDATE = Object(
    {
        "parallelism": WHOLE,
        "delay": DURATION,
        "failure_action": TEXT,
        "monitor": DURATION,
        "max_failure_ratio": NUMBER,
        "order": TEXT,
    }
)
DEPLOY = Object(
    {
        "mode": TEXT,
        "endpoint_mode": TEXT,
        "replicas": WHOLE,
        "labels": PAIRS,
        "rollback_config": _UPDATE,
        "update_config": _UPDATE,
        "resources": Object(
            {
                "limits": Object({"cpus": TEXT, "memory": TEXT, "pids": WHOLE}),
                "reservations": Object({"cpus": TEXT, "memory": TEXT, "generic_resources": _GENERIC}),
            }
        ),
        "restart_policy": Object({"condition": TEXT, "delay": DURATION, "max_attempts": WHOLE, "window": DURATION}),
        "placement": Object(
            {
                "constraints": TEXTS,
                "preferences": Items(Object({"spread": TEXT})),
                "max_replicas_per_node": WHOLE,
            }
        ),
    },
    may_be_null=True,
)
_PORT = Either(
    (
        Types(("number", "string"), "ports"),
        Object({"mode": TEXT, "target": WHOLE, "published": WHOLE, "protocol": TEXT}),
    )
)
_VOLUME = Either(
    (
        TEXT,
        Object(
            {
                "type": TEXT,
                "source": TEXT,
                "target": TEXT,
                "read_only": YES_NO,
                "consistency": TEXT,
                "bind": Object({"propagation": TEXT}, closed=False),
                "volume": Object({"nocopy": YES_NO}, closed=False),
                "tmpfs": Object({"size": WHOLE}, closed=False),
                "cluster": Object({}, closed=False),
            },
            required=("type",),
        ),
    )
)
_NETWORK = Object({"aliases": TEXTS, "ipv4_address": TEXT, "ipv6_address": TEXT}, closed=False, may_be_null=True)
SERVICE = Object(
    {
        "build": Either((TEXT, Object({}, closed=False))),
        "cap_add": UNIQUE_TEXTS,
        "cap_drop": UNIQUE_TEXTS,
        "cgroupns_mode": TEXT,
        "cgroup_parent": TEXT,
        "command": TEXT_OR_TEXTS,
        "configs": FILE_REFERENCES,
        "container_name": TEXT,
        "credential_spec": Object({"config": TEXT, "file": TEXT, "registry": TEXT}),
        "depends_on": UNIQUE_TEXTS,
        "deploy": DEPLOY,
        "devices": UNIQUE_TEXTS,
        "dns": TEXT_OR_TEXTS,
        "dns_search": TEXT_OR_TEXTS,
        "domainname": TEXT,
        "entrypoint": TEXT_OR_TEXTS,
        "env_file": TEXT_OR_TEXTS,
        "environment": PAIRS,
        "expose": Items(Types(("string", "number"), "expose"), unique=True),
        "external_links": UNIQUE_TEXTS,
        "extra_hosts": PAIRS,
        "healthcheck": Object(
            {
                "disable": YES_NO,
                "interval": DURATION,
                "retries": NUMBER,
                "test": TEXT_OR_TEXTS,
                "timeout": DURATION,
                "start_period": DURATION,
                "start_interval": DURATION,
            }
        ),
        "hostname": TEXT,
        "image": TEXT,
        "init": YES_NO,
        "ipc": TEXT,
        "isolation": TEXT,
        "labels": PAIRS,
        "links": UNIQUE_TEXTS,
        "logging": Object(
            {"driver": TEXT, "options": Object({}, others=Types(("string", "number", "null")), pattern=".+")}
        ),
        "mac_address": TEXT,
        "network_mode": TEXT,
        "networks": Either((UNIQUE_TEXTS, Object({}, others=_NETWORK, pattern=_NAME))),
        "pid": Types(("string", "null")),
        "ports": Items(_PORT, unique=True),
        "privileged": YES_NO,
        "read_only": YES_NO,
        "restart": TEXT,
        "secrets": FILE_REFERENCES,
        "security_opt": UNIQUE_TEXTS,
        "shm_size": Types(("number", "string")),
        "stdin_open": YES_NO,
        "stop_grace_period": DURATION,
        "stop_signal": TEXT,
        "sysctls": PAIRS,
        "tmpfs": TEXT_OR_TEXTS,
        "tty": YES_NO,
        "ulimits": Object(
            {},
            others=Either((WHOLE, Object({"hard": WHOLE, "soft": WHOLE}, required=("soft", "hard")))),
            pattern="[a-z]+",
        ),
        "user": TEXT,
        "userns_mode": TEXT,
        "volumes": Items(_VOLUME, unique=True),
        "working_dir": TEXT,
    }
)
_IPAM = Object(
    {"driver": TEXT, "config": Items(Object({"subnet": TEXT})), "options": Object({}, others=TEXT, pattern=".+")}
)
NETWORK = Object(
    {
        "name": TEXT,
        "driver": TEXT,
        "driver_opts": _OPTIONS,
        "ipam": _IPAM,
        "external": _EXTERNAL,
        "internal": YES_NO,
        "attachable": YES_NO,
        "labels": PAIRS,
    },
    may_be_null=True,
)
VOLUME = Object(
    {
        "name": TEXT,
        "driver": TEXT,
        "driver_opts": _OPTIONS,
        "external": _EXTERNAL,
        "labels": PAIRS,
        "x-cluster-spec": Object({}, closed=False),
    },
    may_be_null=True,
)
_DATA = {"name": TEXT, "file": TEXT, "external": _EXTERNAL, "labels": PAIRS, "template_driver": TEXT}
SECRET = Object({**_DATA, "driver": TEXT, "driver_opts": _OPTIONS})
CONFIG = Object(_DATA)
FILE = Object(
    {
        "version": TEXT,
        "services": Object({}, others=SERVICE, pattern=_NAME),
        "networks": Object({}, others=NETWORK, pattern=_NAME),
        "volumes": Object({}, others=VOLUME, pattern=_NAME),
        "secrets": Object({}, others=SECRET, pattern=_NAME),
        "configs": Object({}, others=CONFIG, pattern=_NAME),
    }
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong, and where."""

    path: tuple[str, ...]
    text: str
    is_type: bool = False


def version_of(content: Mapping[str, Any]) -> str:
    """The version that a file says it is of: `3` is `3.0`, none is the newest."""
    version = str(content.get("version") or VERSION)
    return f"{version}.0" if version == "3" else version


def check(content: Mapping[str, Any]) -> None:
    """Check a file; of several things that are wrong the deepest speaks.

    Raises:
        DockerError: something is wrong.
    """
    version = version_of(content)
    if version not in VERSIONS:
        raise DockerError(f"unsupported Compose file version: {version}")
    found = list(_wrong(content, FILE, ()))
    if found:
        worst = max(found, key=lambda each: (len(each.path), each.is_type))
        raise DockerError(f"{'.'.join(worst.path) or '(root)'} {worst.text}")


def refuse_forbidden(services: object) -> None:
    """Refuse what was once allowed and means nothing to a swarm."""
    for service in services.values() if isinstance(services, dict) else ():
        if isinstance(service, dict) and FORBIDDEN & service.keys():
            raise DockerError("Configuration contains forbidden properties")


def _wrong(value: Any, shape: Any, path: tuple[str, ...]) -> Iterator[Wrong]:
    match shape:
        case Types():
            yield from _wrong_type(value, shape, path)
        case Items():
            yield from _wrong_list(value, shape, path)
        case Object():
            yield from _wrong_object(value, shape, path)
        case Either(shapes=shapes):
            fitting = next((each for each in shapes if _looks_like(value, each)), shapes[-1])
            yield from _wrong(value, fitting, path)


def _looks_like(value: Any, shape: Any) -> bool:
    match shape:
        case Types(names=names):
            return any(_is(value, name) for name in names)
        case Items():
            return isinstance(value, list)
    return isinstance(value, dict)


def _is(value: Any, name: str) -> bool:
    match name:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong_type(value: Any, shape: Types, path: tuple[str, ...]) -> Iterator[Wrong]:
    if not any(_is(value, name) for name in shape.names):
        *first, last = shape.names
        yield Wrong(path, f"must be a {' or '.join([', '.join(first), last] if first else [last])}", True)
    elif shape.format and not _has_format(str(value), shape.format):
        yield Wrong(path, f"Does not match format '{shape.format}'")


def _has_format(text: str, format_: str) -> bool:
    try:
        match format_:
            case "duration":
                units.read_duration(text)
            case "ports":
                read_ports(text)
            case "expose":
                return re.fullmatch(r"\d+(-\d+)?(/[a-zA-Z]+)?", text) is not None
    except ValueError:
        return False
    return True


def _wrong_list(value: Any, shape: Items, path: tuple[str, ...]) -> Iterator[Wrong]:
    if not isinstance(value, list):
        yield Wrong(path, "must be a list", True)
        return
    for number, item in enumerate(value):
        yield from _wrong(item, shape.item, (*path, str(number)))
        if shape.unique and item in value[:number]:
            yield Wrong(path, f"array items[{value.index(item)},{number}] must be unique")


def _wrong_object(value: Any, shape: Object, path: tuple[str, ...]) -> Iterator[Wrong]:
    if value is None and shape.may_be_null:
        return
    if not isinstance(value, dict):
        yield Wrong(path, "must be a mapping", True)
        return
    for key in shape.required:
        if key not in value:
            yield Wrong(path, f"{key} is required")
    for key, item in value.items():
        if key in shape.keys:
            yield from _wrong(item, shape.keys[key], (*path, str(key)))
        elif shape.others is not None and re.fullmatch(shape.pattern or ".*", str(key)):
            yield from _wrong(item, shape.others, (*path, str(key)))
        elif shape.closed and not _EXTENSION.match(str(key)):
            yield Wrong(path, f"Additional property {key} is not allowed")
