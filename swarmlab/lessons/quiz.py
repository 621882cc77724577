"""Quizzes: a question with options, each with a sentence on why it is right or wrong.

    quiz("05-q1")                  shows the question
    quiz("05-q1").answer("b")      the sentence for one option
    quiz("05-q1").answers()        all of them, for who reads without running

Owns the rules of an answer, and tells the record. The questions stand in swarmlab.lessons.questions, the buttons in
swarmlab.lessons.views.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

from swarmlab.lessons.questions import QUESTIONS, Option, Question
from swarmlab.lessons.record import QuizRecord, change_record
from swarmlab.lessons.words import Words, listed


class Quiz:
    """One question, at which to guess as often as one likes; the record keeps how the first guess went."""

    def __init__(self, question: Question) -> None:
        self.question = question

    def __repr__(self) -> str:
        return f"<Quiz {self.question.id}: {self.question.text}>"

    def __str__(self) -> str:
        options = [f"  {letter}) {option.text}" for letter, option in self.lettered().items()]
        return "\n".join([f"Quiz {self.question.id}: {self.question.text}", *options])

    def lettered(self) -> dict[str, Option]:
        """The options, by their letters."""
        return dict(zip(ascii_lowercase, self.question.options, strict=False))

    def answer(self, letter: str) -> Words:
        """Choose an option, and read what there is to say about it.

        Raises:
            ValueError: there is no such option.
        """
        option = self.lettered().get(letter)
        if option is None:
            raise ValueError(f"no option {letter!r}; there are {listed(self.lettered())}")
        change_record(lambda record: _note(record.quiz(self.question.id), option.is_right))
        return Words(feedback(letter, option))

    def answers(self) -> Words:
        """What there is to say about each option."""
        return Words("\n".join(feedback(letter, option) for letter, option in self.lettered().items()))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from swarmlab.lessons.views import bundle, quiz_view

        return bundle(str(self), quiz_view(self))


def quiz(identifier: str) -> Quiz:
    """A question of a lesson.

    Args:
        identifier: number of the lesson, `q` and a number: `05-q1`.

    Raises:
        ValueError: there is no such question.
    """
    if identifier not in QUESTIONS:
        raise ValueError(f"no quiz {identifier!r}; there are {', '.join(QUESTIONS)}")
    return Quiz(QUESTIONS[identifier])


def feedback(letter: str, option: Option) -> str:
    """`b) right: …`."""
    return f"{letter}) {'right' if option.is_right else 'wrong'}: {option.because}"


def _note(entry: QuizRecord, is_right: bool) -> None:
    entry.answers += 1
    entry.first_right = entry.first_right or (entry.answers == 1 and is_right)
    entry.right = entry.right or is_right
