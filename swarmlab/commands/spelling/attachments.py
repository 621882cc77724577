"""Network attachments as they are typed: `web`, `name=web,alias=db,driver-opt=key=value`.

Source: docker/cli opts/network.go.
"""

from __future__ import annotations

from typing import Any

Attachment = dict[str, Any]


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
