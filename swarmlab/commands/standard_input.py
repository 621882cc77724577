"""Commands that may read their standard input: `docker secret create token - <<< "top secret"`.

In a notebook a cell below `%%docker secret create token -` is the input. Owns neither the shell nor the notebook.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError

HERE_STRING = "<<<"


@dataclass(frozen=True, kw_only=True)
class ReadsInput(Command):
    """A command that reads its standard input where it is told `-`, or is told to keep it open.

    Attributes:
        stdin: what it reads; None where nobody gave it anything.
    """

    stdin: str | None = None

    def __str__(self) -> str:
        given = "" if self.stdin is None else f" {HERE_STRING} {shlex.quote(self.stdin.removesuffix(chr(10)))}"
        return super().__str__() + given

    def read_input(self) -> bytes:
        """What was given.

        Raises:
            DockerError: nothing was; nobody types at this terminal.
        """
        if self.stdin is None:
            raise DockerError(
                f"nothing stands at the standard input: write it below `%%docker {self.path} … -`, or behind "
                f"`{HERE_STRING}`"
            )
        return self.stdin.encode()

    def piped_input(self) -> bytes:
        """What was given to read until its end; nothing where nobody gave anything, for nobody types here."""
        return (self.stdin or "").encode()
