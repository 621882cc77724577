"""Attending a container: what it writes is printed, what is piped to it is sent, Ctrl-C reaches it, its code is kept.

Owns neither its creation nor its removal.
Source: docker/cli cli/command/container/{run,start,attach,hijack}.go.
"""

from __future__ import annotations

import json

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.following import INTERRUPT, STEP_S, follow
from swarmlab.commands.printing.streams import Frames, Stream
from swarmlab.commands.session import Session, filters, path_to

LAST_WORDS_S = 15.0
"""How long a container may still write after Ctrl-C."""

NO_TERMINAL = "the input device is not a TTY"


class Attendance:
    """One client at a container's streams, from before its start until it ends.

    Args:
        session: where it runs.
        container: its id.
        tty: whether its output is a terminal's, not framed.
        streams: which of `stdin`, `stdout`, `stderr` are attached.
        stdin: what is sent to it; used where `stdin` is attached.
        detach_keys: the sequence that would detach a terminal.
    """

    def __init__(
        self, session: Session, container: str, *, tty: bool, streams: tuple[str, ...], stdin: bytes, detach_keys: str
    ) -> None:
        self._session = session
        self._where = path_to("container", container)
        self._frames = None if tty else Frames()
        death = filters({"container": [container], "event": ["die"]})
        wanted = {"stream": 1, **dict.fromkeys(streams, 1), **({"detachKeys": detach_keys} if detach_keys else {})}
        self._output = Stream(
            session.request("post", f"{self._where}/attach", params=wanted, upgrade=True, stream=True)
        )
        self._ending = Stream(session.request("get", "/events", params=death, stream=True))
        self._stdin = stdin if "stdin" in streams else None

    def send_input(self) -> None:
        """Send it what is piped to it, and the end of that."""
        if self._stdin is not None:
            self._output.send(self._stdin)

    def watch(self, *, proxy: bool) -> int:
        """Print what it writes until it ends; its exit code. `proxy` sends it the signal of Ctrl-C."""
        if follow(self._session, self._output, self._take):
            self._session.terminal.write(INTERRUPT)
            if not proxy:
                return 0
            self._session.post(f"{self._where}/kill", params={"signal": "SIGINT"})
            self._session.grant(LAST_WORDS_S)
            if follow(self._session, self._output, self._take):
                return 0
        return self._exit_code()

    def close(self) -> None:
        """Hang up."""
        self._output.close()
        self._ending.close()

    def _take(self, data: bytes) -> None:
        show(self._session, self._frames, data)

    def _exit_code(self) -> int:
        """What the event of its death tells; the answer to `wait` could be asked for only before its start.

        A request that waits for an end makes manual time run there, an event stream does not.
        """
        self._session.grant(LAST_WORDS_S)
        told = b""
        for _ in range(int(LAST_WORDS_S / STEP_S)):
            told += self._ending.read()
            if b"\n" in told or self._ending.ended:
                break
            self._session.wait(STEP_S)
        return int(json.loads(told)["Actor"]["Attributes"]["exitCode"]) if told.strip() else 0


def show(session: Session, frames: Frames | None, data: bytes) -> None:
    """Print what arrived: in frames, or raw from a terminal."""
    for text in [data.decode("utf-8", "replace")] if frames is None else frames.feed(data):
        session.terminal.write(text)


def check_terminal(*, stdin: bool, tty: bool) -> None:
    """Raise DockerError where a terminal is wanted for typing: here nobody types at one."""
    if stdin and tty:
        raise DockerError(NO_TERMINAL)


def exit_with(code: int) -> None:
    """End as the container ended. Raises DockerError for any code but zero."""
    if code:
        raise DockerError("", exit_code=code)
