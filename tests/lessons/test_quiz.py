"""Quizzes: feedback for each option, text for a static reader, what the record keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from swarmlab.lessons.outline import LESSONS
from swarmlab.lessons.questions import QUESTIONS, Question
from swarmlab.lessons.quiz import quiz
from swarmlab.lessons.record import read_record
from swarmlab.lessons.views import QuizView, quiz_view


@pytest.fixture(autouse=True)
def progress_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A progress of this test's own."""
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "progress.json"))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.id)
def test_one_option_is_right_and_each_says_why(question: Question) -> None:
    """And no two are the same."""
    assert [option.is_right for option in question.options].count(True) == 1
    assert all(option.because.endswith(".") for option in question.options)
    assert len({option.text for option in question.options}) == len(question.options) >= 3


def test_every_lesson_has_a_question() -> None:
    """And the right answer is not always the same letter."""
    assert {question.lesson for question in QUESTIONS.values()} == {lesson.number for lesson in LESSONS}
    right = {[option.is_right for option in question.options].index(True) for question in QUESTIONS.values()}
    assert right == {0, 1, 2}


def test_a_static_reader_sees_the_question_and_no_answer() -> None:
    """The same in every run."""
    text = quiz("05-q2")._repr_mimebundle_()["text/plain"]
    assert text == (
        "Quiz 05-q2: Eight replicas on three active nodes: how many tasks has each?\n"
        "  a) 8, 0 and 0\n"
        "  b) 3, 3 and 2\n"
        "  c) That depends on the memory that is free."
    )


def test_the_answers_are_told_on_asking() -> None:
    """For one option, or for all."""
    question = quiz("05-q2")
    assert question.answer("a") == "a) wrong: That would fill one node first; the only strategy of Swarm is spread."
    assert question.answers().splitlines()[1] == "b) right: Each new task goes to the node with the fewest of them."


def test_what_is_not_there_is_refused() -> None:
    """With what there is."""
    with pytest.raises(ValueError, match=r"no option 'd'; there are a, b and c"):
        quiz("05-q2").answer("d")
    with pytest.raises(ValueError, match=r"no quiz '09'; there are 00-q1, "):
        quiz("09")


def test_the_view_tells_what_was_chosen() -> None:
    """Again and again; without a choice it asks for one."""
    view = quiz_view(quiz("05-q2"))
    assert isinstance(view, QuizView)
    for choice, said in ((None, "choose an answer first"), ("c", "c) wrong: "), ("b", "b) right: ")):
        view.field.value = choice
        view.button.click()
        assert said in view.says.value
    assert view.error is None


def test_the_record_keeps_how_the_first_guess_went() -> None:
    """And that it was right in the end."""
    quiz("05-q2").answer("a")
    quiz("05-q2").answer("b")
    quiz("05-q1").answer("c")
    second, first = read_record().quizzes["05-q2"], read_record().quizzes["05-q1"]
    assert (second.answers, second.first_right, second.right) == (2, False, True)
    assert (first.answers, first.first_right, first.right) == (1, True, True)
