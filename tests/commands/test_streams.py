"""Logs arrive in pieces of any size; lines come out whole, none lost."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from swarmlab.commands.printing.streams import Frames


@given(st.lists(st.text(max_size=20), max_size=6), st.data())
def test_frames_come_out_whole_however_they_are_cut(lines: list[str], data: st.DataObject) -> None:
    """Cut the bytes anywhere: the same frames in the same order."""
    body = b"".join(struct.pack(">BxxxI", 1, len(line.encode())) + line.encode() for line in lines)
    frames, found = Frames(), []
    while body:
        size = data.draw(st.integers(1, len(body)))
        found += frames.feed(body[:size])
        body = body[size:]
    assert found == lines
