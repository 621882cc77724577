"""Compose files, as far as `stack deploy` here reads them: read, check the words, fill in variables.

A word that this module does not know is refused by name; nothing that a file asks for is ever silently left out.
Source: docker/cli cli/compose/loader, cli/compose/schema.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from swarmlab.commands.errors import DockerError

Words = dict[str, Any]

TOP = frozenset({"version", "name", "services", "networks", "volumes"})
SERVICE = frozenset(
    "command deploy depends_on dns dns_search entrypoint environment extra_hosts healthcheck hostname image init labels"
    " logging networks ports read_only stop_grace_period stop_signal tty user volumes working_dir".split()
)
DEPLOY = frozenset(
    "endpoint_mode labels mode placement replicas resources restart_policy rollback_config update_config".split()
)
NETWORK = frozenset("attachable driver driver_opts external internal ipam labels name".split())
VOLUME = frozenset("driver driver_opts external labels name".split())
REAL_BUT_NOT_HERE = frozenset(
    "build cap_add cap_drop cgroup_parent cgroupns_mode configs container_name credential_spec devices domainname"
    " env_file expose external_links ipc isolation links mac_address network_mode pid privileged profiles restart"
    " secrets security_opt shm_size sysctls tmpfs ulimits userns_mode".split()
)
_VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|(?P<plain>\w+)|\{(?P<name>\w+)(?:(?P<sign>:?-)(?P<other>[^}]*))?\})")


def read_compose(path: str) -> Words:
    """The file's content, its words checked.

    Raises:
        DockerError: it cannot be read, is no compose file, or asks for what is not here.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DockerError(f"open {path}: no such file or directory") from None
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DockerError(f"yaml: {error}") from None
    if not isinstance(content, dict):
        raise DockerError("top-level object must be a mapping")
    content = dict(_filled(content))
    _check(content, TOP, "(root)")
    for name, service in (content.get("services") or {}).items():
        _check(service, SERVICE, f"services.{name}")
        _check(service.get("deploy") or {}, DEPLOY, f"services.{name}.deploy")
    for kind, known in (("networks", NETWORK), ("volumes", VOLUME)):
        for name, owned in (content.get(kind) or {}).items():
            _check(owned or {}, known, f"{kind}.{name}")
    return content


def _check(words: Words, known: frozenset[str], where: str) -> None:
    for word in words:
        if word in known or word.startswith("x-"):
            continue
        if word in REAL_BUT_NOT_HERE or (where == "(root)" and word in ("configs", "secrets")):
            raise DockerError(
                f"swarmlab's %docker does not read `{word}` ({where}) in a compose file; "
                "in a terminal use the docker CLI"
            )
        raise DockerError(f"{where} Additional property {word} is not allowed")


def _filled(value: Any) -> Any:
    """The same with `$NAME`, `${NAME}` and `${NAME:-other}` replaced from the environment."""
    match value:
        case str():
            return _VARIABLE.sub(_variable, value)
        case dict():
            return {key: _filled(item) for key, item in value.items()}
        case list():
            return [_filled(item) for item in value]
        case _:
            return value


def _variable(found: re.Match[str]) -> str:
    if found["escaped"]:
        return "$"
    value = os.environ.get(found["plain"] or found["name"])
    missing = value is None or (found["sign"] == ":-" and not value)
    return (found["other"] or "") if missing else str(value)


def pairs(value: Any) -> dict[str, str]:
    """A mapping, or a list of `key=value`, as a map of texts."""
    if isinstance(value, list):
        return {key: rest for key, _, rest in (str(item).partition("=") for item in value)}
    return {str(key): "" if item is None else _text(item) for key, item in (value or {}).items()}


def texts(value: Any) -> list[str]:
    """One text or a list of them, as a list."""
    if value is None:
        return []
    return [_text(item) for item in value] if isinstance(value, list) else [_text(value)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
