"""A node's socket."""

import asyncio
import socket
import stat
from pathlib import Path

import pytest

from swarmlab.server.door import Door
from swarmlab.server.places import SocketPathError, UnixPlace


def connect(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_path_that_no_socket_can_have_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """The operating system would only say that the path is too long."""
    with pytest.raises(SocketPathError, match="may have 107 bytes"):
        UnixPlace(tmp_path / ("x" * 107))


def test_the_longest_path_is_taken() -> None:
    """107 bytes fit."""
    assert UnixPlace(Path("/" + "x" * 106)).docker_host.endswith("x" * 106)


def test_a_socket_that_somebody_listens_on_is_not_taken_away(tmp_path: Path) -> None:
    """Two labs in one directory."""
    path = tmp_path / "node.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(FileExistsError, match="belongs to a lab that runs"):
            UnixPlace(path)
    UnixPlace(path)


def test_only_its_owner_may_use_it(tmp_path: Path) -> None:
    """0600."""
    path = tmp_path / "node.sock"

    async def run() -> None:
        door = Door(UnixPlace(path), lambda incoming, connection: None)
        door.set_open(True)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        door.remove()

    asyncio.run(run())
    assert not path.exists()


def test_a_closed_door_refuses_as_a_dead_engine_does(tmp_path: Path) -> None:
    """The socket is still there, but nobody listens."""
    path = tmp_path / "node.sock"

    async def run() -> None:
        door = Door(UnixPlace(path), lambda incoming, connection: None)
        door.set_open(True)
        connect(path)
        door.set_open(False)
        with pytest.raises(ConnectionRefusedError):
            connect(path)
        door.set_open(True)
        connect(path)
        door.remove()

    asyncio.run(run())


def test_who_knocked_as_the_engine_died_is_not_left_waiting(tmp_path: Path) -> None:
    """Accepted, but not yet greeted: the connection ends."""

    async def run() -> bytes:
        door = Door(UnixPlace(tmp_path / "node.sock"), lambda incoming, connection: None)
        door.set_open(True)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(tmp_path / "node.sock"))
            assert door._listening is not None
            door._accept(door._listening)
            door.set_open(False)
            client.setblocking(False)
            return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(client, 1), timeout=10)

    assert asyncio.run(run()) == b""
