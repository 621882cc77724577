"""What is different between what was declared for two tasks, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What is different between what was declared for two tasks: the image in full, of the rest the names."""
    before, after = old.get("ContainerSpec") or {}, new.get("ContainerSpec") or {}
    images = [str(container.get("Image", "")).partition("@")[0] for container in (before, after)]
    found = [f"image {images[0]} to {images[1]}"] if images[0] != images[1] else []
    found += [_NAMES.get(key, _words(key)) for key in _different(before, after) if key != "Image"]
    return found + [_NAMES.get(key, _words(key)) for key in _different(old, new) if key != "ContainerSpec"]


_NAMES = {
    "Args": "arguments",
    "Command": "entrypoint",
    "Dir": "working directory",
    "DNSConfig": "DNS",
    "Labels": "container labels",
    "ForceUpdate": "force",
    "TTY": "terminal",
}


def _different(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    keys = dict.fromkeys([*one, *other])
    return [key for key in keys if (one.get(key) or None) != (other.get(key) or None)]


def _words(key: str) -> str:
    """`StopGracePeriod` as people say it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).lower()
