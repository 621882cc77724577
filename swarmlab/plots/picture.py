"""A figure as a notebook shows it: with words for those who do not see it; and tables as they are printed beside it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from IPython.core.getipython import get_ipython
from IPython.display import display

from swarmlab.client.history import History
from swarmlab.client.services import ServiceLife
from swarmlab.client.snapshots import Snapshot
from swarmlab.client.tables import table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEW_NODES = 5
_DPI = 100


class Swarm(Protocol):
    """What can be looked at: a Lab, a Cluster."""

    def snapshot(self) -> Snapshot:
        """The swarm now."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """What has a past: a Lab."""

    def recall(self) -> History:
        """What is known of it."""
        ...


def look_at(swarm: Swarm) -> tuple[Snapshot, Sequence[ServiceLife]]:
    """The swarm now, and the services that were there, where somebody remembers them.

    So tasks keep their services' names and colours while they are stopped, and services that are left keep theirs.

    Raises:
        NoManager: no node answers as a manager.
    """
    snapshot = swarm.snapshot()
    if not isinstance(swarm, Remembers):
        return snapshot, ()
    history = swarm.recall()
    return history.named(snapshot), history.services()


class Picture:
    """A figure as a PNG with a sentence for those who do not see it."""

    def __init__(self, figure: Figure, words: str) -> None:
        self.words = words
        self.png = _png(figure, words)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"image/png": self.png, "text/plain": self.words}, {"image/png": {"alt": self.words}}


def _png(figure: Figure, words: str) -> bytes:
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=_DPI, metadata={"Description": words, "Software": None})
    return data.getvalue()


def show(figure: Figure, words: str) -> None:
    """Show the picture where pictures can be shown."""
    if get_ipython() is not None:
        shown: Any = display  # without types
        shown(Picture(figure, words))


def printed(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table without blanks at the ends of its lines."""
    return "\n".join(line.rstrip() for line in table(headers, rows).split("\n"))
