"""Network attachments as they are typed: `web`, `name=web,alias=db,driver-opt=key=value`.

Source: docker/cli opts/network.go.
"""

from __future__ import annotations

import csv
import re
from typing import Any

Attachment = dict[str, Any]
_ADDRESSES = {"ip": "IPv4Address", "ip6": "IPv6Address", "link-local-ip": "LinkLocalIPs", "mac-address": "MacAddress"}
_LONG = re.compile(r"\w+=\w+(,\w+=\w+)*")


def attachment(text: str) -> Attachment:
    """`web` or `name=web,alias=db` as the API has it, the network still by name."""
    if "=" not in text:
        return {"Target": text}
    found: Attachment = {"Target": ""}
    for key, _, value in (part.partition("=") for part in text.split(",")):
        match key:
            case "name":
                found["Target"] = value
            case "alias":
                found.setdefault("Aliases", []).append(value)
            case "driver-opt":
                option, _, setting = value.partition("=")
                found.setdefault("DriverOpts", {})[option] = setting
            case _:
                raise ValueError(f"invalid field key {key}")
    return found


def container_attachment(text: str) -> Attachment:
    """The same for one container, which may ask for addresses too.

    Raises:
        ValueError: in the CLI's words.
    """
    if not _LONG.search(text):
        return {"Target": text}
    found: Attachment = {"Target": ""}
    for part in next(csv.reader([text]), []):
        key, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"invalid field {part}")
        _set(found, key.strip().lower(), value.strip())
    if not found["Target"]:
        raise ValueError("network name/id is not specified")
    return found


def _set(found: Attachment, key: str, value: str) -> None:
    match key:
        case "name":
            found["Target"] = value
        case "alias":
            found.setdefault("Aliases", []).append(value)
        case "driver-opt":
            option, equals, setting = value.partition("=")
            if not equals:
                raise ValueError("invalid key value pair format in driver options")
            found.setdefault("DriverOpts", {})[option.strip()] = setting.strip()
        case "link-local-ip":
            found.setdefault("LinkLocalIPs", []).append(value)
        case "gw-priority":
            found["GwPriority"] = _priority(value)
        case _ if key in _ADDRESSES:
            found[_ADDRESSES[key]] = value
        case _:
            raise ValueError(f"invalid field key {key}")


def _priority(value: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", value):
        raise ValueError(f"invalid gw-priority ({value}): invalid syntax")
    return int(value)
