"""The end of widgets: all that the kernel and the browser hold of them."""

from __future__ import annotations

from threading import Event

from ipywidgets import Widget

_IS_LEFT = Event()


def leave_all() -> None:
    """The process ends, and the widgets with it: the page knows that, and complains of each one that is closed now."""
    _IS_LEFT.set()


def close_all(*widgets: Widget) -> None:
    """Close widgets with all that is in them, inner ones first.

    Each one's layout and style are widgets too, which ipywidgets keeps for ever unless they are closed; so those are
    never shared between widgets. One that the page still has to load ends later, and takes them along. Idempotent.
    """
    if _IS_LEFT.is_set():
        return
    for widget in widgets:
        close_all(*getattr(widget, "children", ()))
        belongings = [getattr(widget, name, None) for name in ("layout", "style")]
        widget.close()
        if widget.comm is None:
            close_all(*(each for each in belongings if isinstance(each, Widget)))
