"""`-v` of one container: `data:/data`, `/srv:/data:ro`, `./here:/data`, or a path alone for a volume without a name.

Source: docker/cli internal/volumespec/volumespec.go, cli/command/container/opts.go.
"""

from __future__ import annotations

import os

_PARTS = 3


def read_bind(text: str) -> str | None:
    """What the engine is sent for a volume that has a source, a path that begins with a dot made absolute.

    Returns:
        None where there is no source: the text is the path of a volume without a name.

    Raises:
        ValueError: in the CLI's words.
    """
    if not text:
        raise ValueError("invalid empty volume spec")
    source = _source(text)
    if source is None:
        return None
    host, _, rest = text.partition(":")
    return f"{os.path.abspath(host)}:{rest}" if source.startswith(".") else text


def _source(text: str) -> str | None:
    """The part before the first colon that does not belong to a drive's letter, if anything follows it."""
    if len(text) <= 2:
        return None
    parts: list[str] = []
    for part in text.split(":"):
        if parts and len(parts[-1]) == 1 and parts[-1].isalpha():
            parts[-1] += f":{part}"
        else:
            parts.append(part)
    if not all(parts):
        raise ValueError(f"invalid spec: {text}: empty section between colons")
    if len(parts) > _PARTS:
        raise ValueError(f"invalid spec: {text}: too many colons")
    return parts[0] if len(parts) > 1 else None
