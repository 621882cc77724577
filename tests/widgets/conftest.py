"""Labs with panels, and hands that press their buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Literal

import pytest
from ipywidgets import HTML, Button, Widget

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.client.cluster import Cluster
from swarmlab.client.protocols import LabState
from swarmlab.client.watch import Watcher
from swarmlab.commands import Session, parse
from swarmlab.widgets.panel import Panel
from swarmlab.widgets.panels import Panels

WITHIN_S = 20.0


class OnRealEngines(EmbeddedBackend):
    """A lab that counts as real: what would open a real swarm is hidden there."""

    name = "dind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A lab, and its panels."""

    cluster: Cluster
    watcher: Watcher
    panels: Panels


OpenLab = Callable[..., Open]


@contextmanager
def opened(backend: EmbeddedBackend) -> Iterator[Open]:
    """The panels of a backend; ended in the order in which a Lab ends."""
    cluster = Cluster(backend)
    watcher = Watcher(cluster)
    panels = Panels(cluster, watcher)
    try:
        yield Open(cluster=cluster, watcher=watcher, panels=panels)
    finally:
        panels.close()
        watcher.close()
        for node in cluster:
            node.close()
        backend.close()


@pytest.fixture
def open_lab(tmp_path: Path) -> Iterator[OpenLab]:
    """Opens a lab in a named state: in manual time unless said otherwise."""
    with ExitStack() as labs:

        def start(
            state: LabState = "formed",
            time: Literal["live", "manual"] = "manual",
            kind: type[EmbeddedBackend] = EmbeddedBackend,
            rate: float = 1.0,
        ) -> Open:
            tmp_path.chmod(0o700)
            return labs.enter_context(opened(kind(directory=tmp_path, state=state, time=time, rate=rate)))

        yield start


def until(widget: Widget, trait: str, condition: Callable[[Any], object]) -> None:
    """Wait until a trait, which another thread sets, is as it should be."""
    seen = Event()

    def look(_: object) -> None:
        if condition(getattr(widget, trait)):
            seen.set()

    widget.observe(look, trait)
    look(None)
    arrived = seen.wait(WITHIN_S)
    widget.unobserve(look, trait)
    assert arrived, f"{trait} of {type(widget).__name__} is still {getattr(widget, trait)!r}"


def all_of(widget: Widget) -> list[Widget]:
    """A widget and all that is in it."""
    return [widget, *(each for child in getattr(widget, "children", ()) for each in all_of(child))]


def button(panel: Widget, label: str) -> Button:
    """The button with that label."""
    (found,) = (each for each in all_of(panel) if isinstance(each, Button) and each.description == label)
    return found


def press(panel: Panel, label: str) -> str:
    """Press it and wait; what is on the card's screen then. Raises what went wrong."""
    button(panel, label).click()
    panel.wait(WITHIN_S)
    return str(panel.card.result)


def type_on_manager(lab: Open, line: str) -> None:
    """A command of somebody else's."""
    parse(line).perform(Session.on(lab.cluster))


def shown(table: HTML, *words: str) -> None:
    """Wait until a table has these words in one row."""
    until(table, "value", lambda html: any(all(word in row for word in words) for row in str(html).split("<tr>")))
