"""Devices of a host: `--device /dev/fuse:/dev/x:rw`, their weights and rates, the rules of a cgroup, `--gpus all`.

Source: docker/cli cli/command/container/opts.go, opts/{weightdevice,throttledevice,gpus}.go.
"""

from __future__ import annotations

import csv
import posixpath
import re
from collections.abc import Callable
from typing import Any

from swarmlab.commands.printing import units

Device = dict[str, Any]
_MODES = ("r", "w", "m")
_RULE = re.compile(r"[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}")
_LEAST_WEIGHT, _MOST_WEIGHT = 10, 1000
_FORMAT = "The correct format is <device-path>:<number>"


def read_device(text: str) -> Device:
    """`PATH[:PATH IN THE CONTAINER][:rwm]` as the API has it.

    Raises:
        ValueError: in the CLI's words.
    """
    parts = text.split(":")
    if len(parts) > 3 or not parts[0]:
        raise ValueError(f"bad format for path: {text}")
    match parts:
        case [path, mode] if _is_mode(mode):
            source = inside = posixpath.normpath(path)
        case [source, inside, mode]:
            if not _is_mode(mode):
                raise ValueError(f"bad mode specified: {mode}")
        case [source, inside]:
            inside, mode = posixpath.normpath(inside), "rwm"
        case _:
            source = inside = posixpath.normpath(parts[0])
            mode = "rwm"
    if not inside.startswith("/"):
        raise ValueError(f"{inside} is not an absolute path")
    return {"PathOnHost": source, "PathInContainer": inside, "CgroupPermissions": mode}


def _is_mode(text: str) -> bool:
    return bool(text) and set(text) <= set(_MODES) and len(set(text)) == len(text)


def check_rule(text: str) -> None:
    """Raise ValueError unless it is a rule such as `c 1:3 rwm`."""
    if not _RULE.fullmatch(text):
        raise ValueError(f"invalid device cgroup format '{text}'")


def read_weight(text: str) -> Device:
    """`/dev/sda:200`, a share of a device's time. Raises ValueError in the CLI's words."""
    path, weight = _path(text)
    if not weight.isdecimal() or (int(weight) and not _LEAST_WEIGHT <= int(weight) <= _MOST_WEIGHT):
        raise ValueError(f"invalid weight for device: {text}")
    return {"Path": path, "Weight": int(weight)}


def read_bytes_rate(text: str) -> Device:
    """`/dev/sda:1mb` a second. Raises ValueError in the CLI's words."""
    wrong = f"{_FORMAT}[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb"
    return _rate(text, units.read_bytes, wrong)


def read_operations_rate(text: str) -> Device:
    """`/dev/sda:100` operations a second. Raises ValueError in the CLI's words."""
    return _rate(text, _whole, f"{_FORMAT}. Number must be a positive integer")


def _rate(text: str, read: Callable[[str], int], wrong: str) -> Device:
    path, rate = _path(text)
    try:
        return {"Path": path, "Rate": read(rate)}
    except ValueError:
        raise ValueError(f"invalid rate for device: {text}. {wrong}") from None


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _path(text: str) -> tuple[str, str]:
    path, colon, rest = text.partition(":")
    if not colon or not path:
        raise ValueError(f"bad format: {text}")
    if not path.startswith("/dev/"):
        raise ValueError(f"bad format for device path: {text}")
    return path, rest


def read_gpus(text: str) -> Device:
    """`all`, `2`, `"device=0,1"` or `count=1,capabilities=compute`. Raises ValueError in the CLI's words."""
    found: Device = {"Driver": "", "Count": 0, "DeviceIDs": None, "Capabilities": [], "Options": {}}
    seen: set[str] = set()
    for part in next(csv.reader([text]), []):
        key, equals, value = part.partition("=")
        if not equals:
            key, value = "count", key
        if key in seen:
            raise ValueError(f"gpu request key '{key}' can be specified only once")
        seen.add(key)
        _set_gpu(found, key, value, part)
    if "count" not in seen and found["DeviceIDs"] is None:
        found["Count"] = 1
    return {**found, "Capabilities": [[*found["Capabilities"], "gpu"]]}


def _set_gpu(found: Device, key: str, value: str, part: str) -> None:
    match key:
        case "count":
            found["Count"] = _count(value)
        case "device":
            found["DeviceIDs"] = value.split(",")
        case "driver":
            found["Driver"] = value
        case "capabilities":
            found["Capabilities"] = value.split(",")
        case "options":
            found["Options"] = {name: text for name, _, text in (each.partition("=") for each in value.split(","))}
        case _:
            raise ValueError(f"unexpected key '{key}' in '{part}'")


def _count(value: str) -> int:
    if value == "all":
        return -1
    if not re.fullmatch(r"[+-]?\d+", value):
        raise ValueError(f'invalid count ({value}): value must be either "all" or an integer: invalid syntax')
    return int(value)
