"""Containers that somebody paused, with `docker pause`: a node's, or one of the containers on a node.

Owns that nothing waits for them in vain. A paused process of a control group of version 1 does not even die of SIGKILL,
and while one in it is left a node's container does not end: Docker gives up on it after ten seconds, and it stays.
"""

from __future__ import annotations

from contextlib import suppress

from docker.errors import APIError
from docker.models.containers import Container

_THAW = "find /sys/fs/cgroup -name freezer.state -exec sh -c 'echo THAWED >\"$1\"' - {} ';'"
"""Within a node's container that is all that is its own. In version 2 there is no such file, and no need."""


def resume(container: Container) -> None:
    """Let a container go on, and all that run in it. Harmless where none is paused, and where it does not run."""
    with suppress(APIError):
        container.unpause()
    with suppress(APIError):
        container.exec_run(["/bin/sh", "-c", _THAW])
