"""The Lab: one face for a learner, whatever the backend. Starts it, resets it, ends it.

Owns the choice of the backend and the life of a lab. What a node does, a command prints or a picture shows lies below.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from types import TracebackType
from typing import ClassVar, Self

from swarmlab.backends.dind import start as start_dind
from swarmlab.backends.embedded import start as start_embedded
from swarmlab.client.cluster import Cluster
from swarmlab.client.protocols import LAB_STATES, Backend, LabState
from swarmlab.client.watch import Watcher
from swarmlab.lessons.current import forget_cluster, use_cluster
from swarmlab.magics import load as load_magics
from swarmlab.ownership import LabDirectory, create_lab_directory
from swarmlab.widgets.panels import Panels

BACKENDS: dict[str, Callable[[LabDirectory, LabState], Backend]] = {
    "embedded": start_embedded,
    "dind": start_dind,
}


class Lab(Cluster):
    """A cluster to learn on, and to break.

    `lab["docker-swarm-3"]` is a node, `lab["docker-swarm-3"].client` the docker SDK's client for it. A lab ends with
    the `with` block, with `close()`, with the next `Lab.start()` of this process, or with the process.
    """

    _running: ClassVar[Lab | None] = None

    def __init__(self, backend: Backend, directory: LabDirectory) -> None:
        super().__init__(backend)
        self._directory = directory
        self._watcher: Watcher | None = None
        self._panels: Panels | None = None

    @classmethod
    def start(cls, state: LabState = "separate", *, backend: str | None = None) -> Lab:
        """Start a lab in a named state.

        Args:
            state: `separate` (three engines in no swarm), `formed` (docker-swarm-3 manages two workers),
                `three-managers`, or `helloworld` (formed, and the service `helloworld` runs).
            backend: `embedded` (no Docker needed) or `dind` (three real engines in containers of the local Docker);
                by default what SWARMLAB_BACKEND says, else `embedded`.

        Raises:
            ValueError: there is no such state or backend.
        """
        name = backend or os.environ.get("SWARMLAB_BACKEND") or "embedded"
        if name not in BACKENDS:
            raise ValueError(f"no backend {name!r}; SWARMLAB_BACKEND may be {' or '.join(BACKENDS)}")
        _check_state(state)
        if cls._running is not None:
            cls._running.close()
        lab = cls._start(name, state)
        cls._running = lab
        load_magics(lab)
        use_cluster(lab)
        return lab

    @classmethod
    def _start(cls, name: str, state: LabState) -> Lab:
        directory = create_lab_directory(name)
        try:
            return cls(BACKENDS[name](directory, state), directory)
        except BaseException:
            directory.remove()
            raise

    def __repr__(self) -> str:
        return f"<Lab {self.backend.name}: {', '.join(node.name for node in self)}>"

    @property
    def watcher(self) -> Watcher:
        """Sees the cluster change, from the first time it is asked for until the lab ends."""
        if self._watcher is None:
            self._watcher = Watcher(self)
        return self._watcher

    @property
    def panels(self) -> Panels:
        """Forms over docker's commands: `lab.panels.services()`."""
        if self._panels is None:
            self._panels = Panels(self, self.watcher)
        return self._panels

    def reset(self, state: LabState) -> None:
        """Bring the lab to a named state; nothing is left of what was there before.

        Raises:
            ValueError: there is no such state.
        """
        _check_state(state)
        for node in self:
            node.close()
        self.backend.reset(state)
        if self._watcher is not None:
            self._watcher.forget()

    def close(self) -> None:
        """End the lab and remove everything that it created. Closing twice is harmless."""
        if self._panels is not None:
            self._panels.close()
            self._panels = None
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
        for node in self:
            node.close()
        forget_cluster(self)
        if Lab._running is self:
            Lab._running = None
        try:
            self.backend.close()
        finally:
            self._directory.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_state(state: str) -> None:
    if state not in LAB_STATES:
        raise ValueError(f"no lab state {state!r}; there are {', '.join(LAB_STATES)}")


@atexit.register
def _close_running() -> None:
    if Lab._running is not None:
        Lab._running.close()
