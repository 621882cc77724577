"""A panel's terminal: progress under what was printed, a limit, and nobody who types."""

from __future__ import annotations

import pytest

from swarmlab.commands import DockerError
from swarmlab.widgets.screen import LINES, Screen


def screen() -> tuple[Screen, list[str]]:
    """A screen, and the pictures of it."""
    pictures: list[str] = []
    return Screen(pictures.append), pictures


def test_progress_is_drawn_over_itself() -> None:
    """And gone once its end is printed."""
    terminal, pictures = screen()
    terminal.print("web")
    terminal.draw("1 out of 2")
    terminal.draw("2 out of 2")
    terminal.refresh()
    assert pictures[-1] == "web\n2 out of 2"
    terminal.print("converged")
    terminal.flush()
    assert pictures[-1] == "web\nconverged"


def test_much_output_makes_few_pictures() -> None:
    """And the last one is complete up to the limit."""
    terminal, pictures = screen()
    for number in range(LINES + 10):
        terminal.print(str(number))
    terminal.flush()
    assert len(pictures) < LINES / 10
    assert pictures[-1].splitlines()[0] == "10"
    assert pictures[-1].splitlines()[-1] == str(LINES + 9)


def test_nobody_types_at_a_panel() -> None:
    """What asks is refused, with what to do instead."""
    with pytest.raises(DockerError, match="Enter unlock key: fill in its field"):
        screen()[0].ask("Enter unlock key: ")
