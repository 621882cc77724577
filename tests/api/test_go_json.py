"""Bodies that are not what they should be, and what an engine 28.5.2 said of each (recorded/bodies.json)."""

import json
from pathlib import Path

import pytest

from swarmlab.api import go_json
from swarmlab.engine.errors import InvalidParameter

RECORDED = [tuple(each) for each in json.loads((Path(__file__).parent / "recorded" / "bodies.json").read_text())]
VOLUME = "volume.CreateOptions"


def refusal(type_: str, body: bytes) -> str:
    try:
        go_json.read(body, type_)
    except InvalidParameter as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("type_", "body", "message"), RECORDED)
def test_a_body_is_refused_in_the_words_of_a_real_engine(type_: str, body: str, message: str) -> None:
    """Or taken, as there. The text stands in the file byte for byte."""
    assert refusal(type_, body.encode("latin-1")) == message


def test_what_comes_out_has_docker_s_spelling_and_no_null() -> None:
    """Go does not mind the case of a key; what it does not know it leaves out."""
    body = b'{"name": "data", "DRIVER": null, "Labels": {"a": null}, "Unheard": {"of": 1}}'
    assert go_json.read(body, VOLUME) == {"Name": "data", "Labels": {"a": ""}}


def test_what_is_no_text_is_replaced() -> None:
    """Bytes that are no UTF-8, and halves of surrogate pairs."""
    assert go_json.read(b'{"Name": "a\xff\\ud800"}', VOLUME) == {"Name": "a\ufffd\ufffd"}


@pytest.mark.parametrize("opening", ["[", '{"a":', "[[{}],"])
def test_depth_has_a_limit(opening: str) -> None:
    """A thousand lists in one another say nothing that Docker reads."""
    assert refusal(VOLUME, opening.encode() * 20_000) == "invalid JSON: exceeded max depth"


def test_brackets_in_a_text_are_no_depth() -> None:
    """Only those outside of it count."""
    assert go_json.read(b'{"Name": "' + b"[" * 5000 + b'"}', VOLUME) == {"Name": "[" * 5000}


def test_a_number_of_many_digits_is_refused_and_not_computed() -> None:
    """Go reads its text, and so do we."""
    digits = b"9" * 10_000
    assert refusal("container.UpdateConfig", b'{"Memory": %b}' % digits).endswith("UpdateConfig.Memory of type int64")
