"""A file to the reader's own computer, and one back: what a page can do and a kernel elsewhere cannot.

Owns both controls. What is in the file, and what becomes of one that comes back, is said by whoever shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from traitlets import Int, Unicode

from swarmlab.widgets.element import Element

_HERE = Path(__file__).parent
LIMIT_BYTES = 1_000_000
"""Of a file that is taken; one of many megabytes would end the page's connection to the kernel."""


class FileExchange(Element):
    """Download and Restore.

    Attributes:
        name: of the file.
        limit: the largest that is taken, in bytes.
    """

    _esm = _HERE / "file_exchange.js"
    _css = _HERE / "file_exchange.css"

    name = Unicode().tag(sync=True)
    limit = Int(LIMIT_BYTES).tag(sync=True)

    def __init__(self, name: str, *, give: Callable[[], None], take: Callable[[str, int], None]) -> None:
        super().__init__(name=name)
        self._give = give
        self._take = take
        self.on_msg(self._hear)

    def __repr__(self) -> str:
        return f"<FileExchange {self.name}>"

    def hand_over(self, text: str) -> None:
        """Let the browser save it, as it saves what is downloaded."""
        self.send({"type": "file", "text": text})

    def _hear(self, _widget: object, message: Any, _buffers: object) -> None:
        match message:
            case {"type": "give"}:
                self._give()
            case {"type": "take", "size": int(size), "text": str(text)}:
                self._take(text, size)
