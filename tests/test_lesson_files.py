"""A learner's copy of the lessons: it follows the installed version, and keeps what the learner has written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from swarmlab import lesson_files
from swarmlab.__main__ import main
from swarmlab.lesson_files import LessonsError, Report, copy_lessons, find_or_copy
from tools.lessons import ROOT, lesson_paths


def notebook(text: str, *, outputs: str = "") -> str:
    """A lesson of one cell."""
    cell = {"cell_type": "code", "source": [text], "outputs": [outputs], "execution_count": len(outputs)}
    return json.dumps({"cells": [cell], "nbformat": 4})


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """What the installed version has: two lessons, and a file that one of them uses."""
    source = tmp_path / "installed"
    (source / "data").mkdir(parents=True)
    (source / "00-start.ipynb").write_text(notebook("first"))
    (source / "05-scale.ipynb").write_text(notebook("scale"))
    (source / "data/hello.yml").write_text("services: {}\n")
    return source


@pytest.fixture
def mine(tmp_path: Path, offered: Path) -> Path:
    """The learner's copy of it."""
    copy_lessons(tmp_path / "mine", source=offered)
    return tmp_path / "mine"


def again(mine: Path, offered: Path, *replace: str) -> Report:
    """Start the next version on the same folder."""
    return copy_lessons(mine, replace=replace, source=offered)


def test_every_file_of_a_lesson_is_copied(mine: Path, offered: Path) -> None:
    """Beside the record of it there is nothing else."""
    copied = {path.relative_to(mine / "notebooks").as_posix() for path in (mine / "notebooks").rglob("*.*")}
    assert copied == {"00-start.ipynb", "05-scale.ipynb", "data/hello.yml", lesson_files.RECORD}
    assert (mine / "notebooks/05-scale.ipynb").read_bytes() == (offered / "05-scale.ipynb").read_bytes()


def test_the_first_copy_is_told_in_one_line(tmp_path: Path, offered: Path) -> None:
    """Where it lies; and a second start that changes nothing is silent."""
    (line,) = again(tmp_path / "mine", offered).lines()
    assert str(tmp_path / "mine" / "notebooks") in line
    assert again(tmp_path / "mine", offered).lines() == []


def test_a_new_lesson_is_added(mine: Path, offered: Path) -> None:
    """By an upgrade."""
    (offered / "09-labels.ipynb").write_text(notebook("labels"))
    assert again(mine, offered).lines() == ["09-labels.ipynb: new"]
    assert (mine / "notebooks/09-labels.ipynb").exists()


def test_a_lesson_that_nobody_touched_follows(mine: Path, offered: Path) -> None:
    """The new one stands in its place, and nothing beside it; the next start has nothing to say."""
    (offered / "05-scale.ipynb").write_text(notebook("scale better"))
    (offered / "data/hello.yml").write_text("services: {web: {}}\n")
    assert again(mine, offered).updated == ["05-scale.ipynb", "data/hello.yml"]
    assert (mine / "notebooks/05-scale.ipynb").read_text() == notebook("scale better")
    assert sorted(path.name for path in (mine / "notebooks").glob("*.ipynb")) == ["00-start.ipynb", "05-scale.ipynb"]
    assert again(mine, offered).lines() == []


def test_an_edited_lesson_stays_and_the_learner_is_told(mine: Path, offered: Path) -> None:
    """At every start, with what to type; as long as there is nothing newer, nothing is said."""
    edited = mine / "notebooks/05-scale.ipynb"
    edited.write_text(notebook("my notes"))
    assert again(mine, offered).lines() == []
    (offered / "05-scale.ipynb").write_text(notebook("scale better"))
    for _ in range(2):
        assert again(mine, offered).lines() == [
            "05-scale.ipynb: you have changed it, so it stays, and there is a newer one",
            "To get the newer one, and keep yours beside it under another name: --replace 05-scale.ipynb",
        ]
    assert edited.read_text() == notebook("my notes")


def test_what_is_asked_for_is_replaced_and_kept_beside(mine: Path, offered: Path) -> None:
    """Each time under a name of its own."""
    edited = mine / "notebooks/05-scale.ipynb"
    for number in (1, 2):
        edited.write_text(notebook(f"notes {number}"))
        report = again(mine, offered, "05-scale.ipynb")
        assert report.lines() == [f"05-scale.ipynb: updated; yours is now 05-scale.yours-{number}.ipynb"]
        assert edited.read_text() == notebook("scale")
        assert edited.with_name(f"05-scale.yours-{number}.ipynb").read_text() == notebook(f"notes {number}")


def test_a_lesson_that_was_only_run_follows_and_its_outputs_stay_beside(mine: Path, offered: Path) -> None:
    """JupyterLab saves what a learner runs, which is no reason to be left with an old lesson."""
    run = mine / "notebooks/05-scale.ipynb"
    run.write_text(notebook("scale", outputs="5 tasks"))
    assert again(mine, offered).lines() == []
    (offered / "05-scale.ipynb").write_text(notebook("scale better"))
    assert again(mine, offered).set_aside == {"05-scale.ipynb": "05-scale.yours-1.ipynb"}
    assert run.read_text() == notebook("scale better")
    assert run.with_name("05-scale.yours-1.ipynb").read_text() == notebook("scale", outputs="5 tasks")


def test_new_stored_outputs_alone_replace_nobodys_own(mine: Path, offered: Path) -> None:
    """The lesson is the same."""
    run = mine / "notebooks/05-scale.ipynb"
    run.write_text(notebook("scale", outputs="mine"))
    (offered / "05-scale.ipynb").write_text(notebook("scale", outputs="stored"))
    assert again(mine, offered).lines() == []
    assert run.read_text() == notebook("scale", outputs="mine")


def test_a_lesson_that_was_deleted_comes_back(mine: Path, offered: Path) -> None:
    """That is the simplest way to a fresh one."""
    (mine / "notebooks/05-scale.ipynb").unlink()
    assert again(mine, offered).added == ["05-scale.ipynb"]


@pytest.mark.parametrize("record", [None, "", "[]", '{"copied": {"05-scale.ipynb": "abc"}}'])
def test_without_a_record_nothing_is_taken_for_untouched(mine: Path, offered: Path, record: str | None) -> None:
    """Files that are as offered are written down again, all others stay."""
    path = mine / "notebooks" / lesson_files.RECORD
    path.unlink() if record is None else path.write_text(record)
    (mine / "notebooks/05-scale.ipynb").write_text(notebook("unknown"))
    assert again(mine, offered).kept == ["05-scale.ipynb"]
    assert set(json.loads(path.read_text())["copied"]) == {"00-start.ipynb", "data/hello.yml"}


def test_a_misspelled_lesson_is_named(mine: Path, offered: Path) -> None:
    """With those that there are, and nothing is done."""
    with pytest.raises(LessonsError, match=r"no lesson 5-scale\. There are 00-start\.ipynb, 05-scale\.ipynb, "):
        again(mine, offered, "5-scale")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, offered: Path) -> None:
    """In a sentence that says what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(LessonsError, match=r"/file/.*: Not a directory\. Name another folder: swarmlab lab FOLDER"):
        copy_lessons(tmp_path / "file", source=offered)


@pytest.mark.parametrize("place", [".", "notebooks"])
def test_a_clone_is_opened_as_it_is(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git brings its lessons up to date: no record is written, whether it is named or not."""
    monkeypatch.chdir(ROOT / place)
    for named in (None, Path(".")):
        folder, report = find_or_copy(named)
        assert (folder, report.lines()) == (ROOT, [])
    assert not lesson_files.has_copy(ROOT)
    with pytest.raises(LessonsError, match="git checkout"):
        find_or_copy(None, replace=["05-scale.ipynb"])


def test_a_clone_makes_a_copy_where_another_folder_is_named(tmp_path: Path) -> None:
    """With all lessons; started in that folder, or in its notebooks, it is found again."""
    folder, _ = find_or_copy(tmp_path / "mine")
    assert sorted(path.name for path in (folder / "notebooks").glob("*.ipynb")) == [
        path.name for path in lesson_paths()
    ]
    for place in (folder, folder / "notebooks"):
        before = Path.cwd()
        os.chdir(place)
        try:
            assert find_or_copy(None)[0] == folder
        finally:
            os.chdir(before)


def test_without_lessons_and_without_a_folder_it_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As an installed package does: it writes nothing where nobody asked it to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lesson_files, "CHECKOUT", tmp_path)
    assert main(["lab"]) == 1
    assert capsys.readouterr().err == (
        f"There are no lessons in {tmp_path}. Name a folder, and they are copied into it:"
        " swarmlab lab swarmlab-lessons\n"
    )
    assert list(tmp_path.iterdir()) == []
