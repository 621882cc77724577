"""Logs arrive in pieces of any size; lines come out whole, none lost."""

from __future__ import annotations

import ssl
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socket import socketpair
from threading import Event

from hypothesis import given
from hypothesis import strategies as st

from swarmlab.commands.printing.streams import Frames, close_encrypted


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


def test_an_encrypted_connection_is_ended_on_one_side() -> None:
    """What the other side had said before, and says afterwards, is heard."""
    files = Path(__file__).parent / "files"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / "root.crt", files / "root.key")
    here, there = socketpair()
    said = Event()

    def serve() -> bytes:
        with context.wrap_socket(there, server_side=True) as server:
            server.sendall(b"early ")
            said.set()
            heard = b"".join(iter(lambda: server.recv(100), b""))
            server.sendall(b"late")
        return heard

    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with ThreadPoolExecutor(max_workers=1) as pool:
        serving = pool.submit(serve)
        with trusting.wrap_socket(here) as client:
            assert said.wait(10)
            client.sendall(b"question")
            close_encrypted(client)
            answer = client.recv(100) + client.recv(100)
        assert serving.result(10) == b"question"
    assert answer == b"early late"
