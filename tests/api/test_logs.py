"""Log lines on the wire."""

import pytest

from swarmlab.api.logs import (
    check_chosen,
    container_options,
    container_tail,
    frame,
    service_options,
    service_tail,
    text_of,
)
from swarmlab.api.messages import Request
from swarmlab.engine.errors import InvalidParameter, ServerError
from swarmlab.engine.host.logs import LogLine

LINE = LogLine(time=1_700_000_000.25, stream="stdout", text="hello", details={"b": "x y", "a": "1"})


def request(**query: str) -> Request:
    return Request(method="GET", path="/services/web/logs", query=query)


def test_a_frame_names_its_stream_and_its_length() -> None:
    """Eight bytes, then the content."""
    assert frame("stderr", b"hi") == b"\x02\x00\x00\x00\x00\x00\x00\x02hi"
    assert frame("system", b"")[:1] == b"\x03"


def test_time_and_details_stand_before_the_text() -> None:
    """In this order, details sorted and escaped."""
    assert text_of()(LINE) == b"hello\n"
    assert text_of(timestamps=True)(LINE) == b"2023-11-14T22:13:20.250000000Z hello\n"
    assert text_of(details=True)(LINE) == b"a=1,b=x+y hello\n"


def test_a_stream_must_be_chosen() -> None:
    """Recorded from 28.5.2."""
    with pytest.raises(InvalidParameter, match=r"^Bad parameters: you must choose at least one stream$"):
        check_chosen(request())
    with pytest.raises(ServerError, match=r"^Bad parameters: you must choose at least one stream$"):
        service_options(request())


def test_what_is_asked_for_is_read() -> None:
    """Streams, following, times."""
    asked = container_options(request(stdout="1", follow="true", since="1700000000.5"))
    assert (asked.stdout, asked.stderr, asked.follow, asked.since, asked.until) == (
        True,
        False,
        True,
        1700000000.5,
        None,
    )


def test_a_time_that_is_none_is_refused() -> None:
    """Recorded from 28.5.2: an error of no type, in a service's logs with a word before it."""
    message = 'strconv.ParseInt: parsing "foo": invalid syntax$'
    with pytest.raises(ServerError, match=f"^{message}"):
        container_options(request(stdout="1", since="foo"))
    with pytest.raises(ServerError, match=f"^could not parse since timestamp: {message}"):
        service_options(request(stdout="1", since="foo"))


@pytest.mark.parametrize(("text", "lines"), [("all", None), ("", None), ("-1", None), ("foo", None), ("3", 3)])
def test_a_containers_tail_forgives(text: str, lines: int | None) -> None:
    """`docker logs --tail -1` shows everything."""
    assert container_tail(text) == lines


def test_a_services_tail_does_not() -> None:
    """`docker service logs --tail -1` is refused."""
    assert service_tail("all") is None
    assert service_tail("3") == 3
    with pytest.raises(ServerError, match=r"^negative tail values not supported$"):
        service_tail("-1")
    with pytest.raises(ServerError, match=r'^tail value must be a positive integer or "all"$'):
        service_tail("foo")
