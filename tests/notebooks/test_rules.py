"""The lessons and pages keep the rules for what nbval cannot see, and each rule finds what it is there to find."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks.rules import cells, outputs, prose
from tests.notebooks.rules.documents import Lesson, LessonRule, Page, ProseRule, pages
from tests.notebooks.rules.rows import rows_covered
from tools.coverage_table import read_rows
from tools.lessons import lesson_paths

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
RULES = [*cells.CELL_RULES, *outputs.OUTPUT_RULES, *prose.PROSE_RULES]
TOLD = "Tasks of web on each node: docker-swarm-1 (ready worker) 2, docker-swarm-2 * (ready leader) 1."
TABLE = "NODE             TASKS\ndocker-swarm-1   2\ndocker-swarm-2   1\n"
LIVES = "Tasks of web from 09:00:00 to 09:00:20: 3 in 2 rows, 1 failed."
MISSPELLED = "seperate"  # codespell:ignore seperate
REAL_TOKEN = f"SWMTKN-1-{'a' * 50}-{'b' * 25}"


def text(source: str) -> NotebookNode:
    """A cell of prose."""
    return new_markdown_cell(source)


def code(source: str, *answers: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    """A cell of code with what it answers."""
    return new_code_cell(source, outputs=list(answers), metadata={"tags": list(tags)})


def printed(answer: str, stream: str = "stdout") -> NotebookNode:
    """What a cell prints."""
    return new_output("stream", name=stream, text=answer)


def shown(plain: str, **data: str) -> NotebookNode:
    """What a cell shows."""
    return new_output("display_data", data={"text/plain": plain} | data)


def picture(plain: str, alt: str) -> NotebookNode:
    """A plot."""
    image = {"text/plain": plain, "image/png": "iVBORw0KGgo="}
    return new_output("display_data", data=image, metadata={"image/png": {"alt": alt}})


def lesson(*parts: NotebookNode, metadata: dict | None = None, first: int = 1) -> Lesson:
    """A made-up lesson of these cells, after a heading, run in this order."""
    run = count(first)
    for part in parts:
        if part.cell_type == "code":
            part.execution_count = next(run)
    notebook = new_notebook(cells=[text("# A lesson"), *parts], metadata=KERNEL if metadata is None else metadata)
    return Lesson(Path(__file__).with_name("09-made-up.ipynb"), notebook)


BOARD = shown("<Board of docker-swarm-1>")
VIEW = {"application/vnd.jupyter.widget-view+json": "{}"}

# A lesson that breaks each rule, and what the rule says of it after "09-made-up, cell ".
BROKEN: list[tuple[LessonRule, Lesson, str]] = [
    (cells.was_run, lesson(code("1"), first=2), "2: its execution count is 2, not 1"),
    (
        cells.was_run,
        Lesson(Path("09-made-up.ipynb"), new_notebook(cells=[code("1")])),
        "1: its execution count is None",
    ),
    (cells.tags_known, lesson(code("1", tags=("S99",))), "2: “S99” is no row of docs/rows.toml"),
    (cells.prose_first, lesson(code("1"), code("2"), code("3")), "4: say something first"),
    (cells.prose_first, Lesson(Path("09-made-up.ipynb"), new_notebook(cells=[code("1")])), "1: say something first"),
    (cells.cells_small, lesson(code("1\n" * 7)), "2: it has 7 lines: write 1 to 6"),
    (cells.cells_small, lesson(code("")), "2: it has 0 lines"),
    (cells.no_semicolon, lesson(code("plot();")), "2: take away the `;`"),
    (cells.outputs_compared, lesson(code("# NBVAL_IGNORE_OUTPUT\n1")), "2: let its output be compared"),
    (cells.outputs_compared, lesson(code("1", tags=("nbval-skip",))), "2: let its output be compared"),
    (outputs.plots_told, lesson(code("plot()", picture(TOLD, TOLD))), "2: print the table beside the picture"),
    (
        outputs.plots_told,
        lesson(code("plot()", picture(TOLD, TOLD), printed(TABLE.replace("1   2", "1   3")))),
        "2: print the table beside the picture: no text says “docker-swarm-1 (ready worker) 2”",
    ),
    (
        outputs.plots_told,
        lesson(code("plot()", picture(LIVES, LIVES), printed("TASK    STATE\nweb.1   running\nweb.2   running"))),
        "2: print the table beside the picture: no text says “1 failed”",
    ),
    (outputs.plots_told, lesson(code("plot()", picture("<Figure>", ""), printed(TABLE))), "2: give the picture one"),
    (outputs.plots_told, lesson(code("plot()", picture(TOLD, ""), printed(TABLE))), "2: give the picture one sentence"),
    (outputs.widgets_told, lesson(code("lab.board()", BOARD)), "2: print what the widget shows"),
    (outputs.widgets_told, lesson(code("lab.board()", BOARD), code("x = 1")), "2: print what the widget shows"),
    (
        outputs.widgets_told,
        lesson(code("lab.board()", BOARD), code("quiz()", shown("Quiz 05-q1: Why?"))),
        "2: print what the widget shows",
    ),
    (outputs.widgets_told, lesson(code("b", shown("Button(description='ls')"))), "2: print what the widget shows"),
    (outputs.widgets_told, lesson(code("b", shown("", **VIEW))), "2: print what the widget shows"),
    (outputs.no_stderr, lesson(code("1", printed("DeprecationWarning: …", "stderr"))), "2: it writes to stderr"),
    (outputs.no_machine, lesson(code("1", printed("in /home/ann/lab.py"))), "2: /home/ann/lab.py is a path of one"),
    (outputs.no_secrets, lesson(code("1", printed(REAL_TOKEN))), "2: it holds a token or key of a real swarm"),
    (outputs.no_secrets, lesson(text("SWMKEY-1-" + "k" * 43)), "2: it holds a token or key of a real swarm"),
    (prose.links_alive, lesson(text("[next](99-nowhere.ipynb)")), "2: 99-nowhere.ipynb names a file that is not"),
    (prose.links_alive, lesson(text("[out](../README.md)")), "2: ../README.md leads out of the folder that a learner"),
    (prose.links_alive, lesson(text("[above](#A-chapter)")), "2: #A-chapter names a heading that is not in 09-made-up"),
    (prose.links_alive, lesson(text("See https:/docs.docker.com or [it](https://docs)")), "2: write https://docs as"),
    (prose.pictures_described, lesson(text("![](board.png)")), "2: say in words what the picture board.png shows"),
    (prose.pictures_described, lesson(text('<img src="board.png">')), "2: say in words what the picture <img"),
    (
        prose.spelled_right,
        lesson(text(f"A {MISSPELLED} swarm.")),
        f"2: mend “{MISSPELLED}”, or add it",
    ),
]

# The same for what a whole document does wrong, after its name.
BROKEN_AS_A_WHOLE: list[tuple[LessonRule, Lesson, str]] = [
    (cells.kernel_named, lesson(metadata={}), "name the kernel python3 in its metadata, not None"),
    (prose.headings_in_order, Lesson(Path("09-made-up.ipynb"), new_notebook(cells=[text("## Two")])), "begin with"),
    (prose.headings_in_order, lesson(text("# Another")), "keep one heading of level 1"),
    (prose.headings_in_order, lesson(text("### Deep")), "give “Deep” level 2, it follows one of level 1"),
]


def named(broken: list[tuple[LessonRule, Lesson, str]]) -> list:
    """Parameters with the names of their rules."""
    return [pytest.param(*case, id=f"{case[0].__name__}-{number}") for number, case in enumerate(broken)]


@pytest.mark.parametrize("path", lesson_paths(), ids=lambda path: path.stem)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_lesson_keeps_the_rules(rule: LessonRule, path: Path) -> None:
    """Each rule says in sentences what to do, and has nothing to say."""
    assert rule(Lesson.read(path)) == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.path.name))
@pytest.mark.parametrize("rule", prose.PROSE_RULES, ids=lambda rule: rule.__name__)
def test_a_page_keeps_the_rules_for_prose(rule: ProseRule, page: Page) -> None:
    """README, CONTRIBUTING, and what stands in docs and beside the tests."""
    assert rule(page) == []


def test_every_row_of_the_walk_is_covered() -> None:
    """S1 to S19, on both kinds of lab, with an output that is compared."""
    assert rows_covered(lesson_paths()) == []


@pytest.mark.parametrize(("rule", "broken", "sentence"), named(BROKEN))
def test_a_rule_names_the_cell_that_breaks_it(rule: LessonRule, broken: Lesson, sentence: str) -> None:
    """One sentence: where, and what to do."""
    (said,) = rule(broken)
    assert said.startswith(f"09-made-up, cell {sentence}")


@pytest.mark.parametrize(("rule", "broken", "sentence"), named(BROKEN_AS_A_WHOLE))
def test_a_rule_names_the_lesson_that_breaks_it(rule: LessonRule, broken: Lesson, sentence: str) -> None:
    """One sentence, where no cell is to blame alone."""
    (said,) = rule(broken)
    assert said.startswith(f"09-made-up: {sentence}")


def test_every_rule_was_seen_to_fail() -> None:
    """A rule without a lesson that breaks it may be one that never says anything."""
    assert {rule for rule, *_ in BROKEN + BROKEN_AS_A_WHOLE} == set(RULES)


def test_a_lesson_that_keeps_all_rules() -> None:
    """With a plot, a widget, a link into itself, and an exercise between a widget and its text."""
    good = lesson(
        text(f"## The board\n\nSee [the board](#The-board), `{MISSPELLED}` words, and\n\n```bash\n# no heading\n```"),
        text("A block:\n\n    # also no heading\n"),
        code("lab.board()", BOARD, tags=("S14", "same-on-real")),
        code("exercise('05-a')", shown("Exercise 05-a · Two tasks")),
        text("A plot: ![Two tasks, and one](https://example.org/board.png)"),
        code("plot()", picture(TOLD, TOLD), printed(TABLE)),
    )
    assert [sentence for rule in RULES for sentence in rule(good)] == []


def test_exceptions_have_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that is listed with a reason may be long, or ignored."""
    long_and_ignored = lesson(code("# NBVAL_IGNORE_OUTPUT\n" + "1\n" * 6))
    name = long_and_ignored.code()[0].name
    monkeypatch.setitem(cells.LONG, name, "a recipe that is one thought")
    monkeypatch.setitem(cells.IGNORED, name, "chance itself is shown")
    assert cells.cells_small(long_and_ignored) + cells.outputs_compared(long_and_ignored) == []


def test_exceptions_are_of_cells_that_are_there() -> None:
    """An exception whose cell is gone would wait for another."""
    names = {cell.name for path in lesson_paths() for cell in Lesson.read(path).code()}
    assert (cells.LONG | cells.IGNORED).keys() - names == set()


def test_own_words_are_needed() -> None:
    """In order, each once, and none that the dictionary has."""
    words = prose.own_words()
    assert words == sorted(set(words))
    assert prose.english().known(words) == set()


def test_a_row_without_a_cell_is_named(tmp_path: Path) -> None:
    """And so is one that only one kind of lab can show, and one whose cells show nothing."""
    rows = [id_ for id_ in read_rows() if id_.startswith("S") and id_ not in ("S3", "S4", "S5")]
    parts = [
        code("1", printed("1"), tags=tuple(rows)),
        code("2", printed("2"), tags=("S4", "embedded-only")),
        code("3", tags=("S5",)),
    ]
    path = tmp_path / "09-made-up.ipynb"
    nbformat.write(lesson(*parts).notebook, path)
    assert rows_covered([path]) == [
        "S3: tag a cell of a lesson with it that runs on the embedded lab",
        "S3: tag a cell of a lesson with it that runs on real engines",
        "S3: tag a cell of a lesson with it that has an output",
        "S4: tag a cell of a lesson with it that runs on real engines",
        "S5: tag a cell of a lesson with it that has an output",
    ]


def test_a_page_is_linked_as_on_github(tmp_path: Path) -> None:
    """Headings lose their punctuation, and a second of the same name gets a number."""
    page = tmp_path / "page.md"
    page.write_text(
        "# What is `real`, here?\n## Again\n## Again\n[1](#what-is-real-here) [2](#again-1) [3](page.md#again-2)\n"
    )
    assert prose.links_alive(Page(page)) == ["page.md: page.md#again-2 names a heading that is not in page.md"]
