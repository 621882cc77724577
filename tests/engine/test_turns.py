"""Whose turn it is: only parts that were woken work, in the order of their places."""

from swarmlab.engine.clock import Clock
from swarmlab.engine.turns import ENGINES, SWARMS, Turns


class Party:
    """Parts that write down their turns; `wakes` says whom a part wakes in its turn."""

    def __init__(self, *names: str) -> None:
        self.clock = Clock(0.0)
        self.turns = Turns(self.clock)
        self.taken: list[str] = []
        self.wakes: dict[str, list[str]] = {}
        self.clocks = {name: self._take_part(name) for name in names}

    def _take_part(self, name: str) -> Clock:
        def tick() -> None:
            self.taken.append(name)
            for other in self.wakes.pop(name, []):
                self.clocks[other].wake()

        return self.turns.take_part(tick, rank=SWARMS if name.startswith("swarm") else ENGINES)

    def play(self) -> list[list[str]]:
        """Round after round until nobody is awake."""
        rounds = []
        while self.turns.run():
            rounds.append(self.taken)
            self.taken = []
        return rounds


def test_nobody_is_awake_at_first() -> None:
    """A part that nobody wakes takes no turn."""
    assert Party("a", "b").play() == []


def test_who_is_woken_several_times_takes_one_turn() -> None:
    """Work that came meanwhile is done together."""
    party = Party("a", "b")
    for _ in range(3):
        party.clocks["a"].wake()
    assert party.play() == [["a"]]


def test_swarms_go_first_then_engines_in_their_order() -> None:
    """However they were woken."""
    party = Party("a", "b", "swarm")
    for name in ("b", "swarm", "a"):
        party.clocks[name].wake()
    assert party.play() == [["swarm", "a", "b"]]


def test_who_is_woken_in_a_round_before_his_place_still_takes_part() -> None:
    """Whoever had his place already waits for the next round."""
    party = Party("a", "b", "c")
    party.wakes = {"b": ["c", "a", "b"]}
    party.clocks["b"].wake()
    assert party.play() == [["b", "c"], ["a", "b"]]


def test_a_timer_wakes_the_part_that_set_it() -> None:
    """And nobody else."""
    party = Party("a", "b")
    party.clocks["b"].after(5, lambda: party.taken.append("timer"))
    party.clock.move_to(5.0)
    party.clock.run_due()
    assert party.play() == [["timer", "b"]]


def test_a_cancelled_timer_wakes_nobody() -> None:
    """It never runs."""
    party = Party("a")
    party.clocks["a"].after(5, lambda: None).cancel()
    assert party.clock.next_due() is None
    assert party.play() == []
