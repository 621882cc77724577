"""Chance from one seed."""

import re

from hypothesis import given
from hypothesis import strategies as st

from swarmlab.engine.ids import Chance, base36


@given(st.integers(min_value=0))
def test_object_ids_are_25_characters_of_base_36(seed: int) -> None:
    """Ids look like SwarmKit's, whatever the seed."""
    assert re.fullmatch(r"[0-9a-z]{25}", Chance(seed).object_id())


def test_one_seed_gives_one_sequence() -> None:
    """Two sources of one seed agree; another seed differs."""
    first, second, other = Chance(1), Chance(1), Chance(2)
    assert [first.object_id(), first.hex_id(), first.bytes(4)] == [second.object_id(), second.hex_id(), second.bytes(4)]
    assert first.object_id() != other.object_id()


@given(st.integers(min_value=0, max_value=2**256 - 1))
def test_base36_reads_back(number: int) -> None:
    """Python reads in base 36 what base36 wrote."""
    assert int(base36(number, 50), 36) == number
