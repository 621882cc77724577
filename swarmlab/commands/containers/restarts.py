"""Restart policies as they are typed: `always`, `on-failure:3`.

Source: docker/cli opts/parse.go, ParseRestartPolicy. Which names there are, the engine knows.
"""

from __future__ import annotations

import re
from typing import Any

from swarmlab.commands.errors import DockerError


def read_restart(text: str) -> dict[str, Any]:
    """The policy as the API has it.

    Raises:
        DockerError: in the CLI's words.
    """
    name, colon, count = text.partition(":")
    if colon and not name:
        raise DockerError("invalid restart policy format: no policy provided before colon")
    if count and not re.fullmatch(r"[+-]?\d+", count):
        raise DockerError("invalid restart policy format: maximum retry count must be an integer")
    return {"Name": name, "MaximumRetryCount": int(count or 0)}
