"""Tests of what one container wrote."""

from __future__ import annotations

import pytest

from swarmlab.engine.host.logs import Attached, LogBuffer, LogOptions


@pytest.fixture
def written() -> LogBuffer:
    buffer = LogBuffer()
    buffer.begin()
    for number in range(5):
        buffer.write(100.0 + number, "stdout" if number % 2 == 0 else "stderr", f"line {number}\n")
    return buffer


def _texts(buffer: LogBuffer, options: LogOptions) -> list[str]:
    return [line.text for line in buffer.open(options).read()]


def test_tail_shows_the_last_lines(written: LogBuffer) -> None:
    """More than there are means all, none means none."""
    assert _texts(written, LogOptions(tail=2)) == ["line 3", "line 4"]
    assert len(_texts(written, LogOptions(tail=99))) == 5
    assert _texts(written, LogOptions(tail=0)) == []


def test_since_and_until_are_inclusive(written: LogBuffer) -> None:
    """Lines of the very moment belong to both."""
    assert _texts(written, LogOptions(since=103.0)) == ["line 3", "line 4"]
    assert _texts(written, LogOptions(until=101.0)) == ["line 0", "line 1"]


def test_one_stream_only(written: LogBuffer) -> None:
    """Standard error can be left out."""
    assert _texts(written, LogOptions(stderr=False)) == ["line 0", "line 2", "line 4"]


def test_following_ends_with_the_process(written: LogBuffer) -> None:
    """A follower reads on until the process has ended."""
    reader = written.open(LogOptions(follow=True, tail=0))
    written.write(110.0, "stdout", "more\n")
    assert [line.text for line in reader.read()] == ["more"]
    assert not reader.ended
    written.end(111.0)
    assert reader.ended
    assert written.open(LogOptions(follow=True)).ended


def test_a_line_in_pieces_is_one_line() -> None:
    """A line is shown when it is whole, the last one at the end of the process."""
    buffer = LogBuffer()
    buffer.begin()
    reader = buffer.open(LogOptions(follow=True))
    buffer.write(1.0, "stdout", "hel")
    assert reader.read() == []
    buffer.write(2.0, "stdout", "lo\nand")
    assert [line.text for line in reader.read()] == ["hello"]
    buffer.end(3.0)
    assert [line.text for line in reader.read()] == ["and"]


def test_who_is_attached_hears_each_write() -> None:
    """Half a line too: a prompt is one; only the streams that are wanted."""
    buffer = LogBuffer()
    attached = Attached(stderr=False)
    buffer.attach(attached)
    buffer.write(1.0, "stdout", "/ # ")
    buffer.write(1.0, "stderr", "no")
    assert [(piece.stream, piece.text) for piece in attached.read()] == [("stdout", "/ # ")]
    buffer.end(2.0)
    assert attached.ended


def test_a_terminal_writes_one_stream_with_carriage_returns() -> None:
    """As a tty does; the lines of the log have them too."""
    buffer = LogBuffer(terminal=True)
    buffer.write(1.0, "stderr", "hi\n")
    assert [(line.stream, line.text) for line in buffer.open(LogOptions()).read()] == [("stdout", "hi\r")]


def test_the_driver_none_keeps_nothing() -> None:
    """Who is attached hears it all the same."""
    buffer = LogBuffer(keeps=False)
    attached = Attached()
    buffer.attach(attached)
    buffer.write(1.0, "stdout", "hi\n")
    assert _texts(buffer, LogOptions()) == []
    assert len(attached.read()) == 1
