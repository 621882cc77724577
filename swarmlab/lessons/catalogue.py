"""All exercises by their ids. A lesson has those whose id begins with its number."""

from __future__ import annotations

from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.exercises import (
    failures,
    inspecting,
    joining,
    logs,
    own_hosts,
    removing,
    scaling,
    start,
    tasks,
    terms,
)

_MODULES = (start, terms, joining, tasks, inspecting, scaling, logs, removing, failures, own_hosts)

EXERCISES: dict[str, Exercise] = {each.id: each for module in _MODULES for each in module.EXERCISES}


def exercises_of(lesson: str) -> list[Exercise]:
    """Those of one lesson, in order."""
    return [each for each in EXERCISES.values() if each.lesson == lesson]
