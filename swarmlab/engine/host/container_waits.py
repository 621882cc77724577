"""Who waits for the end, the stop or the removal of a host's containers. Owns the open answers."""

from __future__ import annotations

from typing import TypeVar

from swarmlab.engine.errors import EngineError
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.pending import Pending

T = TypeVar("T")

Codes = dict[ContainerId, list[Pending[int]]]


class Waits:
    """The open answers about the containers of one host."""

    def __init__(self) -> None:
        self._exits: Codes = {}
        self._removals: Codes = {}
        self._stops: dict[ContainerId, list[Pending[None]]] = {}

    def for_exit(self, id_: ContainerId) -> Pending[int]:
        """An answer that stands when the container's process ends."""
        return _open(self._exits, id_)

    def for_removal(self, id_: ContainerId) -> Pending[int]:
        """An answer that stands when the container is removed."""
        return _open(self._removals, id_)

    def for_stop(self, id_: ContainerId) -> Pending[None]:
        """An answer that stands when the container has stopped, as somebody asked it to."""
        return _open(self._stops, id_)

    def being_stopped(self, id_: ContainerId) -> bool:
        """Whether somebody asked the container to stop."""
        return id_ in self._stops

    def exited(self, id_: ContainerId, code: int) -> None:
        """The container's process ended."""
        exits, stops = self._exits.pop(id_, ()), self._stops.pop(id_, ())
        for exit_ in exits:
            exit_.resolve(code)
        for stop in stops:
            stop.resolve(None)

    def removed(self, id_: ContainerId, code: int) -> None:
        """The container is no more."""
        ends, stops = (*self._exits.pop(id_, ()), *self._removals.pop(id_, ())), self._stops.pop(id_, ())
        for pending in ends:
            pending.resolve(code)
        for stop in stops:
            stop.resolve(None)

    def fail(self, error: EngineError) -> None:
        """The engine died: nobody gets an answer."""
        ends, stops = [*self._exits.values(), *self._removals.values()], list(self._stops.values())
        self._exits, self._removals, self._stops = {}, {}, {}
        for pending in (each for pendings in ends for each in pendings):
            pending.fail(error)
        for stop in (each for pendings in stops for each in pendings):
            stop.fail(error)


def _open(waiting: dict[ContainerId, list[Pending[T]]], id_: ContainerId) -> Pending[T]:
    pending: Pending[T] = Pending()
    waiting.setdefault(id_, []).append(pending)
    return pending
