"""An exercise in a notebook: `exercise("05-a")` shows what is asked; check(), hint() and solution() answer.

Owns which hint comes next, and tells the record what was done. What is asked and how it is judged stands in
swarmlab.lessons.exercises; buttons for the same stand in swarmlab.lessons.views.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from docker.errors import DockerException
from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster, NoManager
from swarmlab.client.protocols import FaultRefused
from swarmlab.client.waiting import WaitTimeout
from swarmlab.commands import DockerError
from swarmlab.lessons.catalogue import EXERCISES
from swarmlab.lessons.current import current_cluster
from swarmlab.lessons.exercise import Exercise, State, Verdict
from swarmlab.lessons.inspection import CannotTell, Inspection
from swarmlab.lessons.record import ExerciseRecord, change_record
from swarmlab.lessons.words import Words, sentence

_CANNOT_BREAK = (DockerError, DockerException, RequestException, FaultRefused, NoManager, WaitTimeout)


class Practice:
    """One exercise, and how far its hints have been read."""

    def __init__(self, exercise: Exercise, cluster: Cluster | None = None) -> None:
        self.exercise = exercise
        self._cluster = cluster
        self._hints = 0

    def __repr__(self) -> str:
        return f"<Exercise {self.exercise.id}: {self.exercise.title}>"

    def __str__(self) -> str:
        return f"Exercise {self.exercise.id} · {self.exercise.title}\n\n{self.exercise.asks}"

    @property
    def cluster(self) -> Cluster | None:
        """The one that it was given, or the lab that is running."""
        return self._cluster or current_cluster()

    def begin(self) -> Words:
        """Break the cluster, where there is something to repair; say what comes next."""
        exercise, cluster = self.exercise, self.cluster
        anew = f'lab.reset("{exercise.starts_from}")'
        if exercise.breaks is None:
            return Words(f"{exercise.id} begins with what it asks: there is nothing to break first.")
        if cluster is None:
            return Words(f'No lab is running. Start one: lab = Lab.start("{exercise.starts_from}")')
        try:
            if Inspection(cluster).is_broken_by(exercise.id):
                return Words(f"{exercise.id} has begun already. To begin anew: {anew}, and then begin().")
            exercise.breaks(cluster)
        except (*_CANNOT_BREAK, CannotTell) as error:
            return Words(f"{exercise.id} could not begin: {sentence(str(error))} First: {anew}")
        return Words(f"{exercise.id} has begun. Look at the cluster, repair it, and then check().")

    def check(self) -> Verdict:
        """Look at the live cluster, and say how far it has come. Changes nothing in it."""
        verdict = self.exercise.judge(self.cluster)
        change_record(lambda record: _note_check(record.exercise(self.exercise.id), verdict))
        return verdict

    def hint(self) -> Words:
        """The next hint; each says more than the one before."""
        hints = self.exercise.hints
        self._hints = min(self._hints + 1, len(hints))
        change_record(lambda record: _note_hints(record.exercise(self.exercise.id), self._hints))
        last = "\n(This was the last one. Solution, or solution(), shows a way.)" if self._hints == len(hints) else ""
        return Words(f"Hint {self._hints} of {len(hints)}: {hints[self._hints - 1]}{last}")

    def solution(self) -> Words:
        """A way that works, as cells that can be copied, and why it does."""
        change_record(lambda record: _note_solution(record.exercise(self.exercise.id)))
        code = "\n".join(f"    {line}" for line in self.exercise.solution.splitlines())
        return Words(f"A solution of {self.exercise.id}:\n\n{code}\n\n{self.exercise.why}")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from swarmlab.lessons.views import bundle, exercise_view

        return bundle(str(self), exercise_view(self) if self.cluster else None)


def exercise(identifier: str, lab: Cluster | None = None) -> Practice:
    """An exercise of a lesson, at which to practise on the running lab.

    Args:
        identifier: number of the lesson and a letter: `05-a`.
        lab: where it is to be done; by default the lab that was started last.

    Raises:
        ValueError: there is no such exercise.
    """
    if identifier not in EXERCISES:
        raise ValueError(f"no exercise {identifier!r}; there are {', '.join(EXERCISES)}")
    return Practice(EXERCISES[identifier], lab)


def _note_check(entry: ExerciseRecord, verdict: Verdict) -> None:
    entry.checks += 1
    if entry.state == State.RIGHT:
        return
    if verdict.state is State.RIGHT:
        entry.right_at = datetime.now(UTC).isoformat(timespec="seconds")
    if verdict.state is not State.NOT_ATTEMPTED:
        entry.state = str(verdict.state)


def _note_hints(entry: ExerciseRecord, hints: int) -> None:
    entry.hints = max(entry.hints, hints)


def _note_solution(entry: ExerciseRecord) -> None:
    entry.solution_seen = True
