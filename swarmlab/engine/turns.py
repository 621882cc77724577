"""Whose turn it is: the parts of the simulation that have work at this moment.

Owns the order in which parts work. A part (one host's engine, one swarm) is a function `tick` that does what the part
has to do now. It never looks round for work and nobody sweeps over the parts: a part that gets work is woken, and only
parts that were woken take a turn. So a step costs what changed, however large the cluster is.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from swarmlab.engine.clock import Clock

Place = tuple[int, int]

SWARMS, ENGINES = 1, 2
"""Ranks: swarms before the engines of the hosts."""


class Turns:
    """The parts that were woken, each once, in the order of their places.

    Args:
        clock: engine time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._round: list[tuple[Place, _Turn]] = []
        self._next: list[tuple[Place, _Turn]] = []
        self._at: Place | None = None

    def take_part(self, tick: Callable[[], object], *, rank: int) -> Clock:
        """Let `tick` have its turns. Lower ranks go first, in a rank those who came first.

        Returns:
            The part's clock: its timers wake the part, and so does `wake`.
        """
        self._count += 1
        turn = _Turn(self, (rank, self._count), tick)
        return self._clock.of_part(turn.ask)

    def _ask(self, turn: _Turn) -> None:
        """Before its place has come the part still takes its turn in this round, afterwards in the next."""
        comes = self._at is not None and turn.place > self._at
        heapq.heappush(self._round, (turn.place, turn)) if comes else self._next.append((turn.place, turn))

    def run(self) -> bool:
        """Play one round: everybody who was woken takes one turn. Returns whether anybody was."""
        if not self._next:
            return False
        self._round, self._next = sorted(self._next), []
        while self._round:
            self._at, turn = heapq.heappop(self._round)
            turn.asked = False
            turn.tick()
        self._at = None
        return True


class _Turn:
    """One part's place, and whether it was woken."""

    __slots__ = ("_turns", "asked", "place", "tick")

    def __init__(self, turns: Turns, place: Place, tick: Callable[[], object]) -> None:
        self._turns = turns
        self.place = place
        self.tick = tick
        self.asked = False

    def ask(self) -> None:
        if not self.asked:
            self.asked = True
            self._turns._ask(self)
