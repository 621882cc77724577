"""The one form of everything that a compose file may say in several ways: `"8080:80"` and `{target: 80, …}` alike.

Owns no state. What comes out holds only what was said, in the order in which `docker stack config` shows it.
Source: docker/cli cli/compose/loader/loader.go, cli/compose/types/types.go.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing import units
from swarmlab.commands.spelling.mounts import read_volume
from swarmlab.commands.spelling.ports import read_ports

Words = dict[str, Any]

SERVICE_ORDER = (
    "build cap_add cap_drop cgroupns_mode cgroup_parent command configs container_name credential_spec"
    " depends_on deploy devices dns dns_search domainname entrypoint environment env_file expose"
    " external_links extra_hosts hostname healthcheck image init ipc isolation labels links logging"
    " mac_address networks network_mode pid ports privileged read_only restart secrets security_opt"
    " shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits user userns_mode volumes"
    " working_dir"
).split()
_ORDERS = {
    "deploy": "mode replicas labels update_config rollback_config resources restart_policy placement endpoint_mode",
    "config of an update": "parallelism delay failure_action monitor max_failure_ratio order",
    "amounts": "cpus memory pids generic_resources",
    "restart_policy": "condition delay max_attempts window",
    "placement": "constraints preferences max_replicas_per_node",
    "healthcheck": "test timeout interval retries start_period start_interval disable",
    "port": "mode target published protocol",
    "volume": "type source target read_only consistency bind volume tmpfs cluster",
    "reference": "source target uid gid mode",
    "network": "name driver driver_opts ipam external internal attachable labels",
    "volumes": "name driver driver_opts external labels",
    "data": "name file external labels driver driver_opts template_driver",
    "ulimit": "single soft hard",
}


def _ordered(value: Words, order: str) -> Words:
    names = _ORDERS[order].split()
    known = {name: value[name] for name in names if name in value}
    return {**known, **{name: item for name, item in value.items() if name.startswith("x-")}}


def normal_service(service: Words, directory: str, variables: Mapping[str, str]) -> Words:
    """A service in its one form; paths are of `directory`, variables without a value are those of the surroundings.

    Raises:
        DockerError: a file is not there, a text is no command line.
    """
    found = {name: _FORMS.get(name, _same)(value) for name, value in service.items() if value is not None}
    if "environment" in service or "env_file" in service:
        found["environment"] = _environment(found, directory, variables)
    found["volumes"] = [_resolved(volume, directory) for volume in found.get("volumes", [])]
    known = {name: found[name] for name in SERVICE_ORDER if name in found and found[name] not in ([], {}, "")}
    return {**known, **{name: value for name, value in found.items() if name.startswith("x-")}}


# --- small forms ---------------------------------------------------------------------------------------------------


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return units.go_float(value) if isinstance(value, float) else str(value)


def texts(value: Any) -> list[str]:
    """One text or a list of them, as a list."""
    return [_text(item) for item in value] if isinstance(value, list) else [_text(value)]


def pairs(value: Any) -> dict[str, str]:
    """A mapping, or a list of `key=value`, as a map of texts by key."""
    found = _pairs(value)
    return {key: found[key] or "" for key in sorted(found)}


def _pairs(value: Any) -> dict[str, str | None]:
    if isinstance(value, list):
        split = (str(item).partition("=") for item in value)
        return {key: rest if equals else None for key, equals, rest in split}
    return {str(key): None if item is None else _text(item) for key, item in (value or {}).items()}


def _command(name: str) -> Callable[[Any], list[str]]:
    def read(value: Any) -> list[str]:
        try:
            return shlex.split(value) if isinstance(value, str) else texts(value)
        except ValueError:
            raise DockerError(
                "decoding failed due to the following error(s):\n\n"
                f"error decoding '{name}': EOF found when expecting closing quote"
            ) from None

    return read


def _duration(value: str) -> str:
    return units.show_duration(units.read_duration(value))


def _bytes(value: str) -> str:
    return str(units.read_bytes(value))


def _hosts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return sorted(f"{name}:{address}" for name, address in value.items())
    return [text.replace("=", ":", 1) for text in value]


def _ulimits(value: Words) -> Words:
    return {
        name: _ordered(limit, "ulimit") if isinstance(limit, dict) else limit for name, limit in sorted(value.items())
    }


# --- larger forms --------------------------------------------------------------------------------------------------


def _ports(value: list[Any]) -> list[Words]:
    ports: list[Words] = []
    for entry in value:
        if isinstance(entry, dict):
            ports.append(_ordered(entry, "port"))
            continue
        for port in read_ports(str(entry)):
            short = {"mode": "ingress", "target": port["TargetPort"], "published": port.get("PublishedPort")}
            ports.append({key: item for key, item in {**short, "protocol": port["Protocol"]}.items() if item})
    return ports


def _volumes(value: list[Any]) -> list[Words]:
    return [_ordered(entry, "volume") if isinstance(entry, dict) else _short_volume(entry) for entry in value]


def _short_volume(text: str) -> Words:
    mount = read_volume(text)
    found = {"type": mount["Type"], "source": mount.get("Source"), "target": mount.get("Target")}
    options = ",".join(text.split(":")[2:]).split(",")
    if "ro" in options:
        found["read_only"] = True
    if "nocopy" in options:
        found["volume"] = {"nocopy": True}
    return {key: item for key, item in found.items() if item is not None}


def _resolved(volume: Words, directory: str) -> Words:
    source = volume.get("source", "")
    if volume.get("type") != "bind" or not source:
        return volume
    return {**volume, "source": absolute(source, directory)}


def absolute(path: str, directory: str) -> str:
    """A path of a compose file."""
    return os.path.normpath(os.path.join(directory, os.path.expanduser(path)))


def _references(value: list[Any]) -> list[Words]:
    return [_ordered(entry if isinstance(entry, dict) else {"source": entry}, "reference") for entry in value]


def _networks(value: Any) -> Words:
    networks = dict.fromkeys(value) if isinstance(value, list) else value
    return {name: networks[name] for name in sorted(networks)}


def _deploy(value: Words) -> Words:
    found = dict(value)
    for name, form in _DEPLOY_FORMS.items():
        if found.get(name) is not None:
            found[name] = form(found[name])
    return _ordered({name: item for name, item in found.items() if item is not None}, "deploy")


def _update_config(value: Words) -> Words:
    return _ordered(_with_durations(value, "delay", "monitor"), "config of an update")


def _with_durations(value: Words, *names: str) -> Words:
    return {**value, **{name: _duration(value[name]) for name in names if value.get(name) is not None}}


def _resources(value: Words) -> Words:
    return {name: _amounts(value[name]) for name in ("limits", "reservations") if value.get(name)}


def _amounts(value: Words) -> Words:
    memory = {"memory": _bytes(value["memory"])} if value.get("memory") else {}
    return _ordered({**value, **memory}, "amounts")


def _healthcheck(value: Words) -> Words:
    found = _with_durations(value, "interval", "timeout", "start_period", "start_interval")
    if isinstance(found.get("test"), str):
        found["test"] = ["CMD-SHELL", found["test"]]
    return _ordered(found, "healthcheck")


_DEPLOY_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "labels": pairs,
    "update_config": _update_config,
    "rollback_config": _update_config,
    "resources": _resources,
    "restart_policy": lambda value: _ordered(_with_durations(value, "delay", "window"), "restart_policy"),
    "placement": lambda value: _ordered(value, "placement"),
}
_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "build": lambda value: {"context": value} if isinstance(value, str) else value,
    "command": _command("Command"),
    "configs": _references,
    "deploy": _deploy,
    "dns": texts,
    "dns_search": texts,
    "entrypoint": _command("Entrypoint"),
    "env_file": texts,
    "environment": _pairs,
    "expose": texts,
    "extra_hosts": _hosts,
    "healthcheck": _healthcheck,
    "labels": pairs,
    "networks": _networks,
    "ports": _ports,
    "secrets": _references,
    "shm_size": _text,
    "stop_grace_period": _duration,
    "sysctls": pairs,
    "tmpfs": texts,
    "ulimits": _ulimits,
    "volumes": _volumes,
}


# --- the environment -----------------------------------------------------------------------------------------------


def _environment(service: Words, directory: str, variables: Mapping[str, str]) -> dict[str, str | None]:
    """What files say, under what the service says; what has no value has that of the surroundings, if any."""
    found: dict[str, str | None] = {}
    for name in service.get("env_file", []):
        found |= {key: value for key, value in _from_file(absolute(name, directory), variables).items()}
    for key, value in service.get("environment", {}).items():
        found[key] = variables.get(key) if value is None else value
    return {key: found[key] for key in sorted(found)}


def _from_file(path: str, variables: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for line in read_text(path).splitlines():
        key, equals, value = line.lstrip().partition("=")
        if key and not key.startswith("#") and (equals or key in variables):
            found[key] = value if equals else variables[key]
    return found


def read_text(path: str) -> str:
    """A file's text. Raises DockerError in the words of Go."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        raise DockerError(f"open {path}: no such file or directory") from None
    except IsADirectoryError:
        raise DockerError(f"read {path}: is a directory") from None
    except UnicodeDecodeError:
        raise DockerError("yaml: invalid leading UTF-8 octet") from None


# --- networks, volumes, secrets, configs ---------------------------------------------------------------------------


def normal_network(name: str, network: Words | None) -> Words:
    """A network in its one form."""
    return _ordered(_named(name, network or {}), "network")


def normal_volume(name: str, volume: Words | None) -> Words:
    """A volume in its one form.

    Raises:
        DockerError: it is external, and described all the same.
    """
    given = volume or {}
    if given.get("external"):
        for word in ("driver", "driver_opts", "labels"):
            if given.get(word):
                raise DockerError(f'conflicting parameters "external" and "{word}" specified for volume "{name}"')
        outer = given["external"]
        if given.get("name") and isinstance(outer, dict) and outer.get("name"):
            raise DockerError(f"volume {name}: volume.external.name and volume.name conflict; only use volume.name")
    return _ordered(_named(name, given), "volumes")


def normal_data(name: str, data: Words, directory: str) -> Words:
    """A secret or config in its one form."""
    found = _named(name, data)
    if not found.get("external") and not found.get("driver"):
        found["file"] = absolute(data.get("file", ""), directory)
    return _ordered(found, "data")


def _named(name: str, given: Words) -> Words:
    """What is external has a name: its own, or that by which the file calls it."""
    found = {key: value for key, value in given.items() if value is not None}
    for key in ("labels", "driver_opts"):
        if key in found:
            found[key] = pairs(found[key])
    outer = found.pop("external", False)
    if outer:
        inner = outer.get("name") if isinstance(outer, dict) else None
        found["name"] = found.get("name") or inner or name
        found["external"] = True
    return found
