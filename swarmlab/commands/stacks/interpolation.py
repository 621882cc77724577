"""Variables in compose files: `$NAME`, `${NAME:-other}`, `${NAME:?what is missing}`, `$$`.

Source: docker/cli cli/compose/template/template.go, cli/compose/interpolation, cli/compose/loader/interpolate.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from swarmlab.commands.errors import DockerError

SECTIONS = ("services", "volumes", "networks", "secrets", "configs")
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[_a-z]\w*)|\{(?P<name>[_a-z]\w*)(?:(?P<sign>:?[-?])(?P<other>[^}]*))?\}|(?P<wrong>))",
    re.IGNORECASE | re.ASCII,
)
_WHOLE = r"""
    services\.[^.]+\.(?:(?:configs|secrets)\.\[\]\.mode|healthcheck\.retries|ports\.\[\]\.(?:target|published)
    |deploy\.(?:replicas|placement\.max_replicas_per_node|restart_policy\.max_attempts|(?:update|rollback)_config\.parallelism)
    |ulimits\.[^.]+(?:\.(?:hard|soft))?)
"""
_YES_NO = r"""
    services\.[^.]+\.(?:healthcheck\.disable|privileged|read_only|stdin_open|tty
    |volumes\.\[\]\.(?:read_only|volume\.nocopy))
    |networks\.[^.]+\.(?:external|internal|attachable)|(?:volumes|secrets|configs)\.[^.]+\.external
"""
_NUMBER = r"services\.[^.]+\.deploy\.(?:update|rollback)_config\.max_failure_ratio"
_TRUE, _FALSE = ("y", "yes", "true", "on", "1"), ("n", "no", "false", "off", "0")


class _Wrong(ValueError):
    """A text whose variables cannot be read, or that lacks one."""


def interpolate(content: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables filled in; a number or switch that came from a variable is one again.

    Raises:
        DockerError: a variable cannot be read, or must be there and is not.
    """
    return {key: _filled(value, key, variables) if key in SECTIONS else value for key, value in content.items()}


def _filled(value: Any, path: str, variables: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _text(value, path, variables)
        case dict():
            return {key: _filled(item, f"{path}.{key}", variables) for key, item in value.items()}
        case list():
            return [_filled(item, f"{path}.[]", variables) for item in value]
    return value


def _text(text: str, path: str, variables: Mapping[str, str]) -> Any:
    try:
        filled = _VARIABLE.sub(lambda found: _value(found, text, variables), text)
    except _Wrong as error:
        raise DockerError(
            f'invalid interpolation format for {path}: "{error}"; you may need to escape any $ with another $'
        ) from None
    return filled if filled == text else _cast(filled, path)


def _value(found: re.Match[str], text: str, variables: Mapping[str, str]) -> str:
    if found["escaped"]:
        return "$"
    if found["wrong"] is not None:
        raise _Wrong(text)
    name, sign, other = found["plain"] or found["name"], found["sign"] or "", found["other"] or ""
    value = variables.get(name)
    missing = value is None or (sign.startswith(":") and not value)
    if missing and sign.endswith("?"):
        raise _Wrong(f"required variable {name} is missing a value: {other}")
    return other if missing else str(value)


def _cast(text: str, path: str) -> Any:
    def is_(pattern: str) -> bool:
        return re.fullmatch(pattern, path, re.VERBOSE) is not None

    if is_(_WHOLE) and re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    if is_(_NUMBER) and re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if is_(_YES_NO) and text.lower() in (*_TRUE, *_FALSE):
        return text.lower() in _TRUE
    return text
