"""The containers of one host: create, start, stop, kill, remove, wait. What `docker run` and the agent both use.

Owns the containers and their states. What runs inside is a process (processes.py) of a program (workloads.py).
Source: moby daemon/{create,start,stop,kill,delete,wait,monitor}.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

from swarmlab.engine.container import Container, ContainerConfig
from swarmlab.engine.logs import LogStream
from swarmlab.engine.pending import Pending


class Containers:
    """All containers of one host."""

    def list(self, *, all_: bool = False) -> list[Container]:
        """The running containers, with `all_` the others too; newest first."""
        raise NotImplementedError

    def find(self, reference: str) -> Container:
        """By id, name (with or without a leading slash) or id prefix. Raises NoSuchContainer."""
        raise NotImplementedError

    def create(self, config: ContainerConfig) -> Container:
        """Make a container. Raises NoSuchImage, Conflict (name in use), InvalidParameter."""
        raise NotImplementedError

    def start(self, reference: str) -> Pending[None]:
        """Start a container; answers when its process runs, or fails as runc does. Running already: NotModified."""
        raise NotImplementedError

    def stop(self, reference: str, *, timeout_s: float | None = None, signal: str = "") -> Pending[None]:
        """Send the stop signal, and SIGKILL when the grace period is over. Not running: NotModified."""
        raise NotImplementedError

    def restart(self, reference: str, *, timeout_s: float | None = None) -> Pending[None]:
        """Stop, then start."""
        raise NotImplementedError

    def kill(self, reference: str, signal: str = "SIGKILL") -> None:
        """Send a signal. Raises Conflict (`cannot kill container: x: container … is not running`)."""
        raise NotImplementedError

    def remove(self, reference: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a stopped container, with `force` a running one; with `volumes` its anonymous volumes too."""
        raise NotImplementedError

    def wait(self, reference: str, condition: str = "not-running") -> Pending[int]:
        """Its exit code once it is `not-running`, after its `next-exit`, or once it is `removed`."""
        raise NotImplementedError

    def rename(self, reference: str, name: str) -> None:
        """Give it another name."""
        raise NotImplementedError

    def attach(self, reference: str) -> LogStream:
        """What it writes from now on, as it writes it; ends with the container's process."""
        raise NotImplementedError

    def tick(self) -> bool:
        """Run the processes that are due. Returns whether anything happened."""
        raise NotImplementedError

    def power_off(self) -> None:
        """The engine dies, and every process with it."""
        raise NotImplementedError

    def power_on(self) -> None:
        """The engine is back: what ran is Exited (255) now, unless its restart policy starts it again."""
        raise NotImplementedError

    def lose(self, reference: str) -> None:
        """Lose a container's data while the engine is off. Raises ValueError while the engine is on."""
        raise NotImplementedError
