"""Progress taken away as a file, and brought back: what becomes of two records, and of files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from swarmlab.__main__ import main
from swarmlab.lessons.progress_file import LIMIT_BYTES, NotRestored, ProgressFileView, progress_file, restore, saved
from swarmlab.lessons.record import FORMAT, PredictionRecord, QuizRecord, Record, change_record, read_record


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's progress is."""
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def do_some(record: Record) -> None:
    """What somebody has done before their computer was taken away."""
    exercise = record.exercise("05-a")
    exercise.state, exercise.checks, exercise.hints, exercise.right_at = "right", 3, 1, "2026-01-01T10:00:00+00:00"
    record.exercise("05-b").state = "not yet"
    record.quizzes["05-q1"] = QuizRecord(answers=2, first_right=False, right=True)
    record.predictions["05-1"] = PredictionRecord(predicted="2", happened="2", came_true=True)
    record.note = "told already"


@pytest.fixture
def copy(path: Path) -> str:
    """The file of theirs; the computer has nothing any more."""
    change_record(do_some)
    text = saved()
    path.unlink()
    return text


def test_a_killed_container_takes_nothing_away(copy: str) -> None:
    """All is as it was, and a sentence counts it."""
    assert (
        restore(copy)
        == "Restored: 1 exercise right, 1 question answered rightly, 1 prediction made. progress() shows it."
    )
    expected = Record()
    do_some(expected)
    expected.note = ""
    assert read_record() == expected


def test_restoring_twice_is_restoring_once(copy: str) -> None:
    """Nothing is counted double."""
    restore(copy)
    before = saved()
    restore(copy)
    assert saved() == before


def test_what_was_done_since_is_kept(copy: str) -> None:
    """Of each exercise, question and prediction the better is known; the older answer was the first."""

    def do_others(record: Record) -> None:
        record.exercise("05-a").state, record.exercise("05-a").solution_seen = "not yet", True
        record.exercise("05-b").state, record.exercise("05-b").right_at = "right", "2026-02-01T10:00:00+00:00"
        record.exercise("06-a").checks = 1
        record.quizzes["05-q1"] = QuizRecord(answers=1, first_right=True, right=True)
        record.quizzes["05-q2"] = QuizRecord(answers=1, first_right=True, right=True)
        record.predictions["05-1"] = PredictionRecord(predicted="3")
        record.predictions["06-1"] = PredictionRecord(predicted="yes")

    change_record(do_others)
    restore(copy)
    found = read_record()
    assert (found.exercises["05-a"].state, found.exercises["05-a"].checks) == ("right", 3)
    assert (found.exercises["05-a"].hints, found.exercises["05-a"].solution_seen) == (1, True)
    assert found.exercises["05-a"].right_at == "2026-01-01T10:00:00+00:00"
    assert (found.exercises["05-b"].state, found.exercises["05-b"].right_at) == ("right", "2026-02-01T10:00:00+00:00")
    assert found.exercises["06-a"].checks == 1
    assert found.quizzes["05-q1"] == QuizRecord(answers=2, first_right=False, right=True)
    assert found.quizzes["05-q2"].first_right
    assert found.predictions["05-1"].happened == "2"
    assert found.predictions["06-1"].predicted == "yes"


def test_a_prediction_that_has_come_true_since_is_kept() -> None:
    """The copy knows only the answer."""
    change_record(lambda record: record.predictions.update({"05-1": PredictionRecord(predicted="2")}))
    copy = saved()
    entry = PredictionRecord(predicted="2", happened="2", came_true=True)
    change_record(lambda record: record.predictions.update({"05-1": entry}))
    restore(copy)
    assert read_record().predictions["05-1"] == entry


WHICH = "Choose the file swarmlab-progress.json that Download has saved."
BAD = {
    "empty": ("", "it is no JSON"),
    "cut off": ('{"format": "swarmlab-prog', "it is no JSON"),
    "a picture": ("\ufffdPNG\r\n\x1a", "it is no JSON"),
    "deep": ("[" * 100_000, "it is no JSON"),
    "half a character": (json.dumps({"format": FORMAT, "note": "\ud800"}), "it is no JSON"),
    "a notebook": ('{"cells": [], "nbformat": 4}', f"it does not say format {FORMAT}"),
    "a teacher's": ('{"format": "swarmlab-class/1"}', f"it does not say format {FORMAT}"),
    "other entries": (json.dumps({"format": FORMAT, "exercises": []}), "its ExerciseRecords are no object"),
}


@pytest.mark.parametrize(("text", "why"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_changes_nothing(path: Path, text: str, why: str) -> None:
    """A sentence says what is wrong with it, and which file to choose."""
    change_record(do_some)
    before = path.read_bytes()
    with pytest.raises(NotRestored) as refusal:
        restore(text)
    assert str(refusal.value) == f"Nothing was restored: {why}. {WHICH}"
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*broken*"))


def test_a_state_that_nobody_knows_counts_as_less() -> None:
    """As from a later version, or from somebody's editor."""
    change_record(lambda record: setattr(record.exercise("05-a"), "state", "right"))
    restore(saved().replace('"right"', '"brilliant"'))
    assert read_record().exercises["05-a"].state == "right"


def test_where_progress_cannot_be_kept_nothing_is_said_to_be_restored(
    copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But the reason is, with the way out."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    with pytest.raises(NotRestored, match=r"Nothing was restored\. Your progress is not kept: .* Name another file: "):
        restore(copy)


def test_the_page_is_handed_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was done, in whichever notebook, since the buttons were shown."""
    view, sent = ProgressFileView(), []
    monkeypatch.setattr(view.exchange, "send", sent.append)
    change_record(do_some)
    press(view, {"type": "give"})
    assert sent == [{"type": "file", "text": saved()}]
    assert "Saved by your browser as swarmlab-progress.json: 1 exercise right, " in view.says.value


def test_the_page_gives_a_file_back(copy: str) -> None:
    """Or one that is refused, and then a right one."""
    view = ProgressFileView()
    press(view, {"type": "take", "size": 3, "text": "{]}"})
    assert f"Nothing was restored: it is no JSON. {WHICH}" in view.says.value
    press(view, {"type": "take", "size": LIMIT_BYTES + 1, "text": ""})
    assert f"Nothing was restored: the file has more than 1,000,000 bytes. {WHICH}" in view.says.value
    assert read_record() == Record()
    press(view, {"type": "take", "size": len(copy), "text": copy})
    assert "Restored: 1 exercise right, " in view.says.value
    assert view.error is None


def press(view: ProgressFileView, message: dict[str, Any]) -> None:
    """What the page's JavaScript sends."""
    view.exchange._handle_custom_msg(message, [])


def test_it_says_the_same_in_words() -> None:
    """And how a terminal does it."""
    assert "--save FILE, and --restore FILE" in str(progress_file())
    assert progress_file()._repr_mimebundle_()["text/plain"] == str(progress_file())


def test_the_command_line_saves_and_restores(tmp_path: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file; none; one that is none of ours."""
    change_record(do_some)
    assert main(["progress", "--save", str(tmp_path / "mine.json")]) == 0
    assert capsys.readouterr().out == f"Written to {tmp_path}/mine.json.\n"
    path.unlink()
    assert main(["progress", "--restore", str(tmp_path / "mine.json")]) == 0
    assert capsys.readouterr().out.startswith("Restored: 1 exercise right, ")
    assert read_record().exercises["05-a"].checks == 3
    assert main(["progress", "--restore", str(tmp_path / "none.json")]) == 1
    assert capsys.readouterr().err == f"{tmp_path}/none.json could not be read: No such file or directory.\n"
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe")
    assert main(["progress", "--restore", str(tmp_path / "bad.json")]) == 1
    assert capsys.readouterr().err == f"Nothing was restored: it is no JSON. {WHICH}\n"
