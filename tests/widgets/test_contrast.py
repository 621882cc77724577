"""Edges that one has to see are seen in every theme of JupyterLab: 3 to 1 against what they stand on.

Source: WCAG 2.2, success criterion 1.4.11.
"""

from __future__ import annotations

import re
from pathlib import Path

import jupyterlab
import pytest

from swarmlab import widgets
from swarmlab.looks import contrast

THEMES = sorted((Path(jupyterlab.__file__).parent / "themes" / "@jupyterlab").glob("*/index.css"))
SHEETS = sorted(Path(widgets.__file__).parent.rglob("*.css"))
BETWEEN_ROWS = "--jp-border-color2"
"""Rules between the rows of tables and round what is read, which tell nothing."""

EDGE = re.compile(r"(?:border[a-z-]*|--(?:swl-)?line|--jp-widgets-[a-z-]*border-color)\s*:[^;]*?var\((--jp-[a-z0-9-]+)")
NAMED = {"white": "#ffffff", "black": "#000000", "var(--md-red-500)": "#f44336"}
"""The last one is Material Design's, as JupyterLab itself defines it."""


def theme_of(sheet: Path) -> dict[str, str]:
    """The variables of a theme as they are written."""
    return dict(re.findall(r"(--jp-[a-z0-9-]+):\s*([^;}]+)", sheet.read_text()))


def on(ground: str, colour: str) -> str:
    """A colour, which may be a variable with its value or see-through, as `#rrggbb` on such a ground."""
    colour = NAMED.get(colour, colour)
    if found := re.fullmatch(r"var\(--[a-z0-9-]+,\s*(#[0-9a-f]+)\)", colour):
        colour = found[1]
    if found := re.fullmatch(r"rgba\((\d+),\s*(\d+),\s*(\d+),\s*([\d.]+)\)", colour):
        parts, share = [int(part) for part in found.groups()[:3]], float(found[4])
        under = [int(ground[start : start + 2], 16) for start in (1, 3, 5)]
        return "#" + "".join(
            f"{round(share * part + (1 - share) * below):02x}" for part, below in zip(parts, under, strict=True)
        )
    assert re.fullmatch(r"#(?:[0-9a-f]{3}){1,2}", colour), colour
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])


def test_there_are_themes_light_and_dark() -> None:
    """Else the rest would show nothing."""
    grounds = {on("#ffffff", theme_of(sheet)["--jp-layout-color1"]) for sheet in THEMES}
    assert {"#ffffff", "#212121"} <= grounds


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
@pytest.mark.parametrize("theme", THEMES, ids=lambda sheet: sheet.parent.name)
def test_edges_are_seen(theme: Path, sheet: Path) -> None:
    """Of fields, buttons, cards and what calls for attention."""
    colours = theme_of(theme)
    ground = on("#ffffff", colours["--jp-layout-color1"])
    edges = set(EDGE.findall(sheet.read_text())) - {BETWEEN_ROWS}
    poor = {edge: contrast(on(ground, colours[edge]), ground) for edge in edges}
    assert {edge: round(found, 2) for edge, found in poor.items() if found < 3} == {}
