"""The forms of the wire: what a request may hold, and what is written of a value."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from swarmlab.api.wire import Exceptions, decode, differs, encode, list_of, object_of
from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.model import NodeSpec, PortConfig, RestartPolicy, Role, ServiceSpec, UpdateConfig


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


@pytest.mark.parametrize(
    ("read", "value", "words"),
    [
        (object_of, "x", "string into Go struct field Spec of type object"),
        (object_of, [], "array into Go struct field Spec of type object"),
        (list_of, None, "null into Go struct field Spec of type array"),
    ],
)
def test_a_part_of_another_kind_is_refused(read: Callable[[object, str], object], value: object, words: str) -> None:
    """Whoever reads it, in the words of Go's decoder."""
    with pytest.raises(InvalidParameter) as refusal:
        read(value, "Spec")
    assert str(refusal.value) == f"invalid JSON: json: cannot unmarshal {words}"


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


def test_the_form_of_a_class_is_settled_when_one_is_written() -> None:
    """A difference that is told later would be ignored: it is refused."""

    @dataclass
    class Parcel:
        size: int

    differs(Parcel, Exceptions(names={"size": "Girth"}))
    assert encode(Parcel(3)) == {"Girth": 3}
    with pytest.raises(AssertionError, match=r"^say where Parcel differs before the first one is written"):
        differs(Parcel, Exceptions())
