"""Who waits for the end, the stop or the removal of a host's containers. Owns the open answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from swarmlab.engine.errors import EngineError
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.pending import Pending


@dataclass(slots=True)
class _Open:
    exits: list[Pending[int]] = field(default_factory=list)
    removals: list[Pending[int]] = field(default_factory=list)
    stops: list[Pending[None]] = field(default_factory=list)


class Waits:
    """The open answers about the containers of one host."""

    def __init__(self) -> None:
        self._open: dict[ContainerId, _Open] = {}

    def for_exit(self, id_: ContainerId) -> Pending[int]:
        """An answer that stands when the container's process ends."""
        pending: Pending[int] = Pending()
        self._of(id_).exits.append(pending)
        return pending

    def for_removal(self, id_: ContainerId) -> Pending[int]:
        """An answer that stands when the container is removed."""
        pending: Pending[int] = Pending()
        self._of(id_).removals.append(pending)
        return pending

    def for_stop(self, id_: ContainerId) -> Pending[None]:
        """An answer that stands when the container has stopped, as somebody asked it to."""
        pending: Pending[None] = Pending()
        self._of(id_).stops.append(pending)
        return pending

    def _of(self, id_: ContainerId) -> _Open:
        if id_ not in self._open:
            self._open[id_] = _Open()
        return self._open[id_]

    def being_stopped(self, id_: ContainerId) -> bool:
        """Whether somebody asked the container to stop."""
        return id_ in self._open and bool(self._open[id_].stops)

    def exited(self, id_: ContainerId, code: int) -> None:
        """The container's process ended."""
        waiting = self._open.get(id_, _Open())
        exits, waiting.exits, stops, waiting.stops = waiting.exits, [], waiting.stops, []
        for exit_ in exits:
            exit_.resolve(code)
        for stop in stops:
            stop.resolve(None)

    def removed(self, id_: ContainerId, code: int) -> None:
        """The container is no more."""
        waiting = self._open.pop(id_, _Open())
        for pending in (*waiting.exits, *waiting.removals):
            pending.resolve(code)
        for stop in waiting.stops:
            stop.resolve(None)

    def fail(self, error: EngineError) -> None:
        """The engine died: nobody gets an answer."""
        waiting, self._open = list(self._open.values()), {}
        for each in waiting:
            for pending in (*each.exits, *each.removals):
                pending.fail(error)
            for stop in each.stops:
                stop.fail(error)
