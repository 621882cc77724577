"""Board: the cluster as it is, live, in JupyterLab's side panel or in the notebook.

Owns its place. Which moment it shows, the time line beside it shows too (`Moment`). How it is sent, and its life, are
those of all that is live.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from docker.errors import APIError
from sidecar import Sidecar
from traitlets import Unicode

from swarmlab.client.cluster import Cluster, NoManager
from swarmlab.client.events import EventLog
from swarmlab.client.history import History
from swarmlab.client.tables import table
from swarmlab.client.watch import Sight, Watcher
from swarmlab.plots import placement_table
from swarmlab.plots.picture import look_at
from swarmlab.widgets.board.changes import changes
from swarmlab.widgets.board.content import Content, describe
from swarmlab.widgets.closing import close_all
from swarmlab.widgets.live import Live, script_of
from swarmlab.widgets.moment import Moment

Where = Literal["side", "inline"]
TITLE = "swarmlab board"
_HERE = Path(__file__).parent


class Board(Live):
    """A live view of a cluster.

    Args:
        cluster: whose hosts are shown.
        watcher: who sees them.
        where: `side` for JupyterLab's side panel, once the page asks for it; elsewhere it is inline anyway.
        history: what was before; nothing, where nobody remembers.
        moment: which moment is shown.
    """

    _esm = script_of(_HERE)
    _css = _HERE / "board.css"
    _where = Unicode().tag(sync=True)
    _side = Unicode().tag(sync=True)
    again = "lab.board()"

    def __init__(
        self,
        cluster: Cluster,
        watcher: Watcher,
        *,
        where: Where = "inline",
        history: History | None = None,
        moment: Moment | None = None,
    ) -> None:
        self._cluster = cluster
        self._history = history or History(EventLog(), cluster.clock.now)
        self._moment = moment or Moment()
        self._content: Content = describe(Sight(), cluster.backend.hosts)
        self._sidecar: Any = None
        super().__init__()
        self._where = where
        self._moment.observe(self._moment_changed, "shown")
        self.follow(watcher)

    def __repr__(self) -> str:
        return f"<Board of {', '.join(node.name for node in self._cluster)}>"

    def table(self) -> str:
        """What the board shows, as text."""
        try:
            return placement_table(look_at(self._cluster)[0])
        except NoManager:
            return table(("HOST", "ADDRESS", "SWARM"), [(node.name, node.address, "none") for node in self._cluster])
        except APIError as error:
            return str(error.explanation)

    def _moment_changed(self, _change: object) -> None:
        self._guarded(self._update)

    def close(self) -> None:
        """Take it off the screen. Idempotent."""
        with suppress(ValueError):  # closed before
            self._moment.unobserve(self._moment_changed, "shown")
        if self._sidecar is not None:
            close_all(self._sidecar)
        super().close()

    def _open_at_side(self) -> None:
        """Called for by a page that has a side panel; Notebook 7 has none, and would stumble over a sidecar."""
        with self._lock:
            if self._sidecar is not None or self._where != "side" or not self.is_shown:
                return
            self._sidecar = Sidecar(title=TITLE)
        self._side = self._sidecar.model_id
        self._sidecar.outputs = ({"output_type": "display_data", "data": self.output(), "metadata": {}},)

    # --- what is sent ---

    def _parts(self) -> dict[str, Any]:
        return {"content": self._content}

    def _news(self) -> dict[str, Any]:
        before, self._content = self._content, self._describe()
        return changes(before, self._content)

    def _describe(self) -> Content:
        hosts, known, at = self._cluster.backend.hosts, self._history.services(), self._moment.at
        if at is None or self._ended:
            return describe(self._named(self._sight), hosts, known=known, end=self._ended)
        past = Sight(snapshot=self._history.at(at), taken_at=at, faults=self._history.faults(at))
        return describe(past, hosts, known=known, moment=at)

    def _named(self, sight: Sight) -> Sight:
        """Tasks of a removed service keep their name and colour as long as they are to be stopped."""
        return replace(sight, snapshot=self._history.named(sight.snapshot)) if sight.snapshot else sight

    def _present(self) -> tuple[datetime, bool]:
        clock = self._cluster.clock
        at = self._moment.at
        return (at, False) if at else (clock.now(), clock.rate is not None)

    def _hear(self, widget: object, message: Any, buffers: object) -> None:
        if message == {"wants": "now"}:
            self._moment.show_now()
        elif message == {"wants": "side"}:
            self._open_at_side()
        else:
            super()._hear(widget, message, buffers)
