"""What an exercise is: what it asks, by which rules it is judged, its hints and its solution. And the list of them.

A rule looks and says what is not as it was asked for, in a sentence that names what was seen; it says nothing where all
is well. A verdict is the first rule that says something. What another state of the lab brings with it is nobody's
work: an exercise counts only in a lab that began in its own state, or that it has broken itself. Owns no cluster and no
view.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from swarmlab.client.cluster import Cluster
from swarmlab.client.reasons import in_lines
from swarmlab.lessons.inspection import CannotTell, Inspection
from swarmlab.lessons.words import sentence

Rule = Callable[[Inspection], str]


class State(StrEnum):
    """What a check may answer."""

    NOT_ATTEMPTED = "not attempted"
    NOT_YET = "not yet"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check found.

    Attributes:
        exercise: whose check it was.
        state: which of the three.
        because: what was seen.
    """

    exercise: str
    state: State
    because: str

    def __str__(self) -> str:
        joint = ", because" if self.state is State.NOT_YET else ":"
        return f"{self.exercise} {self.state}{joint} {sentence(self.because)}"

    def __repr__(self) -> str:
        return in_lines(str(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise.

    Attributes:
        id: number of the lesson and a letter.
        title: a few words.
        asks: what is to be done.
        starts_from: the state of the lab in which it begins.
        untouched: says so where nothing of it has been done.
        wants: what must hold, in the order in which a learner meets it.
        praise: what was seen when all of it holds.
        hints: from the gentlest to the plainest.
        solution: cells that do it, with the docker commands.
        why: what the solution teaches.
        breaks: breaks the cluster, where there is something to repair.
        takes: how long that takes, in words.
    """

    id: str
    title: str
    asks: str
    starts_from: str
    untouched: Rule
    wants: tuple[Rule, ...]
    praise: str
    hints: tuple[str, ...]
    solution: str
    why: str
    breaks: Callable[[Cluster], None] | None = None
    takes: str = ""

    @property
    def lesson(self) -> str:
        """The number of the lesson that it belongs to."""
        return self.id[:2]

    def judge(self, cluster: Cluster | None) -> Verdict:
        """Look at the cluster, and say how far the learner has come."""
        if cluster is None:
            start = f'no lab is running; start one: lab = Lab.start("{self.starts_from}")'
            return self._verdict(State.NOT_ATTEMPTED, start)
        try:
            return self._judge(Inspection(cluster))
        except CannotTell as error:
            return self._verdict(State.NOT_YET, str(error))
        except Exception as error:  # an error boundary: a learner may have made of the cluster what no rule foresaw
            return self._verdict(State.NOT_YET, f"it cannot be judged as it is: {type(error).__name__}: {error}")

    def _judge(self, look: Inspection) -> Verdict:
        if self.breaks and not look.is_broken_by(self.id):
            return self._verdict(State.NOT_ATTEMPTED, "nothing is broken yet: press Begin, or run begin()")
        if said := self.untouched(look):
            return self._verdict(State.NOT_ATTEMPTED, said)
        if not self.breaks and look.cluster.began_as != self.starts_from:
            elsewhere = f'the lab began in another state than this exercise; first run lab.reset("{self.starts_from}")'
            return self._verdict(State.NOT_ATTEMPTED, elsewhere)
        if said := next(filter(None, (rule(look) for rule in self.wants)), ""):
            return self._verdict(State.NOT_YET, said)
        return self._verdict(State.RIGHT, self.praise)

    def _verdict(self, state: State, because: str) -> Verdict:
        return Verdict(exercise=self.id, state=state, because=because)
