"""Secrets and configs as services ask for them: `token`, `source=token,target=t,uid=1000,gid=1000,mode=0400`.

Source: docker/cli opts/secret.go, opts/config.go.
"""

from __future__ import annotations

import csv
import re
from typing import Any

Reference = dict[str, Any]
OWNER = {"UID": "0", "GID": "0", "Mode": 0o444}


def read_secret(text: str) -> Reference:
    """What one `--secret` asks for. Raises ValueError in the CLI's words."""
    return _read(text, "secret")


def read_config(text: str) -> Reference:
    """What one `--config` asks for. Raises ValueError in the CLI's words."""
    return _read(text, "config")


def _read(text: str, kind: str) -> Reference:
    fields = next(csv.reader([text]), [])
    if not fields:
        raise ValueError("EOF")
    if len(fields) == 1 and "=" not in fields[0]:
        return {"File": {"Name": fields[0], **OWNER}, f"{kind.capitalize()}Name": fields[0]}
    file: Reference = {"Name": "", **OWNER}
    source = ""
    for field in fields:
        key, equals, value = field.partition("=")
        if not equals or not key:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        match key.lower():
            case "source" | "src":
                source = value
            case "target":
                file["Name"] = value
            case "uid" | "gid":
                file[key.upper()] = value
            case "mode":
                file["Mode"] = _mode(value)
            case _:
                raise ValueError(f"invalid field in {kind} request: {key}")
    if not source:
        raise ValueError("source is required")
    file["Name"] = file["Name"] or source
    return {"File": file, f"{kind.capitalize()}Name": source}


def _mode(text: str) -> int:
    """A number as Go reads it: `0444` counts in eights."""
    try:
        octal = re.fullmatch(r"0[0-7]+", text)
        mode = int(text, 8) if octal else int(text, 0)
    except ValueError:
        mode = -1
    if mode < 0 or not re.fullmatch(r"\w+", text):
        raise ValueError(f'invalid mode specified: strconv.ParseUint: parsing "{text}": invalid syntax')
    if mode >= 2**32:
        raise ValueError(f'invalid mode specified: strconv.ParseUint: parsing "{text}": value out of range')
    return mode
