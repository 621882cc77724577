"""All chance of the engine, from one seed: ids, secrets, jitter, choices among equals.

Nothing else in the engine may draw a random number, so two labs of one seed that are told the same things in the same
order are equal to the last digit.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cached_property
from typing import NewType, TypeVar

NodeId = NewType("NodeId", str)
ServiceId = NewType("ServiceId", str)
TaskId = NewType("TaskId", str)
NetworkId = NewType("NetworkId", str)
SecretId = NewType("SecretId", str)
ConfigId = NewType("ConfigId", str)
VolumeId = NewType("VolumeId", str)
ClusterId = NewType("ClusterId", str)
ContainerId = NewType("ContainerId", str)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_ID_LENGTH = 25

T = TypeVar("T")


def base36(number: int, width: int) -> str:
    """`number` in base 36, padded with zeros on the left to `width` digits, at most `width` of them."""
    text = ""
    while number:
        number, four = divmod(number, 36**4)
        text = f"{_PAIRS[four // 36**2]}{_PAIRS[four % 36**2]}{text}"
    return text.lstrip("0").rjust(width, "0")[:width]


class Chance:
    """The one seeded source of chance.

    Ids and keys come from streams of their own: how often anything else was drawn before, which in live time depends
    on wall time, changes none of them.

    Args:
        seed: two sources of one seed give the same values in the same order.
    """

    def __init__(self, seed: int | str) -> None:
        self._seed = seed

    # Made when they are first drawn from: most of the many sources in a large lab never are.

    @cached_property
    def _random(self) -> random.Random:
        return random.Random(self._seed)

    @cached_property
    def _ids(self) -> random.Random:
        return random.Random(f"ids {self._seed}")

    @cached_property
    def _hex_ids(self) -> random.Random:
        return random.Random(f"hex ids {self._seed}")

    @cached_property
    def _streams(self) -> dict[str, Chance]:
        return {}

    @cached_property
    def _keys(self) -> random.Random:
        return random.Random(f"keys {self._seed}")

    def branch(self) -> Chance:
        """A source of its own, seeded from this one: who draws how often from it changes nothing here."""
        return Chance(self._random.getrandbits(64))

    def stream(self, name: str) -> Chance:
        """A source of its own by name: that it is drawn from, or not, changes nothing anywhere else."""
        if name not in self._streams:
            self._streams[name] = Chance(f"{name} {self._seed}")
        return self._streams[name]

    def object_id(self) -> str:
        """An id as SwarmKit makes them: 25 characters of base 36. Source: swarmkit identity/randomid.go."""
        number = self._ids.getrandbits(17 * 8) | (1 << (17 * 8 - 1))
        return base36(number, _ID_LENGTH + 2)[1 : _ID_LENGTH + 1]

    def hex_id(self, length: int = 64) -> str:
        """A container's, image's or layer's id: `length` hexadecimal digits."""
        return f"{self._hex_ids.getrandbits(4 * length):0{length}x}"

    def bytes(self, count: int) -> bytes:
        """`count` random bytes: keys and secrets."""
        return self._keys.randbytes(count)

    def between(self, low: float, high: float) -> float:
        """A number in [low, high], evenly: jitter and latencies."""
        return low + (high - low) * self._random.random()

    def choice(self, items: Sequence[T]) -> T:
        """One of `items`."""
        return self._random.choice(items)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """`items` in a random order."""
        return self._random.sample(items, len(items))
