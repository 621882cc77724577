"""The file of a learner's progress: where it is, that it survives, what becomes of one that cannot be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from swarmlab.lessons.record import (
    FORMAT,
    ExerciseRecord,
    Record,
    change_record,
    read_record,
    record_path,
    why_not_kept,
)

DO_ONE = """
import sys
from swarmlab.lessons.record import change_record
for number in range(25):
    change_record(lambda record: record.exercise(f"{sys.argv[1]}-{number}"))
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's progress is."""
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "deep" / "progress.json"))
    return tmp_path / "deep" / "progress.json"


def check_once(record: Record) -> None:
    record.exercise("05-a").checks += 1


def test_it_lies_where_jupyter_keeps_a_user_s_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Below the home folder, unless Jupyter or SWARMLAB_PROGRESS says otherwise."""
    monkeypatch.delenv("SWARMLAB_PROGRESS")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert record_path() == tmp_path / "swarmlab" / "progress.json"


def test_tests_do_not_touch_the_learner_s_own() -> None:
    """Whoever calls pytest."""
    assert "swarmlab-progress-" in os.environ["SWARMLAB_PROGRESS"]


def test_what_is_done_is_read_by_the_next_kernel(path: Path) -> None:
    """There is nothing at first; folders are made."""
    assert read_record() == Record()
    assert not path.exists()
    change_record(check_once)
    change_record(check_once)
    assert read_record().exercises["05-a"].checks == 2
    assert json.loads(path.read_text())["format"] == FORMAT


def test_only_the_file_and_its_lock_are_left(path: Path) -> None:
    """What is written beside it takes its place."""
    change_record(check_once)
    assert sorted(each.name for each in path.parent.iterdir()) == ["progress.json", "progress.json.lock"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"format": "swarmlab-prog', "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", "it does not say format"),
        ('{"format": "swarmlab-progress/2"}', "it does not say format swarmlab-progress/1"),
        (f'{{"format": "{FORMAT}", "exercises": []}}', "its ExerciseRecords are no object"),
        (f'{{"format": "{FORMAT}", "exercises": {{"05-a": 1}}}}', "a ExerciseRecord is no object"),
        (f'{{"format": "{FORMAT}", "exercises": {{"05-a": {{"checks": "x"}}}}}}', "checks of a ExerciseRecord is 'x'"),
    ],
)
def test_a_broken_file_is_set_aside(path: Path, text: str, why: str) -> None:
    """Nothing of it is lost, and a sentence says where it lies."""
    path.parent.mkdir()
    path.write_text(text)
    assert read_record().note == f"The file {path} cannot be read: {read_why(read_record().note)}."
    assert why in read_record().note
    assert path.read_text() == text
    change_record(check_once)
    assert why in read_record().note
    assert "was set aside as progress.json.broken-1. Progress begins anew." in read_record().note
    assert path.with_name("progress.json.broken-1").read_text() == text
    assert read_record().exercises["05-a"].checks == 1


def read_why(note: str) -> str:
    return note.partition("cannot be read: ")[2].removesuffix(".")


def test_a_second_broken_file_does_not_replace_the_first(path: Path) -> None:
    """Both are kept."""
    path.parent.mkdir()
    for number in (1, 2):
        path.write_bytes(b"\xff" * number)
        change_record(check_once)
        assert path.with_name(f"progress.json.broken-{number}").read_bytes() == b"\xff" * number


def test_what_a_later_version_added_is_left_out(path: Path) -> None:
    """It is still read."""
    path.parent.mkdir()
    entries = {"05-a": {"state": "right", "stars": 5}}
    path.write_text(json.dumps({"format": FORMAT, "exercises": entries, "quizzes": {}, "predictions": {}}))
    assert read_record().exercises["05-a"].state == "right"


def test_what_an_earlier_version_did_not_write_is_as_if_nothing_was_done(path: Path) -> None:
    """Kinds that it did not know, and fields of those that it knew: nothing is set aside."""
    path.parent.mkdir()
    path.write_text(json.dumps({"format": FORMAT, "exercises": {"05-a": {"state": "right", "checks": 2}}}))
    assert read_record().exercises["05-a"] == ExerciseRecord(state="right", checks=2)
    change_record(check_once)
    assert (read_record().exercises["05-a"].checks, read_record().note) == (3, "")
    assert [each.name for each in path.parent.glob("*broken*")] == []


def test_a_place_that_cannot_be_written_to_stops_no_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change is made and lost, and a sentence says how to keep the next one."""
    (tmp_path / "file").write_text("")
    for place, why in ((tmp_path / "file" / "progress.json", "File exists"), (tmp_path, "Is a directory")):
        monkeypatch.setenv("SWARMLAB_PROGRESS", str(place))
        change_record(check_once)
        assert read_record().exercises == {}
        said = f"Your progress is not kept: {place}: {why}. Name another file: SWARMLAB_PROGRESS=FILE."
        assert read_record().note == said or why_not_kept() == said


def test_two_notebooks_may_write_at_once(path: Path) -> None:
    """Neither loses what the other has written."""
    running = [subprocess.Popen([sys.executable, "-c", DO_ONE, lesson]) for lesson in ("05", "06")]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(read_record().exercises) == 50
