"""A connection without HTTP."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from swarmlab.server.raw import RawConnection


class Ends:
    """Both ends of a connection, and what the server's end heard."""

    def __init__(self) -> None:
        self.client, server = socket.socketpair()
        self.client.setblocking(False)
        self.heard: list[object] = []
        self.raw = RawConnection(
            server,
            receive=self.heard.append,
            receive_end=lambda: self.heard.append("end"),
            drained=lambda: self.heard.append("drained"),
            gone=lambda: self.heard.append("gone"),
        )

    async def read(self) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self.client, 1 << 20)


def run(body: Callable[[Ends], Awaitable[None]]) -> Ends:
    async def main() -> Ends:
        ends = Ends()
        await body(ends)
        ends.raw.close()
        ends.client.close()
        return ends

    return asyncio.run(main())


async def turn() -> None:
    await asyncio.sleep(0.01)


def test_both_directions_carry_bytes() -> None:
    """Written, and received."""

    async def body(ends: Ends) -> None:
        ends.raw.write(b"out")
        assert await ends.read() == b"out"
        ends.client.send(b"in")
        await turn()

    assert run(body).heard == [b"in"]


def test_the_client_may_end_its_half_and_go_on_reading() -> None:
    """As `echo | docker run -i` does."""

    async def body(ends: Ends) -> None:
        ends.client.shutdown(socket.SHUT_WR)
        await turn()
        ends.raw.write(b"still here")
        assert await ends.read() == b"still here"

    assert run(body).heard == ["end"]


def test_what_a_client_does_not_take_waits() -> None:
    """And the writer hears when it is taken."""
    content = b"x" * (4 << 20)

    async def body(ends: Ends) -> None:
        ends.raw.write(content)
        assert not ends.raw.drained
        taken = 0
        while taken < len(content):
            taken += len(await ends.read())
        await turn()
        assert ends.raw.drained

    assert run(body).heard == ["drained"]


def test_finishing_sends_the_rest_first() -> None:
    """Then the client reads the end."""
    content = b"x" * (4 << 20)

    async def body(ends: Ends) -> None:
        ends.raw.write(content)
        ends.raw.finish()
        taken = 0
        while part := await ends.read():
            taken += len(part)
        assert taken == len(content)

    run(body)


def test_a_client_that_is_gone_is_noticed() -> None:
    """When nothing can be written any more."""

    async def body(ends: Ends) -> None:
        ends.client.close()
        ends.raw.write(b"anyone?")
        await turn()

    assert "gone" in run(body).heard
