"""The query parameter `filters`."""

import json

import pytest

from swarmlab.api.filters import Filters, one_of, parse
from swarmlab.engine.errors import InvalidParameter


def filters(given: object, *allowed: str) -> Filters:
    return parse({"filters": json.dumps(given)}, allowed or ("name", "label", "dangling"))


@pytest.mark.parametrize("given", [{"name": {"web": True}}, {"name": ["web"]}])
def test_both_shapes_are_read(given: object) -> None:
    """The CLI sends maps, the docker SDK lists."""
    assert filters(given).get("name") == ("web",)


def test_an_unknown_key_is_refused() -> None:
    """Recorded from 28.5.2."""
    with pytest.raises(InvalidParameter, match=r"^invalid filter 'foo'$"):
        filters({"foo": ["bar"]})


def test_an_unknown_key_may_say_nothing() -> None:
    """Recorded from 28.5.2: `docker events` takes any."""
    assert parse({"filters": '{"foo": ["bar"]}'}, None).get("type") == ()


@pytest.mark.parametrize("text", ["foo", '["name"]', '{"name": 3}', '{"name": [3]}'])
def test_what_is_of_neither_shape_is_refused(text: str) -> None:
    """Recorded from 28.5.2."""
    with pytest.raises(InvalidParameter, match=r"^invalid filter$"):
        parse({"filters": text}, ("name",))


def test_a_key_that_was_not_asked_for_is_met() -> None:
    """No filter, no condition."""
    assert filters({}).exact("name", "anything")


def test_one_value_of_a_key_is_enough() -> None:
    """Values are alternatives."""
    assert filters({"name": ["a", "b"]}).exact("name", "b")
    assert filters({"name": ["a", "we"]}).prefix("name", "web")
    assert not filters({"name": ["a"]}).prefix("name", "web")


def test_all_labels_must_be_there() -> None:
    """Labels are conditions, not alternatives."""
    wanted = filters({"label": ["a", "b=1"]})
    assert wanted.labels("label", {"a": "", "b": "1"})
    assert not wanted.labels("label", {"a": "", "b": "2"})


def test_yes_or_no() -> None:
    """Some filters are switches."""
    assert filters({"dangling": ["true"]}).yes_or_no("dangling") is True
    assert filters({"dangling": ["0"]}).yes_or_no("dangling") is False
    assert filters({}).yes_or_no("dangling") is None
    with pytest.raises(InvalidParameter):
        filters({"dangling": ["perhaps"]}).yes_or_no("dangling")


def test_chosen_words_are_checked() -> None:
    """Some filters know their values."""
    with pytest.raises(InvalidParameter, match=r"^Invalid role filter: 'boss'$"):
        one_of(filters({"role": ["boss"]}, "role"), "role", ["worker"], "Invalid role filter: '{}'")
