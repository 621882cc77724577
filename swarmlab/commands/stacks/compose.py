"""Compose files, as `docker stack` reads them: one or several, checked, filled in, in one form, merged.

Source: docker/cli cli/compose/loader/{loader,merge}.go, cli/command/stack/loader/loader.go.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from swarmlab.commands.errors import DockerError
from swarmlab.commands.stacks.compose_forms import (
    Words,
    normal_data,
    normal_network,
    normal_service,
    normal_volume,
    read_text,
)
from swarmlab.commands.stacks.compose_schema import VERSION, check, refuse_forbidden, version_of
from swarmlab.commands.stacks.interpolation import interpolate
from swarmlab.commands.standard_input import ReadsInput

SECTIONS = ("services", "networks", "volumes", "secrets", "configs")
IGNORED = (
    "build cgroup_parent cgroupns_mode devices domainname external_links ipc links mac_address network_mode pid"
    " privileged restart security_opt shm_size userns_mode"
).split()
DEPRECATED = {
    "container_name": "Setting the container name is not supported.",
    "expose": "Exposing ports is unnecessary - services on the same network can access each other's containers on any "
    "port.",
}
_BY = {"ports": "published", "volumes": "target", "secrets": "source", "configs": "source"}
_REPLACED = frozenset({"command", "entrypoint", "test"})


def read_compose(command: ReadsInput, paths: Sequence[str], *, interpolated: bool = True) -> Words:
    """What the files say together.

    Args:
        command: whose standard input `-` means.
        paths: the files, the later ones over the earlier ones.
        interpolated: whether variables are filled in.

    Raises:
        DockerError: a file cannot be read, or says what it may not say.
    """
    if not paths:
        raise DockerError("Specify a Compose file (with --compose-file)")
    directory = os.getcwd() if paths[0] == "-" else os.path.dirname(os.path.abspath(paths[0]))
    contents = [_parsed(_text_of(command, path)) for path in paths]
    versions = [version_of(content) for content in contents]
    for version in versions[1:]:
        if version != versions[0]:
            raise DockerError(f"version mismatched between two composefiles : {versions[0]} and {version}")
    result: Words = {}
    for content in contents:
        refuse_forbidden(content.get("services"))
        filled = interpolate(content, os.environ) if interpolated else content
        check(filled)
        result = _merged(result, _normal(filled, directory))
    return result


def _text_of(command: ReadsInput, path: str) -> str:
    return command.read_input().decode() if path == "-" else read_text(path)


_RESOLVED = {
    "tag:yaml.org,2002:bool": ("true|True|TRUE|false|False|FALSE", "tTfF"),
    "tag:yaml.org,2002:int": (r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)", "-+0123456789"),
    "tag:yaml.org,2002:float": (r"[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
}
"""Which words are no texts: by tag a pattern, and with which signs it begins."""


class _Loader(yaml.SafeLoader):
    """YAML as Go reads it: `yes`, `on` and `22:22` are words, no dates, no key twice.

    Source: gopkg.in/yaml.v3 resolve.go.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012  (a class's, as PyYAML has it)
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _RESOLVED]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Words:
    loader.flatten_mapping(node)
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.value in lines:
            raise DockerError(
                f"yaml: unmarshal errors:\n  line {line}: mapping key {json_text(key.value)} already defined at line "
                f"{lines[key.value]}"
            )
        lines[key.value] = line
    return {str(loader.construct_object(key)): loader.construct_object(value, deep=True) for key, value in node.value}


def json_text(value: str) -> str:
    """A text between double quotes."""
    return f'"{value}"'


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _whole_number(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    text = str(loader.construct_scalar(node)).replace("_", "")
    sign, digits = (-1 if text.startswith("-") else 1), text.lstrip("+-").lower()
    octal = digits.startswith("0") and digits.isdecimal()
    number = sign * (int(digits, 8) if octal else int(digits, 0))
    return number if -(2**63) <= number < 2**64 else float(number)


def _number(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(str(loader.construct_scalar(node)).replace("_", ""))


for _tag, (_pattern, _first) in _RESOLVED.items():
    _Loader.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern})$"), list(_first))
_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def _parsed(text: str) -> Words:
    try:
        content = yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        raise DockerError(f"yaml: {_reason(error)}") from None
    except yaml.YAMLError as error:
        raise DockerError(f"yaml: {error}") from None
    if not isinstance(content, dict):
        raise DockerError("top-level object must be a mapping")
    return content


def _reason(error: yaml.MarkedYAMLError) -> str:
    """The parser's sentence as Go's has it. Simplification: not every sentence of the two is the same."""
    line = error.problem_mark.line + 1 if error.problem_mark and error.problem_mark.line else 0
    problem = str(error.problem).replace(
        "mapping values are not allowed here", "mapping values are not allowed in this context"
    )
    problem = "found character that cannot start any token" if "cannot start any token" in problem else problem
    return f"line {line}: {problem}" if line else problem


def _normal(content: Words, directory: str) -> Words:
    found: Words = {"version": version_of(content)} if "version" in content else {"version": VERSION}
    for name, service in (content.get("services") or {}).items():
        found.setdefault("services", {})[name] = normal_service(service, directory, os.environ)
    for name, network in (content.get("networks") or {}).items():
        found.setdefault("networks", {})[name] = normal_network(name, network)
    for name, volume in (content.get("volumes") or {}).items():
        found.setdefault("volumes", {})[name] = normal_volume(name, volume)
    for kind in ("secrets", "configs"):
        for name, data in (content.get(kind) or {}).items():
            found.setdefault(kind, {})[name] = normal_data(name, data, directory)
    return {**found, **{key: value for key, value in content.items() if key.startswith("x-")}}


# --- several files -------------------------------------------------------------------------------------------------


def _merged(base: Words, over: Words) -> Words:
    if not base:
        return over
    result = {**base, **over}
    for section in SECTIONS[1:]:
        if section in base or section in over:
            result[section] = {**base.get(section, {}), **over.get(section, {})}
    services = {**base.get("services", {})}
    for name, service in over.get("services", {}).items():
        services[name] = _merged_words(services[name], service) if name in services else service
    return {**result, "services": services}


def _merged_words(base: Words, over: Words) -> Words:
    result = dict(base)
    for key, value in over.items():
        before = result.get(key)
        if key in _REPLACED or before is None or (key == "logging" and _is_other_driver(before, value)):
            result[key] = value
        elif isinstance(before, dict) and isinstance(value, dict):
            result[key] = _merged_words(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            result[key] = _merged_lists(key, before, value)
        elif value not in (None, ""):
            result[key] = value
    for key in _BY.keys() & result.keys():
        result[key] = _sorted(key, result[key])
    return result


def _is_other_driver(before: Words, after: Words) -> bool:
    return bool(before.get("driver") != after.get("driver", before.get("driver")))


def _merged_lists(key: str, base: list[Any], over: list[Any]) -> list[Any]:
    by = _BY.get(key)
    if by is None:
        return [*base, *over]
    return list({each.get(by): each for each in (*base, *over)}.values())


def _sorted(key: str, items: list[Any]) -> list[Any]:
    by = _BY[key]
    return sorted(items, key=lambda each: each.get(by, 0 if by == "published" else ""))


# --- what is said of what is not done ------------------------------------------------------------------------------


def warnings(content: Words) -> list[str]:
    """What of the services a stack does not know, as the CLI warns of it."""
    services = list((content.get("services") or {}).values())
    ignored = sorted({name for service in services for name in IGNORED if name in service})
    deprecated = [f"{name}: {text}" for name, text in DEPRECATED.items() if _any_has(services, name)]
    found = [f"Ignoring unsupported options: {', '.join(ignored)}\n"] if ignored else []
    body = "\n\n".join(deprecated)
    return [*found, *([f"Ignoring deprecated options:\n\n{body}\n"] if deprecated else [])]


def _any_has(services: Iterable[Words], name: str) -> bool:
    return any(name in service for service in services)
