"""What tests in a browser name of the lessons is still in them: cells, choices, options. Needs no browser itself."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from swarmlab import quiz
from tests.browser import test_keyboard, test_notebook7, test_whole_lesson
from tools.lessons import NOTEBOOKS, read_lesson

MODULES = [
    pytest.param(module, id=module.__name__.rpartition(".")[2])
    for module in (test_keyboard, test_notebook7, test_whole_lesson)
]
GO_TO_A_CELL = ("run_until", "skip_to", "go_into", "commit_by_keys")
COMMIT = ("commit", "commit_by_keys")
ANSWER = ("answer", "answer_by_keys")


def texts(module: ModuleType, names: tuple[str, ...]) -> Iterator[list[str]]:
    """The texts that a module gives to functions of these names, call by call; also those it has a name for."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            given = [vars(module).get(each.id) if isinstance(each, ast.Name) else each for each in node.args]
            values = [each.value if isinstance(each, ast.Constant) else each for each in given]
            if found := [value for value in values if isinstance(value, str)]:
                yield found


def sources(module: ModuleType) -> list[str]:
    """Those of the lesson on which a module is."""
    [[lesson]] = texts(module, ("hurried",))
    notebook = read_lesson(NOTEBOOKS / f"{lesson}.ipynb")
    return [cell.source for cell in notebook.cells]


def offered(module: ModuleType) -> Iterator[str]:
    """What the predictions of its lesson offer; `int` where any number is taken."""
    for source in sources(module):
        if re.match(r"\w+ = predict\(", source):
            [call] = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
            choices = call.args[1]
            yield from ast.literal_eval(choices) if isinstance(choices, ast.List) else [ast.unparse(choices)]


@pytest.mark.parametrize("module", MODULES)
def test_each_cell_that_is_named_is_in_the_lesson(module: ModuleType) -> None:
    """By how it begins."""
    named = [given[0] for given in texts(module, GO_TO_A_CELL)]
    named += [f'quiz("{asked}")' for asked, _ in texts(module, ANSWER)]
    named += [f'lab.reset("{state}")' for state, _ in texts(module, ("begin",))]
    assert named
    assert [name for name in named if not any(source.startswith(name) for source in sources(module))] == []


@pytest.mark.parametrize("module", MODULES)
def test_each_choice_is_offered(module: ModuleType) -> None:
    """By some prediction of the lesson, or one of it takes any number."""
    choices = set(offered(module))
    committed = [given[-1] for given in texts(module, COMMIT)]
    assert [one for one in committed if one not in choices and not (one.isdigit() and "int" in choices)] == []


@pytest.mark.parametrize("module", MODULES)
def test_each_option_is_a_right_one(module: ModuleType) -> None:
    """Of the quiz that is named."""
    for asked, chosen in texts(module, ANSWER):
        [option] = [option for option in quiz(asked).question.options if chosen in option.text]
        assert option.is_right
