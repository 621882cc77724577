"""Progress as a file that a learner takes away and brings back: where the computer is lent, it is gone after a break.

Owns how a copy and what has been done since become one: nothing of either is lost. Where the lessons' own file lies,
and its form, is the record's.
"""

from __future__ import annotations

from typing import Any

from swarmlab.lessons.exercise import State
from swarmlab.lessons.record import (
    ExerciseRecord,
    PredictionRecord,
    QuizRecord,
    Record,
    UnreadableRecord,
    change_record,
    parse_record,
    read_record,
    record_text,
    why_not_kept,
)
from swarmlab.lessons.views import View, bundle, instead
from swarmlab.lessons.words import counted
from swarmlab.widgets.file_exchange import LIMIT_BYTES, FileExchange

NAME = "swarmlab-progress.json"
_ORDER: tuple[str, ...] = (State.NOT_ATTEMPTED, State.NOT_YET, State.RIGHT)


class NotRestored(ValueError):
    """A file was not taken, and nothing has changed; the text says why, and what to do."""


def progress_file() -> ProgressFile:
    """Buttons that save your progress on your own computer, and that bring it back."""
    return ProgressFile()


class ProgressFile:
    """What a notebook shows: two controls, and the same in words."""

    def __str__(self) -> str:
        return (
            f"Your progress as a file, {NAME}:\n"
            "  Download   saves what you have done on your own computer\n"
            "  Restore    adds what is in such a file to what is done here\n"
            "In a terminal: python -m swarmlab progress --save FILE, and --restore FILE"
        )

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return bundle(str(self), instead("progress file", ProgressFileView()))


class ProgressFileView(View):
    """Download, Restore, and what became of it."""

    def __init__(self) -> None:
        self.exchange = FileExchange(NAME, give=lambda: self._give(None), take=self._take)
        self._give = self.guarded(self._save)
        text = "Download saves it on your own computer; Restore adds what is in such a file to what is done here."
        super().__init__("Your progress as a file.", text, [self.exchange])

    def _save(self) -> None:
        self.exchange.hand_over(saved())
        self.say(f"Saved by your browser as {NAME}: {_counted(read_record())}.")

    def _take(self, text: str, size: int) -> None:
        self.guarded(lambda: self.say(restore(text, size)))(None)


def saved() -> str:
    """What the file holds: all that has been done so far."""
    return record_text(read_record())


def restore(text: str, size_bytes: int = 0) -> str:
    """Add what is in a file to what has been done here, and say what is done now.

    Args:
        text: of the file.
        size_bytes: of a file that may be too large to be read.

    Raises:
        NotRestored: it is no such file, or progress cannot be kept here.
    """
    if size_bytes > LIMIT_BYTES:
        raise NotRestored(f"Nothing was restored: the file has more than {LIMIT_BYTES:,} bytes. {_WHICH}")
    try:
        copy = parse_record(text)
    except UnreadableRecord as error:
        raise NotRestored(f"Nothing was restored: {error}. {_WHICH}") from None
    if reason := why_not_kept():
        raise NotRestored(f"Nothing was restored. {reason}")
    change_record(lambda record: add(copy, to=record))
    return f"Restored: {_counted(read_record())}. progress() shows it."


_WHICH = f"Choose the file {NAME} that Download has saved."


def add(copy: Record, *, to: Record) -> None:
    """Let a record know what a copy, the older one, knows, too. Doing it twice changes nothing more."""
    for name, exercise in copy.exercises.items():
        to.exercises[name] = _better(exercise, to.exercise(name))
    for name, quiz in copy.quizzes.items():
        to.quizzes[name] = _both(quiz, to.quiz(name))
    for name, prediction in copy.predictions.items():
        to.predictions[name] = _known(prediction, to.predictions.get(name))


def _better(copy: ExerciseRecord, here: ExerciseRecord) -> ExerciseRecord:
    return ExerciseRecord(
        state=max(copy.state, here.state, key=lambda state: _ORDER.index(state) if state in _ORDER else -1),
        checks=max(copy.checks, here.checks),
        hints=max(copy.hints, here.hints),
        solution_seen=copy.solution_seen or here.solution_seen,
        right_at=min(filter(None, (copy.right_at, here.right_at)), default=""),
    )


def _both(copy: QuizRecord, here: QuizRecord) -> QuizRecord:
    return QuizRecord(
        answers=max(copy.answers, here.answers),
        first_right=copy.first_right if copy.answers else here.first_right,
        right=copy.right or here.right,
    )


def _known(copy: PredictionRecord, here: PredictionRecord | None) -> PredictionRecord:
    return here if here is not None and here.happened and not copy.happened else copy


def _counted(record: Record) -> str:
    exercises = sum(exercise.state == State.RIGHT for exercise in record.exercises.values())
    quizzes = sum(quiz.right for quiz in record.quizzes.values())
    answered = f"{counted(quizzes, 'question')} answered rightly, {counted(len(record.predictions), 'prediction')} made"
    return f"{counted(exercises, 'exercise')} right, {answered}"
