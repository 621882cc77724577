"""What all panels have in common: replaced when opened again, one line as text, every control named."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from ipywidgets import HTML, Box, Button, Stack, Tab, VBox

from swarmlab.commands.command import REGISTRY
from swarmlab.widgets.element import Element
from swarmlab.widgets.panel import Panel
from swarmlab.widgets.panels import ENDED, Panels
from swarmlab.widgets.work import NotPossible
from tests.widgets.conftest import WITHIN_S, OpenLab, all_of, button, until

KINDS = ("cluster", "services", "inspect", "logs", "faults", "ports")


def open_panel(panels: Panels, kind: str) -> Panel:
    """`lab.panels.cluster()` and so on."""
    panel: Panel = getattr(panels, kind)()
    return panel


@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_that_is_opened_again_replaces_the_one_before(open_lab: OpenLab, kind: str) -> None:
    """The old one is off the page; what it had running has ended."""
    panels = open_lab("helloworld").panels
    first = open_panel(panels, kind)
    second = open_panel(panels, kind)
    assert first.comm is None
    assert second.comm is not None
    with pytest.raises(NotPossible, match="this panel is closed: run its cell again"):
        first.work.call("late", lambda: None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_reads_as_one_line_that_never_changes(open_lab: OpenLab, kind: str) -> None:
    """It is what stands in a notebook where no widgets are shown, and what nbval compares."""
    panels = open_lab("helloworld").panels
    text = repr(open_panel(panels, kind))
    assert text == repr(open_panel(panels, kind))
    assert text.startswith(f"<Panel {kind}: ")
    assert len(text) <= 110


@pytest.mark.parametrize("kind", KINDS)
def test_every_control_says_what_it_is(open_lab: OpenLab, kind: str) -> None:
    """A description to be seen and a tooltip to be asked for."""
    frames = (HTML, Box, VBox, Stack, Tab, Element)
    controls: list[Any] = [
        each for each in all_of(open_panel(open_lab("helloworld").panels, kind)) if not isinstance(each, frames)
    ]
    assert controls
    assert [each for each in controls if not (each.description and each.tooltip)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_button_has_its_docker_command(open_lab: OpenLab, kind: str) -> None:
    """In its tooltip, or its Python where docker has none; where it would refuse, the label has the command's words."""
    lab = open_lab("helloworld")
    panel, seen = open_panel(lab.panels, kind), threading.Event()
    lab.watcher.subscribe(lambda _: seen.set() if panel.snapshot.services else None, each_look=True)
    assert seen.wait(WITHIN_S)
    buttons = [each for each in all_of(panel) if isinstance(each, Button)]
    assert buttons
    bare = [
        (each.description, each.tooltip)
        for each in buttons
        if not str(each.tooltip).startswith(("docker ", "lab.", "lab["))
        and not any(f"{each.description} ".startswith(f"{path} ") for path in REGISTRY)
        and not str(each.tooltip).endswith("; nothing is sent")
    ]
    assert bare == []


def test_a_panel_ends_with_its_lab(open_lab: OpenLab) -> None:
    """No thread is left; the page says what to do."""
    lab = open_lab("helloworld", time="live")
    panel = lab.panels.logs("helloworld")
    until(panel.service, "value", lambda name: name == "helloworld")
    panel.follow.value = True
    button(panel, "service logs").click()
    until(panel.lines, "lines", lambda lines: any("seq=" in text for _, _, text in lines))
    lab.panels.close()
    assert [thread.name for thread in threading.enumerate() if thread.name == "swarmlab-panel"] == []
    assert [each.value for each in panel.children] == [ENDED]
    assert panel.button.comm is None


def test_all_panels_end_though_one_goes_wrong(open_lab: OpenLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What went wrong first is raised afterwards; nothing is left to be ended."""
    panels = open_lab("helloworld").panels
    opened = [open_panel(panels, kind) for kind in KINDS]

    def fail(name: str) -> Callable[..., None]:
        def end(*_: object) -> None:
            raise OSError(name)

        return end

    monkeypatch.setattr(opened[1], "end", fail("services"))
    monkeypatch.setattr(opened[4], "end", fail("faults"))
    with pytest.raises(OSError, match="faults"):
        panels.close()
    assert [panel.children[0].value for panel in opened if panel not in (opened[1], opened[4])] == [ENDED] * 4
    panels.close()


def test_opening_panels_moves_no_manual_time(open_lab: OpenLab) -> None:
    """Only what somebody presses may."""
    lab = open_lab("helloworld")
    before = lab.cluster.clock.elapsed()
    for kind in KINDS:
        open_panel(lab.panels, kind)
    inspected = lab.panels.inspect("service", "helloworld")
    until(inspected.tree, "text", bool)
    assert lab.cluster.clock.elapsed() == before
