"""What a lesson says has happened, it has looked up: the argument of each `outcome(…)` is made from what was found."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tools.lessons import code_cells, lesson_paths, read_lesson


def outcomes(path: Path) -> Iterator[ast.Call]:
    """The calls of `outcome` in a lesson."""
    for cell in code_cells(read_lesson(path)):
        for node in ast.walk(ast.parse(TransformerManager().transform_cell(cell.source))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "outcome":
                yield node


def is_typed(call: ast.Call) -> bool:
    """Whether it names nothing that could differ from run to run."""
    return not any(isinstance(node, ast.Name) for argument in call.args for node in ast.walk(argument))


@pytest.mark.parametrize("path", lesson_paths(), ids=lambda path: path.stem)
def test_what_happened_is_looked_up(path: Path) -> None:
    """A typed outcome would stand there whatever the cluster did."""
    calls = list(outcomes(path))
    assert calls
    assert [ast.unparse(call) for call in calls if is_typed(call)] == []
