"""Limits of processes: `nofile=100:200`, soft and hard.

Source: docker/go-units ulimit.go.
"""

from __future__ import annotations

import re

NAMES = (
    *("as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc"),
    *("rss", "rtprio", "rttime", "sigpending", "stack"),
)


def read_ulimit(text: str) -> dict[str, str | int]:
    """One limit as the API has it; the hard one is the soft one where it is not given.

    Raises:
        ValueError: in the CLI's words.
    """
    name, equals, limits = text.partition("=")
    if not equals:
        raise ValueError(f"invalid ulimit argument: {text}")
    if name not in NAMES:
        raise ValueError(f"invalid ulimit type: {name}")
    values = [_number(value) for value in limits.split(":")]
    if len(values) > 2:
        raise ValueError(f"too many limit value arguments - {limits}, can only have up to two, `soft[:hard]`")
    soft, hard = values[0], values[-1]
    wrong = "ulimit soft limit must be less than or equal to hard limit"
    if hard != -1 and soft == -1:
        raise ValueError(f"{wrong}: soft: -1 (unlimited), hard: {hard}")
    if hard != -1 and soft > hard:
        raise ValueError(f"{wrong}: {soft} > {hard}")
    return {"Name": name, "Hard": hard, "Soft": soft}


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text)
