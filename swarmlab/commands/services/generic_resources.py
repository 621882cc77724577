"""Generic resources: `--generic-resource gpu=2`, so many of a kind.

Source: docker/cli cli/command/service/generic_resource_opts.go; swarmkit api/genericresource/parse.go.
"""

from __future__ import annotations

import re

from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.flags import Spec

_BAD = "invalid generic resource specification: could not parse GenericResource: "


def read_generic_resources(texts: tuple[str, ...]) -> list[Spec]:
    """What was typed as the API has it.

    Raises:
        DockerError: it is no number of a kind.
    """
    values: dict[str, list[str]] = {}
    for text in texts:
        kind, *rest = text.split("=")
        if len(rest) != 1:
            raise DockerError(f"{_BAD}incorrect term {text}, missing '=' or malformed expression")
        values.setdefault(kind, []).append(rest[0])
    return [{"DiscreteResourceSpec": {"Kind": kind, "Value": _number(kind, each)}} for kind, each in values.items()]


def _number(kind: str, values: list[str]) -> int:
    if not all(re.fullmatch(r"[+-]?\d+", value) for value in values):
        raise DockerError(
            f"invalid generic-resource request `{kind}={values[0]}`, "
            "Named Generic Resources is not supported for service create or update"
        )
    if len(values) > 1:
        raise DockerError(f"{_BAD}mixed discrete and named resources in expression '{kind}=[{' '.join(values)}]'")
    if int(values[0]) < 0:
        raise DockerError(f"{_BAD}cannot ask for negative resource {kind}")
    return int(values[0])


def change_generic_resources(template: Spec, add: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """Add or replace generic resources, then remove some by kind."""
    if not (add or remove):
        return
    reservations = template.setdefault("Resources", {}).setdefault("Reservations", {})
    known = [*(reservations.get("GenericResources") or []), *read_generic_resources(add)]
    by_kind = {each["DiscreteResourceSpec"]["Kind"]: each for each in known}
    reservations["GenericResources"] = [each for kind, each in by_kind.items() if kind not in remove]
