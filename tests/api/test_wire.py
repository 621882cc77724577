"""The forms of the wire: durations, times, and what a request may hold."""

import pytest

from swarmlab.api.wire import decode, encode, log_timestamp, nanoseconds, seconds, time_of, timestamp
from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.model import NodeSpec, PortConfig, RestartPolicy, Role, ServiceSpec, UpdateConfig


def test_a_time_has_no_zeros_at_its_end() -> None:
    """RFC3339Nano writes only the digits that count."""
    assert timestamp(1_700_000_000.25) == "2023-11-14T22:13:20.25Z"
    assert timestamp(1_700_000_000) == "2023-11-14T22:13:20Z"


def test_a_time_that_never_was_is_gos_zero() -> None:
    """`FinishedAt` of a container that runs."""
    assert timestamp(None) == "0001-01-01T00:00:00Z"


def test_a_log_line_has_nine_digits() -> None:
    """Log lines stand below one another."""
    assert log_timestamp(1_700_000_000.25) == "2023-11-14T22:13:20.250000000Z"


def test_durations_lose_nothing() -> None:
    """Seconds inside, nanoseconds outside."""
    assert seconds(nanoseconds(0.1)) == 0.1
    assert nanoseconds(2.5) == 2_500_000_000


@pytest.mark.parametrize("text", ["1700000000.5", "2023-11-14T22:13:20.5Z", "2023-11-14T23:13:20.5+01:00"])
def test_a_query_may_write_a_time_in_two_ways(text: str) -> None:
    """The CLI sends seconds, people RFC3339."""
    assert time_of(text) == 1_700_000_000.5


def test_what_is_not_sent_has_its_default() -> None:
    """Missing, null and an empty word are the same."""
    assert decode(PortConfig, {"TargetPort": 80, "Protocol": "", "Name": None}, "Port") == PortConfig(target_port=80)


def test_an_unknown_field_that_says_something_is_refused_by_its_name() -> None:
    """Nothing is ignored silently."""
    body = {"Name": "x", "TaskTemplate": {"ContainerSpec": {"Image": "alpine", "Wishes": [{"WishID": "1"}]}}}
    with pytest.raises(NotImplementedHere, match=r"ServiceSpec\.TaskTemplate\.ContainerSpec\.Wishes"):
        decode(ServiceSpec, body, "ServiceSpec")


def test_an_unknown_field_that_says_nothing_is_no_matter() -> None:
    """Clients write out fields that they do not use."""
    body = {"Name": "x", "TaskTemplate": {"ContainerSpec": {"Image": "alpine", "Secrets": [], "Configs": None}}}
    assert decode(ServiceSpec, body, "ServiceSpec").name == "x"


def test_a_word_that_is_none_of_the_known_is_refused_in_dockers_words() -> None:
    """An enumeration knows its words."""
    with pytest.raises(InvalidParameter, match=r'^invalid RestartCondition: "sometimes"$'):
        decode(RestartPolicy, {"Condition": "sometimes"}, "RestartPolicy")
    with pytest.raises(InvalidParameter, match=r"^unrecognized update order upwards$"):
        decode(UpdateConfig, {"Order": "upwards"}, "UpdateConfig")


def test_a_value_of_the_wrong_type_is_refused() -> None:
    """JSON of another type than the field's."""
    with pytest.raises(InvalidParameter, match=r"field ServiceSpec\.Name of type string$"):
        decode(ServiceSpec, {"Name": 3}, "ServiceSpec")


def test_keys_are_read_whatever_their_case() -> None:
    """As Go reads JSON."""
    assert decode(NodeSpec, {"role": "manager"}, "NodeSpec").role is Role.MANAGER


def test_a_monitor_of_zero_is_not_sent() -> None:
    """The daemon drops it, so that the default applies."""
    assert decode(UpdateConfig, {"Monitor": 0}, "UpdateConfig").monitor_s is None


def test_bytes_are_base64_and_maps_are_sorted() -> None:
    """As Go's encoder writes them."""
    assert encode({"b": b"\x00\x01", "a": (1,)}) == {"a": [1], "b": "AAE="}
    assert list(encode({"b": 1, "a": 2})) == ["a", "b"]  # type: ignore[call-overload]
