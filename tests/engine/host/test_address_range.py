"""Which address a container gets on a bridge."""

import pytest

from swarmlab.engine.errors import Conflict
from swarmlab.engine.host.address_range import AddressRange


def test_addresses_are_given_out_from_the_lowest() -> None:
    """The gateway's is passed over, wherever it lies."""
    first, third = AddressRange("172.17.0.0/16", "172.17.0.1"), AddressRange("10.1.2.0/24", "10.1.2.3")
    assert [first.take(), first.take()] == ["172.17.0.2/16", "172.17.0.3/16"]
    assert [third.take() for _ in range(3)] == ["10.1.2.1/24", "10.1.2.2/24", "10.1.2.4/24"]


def test_a_freed_address_comes_again_at_once() -> None:
    """The lowest of them."""
    range_ = AddressRange("172.17.0.0/16", "172.17.0.1")
    taken = [range_.take() for _ in range(4)]
    for address in reversed(taken[:3]):
        range_.free(address)
    assert [range_.take(), range_.take()] == taken[:2]


def test_a_full_range_refuses() -> None:
    """In Docker's words."""
    range_ = AddressRange("10.0.0.0/30", "10.0.0.1")
    range_.take()
    with pytest.raises(Conflict, match="no available IPv4 addresses on this network's address pools"):
        range_.take()
