"""Predictions: the learner commits to an answer before running a cell; afterwards it stands beside what happened.

    spread = predict("Five tasks on three nodes: how many on each?", ["5, 0, 0", "2, 2, 1", "3, 1, 1"])
    spread                                    shows the question, and fields to answer it
    spread.outcome("2, 2, 1")                 shows the answer beside what happened

Nobody has to answer: a cell below that says what happened says it anyway. Owns the rules of an answer, and tells the
record; the fields stand in swarmlab.lessons.views.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from swarmlab.lessons.record import PredictionRecord, change_record
from swarmlab.lessons.words import Words

Kind = Literal["options", "text", "number"]


class Prediction:
    """One question, the answer to which the learner has committed, and what happened in the end.

    Attributes:
        question: a sentence.
        kind: how it is answered.
        options: from which to choose; none for a text or a number.
        answer: as committed; None before.
        happened: as told by `outcome`; None before.
    """

    def __init__(
        self, question: str, *, options: Sequence[str] = (), kind: Kind = "text", identifier: str = ""
    ) -> None:
        self.question = question
        self.kind: Kind = kind
        self.options = tuple(options)
        self.answer: str | None = None
        self.happened: str | None = None
        self._identifier = identifier
        self._followers: list[Any] = []

    def __repr__(self) -> str:
        return f"<Prediction: {self.question}>"

    def __str__(self) -> str:
        return "\n".join([f"Predict: {self.question}", *(f"  ( ) {option}" for option in self.options)])

    @property
    def key(self) -> str:
        """What makes it the same prediction when its cell is run again."""
        return self._identifier or self.question

    def commit(self, answer: object) -> Words:
        """Settle on an answer; it cannot be changed afterwards.

        Raises:
            ValueError: it has been settled, the outcome is known already, or it is no possible answer.
        """
        if self.answer is not None:
            raise ValueError(f"you have predicted: {self.answer}")
        if self.happened is not None:
            raise ValueError("it has happened already: run the cell of the prediction again to predict anew")
        self.answer = self._checked(str(answer).strip())
        self._keep()
        self._tell()
        return Words(f"You predict: {self.answer}")

    def outcome(self, happened: object) -> Words:
        """What happened, beside what was predicted.

        Args:
            happened: compared with the answer as text, numbers as numbers.
        """
        self.happened = str(happened)
        self._keep()
        self._tell()
        return Words(self.comparison())

    def comparison(self) -> str:
        """Both, or what there is of them."""
        if self.happened is None:
            return f"You predict: {self.answer}" if self.answer is not None else ""
        if self.answer is None:
            return f"No prediction made. What happened: {self.happened}"
        return f"You predicted: {self.answer}\nWhat happened: {self.happened}{self._judged()}"

    def came_true(self) -> bool:
        """Whether the answer is what happened."""
        if self.answer is None or self.happened is None:
            return False
        if self.kind == "number":
            with_number = _number(self.happened)
            return with_number is not None and with_number == _number(self.answer)
        return self.answer.casefold() == self.happened.casefold()

    def follow(self, view: Any) -> None:
        """Let a view be told, by its `refresh`, when an answer or the outcome is known; it replaces the one before."""
        self._followers = [view]

    def _checked(self, answer: str) -> str:
        if not answer:
            raise ValueError("write an answer first")
        if self.options and answer not in self.options:
            raise ValueError(f"{answer} is none of the options: {', '.join(self.options)}")
        if self.kind == "number" and _number(answer) is None:
            raise ValueError(f"{answer} is no number: write it in digits, as 3")
        return answer

    def _judged(self) -> str:
        if self.came_true():
            return "\nAs you predicted."
        # A free text may say the same in other words.
        return "" if self.kind == "text" else "\nNot as you predicted: what surprises is remembered best."

    def _tell(self) -> None:
        for view in self._followers:
            view.refresh()

    def _keep(self) -> None:
        if not self._identifier or self.answer is None:
            return
        entry = PredictionRecord(predicted=self.answer, happened=self.happened or "", came_true=self.came_true())
        change_record(lambda record: record.predictions.update({self._identifier: entry}))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from swarmlab.lessons.views import bundle, prediction_view

        return bundle(str(self), prediction_view(self))


def predict(
    question: str,
    answers: Sequence[object] | type[str] | type[int] | type[float] = str,
    *,
    id: str = "",
) -> Prediction:
    """Ask for a prediction.

    Args:
        question: a sentence.
        answers: options from which to choose; or `str` for a free text, `int` or `float` for a number.
        id: number of the lesson and more (`05-1`), under which the answer is kept in the learner's progress.

    Raises:
        ValueError: there is only one option, or one twice.
    """
    if isinstance(answers, type):
        return Prediction(question, kind="text" if answers is str else "number", identifier=id)
    if isinstance(answers, str):
        raise ValueError(f"options are a list, not {answers!r}")
    options = [str(answer) for answer in answers]
    if len(options) < 2 or len(set(options)) < len(options):
        raise ValueError(f"at least two options, each once, not {options}")
    return Prediction(question, options=options, kind="options", identifier=id)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
