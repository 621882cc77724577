"""Pools of subnets, addresses and numbers."""

import pytest

from swarmlab.engine.manager.ipam import AddressPool, Exhausted, Numbers, SubnetPool
from swarmlab.engine.model import IPAMConfig


def test_addresses_come_in_turn_and_a_freed_one_last() -> None:
    """Network, gateway and broadcast are never handed out."""
    pool = AddressPool(IPAMConfig(subnet="10.7.0.0/29", gateway="10.7.0.1"))
    assert [pool.take() for _ in range(4)] == [f"10.7.0.{last}/29" for last in (2, 3, 4, 5)]
    pool.free("10.7.0.3/29")
    assert [pool.take(), pool.take()] == ["10.7.0.6/29", "10.7.0.3/29"]
    with pytest.raises(Exhausted):
        pool.take()


def test_a_range_limits_what_is_handed_out() -> None:
    """The prefix length is the subnet's all the same."""
    pool = AddressPool(IPAMConfig(subnet="10.7.0.0/16", gateway="10.7.0.1", ip_range="10.7.5.0/30"))
    assert [pool.take() for _ in range(4)] == [f"10.7.5.{last}/16" for last in range(4)]
    with pytest.raises(Exhausted):
        pool.take()


def test_kept_addresses_are_passed_over() -> None:
    """After a change of leader nothing is given twice."""
    pool = AddressPool(IPAMConfig(subnet="10.7.0.0/29", gateway="10.7.0.1"))
    pool.keep("10.7.0.2/29")
    assert pool.take() == "10.7.0.3/29"


def test_subnets_are_the_lowest_free_ones() -> None:
    """A wanted one is given as it is, unless it overlaps."""
    pool = SubnetPool(("10.0.0.0/8",), 24)
    assert [str(pool.take()) for _ in range(2)] == ["10.0.0.0/24", "10.0.1.0/24"]
    assert str(pool.take("10.0.2.0/23")) == "10.0.2.0/23"
    assert str(pool.take()) == "10.0.4.0/24"
    pool.free("10.0.0.0/24")
    assert str(pool.take()) == "10.0.0.0/24"
    with pytest.raises(Exhausted):
        pool.take("10.0.3.0/24")


def test_numbers_go_round() -> None:
    """Each comes again only after all the others."""
    numbers = Numbers(1, 3)
    assert [numbers.take(), numbers.take()] == [1, 2]
    numbers.free(1)
    assert [numbers.take(), numbers.take()] == [3, 1]
    with pytest.raises(Exhausted):
        numbers.take()
    with pytest.raises(Exhausted):
        numbers.keep(2)
