"""Fields that two threads set at once: the learner's choice and the cluster's changes come one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from threading import Thread

import pytest

from swarmlab.widgets.panel import set_options
from swarmlab.widgets.turns import TURN, Choice
from tests.widgets.conftest import WITHIN_S, OnRealEngines, OpenLab, until

SHORT = [("a", 1), ("b", 2)]
LONG = [("c", 3), ("b", 2), ("a", 1), ("d", 4)]
ROUNDS = 300


@pytest.fixture
def _impatient_threads() -> Iterator[None]:
    """Python changes from one thread to the other as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def beside(act: Callable[[], None], other: Callable[[], None]) -> list[Exception]:
    """Do one thing on another thread, again and again, and the other on this one; what went wrong."""
    errors: list[Exception] = []

    def repeat(what: Callable[[], None]) -> None:
        for _ in range(ROUNDS):
            try:
                what()
            except Exception as error:
                errors.append(error)

    thread = Thread(target=repeat, args=(act,))
    thread.start()
    repeat(other)
    thread.join(WITHIN_S)
    return errors


def agrees(field: Choice) -> bool:
    """Whether what is chosen is the option with that number."""
    return field.index is not None and dict(field.options)[field.label] == field.options[field.index][1] == field.value


@pytest.mark.usefixtures("_impatient_threads")
def test_the_options_change_while_somebody_chooses() -> None:
    """Both are heard, and what is chosen in the end is one of the options."""
    field = Choice(options=SHORT)

    def refresh() -> None:
        set_options(field, LONG)
        set_options(field, SHORT)

    def choose() -> None:
        field.value = 2
        field.value = 1

    assert beside(refresh, choose) == []
    assert agrees(field)


@pytest.mark.usefixtures("_impatient_threads")
def test_the_options_change_while_the_page_chooses() -> None:
    """The page sends a number; one that is too high by then changes nothing."""
    field = Choice(options=SHORT)

    def refresh() -> None:
        set_options(field, LONG)
        set_options(field, SHORT)

    def choose() -> None:
        field.set_state({"index": 3})
        field.set_state({"index": 1})

    assert beside(refresh, choose) == []
    assert agrees(field)


def test_a_choice_from_options_that_are_gone_is_not_made() -> None:
    """The page is told the present ones."""
    field = Choice(options=SHORT, value=2)
    field.set_state({"index": 3})
    assert field.value == 2


def test_a_panel_is_refreshed_after_what_the_learner_does(open_lab: OpenLab) -> None:
    """What changes while somebody's turn lasts is shown after it, and the learner's choice stays."""
    lab = open_lab("helloworld")
    panel = lab.panels.services()
    until(panel.replicas, "value", lambda number: number == 1)
    with TURN:
        refresher = Thread(target=panel.see, args=(type(panel.sight)(),))
        refresher.start()
        assert panel.service.value == "helloworld"
        assert panel.changes().service == "helloworld"
    refresher.join(WITHIN_S)
    assert panel.service.value is None


def test_the_switch_for_secrets_is_the_lab_s(open_lab: OpenLab) -> None:
    """`lab.show_secrets` and the panel's switch are one, whichever is set; a closed panel follows no more."""
    lab = open_lab(kind=OnRealEngines)
    lab.cluster.show_secrets = True
    panel = lab.panels.cluster()
    assert panel.show_secrets.value is True
    panel.show_secrets.value = False
    assert lab.cluster.show_secrets is False
    lab.cluster.show_secrets = True
    assert panel.show_secrets.value is True
    assert "SWMTKN-1-x" in panel.shown("SWMTKN-1-x")
    panel.end()
    lab.cluster.show_secrets = False
    assert panel.show_secrets.value is True
