"""Rules for the outputs of a lesson, where nbval does not look: pictures, widgets, and what must not be published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from tests.notebooks.rules.documents import Cell, Lesson, LessonRule
from tests.notebooks.rules.prose import VIEWS_OF_PROSE

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
BARE_WIDGET = re.compile(r"<(?!Lab )[A-Z]\w*( .*)?>|[A-Z]\w*\(.*\)", flags=re.S)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home|Users|tmp/swarmlab-\d)\b[\w./-]*")
TOKEN = re.compile(r"SWMTKN-1-([0-9a-z]{50})-[0-9a-z]{25}")
SECRET = re.compile(r"SWMKEY-1-[\w+/]{20,}|PRIVATE KEY-----")
# The digest of the simulated swarm's certificate, which repeats: a token with another one is of a swarm that exists.
SIMULATED = "0m1fqod7dgcs4j61cm71vef0d14pznkod6dkzwfs5wy0e5bgjb"


def plots_told(lesson: Lesson) -> list[str]:
    """nbval compares no picture: what it shows stands beside it as a table, and in its alt text."""
    wrong = []
    for cell, picture in pictures(lesson):
        words = picture.data.get("text/plain", "")
        kind = next(kind for kind in picture.data if kind.startswith("image/"))
        if words.startswith("<") or not words.strip() or picture.metadata.get(kind, {}).get("alt") != words:
            wrong.append(cell.says("give the picture one sentence, as its alt text and its text/plain"))
        else:
            table = "\n".join(text for text in cell.texts() if text != words)
            if parts := ", ".join(f"“{part}”" for part in untold(words, table)):
                wrong.append(cell.says(f"print the table beside the picture: no text says {parts}"))
    return wrong


def pictures(lesson: Lesson) -> Iterator[tuple[Cell, NotebookNode]]:
    """Each output that is one, with its cell."""
    for cell in lesson.code():
        for output in cell.outputs:
            if any(kind.startswith("image/") for kind in output.get("data", {})):
                yield cell, output


def untold(words: str, table: str) -> Iterator[str]:
    """What the words of a picture say, part by part, and the table does not.

    `docker-swarm-1 (ready worker) 2` and `docker-swarm-1 1 then 2` want a line of docker-swarm-1 with these numbers;
    `2 failed` wants two lines with that word; other counts want a table at least.
    """
    rows = table.splitlines()
    for part in words.rstrip(".").partition(": ")[2].rpartition(": ")[2].split(", "):
        name, *rest = part.split()
        numbers = [word for word in re.sub(r"\(.*?\)", "", " ".join(rest)).split() if word.isdecimal()]
        if name.isdecimal():
            lines = sum(rest[-1] in row.split() for row in rows)
            is_told = lines == int(name) if rest == ["failed"] else len(rows) > 1
        else:
            is_told = any(row.split()[:1] == [name] and is_part(numbers, row.split()) for row in rows)
        if not is_told:
            yield part


def is_part(numbers: list[str], row: list[str]) -> bool:
    """Whether the row has these words, in this order."""
    words = iter(row)
    return all(number in words for number in numbers)


def widgets_told(lesson: Lesson) -> list[str]:
    """nbval compares no widget: text that it compares stands beside each, in its cell or the next one that prints.

    A question, and the task of an exercise, are such texts themselves, and no other widget's.
    """
    code = [cell for cell in lesson.code() if not any(text.startswith(VIEWS_OF_PROSE) for text in cell.texts())]
    wrong = [cell for cell in lesson.code() if any(is_view(output) and not plain(output) for output in cell.outputs)]
    for number, cell in enumerate(code):
        if any(map(is_bare, cell.outputs)) and not any(map(tells, code[number : number + 2])):
            wrong.append(cell)
    return [cell.says("print what the widget shows, here or in the next cell") for cell in wrong]


def plain(output: NotebookNode) -> str:
    """Its plain text."""
    return str(output.get("data", {}).get("text/plain", ""))


def is_view(output: NotebookNode) -> bool:
    """Whether a widget's view was stored with it."""
    return WIDGET_VIEW in output.get("data", {})


def is_bare(output: NotebookNode) -> bool:
    """Whether its text names a widget and says no more."""
    return bool(BARE_WIDGET.fullmatch(plain(output)))


def tells(cell: Cell) -> bool:
    """Whether it has text that is more than a widget's name."""
    return any(text.strip() and not BARE_WIDGET.fullmatch(text) for text in cell.texts())


def no_stderr(lesson: Lesson) -> list[str]:
    """A warning is nothing that a learner should wonder about."""
    return [
        cell.says("it writes to stderr: remove the cause, run it again")
        for cell in lesson.code()
        if any(output.get("name") == "stderr" for output in cell.outputs)
    ]


def no_machine(lesson: Lesson) -> list[str]:
    """A path of the machine on which a lesson was run is noise to everybody else."""
    return [
        cell.says(f"{path} is a path of one machine: print something else")
        for cell in lesson.code()
        for text in [*cell.texts(), *("\n".join(output.get("traceback", [])) for output in cell.outputs)]
        for path in MACHINE_PATH.findall(text)
    ]


def no_secrets(lesson: Lesson) -> list[str]:
    """What lets somebody into a swarm that exists is not published."""
    wrong = []
    for cell in lesson.cells():
        everything = f"{cell.source}\n{cell.outputs}"
        if SECRET.search(everything) or set(TOKEN.findall(everything)) - {SIMULATED}:
            wrong.append(cell.says("it holds a token or key of a real swarm: mask it, and rotate it there"))
    return wrong


OUTPUT_RULES: tuple[LessonRule, ...] = (plots_told, widgets_told, no_stderr, no_machine, no_secrets)
