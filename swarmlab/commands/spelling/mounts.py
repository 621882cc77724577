"""Mounts: `type=volume,source=data,target=/data,readonly`, and what people mean by `data:/data` with `docker run -v`.

Source: docker/cli opts/mount.go, cli/compose/loader/volume.go.
"""

from __future__ import annotations

import csv
from typing import Any

from swarmlab.commands.printing import units

Mount = dict[str, Any]
_PLACES = {"source": "Source", "src": "Source", "target": "Target", "dst": "Target", "destination": "Target"}
_OPTIONS = {
    "bind-propagation": ("bind", "BindOptions", "Propagation"),
    "volume-subpath": ("volume", "VolumeOptions", "Subpath"),
    "volume-nocopy": ("volume", "VolumeOptions", "NoCopy"),
    "volume-label": ("volume", "VolumeOptions", "Labels"),
    "volume-driver": ("volume", "VolumeOptions", "DriverConfig"),
    "volume-opt": ("volume", "VolumeOptions", "DriverConfig"),
    "image-subpath": ("image", "ImageOptions", "Subpath"),
    "tmpfs-size": ("tmpfs", "TmpfsOptions", "SizeBytes"),
    "tmpfs-mode": ("tmpfs", "TmpfsOptions", "Mode"),
}


def read_mount(text: str) -> Mount:
    """The mount that one `--mount` asks for.

    Raises:
        ValueError: in the CLI's words.
    """
    mount: Mount = {"Type": "volume"}
    used: set[str] = set()
    for part in next(csv.reader([text]), []):
        key, equals, value = part.partition("=")
        key = key.lower()
        if key in ("readonly", "ro"):
            mount["ReadOnly"] = _switch(key, value if equals else "true")
        elif not equals and key != "volume-nocopy":
            raise ValueError(f"invalid field '{part}' must be a key=value pair")
        else:
            used |= _set(mount, key, value, part)
    _check(mount, used)
    return mount


def _set(mount: Mount, key: str, value: str, part: str) -> set[str]:
    if key == "type":
        mount["Type"] = value.lower()
    elif key in _PLACES:
        mount[_PLACES[key]] = value
    elif key in _OPTIONS:
        kind, group, name = _OPTIONS[key]
        _set_option(mount.setdefault(group, {}), key, name, value)
        return {kind}
    else:
        raise ValueError(f"unexpected key '{key}' in '{part}'")
    return set()


def _set_option(group: Mount, key: str, name: str, value: str) -> None:
    pair = value.partition("=")
    match key:
        case "volume-label":
            group.setdefault(name, {})[pair[0]] = pair[2]
        case "volume-driver":
            group.setdefault(name, {})["Name"] = value
        case "volume-opt":
            group.setdefault(name, {}).setdefault("Options", {})[pair[0]] = pair[2]
        case "volume-nocopy":
            group[name] = _switch(key, value or "true")
        case "tmpfs-size":
            group[name] = _bytes(key, value)
        case "tmpfs-mode":
            group[name] = int(value, 8)
        case _:
            group[name] = value


def _switch(key: str, value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0", "t", "f"):
        raise ValueError(f"invalid value for {key}: {value}")
    return value.lower() in ("true", "1", "t")


def _bytes(key: str, value: str) -> int:
    try:
        return units.read_bytes(value)
    except ValueError:
        raise ValueError(f"invalid value for {key}: {value}") from None


def _check(mount: Mount, used: set[str]) -> None:
    if not mount["Type"]:
        raise ValueError("type is required")
    if not mount.get("Target"):
        raise ValueError("target is required")
    for kind in ("volume", "bind", "image", "tmpfs"):
        if kind in used and mount["Type"] != kind:
            raise ValueError(f"cannot mix '{kind}-*' options with mount type '{mount['Type']}'")


def read_volume(text: str) -> Mount:
    """The mount that `SOURCE:TARGET[:ro]` asks for, as `docker run -v` and compose files write it."""
    source, *rest = text.split(":")
    if not rest:
        return {"Type": "volume", "Target": source}
    kind = "bind" if source.startswith(("/", ".", "~")) else "volume"
    mount: Mount = {"Type": kind, "Source": source, "Target": rest[0]}
    return {**mount, "ReadOnly": True} if "ro" in rest[1:] else mount
