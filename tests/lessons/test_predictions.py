"""Predictions: what is settled when, and what stands beside what happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from swarmlab.lessons.predictions import predict
from swarmlab.lessons.record import read_record
from swarmlab.lessons.views import PredictionView, prediction_view

QUESTION = "Five tasks on three nodes: how many on each?"
OPTIONS = ["5, 0, 0", "2, 2, 1"]


@pytest.fixture(autouse=True)
def progress_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A progress of this test's own."""
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def view_of(prediction: Any) -> PredictionView:
    """As a cell shows it."""
    view = prediction_view(prediction)
    assert isinstance(view, PredictionView)
    return view


def test_nobody_has_to_predict() -> None:
    """A notebook that is run from top to bottom says what happened."""
    assert repr(predict(QUESTION, OPTIONS).outcome("2, 2, 1")) == "No prediction made. What happened: 2, 2, 1"


def test_a_prediction_stands_beside_what_happened() -> None:
    """And it is said whether it came true."""
    right, wrong = predict(QUESTION, OPTIONS), predict(QUESTION, OPTIONS)
    right.commit("2, 2, 1")
    wrong.commit("5, 0, 0")
    assert right.outcome("2, 2, 1") == "You predicted: 2, 2, 1\nWhat happened: 2, 2, 1\nAs you predicted."
    assert wrong.outcome("2, 2, 1").startswith("You predicted: 5, 0, 0\nWhat happened: 2, 2, 1\nNot as you predicted")


def test_numbers_are_compared_as_numbers_and_texts_not_judged() -> None:
    """`3` is `3.0`; two sentences may say the same in other words."""
    number, text = predict("How many tasks?", int), predict("What will the ERROR column say?")
    number.commit("3")
    text.commit("killed")
    assert number.outcome(3.0).endswith("As you predicted.")
    assert text.outcome("task: non-zero exit (137)") == (
        "You predicted: killed\nWhat happened: task: non-zero exit (137)"
    )


def test_an_answer_is_final() -> None:
    """Neither another one, nor one after the fact."""
    early, late = predict(QUESTION, OPTIONS), predict(QUESTION, OPTIONS)
    early.commit("5, 0, 0")
    with pytest.raises(ValueError, match="you have predicted: 5, 0, 0"):
        early.commit("2, 2, 1")
    late.outcome("2, 2, 1")
    with pytest.raises(ValueError, match="it has happened already"):
        late.commit("2, 2, 1")


@pytest.mark.parametrize(
    ("answers", "answer", "refusal"),
    [(OPTIONS, "1, 1, 3", "none of the options"), (int, "three", "three is no number"), (str, " ", "write an answer")],
)
def test_an_impossible_answer_is_refused(answers: Any, answer: str, refusal: str) -> None:
    """And nothing is settled by it."""
    prediction = predict(QUESTION, answers)
    with pytest.raises(ValueError, match=refusal):
        prediction.commit(answer)
    assert prediction.answer is None


@pytest.mark.parametrize("answers", [["only"], ["a", "a"], "ab"])
def test_options_are_several(answers: Any) -> None:
    """Wrong use of it is refused at once."""
    with pytest.raises(ValueError, match="option"):
        predict(QUESTION, answers)


def test_a_static_reader_sees_question_and_options() -> None:
    """The widget's text is the same in every run."""
    bundle = predict(QUESTION, OPTIONS)._repr_mimebundle_()
    assert bundle["text/plain"] == f"Predict: {QUESTION}\n  ( ) 5, 0, 0\n  ( ) 2, 2, 1"
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_commit_settles_what_was_chosen() -> None:
    """The controls are locked, and the outcome appears there too."""
    prediction = predict(QUESTION, OPTIONS)
    view = view_of(prediction)
    view.commit.click()
    assert "choose an answer first" in view.says.value
    view.field.value = "5, 0, 0"
    view.commit.click()
    view.commit.click()
    assert (prediction.answer, view.field.disabled, view.commit.description) == ("5, 0, 0", True, "Committed")
    prediction.outcome("2, 2, 1")
    assert "You predicted: 5, 0, 0\nWhat happened: 2, 2, 1" in view.says.value


def test_a_field_takes_a_number() -> None:
    """What is none is refused in the view, and can be corrected."""
    view = view_of(predict("How many?", int))
    view.field.value = "many"
    view.commit.click()
    assert "many is no number" in view.says.value
    view.field.value = "7"
    view.commit.click()
    assert "You predict: 7" in view.says.value


def test_an_outcome_locks_an_open_question() -> None:
    """Too late to predict."""
    prediction = predict(QUESTION, OPTIONS)
    view = view_of(prediction)
    prediction.outcome("2, 2, 1")
    assert (view.field.disabled, view.commit.description) == (True, "Too late")
    assert "No prediction made" in view.says.value


def test_running_the_cell_again_replaces_the_view() -> None:
    """The old one is off the page, and the new one can be answered."""
    old = view_of(predict(QUESTION, OPTIONS))
    new = view_of(predict(QUESTION, OPTIONS))
    assert old.comm is None
    assert new.comm is not None
    assert not new.field.disabled


def test_what_is_shown_is_escaped() -> None:
    """A question is text, not HTML; what stands between backticks is code."""
    view = view_of(predict("Is `a < b`?", ["<b>yes</b>", "no"]))
    assert "Is <code>a &lt; b</code>?" in view.children[0].value
    view.field.value = "<b>yes</b>"
    view.commit.click()
    assert "&lt;b&gt;yes&lt;/b&gt;" in view.says.value


def test_a_prediction_with_an_id_is_kept() -> None:
    """With what happened; one without is not."""
    for prediction in (predict(QUESTION, OPTIONS, id="05-1"), predict("Another?")):
        prediction.commit("2, 2, 1")
        prediction.outcome("2, 2, 1")
    ((name, entry),) = read_record().predictions.items()
    assert (name, entry.predicted, entry.happened, entry.came_true) == ("05-1", "2, 2, 1", "2, 2, 1", True)
