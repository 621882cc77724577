"""Board: the cluster as it is, live, in JupyterLab's side panel or in the notebook.

Owns what is sent to the browser, and the board's life: one at a time in a process, until its lab ends or another one
takes its place. It is told by the Watcher, on the Watcher's thread, and starts none of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar, Literal

from anywidget import AnyWidget
from docker.errors import APIError
from IPython.core.getipython import get_ipython
from IPython.display import display
from sidecar import Sidecar
from traitlets import Any as Anything
from traitlets import Unicode

from swarmlab.client.cluster import Cluster, NoManager
from swarmlab.client.snapshots import Snapshot
from swarmlab.client.tables import table
from swarmlab.client.watch import Sight, Watcher
from swarmlab.plots import placement_table
from swarmlab.widgets.board.changes import changes
from swarmlab.widgets.board.content import Content, describe

Where = Literal["side", "inline"]
TITLE = "swarmlab board"
PULSE_S = 5.0
"""Wall seconds after which the browser hears from the board, even if nothing happens."""

LAB_ENDED = "This lab has ended: Lab.start() starts another."
_HERE = Path(__file__).parent


class Board(AnyWidget):
    """A live view of a cluster.

    The browser is sent all of it once, then what changes. In the model's own terms: `_all` is made when somebody asks
    for it, and messages `{"number", "now", "changes"}` follow it, each number one higher than the one before.

    Args:
        cluster: whose hosts are shown.
        watcher: who sees them.
        where: `side` for JupyterLab's side panel; elsewhere it is inline anyway.
    """

    _esm = "\n".join(path.read_text() for path in sorted(_HERE.glob("*.js")))
    _css = _HERE / "board.css"
    _all = Anything().tag(sync=True, to_json=lambda _, board: board.whole())
    _side = Unicode().tag(sync=True)

    _shown: ClassVar[Board | None] = None

    def __init__(self, cluster: Cluster, watcher: Watcher, *, where: Where = "inline") -> None:
        if Board._shown is not None:
            Board._shown.close()
        self._cluster = cluster
        self._watcher = watcher
        self._lock = RLock()
        self._sight = Sight()
        self._moment: tuple[Snapshot, datetime] | None = None
        self._ended = ""
        self._number = 0
        self._content: Content = describe(self._sight, cluster.backend.hosts)
        self._now, self._ticks = self._time()
        self._sent_at = 0.0
        self._unsubscribe: Callable[[], None] = lambda: None
        self._sidecar: Any = None
        super().__init__()
        if where == "side":
            self._sidecar = _side_panel()
            self._side = self._sidecar.model_id if self._sidecar else ""
        Board._shown = self
        self.on_msg(self._hear)
        self._unsubscribe = watcher.subscribe(self._see, each_look=True)
        if self._sidecar:
            self._sidecar.outputs = (_output_of(self),)

    def __repr__(self) -> str:
        return f"<Board of {', '.join(node.name for node in self._cluster)}>"

    def _ipython_display_(self) -> None:
        """Show the board, and what it shows as a table for those who only read."""
        show: Any = display
        if _kernel() is not None:
            show(_output_of(self)["data"], raw=True)
        sys.stdout.write(self.table() + "\n")

    def table(self) -> str:
        """What the board shows, as text."""
        try:
            return placement_table(self._cluster.snapshot())
        except NoManager:
            return table(("HOST", "ADDRESS", "SWARM"), [(node.name, node.address, "none") for node in self._cluster])
        except APIError as error:
            return str(error.explanation)

    # --- a past moment ---

    def show_moment(self, snapshot: Snapshot, at: datetime) -> None:
        """Show how it was, until `show_now`."""
        self._moment = (snapshot, at)
        self._update()

    def show_now(self) -> None:
        """Show the present again."""
        self._moment = None
        self._update()

    # --- its end ---

    def end(self, why: str = LAB_ENDED) -> None:
        """Nothing more will be shown; the board says why. Idempotent."""
        self._unsubscribe()
        self._ended = why
        self._update()

    def close(self) -> None:
        """Take it off the screen. Idempotent."""
        self._unsubscribe()
        if Board._shown is self:
            Board._shown = None
        if self._sidecar is not None:
            self._sidecar.close()
        super().close()

    # --- what is sent ---

    def whole(self) -> dict[str, Any]:
        """Everything, for a browser that knows nothing yet."""
        with self._lock:
            return {
                "number": self._number,
                "content": self._content,
                "now": self._now,
                "ticks": self._ticks,
                "pulse_s": PULSE_S,
            }

    def _see(self, sight: Sight) -> None:
        self._sight = sight
        try:
            self._update()
        except Exception as error:
            self._sight = Sight()  # the one that it could not show
            self.end(f"It went wrong: {type(error).__name__}: {error}. To go on, run lab.board() again.")
            raise

    def _update(self) -> None:
        with self._lock:
            new = self._describe()
            found = changes(self._content, new)
            was, is_due = self._now, time.monotonic() - self._sent_at >= PULSE_S
            self._content = new
            if not self._ended:
                self._now, self._ticks = self._time()
            if found or is_due or (not self._ticks and self._now != was):
                self._number += 1
                self._sent_at = time.monotonic()
                self.send({"number": self._number, "now": self._now, "ticks": self._ticks, "changes": found})

    def _describe(self) -> Content:
        hosts = self._cluster.backend.hosts
        if self._moment is None or self._ended:
            return describe(self._sight, hosts, end=self._ended)
        snapshot, at = self._moment
        return describe(Sight(snapshot=snapshot, taken_at=at), hosts, moment=at)

    def _time(self) -> tuple[float, bool]:
        """The moment that ages are counted to, in milliseconds, and whether it passes by itself.

        On the reader's clock a second is a second at every rate and in a pause; only manual time stands still.
        """
        clock = self._cluster.clock
        now = self._moment[1] if self._moment else clock.now()
        return round(now.timestamp() * 1000), self._moment is None and clock.rate is not None

    def _hear(self, _widget: object, message: Any, _buffers: object) -> None:
        if message == {"wants": "all"}:
            with self._lock:
                self.send({"all": self.whole()})
        elif message == {"wants": "now"}:
            self.show_now()


def _side_panel() -> Any:
    """JupyterLab's side panel; None where no front end can show one, as in a script."""
    return Sidecar(title=TITLE) if _kernel() is not None else None


def _kernel() -> Any:
    """What shows widgets; None in a script and in a terminal."""
    return getattr(get_ipython(), "kernel", None)


def _output_of(board: Board) -> dict[str, Any]:
    data = {
        "text/plain": repr(board),
        "application/vnd.jupyter.widget-view+json": {
            "version_major": 2,
            "version_minor": 0,
            "model_id": board.model_id,
        },
    }
    return {"output_type": "display_data", "data": data, "metadata": {}}
