"""A POSIX shell on a host, for what its Docker API does not tell: over the user's own ssh, here, or in a container.

Owns the processes and the container behind it. What is typed stands in `inside` and `packets`.
"""

from __future__ import annotations

import os
import re
import secrets
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Protocol, cast

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

from swarmlab.backends.hosts.ssh import ssh_command, ssh_environment

END_TIMEOUT_S = 5
CONTAINER_LIFE_S = 600
"""A container that nobody removed ends by itself."""

IMAGES = ("alpine", "busybox")
"""Small ones with a shell and the network's programs."""

LABEL = "swarmlab.doctor"


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
            self._process.kill()
            self._process.wait()
        self._output.close()

    def _read_until(self, end: bytes, deadline: float) -> bytes:
        said = b""
        while not said.endswith(end):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._output], [], [], left)[0]:
                raise ShellFailed("no answer in time")
            part = os.read(self._output.fileno(), 65536)
            if not part:
                raise ShellFailed(_last_line(said))
            said += part
        return said[: -len(end)]


class ContainerShell:
    """A container in the host's own network. It changes nothing but its own being there, and is removed at the end."""

    def __init__(self, client: DockerClient, image: str) -> None:
        self._container: Container = client.containers.create(
            image,
            ["sleep", str(CONTAINER_LIFE_S)],
            network_mode="host",
            read_only=True,
            auto_remove=True,
            labels={LABEL: "1"},
        )
        try:
            self._container.start()
        except BaseException:  # one that did not start stays
            self.close()
            raise

    def run(self, script: str, *, timeout_s: float = 20) -> str:
        """What the script printed."""
        limit = str(max(1, round(timeout_s)))
        _, output = self._container.exec_run(["timeout", limit, "sh", "-c", f"(\n{script}\n) </dev/null 2>&1"])
        return cast(bytes, output).decode(errors="replace")

    def close(self) -> None:
        """Remove the container; harmless when it is gone, or on its way."""
        try:
            self._container.remove(force=True)
        except APIError as error:
            if error.status_code not in (404, 409):
                raise


def ssh_shell(url: str) -> ProgramShell:
    """The shell on the host that `ssh://user@host:port` points to."""
    return ProgramShell(ssh_command(url, "sh"), environment=ssh_environment())


def image_with_a_shell(client: DockerClient) -> str | None:
    """An image that is there already and that a shell can run in; what a service pulled has a digest, but no tag."""
    images = client.images.list()
    names = sorted(name for image in images for name in (*image.tags, *(image.attrs.get("RepoDigests") or ())))
    return next((name for wanted in IMAGES for name in names if re.split("[:@]", name)[0] == wanted), None)


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the shell ended at once"
