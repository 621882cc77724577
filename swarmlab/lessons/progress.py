"""How far a learner has come: the table of 00-start, and what a teacher gets.

Owns both forms. Reads the record and the lists of what there is to do; changes nothing but that a note has been told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from swarmlab.client.secrets import masked
from swarmlab.client.tables import table
from swarmlab.lessons.catalogue import EXERCISES
from swarmlab.lessons.exercise import State
from swarmlab.lessons.outline import LESSONS, Lesson
from swarmlab.lessons.questions import QUESTIONS
from swarmlab.lessons.record import ExerciseRecord, QuizRecord, Record, change_record, read_record, why_not_kept

FORMAT = "swarmlab-class/1"
HEADERS = ("LESSON", "EXERCISES", "QUIZZES", "PREDICTIONS", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One lesson: what of it is done, and of how many."""

    lesson: Lesson
    exercises: tuple[int, int]
    quizzes: tuple[int, int]
    predictions: int
    is_begun: bool

    @property
    def is_done(self) -> bool:
        """Whether every exercise was right once, and every question answered rightly."""
        return self.exercises[0] == self.exercises[1] and self.quizzes[0] == self.quizzes[1]

    @property
    def cells(self) -> tuple[str, ...]:
        """As shown, after the lesson's name."""
        mark = "✓ done" if self.is_done else "begun" if self.is_begun else ""
        return (*(f"{done} of {there}" for done, there in (self.exercises, self.quizzes)), str(self.predictions), mark)


class Progress:
    """What is done, and what is next; a notebook shows it with links."""

    def __init__(self, record: Record, note: str = "") -> None:
        self.rows = [_row(lesson, record) for lesson in LESSONS]
        self.note = note

    def next_lesson(self) -> Lesson | None:
        """The first that is not done."""
        return next((row.lesson for row in self.rows if not row.is_done), None)

    def __str__(self) -> str:
        lines = [table(HEADERS, [(str(row.lesson), *row.cells) for row in self.rows]), ""]
        following = self.next_lesson()
        lines.append(f"Next: {following} ({following.file})" if following else "All lessons are done.")
        return "\n".join([*(line.rstrip() for text in lines for line in text.split("\n")), *filter(None, [self.note])])

    __repr__ = __str__

    def markdown(self) -> str:
        """The same, with links."""
        rows = [(_link(row.lesson), *row.cells) for row in self.rows]
        head = ["| " + " | ".join(HEADERS) + " |", "|---|---|---|---|---|"]
        following = self.next_lesson()
        ahead = f"**Next:** {_link(following)}" if following else "**All lessons are done.**"
        return "\n".join([*head, *(f"| {' | '.join(cells)} |" for cells in rows), "", ahead, "", self.note]).rstrip()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/markdown": self.markdown()}


def progress() -> Progress:
    """How far you have come, and which lesson is next."""
    record = read_record()
    note = record.note or why_not_kept()
    if record.note:
        change_record(_forget_note)
    return Progress(record, note)


def export(learner: str = "") -> dict[str, Any]:
    """What a teacher reads: everything that there is to do, in order, and what was done; see docs/progress.md.

    Args:
        learner: whose it is; nothing else in it says so.
    """
    record = read_record()
    report = Progress(record)
    following = report.next_lesson()
    return {
        "format": FORMAT,
        "learner": learner,
        "next": following.number if following else None,
        "lessons": [_exported(row, record) for row in report.rows],
    }


def _row(lesson: Lesson, record: Record) -> Row:
    exercises = [record.exercises.get(each) for each in _ids(EXERCISES, lesson)]
    quizzes = [record.quizzes.get(each) for each in _ids(QUESTIONS, lesson)]
    predictions = len(_ids(record.predictions, lesson))
    return Row(
        lesson=lesson,
        exercises=(sum(entry is not None and entry.state == State.RIGHT for entry in exercises), len(exercises)),
        quizzes=(sum(entry is not None and entry.right for entry in quizzes), len(quizzes)),
        predictions=predictions,
        is_begun=bool(predictions or any(exercises) or any(quizzes)),
    )


def _exported(row: Row, record: Record) -> dict[str, Any]:
    number = row.lesson.number
    exercises = {each: record.exercises.get(each, ExerciseRecord()) for each in _ids(EXERCISES, row.lesson)}
    quizzes = {each: record.quizzes.get(each, QuizRecord()) for each in _ids(QUESTIONS, row.lesson)}
    predictions = {each: record.predictions[each] for each in _ids(record.predictions, row.lesson)}
    return {
        "lesson": number,
        "title": row.lesson.title,
        "done": row.is_done,
        "exercises": [{"id": each, "title": EXERCISES[each].title, **asdict(exercises[each])} for each in exercises],
        "quizzes": [{"id": each, **asdict(quizzes[each])} for each in quizzes],
        "predictions": [{"id": each, **_masked(asdict(predictions[each]))} for each in predictions],
    }


def _masked(entry: dict[str, Any]) -> dict[str, Any]:
    """A learner may have pasted a token into an answer."""
    return {key: masked(value) if isinstance(value, str) else value for key, value in entry.items()}


def _ids(known: Any, lesson: Lesson) -> Sequence[str]:
    return [each for each in known if each.startswith(f"{lesson.number}-")]


def _link(lesson: Lesson) -> str:
    return f"[{lesson}]({lesson.file})"


def _forget_note(record: Record) -> None:
    record.note = ""
