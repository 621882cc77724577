"""What is shown again leaves nothing of what it replaces, neither in the kernel nor in the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ipywidgets import HTML, Button, VBox
from ipywidgets.widgets.widget import _instances

from swarmlab import Lab, widgets
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.lessons.predictions import predict
from swarmlab.lessons.quiz import quiz
from swarmlab.lessons.views import prediction_view, quiz_view
from swarmlab.widgets import element
from swarmlab.widgets.board import Board
from swarmlab.widgets.card import CommandCard
from swarmlab.widgets.closing import close_all
from swarmlab.widgets.element import Element
from swarmlab.widgets.file_exchange import FileExchange
from swarmlab.widgets.keys import OwnKeys
from swarmlab.widgets.live import Live
from swarmlab.widgets.panel import Panel
from swarmlab.widgets.panels import Panels
from swarmlab.widgets.panels.inspect import Tree
from swarmlab.widgets.panels.logs import LogLines
from swarmlab.widgets.timeline import Timeline
from tests.widgets.conftest import OnRealEngines, OpenLab

KINDS = ("cluster", "services", "inspect", "logs", "faults", "ports")


def grown(show: Callable[[], object]) -> int:
    """How many more widgets there are once it was shown again."""
    show()
    before = len(_instances)
    show()
    return len(_instances) - before


def test_a_widget_ends_with_all_that_belongs_to_it() -> None:
    """What is in it, and the layout and the style of each; asked twice, nothing more happens."""
    before = set(_instances)
    box = VBox([Button(), HTML()])
    close_all(box)
    close_all(box)
    assert set(_instances) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_that_is_opened_again_leaves_no_widgets(open_lab: OpenLab, kind: str) -> None:
    """As many as before, and on real engines too, where one is shown more."""
    panels: Panels = open_lab("helloworld", kind=OnRealEngines if kind == "cluster" else EmbeddedBackend).panels
    assert grown(getattr(panels, kind)) == 0


def test_panels_that_end_with_their_lab_leave_a_line_each(open_lab: OpenLab) -> None:
    """The panel, its last words, and the layouts and styles of these."""
    before = set(_instances)
    panels = open_lab("helloworld").panels
    panel: Panel = panels.services()
    panels.close()
    (words,) = panel.children
    left = {each.model_id for each in (panel, panel.layout, words, words.layout, words.style)}
    assert set(_instances) - before == left


def test_a_widget_that_the_page_still_loads_is_closed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden at once, ended as soon as the page says that it is there: the browser has nothing to complain of then."""
    monkeypatch.setattr(element, "kernel", lambda: "there is one")
    before = set(_instances)
    card = CommandCard()
    box = VBox([card])
    close_all(box)
    close_all(box)
    assert box.comm is None
    assert card.comm is not None
    assert card.layout.display == "none"
    card._handle_custom_msg({"is": "there"}, [])
    assert set(_instances) == before


def test_a_widget_that_is_there_is_closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a lab does that ends."""
    monkeypatch.setattr(element, "kernel", lambda: "there is one")
    before = set(_instances)
    card = CommandCard()
    card._handle_custom_msg({"is": "there"}, [])
    assert set(_instances) != before
    card.close()
    assert set(_instances) == before


ELEMENTS: dict[type[Element], Callable[[Lab], Element]] = {
    CommandCard: lambda _: CommandCard(),
    OwnKeys: lambda _: OwnKeys(),
    FileExchange: lambda _: FileExchange("progress.json", give=lambda: None, take=lambda *_: None),
    Tree: lambda _: Tree(),
    LogLines: lambda _: LogLines(),
    Board: lambda lab: lab.board("inline"),
    Timeline: lambda lab: lab.timeline(),
}


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """What the live ones are of."""
    monkeypatch.setenv("SWARMLAB_TIME", "manual")
    with Lab.start("formed", backend="embedded") as lab:
        yield lab


def test_every_element_is_closed_here() -> None:
    """None is left out of the two tests below."""
    assert set(ELEMENTS) == {*Element.__subclasses__(), *Live.__subclasses__()} - {Live}


@pytest.mark.parametrize("kind", ELEMENTS)
def test_an_element_is_closed_twice(lab: Lab, kind: type[Element]) -> None:
    """The second time nothing happens."""
    before = set(_instances)
    element = ELEMENTS[kind](lab)
    element.close()
    element.close()
    assert set(_instances) <= before


@pytest.mark.parametrize("kind", ELEMENTS)
def test_an_element_that_the_page_still_loads_ends_once_it_is_there(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: type[Element]
) -> None:
    """It is hidden, and closed again when the page says so; an error in that would be heard by nobody."""
    monkeypatch.setattr(element, "kernel", lambda: "there is one")
    before = set(_instances)
    late = ELEMENTS[kind](lab)
    late.close()
    assert late.comm is not None
    late._hear_of_page(late, {"is": "there"}, [])
    assert late.comm is None
    assert set(_instances) <= before


@pytest.mark.parametrize("script", sorted(Path(widgets.__file__).parent.rglob("*.js")), ids=lambda path: path.name)
def test_every_script_says_when_it_is_there(script: Path) -> None:
    """Else its widgets would never end."""
    text = script.read_text()
    assert ('model.send({ is: "there" })' in text) == ("export default" in text)


def test_lessons_that_are_shown_again_leave_no_widgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions and predictions alike."""
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "progress.json"))
    assert grown(lambda: quiz_view(quiz("05-q2"))) == 0
    assert grown(lambda: prediction_view(predict("How many tasks?", ["2", "3"]))) == 0
