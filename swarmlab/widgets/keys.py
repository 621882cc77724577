"""Keys that belong to what is shown, not to JupyterLab: put into a view, so that its keyboard is its own.

Owns the edges of fields and buttons, too: it is in every view that has some.
"""

from __future__ import annotations

from pathlib import Path

from swarmlab.widgets.element import Element


class OwnKeys(Element):
    """In the output that holds it, arrows, Enter and letters are no shortcuts of JupyterLab.

    In a panel it shows the tooltip of what has the focus by keyboard: of a button its docker command. Once the kernel
    is gone it says so, and the way back.
    """

    _esm = Path(__file__).parent / "keys.js"
    _css = Path(__file__).parent / "controls.css"

    def __repr__(self) -> str:
        return "<OwnKeys>"
