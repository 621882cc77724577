"""What a learner has done, in a small file that survives kernels, notebooks and Binder's restarts.

Owns the file: where it is, its form, that it is always whole on disk. Two notebooks may write at the same time. A file
that cannot be read is set aside, and what is written next says so; a place that cannot be written to stops no lesson.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from jupyter_core.paths import jupyter_data_dir

from swarmlab.file_lock import lock

FORMAT = "swarmlab-progress/1"
VARIABLE = "SWARMLAB_PROGRESS"

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class ExerciseRecord:
    """One exercise: the best verdict so far, how often it was checked, what help was taken, when it was right."""

    state: str = "not attempted"
    checks: int = 0
    hints: int = 0
    solution_seen: bool = False
    right_at: str = ""


@dataclass(slots=True, kw_only=True)
class QuizRecord:
    """One question: how many answers were given, whether the first and whether any of them was right."""

    answers: int = 0
    first_right: bool = False
    right: bool = False


@dataclass(slots=True, kw_only=True)
class PredictionRecord:
    """One prediction: the answer to which the learner committed, and what happened; empty before that."""

    predicted: str = ""
    happened: str = ""
    came_true: bool = False


@dataclass(slots=True, kw_only=True)
class Record:
    """Everything, by ids. `note` is to be told to the learner once."""

    exercises: dict[str, ExerciseRecord] = field(default_factory=dict)
    quizzes: dict[str, QuizRecord] = field(default_factory=dict)
    predictions: dict[str, PredictionRecord] = field(default_factory=dict)
    note: str = ""

    def exercise(self, identifier: str) -> ExerciseRecord:
        """What is known of an exercise; a new one is added."""
        return self.exercises.setdefault(identifier, ExerciseRecord())

    def quiz(self, identifier: str) -> QuizRecord:
        """What is known of a question; a new one is added."""
        return self.quizzes.setdefault(identifier, QuizRecord())


class UnreadableRecord(ValueError):
    """The file is none of ours, or broken; the text says in what way."""


def record_path() -> Path:
    """SWARMLAB_PROGRESS, or in the folder where Jupyter keeps a user's data; on Binder that lies in the home folder."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(jupyter_data_dir(), "swarmlab", "progress.json")


def read_record() -> Record:
    """What has been done so far; nothing where there is no file, or none that can be read."""
    try:
        return _read(record_path())
    except UnreadableRecord as error:
        return Record(note=f"The file {record_path()} cannot be read: {error}.")
    except OSError as error:
        return Record(note=_not_kept(error))


def change_record(change: Callable[[Record], T]) -> T:
    """Change what is written, and write it; other kernels' changes are kept.

    Where it cannot be written, the change is made to what could be read, and is lost with it.
    """
    path = record_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            record = _read_or_set_aside(path)
            result = change(record)
            _write(path, record)
    except OSError:
        return change(read_record())
    return result


def _not_kept(error: OSError) -> str:
    return f"Your progress is not kept: {record_path()}: {error.strerror}. Name another file: {VARIABLE}=FILE."


def why_not_kept() -> str:
    """Why progress is not kept, in a sentence; empty where it is."""
    try:
        record_path().parent.mkdir(parents=True, exist_ok=True)
        with _locked(record_path()):
            return ""
    except OSError as error:
        return _not_kept(error)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.with_name(f"{path.name}.lock").open("w") as file:
        lock(file)
        yield


def _read_or_set_aside(path: Path) -> Record:
    try:
        return _read(path)
    except UnreadableRecord as error:
        aside = _free_name(path)
        path.replace(aside)
        return Record(
            note=f"The file {path} could not be read ({error}) and was set aside as {aside.name}. Progress begins anew."
        )


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    return aside


def _read(path: Path) -> Record:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Record()
    except UnicodeDecodeError:
        raise UnreadableRecord("it is no text") from None
    return parse_record(text)


def parse_record(text: str) -> Record:
    """What stands in a file of this form.

    Raises:
        UnreadableRecord: it is of another form.
    """
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half a character, written as an escape, cannot be kept
    except (ValueError, RecursionError):
        raise UnreadableRecord("it is no JSON") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UnreadableRecord(f"it does not say format {FORMAT}")
    return Record(
        exercises=_entries(ExerciseRecord, found.get("exercises", {})),
        quizzes=_entries(QuizRecord, found.get("quizzes", {})),
        predictions=_entries(PredictionRecord, found.get("predictions", {})),
        note=str(found.get("note", "")),
    )


def _entries(kind: type[T], found: Any) -> dict[str, T]:
    if not isinstance(found, dict):
        raise UnreadableRecord(f"its {kind.__name__}s are no object")
    return {name: _entry(kind, entry) for name, entry in found.items()}


def _entry(kind: type[T], found: Any) -> T:
    """One of them; what a later version has added is left out."""
    if not isinstance(found, dict):
        raise UnreadableRecord(f"a {kind.__name__} is no object")
    made = kind()
    for each in fields(made):  # type: ignore[arg-type]  # every kind is a dataclass
        value = found.get(each.name, getattr(made, each.name))
        if type(value) is not type(getattr(made, each.name)):
            raise UnreadableRecord(f"{each.name} of a {kind.__name__} is {value!r}")
        setattr(made, each.name, value)
    return made


def record_text(record: Record) -> str:
    """What stands in the file."""
    text = json.dumps({"format": FORMAT, **asdict(record)}, indent=1, sort_keys=True, ensure_ascii=False)
    return f"{text}\n"


def _write(path: Path, record: Record) -> None:
    """Another file beside it, and then in its place: whoever reads sees the old one or the new one, whole."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(record_text(record))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
