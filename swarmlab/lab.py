"""The Lab: one face for a learner, whatever the backend. Starts it, resets it, ends it.

Owns the choice of the backend and the life of a lab. What a node does, a command prints or a picture shows lies below.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from swarmlab.backends.dind import start as start_dind
from swarmlab.backends.embedded import start as start_embedded
from swarmlab.backends.hosts import read_settings
from swarmlab.backends.hosts import start as start_on_hosts
from swarmlab.client.cluster import Cluster
from swarmlab.client.events import EventLog
from swarmlab.client.history import History, recollect
from swarmlab.client.protocols import LAB_STATES, Backend, LabState
from swarmlab.client.reasons import Sentence, why
from swarmlab.client.watch import Watcher
from swarmlab.lessons.current import forget_cluster, use_cluster
from swarmlab.magics import load as load_magics
from swarmlab.ownership import LabDirectory, create_lab_directory
from swarmlab.widgets.board import Board
from swarmlab.widgets.board.widget import Where
from swarmlab.widgets.closing import leave_all
from swarmlab.widgets.moment import Moment
from swarmlab.widgets.panels import Panels
from swarmlab.widgets.timeline import Timeline

BACKENDS: dict[str, Callable[[LabDirectory, LabState], Backend]] = {
    "embedded": start_embedded,
    "dind": start_dind,
}

HOSTS = "hosts:"
"""Before the name of the file that lists the learner's own hosts."""

Start = Callable[[LabDirectory], Backend]


class Lab(Cluster):
    """A cluster to learn on, and to break.

    `lab["docker-swarm-3"]` is a node, `lab["docker-swarm-3"].client` the docker SDK's client for it. A lab ends with
    the `with` block, with `close()`, with the next `Lab.start()` of this process, or with the process.
    """

    _running: ClassVar[Lab | None] = None

    def __init__(self, backend: Backend, directory: LabDirectory) -> None:
        super().__init__(backend)
        self._directory = directory
        self._history = History(EventLog(), self.clock.now)
        self._watcher: Watcher | None = None
        self._panels: Panels | None = None
        self._board: Board | None = None
        self._timeline: Timeline | None = None
        self._moment = Moment()

    @classmethod
    def start(cls, state: LabState = "separate", *, backend: str | None = None) -> Lab:
        """Start a lab in a named state.

        Args:
            state: `separate` (three engines in no swarm), `formed` (docker-swarm-3 manages two workers),
                `three-managers`, or `helloworld` (formed, and the service `helloworld` runs).
            backend: `embedded` (no Docker needed), `dind` (three real engines in containers of the local Docker) or
                `hosts:lab.toml` (your own hosts, as that file lists them); by default what SWARMLAB_BACKEND says, else
                `embedded`.

        Raises:
            ValueError: there is no such state or backend, or something in lab.toml is wrong.
        """
        name = backend or os.environ.get("SWARMLAB_BACKEND") or "embedded"
        _check_state(state)
        if name.startswith(HOSTS):
            return cls.hosts(name.removeprefix(HOSTS), state)
        if name not in BACKENDS:
            raise ValueError(f"no backend {name!r}; SWARMLAB_BACKEND may be {', '.join(BACKENDS)} or {HOSTS}lab.toml")
        return cls._begin(name, lambda directory: BACKENDS[name](directory, state), state)

    @classmethod
    def hosts(cls, path: Path | str, state: LabState | None = None) -> Lab:
        """Start a lab on your own hosts.

        Where they are in no swarm, or in one that a lab formed, the named state is built. A swarm that was there is
        attached to, and stays as it is unless the file says `allow_changes = true`. What the lab creates is written
        down; `python -m swarmlab clean --hosts lab.toml` removes it. That holds for cells, `%docker` and panels: what
        is typed in a terminal is neither refused nor written down.

        Args:
            path: of the file that lists them, `lab.toml`.
            state: to begin with; by default the hosts are taken as they are.

        Raises:
            ValueError: there is no such state, or something in the file is wrong.
        """
        if not str(path):
            raise ValueError(f"{HOSTS} names no file; write {HOSTS}lab.toml")
        if state is not None:
            _check_state(state)
        read_settings(path)  # before the lab that runs is ended
        return cls._begin("hosts", lambda directory: start_on_hosts(directory, state, path), state)

    @classmethod
    def _begin(cls, name: str, start: Start, state: LabState | None) -> Lab:
        """Start a lab in the place of the one before, for commands and lessons to mean."""
        if cls._running is not None:
            cls._running.close()
        lab = cls._start(name, start)
        lab.began_as = state
        cls._running = lab
        load_magics(lab)
        use_cluster(lab)
        return lab

    @classmethod
    def _start(cls, name: str, start: Start) -> Lab:
        directory = create_lab_directory(name)
        try:
            lab = cls(start(directory), directory)
        except BaseException:
            directory.remove()
            raise
        try:
            directory.show()
        except BaseException:
            lab.close()
            raise
        return lab

    def __repr__(self) -> str:
        return f"<Lab {self.backend.name}: {', '.join(node.name for node in self)}>"

    @property
    def watcher(self) -> Watcher:
        """Sees the cluster change, from the first time it is asked for until the lab ends."""
        if self._watcher is None:
            self._watcher = Watcher(self, self._history.events)
            self._watcher.subscribe(self._history.see)
        self._watcher.look_again()
        return self._watcher

    @property
    def panels(self) -> Panels:
        """Forms over docker's commands: `lab.panels.services()`."""
        watcher = self.watcher  # which looks again, if it had failed
        if self._panels is None:
            self._panels = Panels(self, watcher)
        return self._panels

    def board(self, where: Where = "side") -> Board:
        """Show the cluster live, in the place of the board that was shown before.

        Args:
            where: `side` opens it in JupyterLab's side panel; `inline` below the cell, as it is anywhere else.

        Raises:
            ValueError: there is no such place.
        """
        if where not in ("side", "inline"):
            raise ValueError(f"a board is shown at the side or inline, not {where!r}")
        self._board = Board(self, self.watcher, where=where, history=self.history, moment=self._moment)
        return self._board

    @property
    def history(self) -> History:
        """What the watcher saw, from the first time it was asked for."""
        _ = self.watcher  # with which it begins
        return self._history

    def timeline(self) -> Timeline:
        """Show what happened when and why, in the place of the time line that was shown before."""
        self._timeline = Timeline(self, self._moment)
        return self._timeline

    def recall(self) -> History:
        """What is known of the lab's past: what was seen, or what the API still tells if nobody looked.

        In manual time always the latter: how much a watcher sees then depends on how quick it is.

        Raises:
            NoManager: nobody looked, and no node answers as a manager.
        """
        return recollect(self) if self._watcher is None or self.clock.rate is None else self.history

    def why(self, task: str) -> Sentence:
        """Why a task is where it is, or is not: `lab.why("helloworld.3")`; of a global service, by service and node.

        Raises:
            NoManager: no node answers as a manager.
        """
        # What a watcher heard depends on how quick it is; an answer in manual time must not.
        is_live = self.clock.rate is not None
        return why(self, task, also_heard=self._watcher.events.all() if self._watcher and is_live else ())

    def reset(self, state: LabState) -> None:
        """Bring the lab to a named state; nothing is left of what was there before.

        Raises:
            ValueError: there is no such state.
        """
        _check_state(state)
        for node in self:
            node.close()
        self.began_as = None
        self.backend.reset(state)
        self.began_as = state
        self._moment.show_now()
        if self._watcher is not None:
            self.watcher.forget()

    def close(self) -> None:
        """End the lab and remove everything that it created, but on your own hosts. Closing twice is harmless.

        Whatever goes wrong, the rest is ended too; what went wrong last is raised.
        """
        with ExitStack() as ends:  # the last one named is the first to go
            ends.callback(self._directory.remove)
            ends.callback(self.backend.close)
            ends.callback(self._step_back)
            for node in self:
                ends.callback(node.close)
            if self._watcher is not None:
                ends.callback(self._watcher.close)
            if self._timeline is not None:
                ends.callback(self._timeline.end)
            if self._board is not None:
                ends.callback(self._board.end)
            if self._panels is not None:
                ends.callback(self._panels.close)
            self._panels = self._board = self._timeline = self._watcher = None

    def _step_back(self) -> None:
        """Be no longer the lab that commands and lessons mean."""
        forget_cluster(self)
        if Lab._running is self:
            Lab._running = None

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
    leave_all()
    if Lab._running is not None:
        Lab._running.close()
