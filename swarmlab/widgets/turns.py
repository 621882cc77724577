"""Whoever sets the widgets of a panel does so in turn: nobody sees a field half changed, or changes it meanwhile.

The kernel's main thread sets them for the learner, the Watcher's when the cluster has changed, a panel's own when a
command has ended. A field of ipywidgets has parts that must agree (`options`, `index`, `value`) and are set one by one.
"""

from __future__ import annotations

from threading import RLock
from typing import Any

from ipywidgets import Dropdown, IntSlider
from traitlets import TraitError

TURN = RLock()
"""Held while widgets are set, with all that follows from it. One for all panels: so nobody who holds it waits for
another. Nobody waits for a thread or for an engine while holding it."""


class _InTurn:
    """A widget that is set, by a program or by the page, in turn; its observers are called in the same one."""

    def __setattr__(self, name: str, value: object) -> None:
        with TURN:
            super().__setattr__(name, value)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """What the page says; where it chose from options that are gone, it is told the present ones instead."""
        with TURN:
            try:
                super().set_state(sync_data)  # type: ignore[misc]  # of the widget beside
            except TraitError:
                self.send_state()  # type: ignore[attr-defined]


class Choice(_InTurn, Dropdown):
    """A Dropdown whose options follow the cluster."""


class Slider(_InTurn, IntSlider):
    """An IntSlider that follows the cluster."""
