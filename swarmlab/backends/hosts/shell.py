"""A POSIX shell on a host, for what its Docker API does not tell: over the user's own ssh, or on this machine.

Owns the processes. What is typed stands in `packets`, and where the doctor looks around.
"""

from __future__ import annotations

import os
import platform
import secrets
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any, Protocol, cast

from swarmlab.backends.hosts.ssh import ssh_command, ssh_environment

END_TIMEOUT_S = 5
NO_SHELL = "no shell there: its endpoint is no ssh://"


class ShellFailed(Exception):
    """The shell could not be had, or it did not answer in time; the text says what it said."""


class Shell(Protocol):
    """Runs scripts on a host."""

    def run(self, script: str, *, timeout_s: float = 20) -> str:
        """What the script printed; its standard input is empty.

        Raises:
            ShellFailed: nothing came back in time.
        """
        ...

    def close(self) -> None:
        """End it, and leave nothing behind."""
        ...


class ProgramShell:
    """`sh`, here or at the other end of a program like ssh. One process for all scripts: connecting takes its time."""

    def __init__(self, program: Sequence[str], *, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env=environment,
        )  # fmt: skip
        self._input, self._output = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)

    def run(self, script: str, *, timeout_s: float = 20) -> str:
        """What the script printed, between two marks: a login shell may greet before it."""
        mark = secrets.token_hex(8)
        # In parentheses the script is read to its end before it runs, so nothing in it can swallow the rest.
        text = f"printf '%s\\n' begin-{mark}\n(\n{script}\n) </dev/null 2>&1\nprintf '\\n%s\\n' end-{mark}\n"
        try:
            self._input.write(text.encode())
            self._input.flush()
        except OSError as error:
            raise ShellFailed(_last_line(self._output.read())) from error
        said = self._read_until(f"\nend-{mark}\n".encode(), time.monotonic() + timeout_s)
        return said.decode(errors="replace").partition(f"begin-{mark}\n")[2]

    def close(self) -> None:
        """End the program."""
        with suppress(OSError):  # it is gone, with what was still to be written
            self._input.close()
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()
        self._output.close()

    def _kill(self) -> None:
        """With what it has started: all of it is one group of processes, where there are such groups."""
        if os.name == "nt":
            self._process.kill()
        else:
            os.killpg(self._process.pid, signal.SIGKILL)

    def _read_until(self, end: bytes, deadline: float) -> bytes:
        said = b""
        while not said.endswith(end):
            left = deadline - time.monotonic()
            try:
                answers = left > 0 and select.select([self._output], [], [], left)[0]
            except OSError as error:  # Windows waits for nothing but sockets
                raise ShellFailed(f"what it says cannot be awaited on this computer: {error}") from None
            if not answers:
                raise ShellFailed("no answer in time")
            part = os.read(self._output.fileno(), 65536)
            if not part:
                raise ShellFailed(_last_line(said))
            said += part
        return said[: -len(end)]


def open_shell(url: str, info: Callable[[], Mapping[str, Any]]) -> ProgramShell:
    """A shell on a host: the user's own ssh, or this machine's where the engine runs on this machine.

    Args:
        url: of its engine.
        info: asks that for `docker info`.

    Raises:
        ShellFailed: there is none.
    """
    if url.startswith("ssh://"):
        return ssh_shell(url)
    if url.startswith("unix://") and is_here(info()):
        return ProgramShell(["sh"])
    raise ShellFailed(NO_SHELL)


def is_here(info: Mapping[str, object]) -> bool:
    """Whether an engine behind a socket of this machine runs on this very machine, not in a container or its own VM."""
    return info.get("Name") == socket.gethostname() and info.get("KernelVersion") == platform.release()


def ssh_shell(url: str) -> ProgramShell:
    """The shell on the host that `ssh://user@host:port` points to."""
    return ProgramShell(ssh_command(url, "sh"), environment=ssh_environment())


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the shell ended at once"
