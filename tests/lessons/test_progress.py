"""The table of what is done, and what a teacher gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from swarmlab.__main__ import main
from swarmlab.lessons.catalogue import EXERCISES, exercises_of
from swarmlab.lessons.outline import LESSONS
from swarmlab.lessons.progress import export, progress
from swarmlab.lessons.questions import QUESTIONS
from swarmlab.lessons.record import PredictionRecord, Record, change_record
from tools.lessons import lesson_paths, read_lesson, title

TOKEN = "SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv-8vxv8rssmk743ojnwacrr2e7c"


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's progress is."""
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def do(*lessons: str) -> Callable[[Record], None]:
    """All exercises and questions of these lessons."""

    def change(record: Record) -> None:
        for identifier in [*EXERCISES, *QUESTIONS]:
            if identifier[:2] in lessons and identifier in EXERCISES:
                record.exercise(identifier).state = "right"
            elif identifier[:2] in lessons:
                record.quiz(identifier).right = True

    return change


def test_the_lessons_are_the_notebooks() -> None:
    """Their files and their titles, in order."""
    assert [lesson.file for lesson in LESSONS] == [path.name for path in lesson_paths()]
    for lesson, path in list(zip(LESSONS, lesson_paths(), strict=True))[1:]:
        assert title(read_lesson(path)).startswith(f"{lesson}:")


def test_every_lesson_has_two_exercises() -> None:
    """At least, each with hints that escalate and a first line that asks for something."""
    for lesson in LESSONS:
        assert len(exercises_of(lesson.number)) >= 2
    for each in EXERCISES.values():
        assert len(each.hints) in (2, 3)
        assert each.starts_from in ("separate", "formed", "three-managers", "helloworld")


def test_a_beginner_has_done_nothing_and_begins_at_the_start() -> None:
    """The same text in every fresh notebook."""
    assert str(progress()) == (
        "LESSON                    EXERCISES   QUIZZES   PREDICTIONS\n"
        "00 · Start here           0 of 2      0 of 1    0\n"
        "01 · Terms                0 of 3      0 of 2    0\n"
        "02 · Init and join        0 of 3      0 of 2    0\n"
        "03 · Services and tasks   0 of 2      0 of 1    0\n"
        "04 · Inspect              0 of 2      0 of 1    0\n"
        "05 · Scale                0 of 3      0 of 2    0\n"
        "06 · Logs                 0 of 2      0 of 1    0\n"
        "07 · Remove               0 of 2      0 of 1    0\n"
        "08 · Failures             0 of 3      0 of 2    0\n"
        "17 · Your own hosts       0 of 2      0 of 1    0\n"
        "\n"
        "Next: 00 · Start here (00-start.ipynb)"
    )


def test_what_is_done_and_what_is_next() -> None:
    """The first lesson that is not done; one that was begun says so."""
    change_record(do("00", "01", "03"))
    change_record(lambda record: setattr(record.exercise("02-a"), "state", "not yet"))
    printed = str(progress()).splitlines()
    assert printed[2] == "01 · Terms                3 of 3      2 of 2    0             ✓ done"
    assert printed[3] == "02 · Init and join        0 of 3      0 of 2    0             begun"
    assert printed[-1] == "Next: 02 · Init and join (02-init-and-join.ipynb)"


def test_a_notebook_links_to_the_lessons() -> None:
    """Beside the text for whoever shows no links."""
    shown = progress()._repr_mimebundle_()
    assert "| [05 · Scale](05-scale.ipynb) | 0 of 3 | 0 of 2 | 0 |  |" in shown["text/markdown"]
    assert "**Next:** [00 · Start here](00-start.ipynb)" in shown["text/markdown"]
    assert shown["text/plain"] == str(progress())


def test_all_done() -> None:
    """There is no next."""
    change_record(do(*(lesson.number for lesson in LESSONS)))
    assert str(progress()).endswith("All lessons are done.")


def test_that_a_file_was_set_aside_is_told_once(path: Path) -> None:
    """When the table is next shown."""
    path.write_text("broken")
    change_record(do("00"))
    assert "was set aside as progress.json.broken-1" in str(progress())
    assert "set aside" not in str(progress())


def test_a_teacher_reads_all_that_there_is_to_do(path: Path) -> None:
    """In the order of the lessons, with the same keys whatever was done, and no secrets."""
    change_record(do("00"))
    entry = PredictionRecord(predicted=f"the token {TOKEN}", happened="no", came_true=False)
    change_record(lambda record: record.predictions.update({"02-1": entry}))
    found = export("Ada")
    assert list(found) == ["format", "learner", "next", "lessons"]
    assert (found["format"], found["learner"], found["next"]) == ("swarmlab-class/1", "Ada", "01")
    assert [lesson["done"] for lesson in found["lessons"]] == [True] + [False] * (len(LESSONS) - 1)
    assert found["lessons"][5]["exercises"][0] == {
        "id": "05-a",
        "title": "Two on each node",
        "state": "not attempted",
        "checks": 0,
        "hints": 0,
        "solution_seen": False,
        "right_at": "",
    }
    assert found["lessons"][5]["quizzes"][0] == {"id": "05-q1", "answers": 0, "first_right": False, "right": False}
    assert found["lessons"][2]["predictions"] == [
        {"id": "02-1", "predicted": "the token SWMTKN-1-…masked", "happened": "no", "came_true": False}
    ]
    assert TOKEN not in json.dumps(found)
    assert str(path.parent) not in json.dumps(found)


def test_the_command_line_shows_and_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table; a file; standard output; a place that cannot be written to."""
    assert main(["progress"]) == 0
    assert capsys.readouterr().out == f"{progress()}\n"
    assert main(["progress", "--export", str(tmp_path / "ada.json"), "--name", "Ada"]) == 0
    assert capsys.readouterr().out == f"Written to {tmp_path}/ada.json.\n"
    assert json.loads((tmp_path / "ada.json").read_text()) == export("Ada")
    assert main(["progress", "--export", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["learner"] == ""
    assert main(["progress", "--export", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path} could not be written: Is a directory.\n"
