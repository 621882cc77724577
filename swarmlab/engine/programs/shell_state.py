"""What a running shell is made of, and the two ways in which a command leaves the ordinary course."""

from __future__ import annotations

from dataclasses import dataclass, field

from swarmlab.engine.programs.processes import Context
from swarmlab.engine.programs.shell_voices import ASH, Voice


class Exit(Exception):
    """The shell ends."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class LoopControl(Exception):
    """`break`, or `continue` where it goes on with the loop's next turn."""

    def __init__(self, *, again: bool) -> None:
        super().__init__(again)
        self.again = again


@dataclass(slots=True)
class ShellState:
    """A running shell: its context, its variables, the code of the last command.

    Attributes:
        name: `$0`, under which it complains.
        line: where in its script it is; `line_before`: how many lines there were before what it runs now.
        traps: what it does at signals and at its end; `pending` are the signals that came.
        is_main: whether it is the process, and no part of another shell.
        code_before_trap: the code of the command before the trap that runs now.
    """

    context: Context
    variables: dict[str, str]
    arguments: tuple[str, ...] = ()
    code: int = 0
    exported: set[str] = field(default_factory=set)
    name: str = "sh"
    voice: Voice = ASH
    line: int = 1
    line_before: int = 0
    is_typed: bool = False
    traps: dict[str, str] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    is_main: bool = True
    code_before_trap: int | None = None

    def complain(self, context: Context, text: str, *, command: str = "") -> None:
        """Complain where a command's errors go, or in the name of that command."""
        context.complain(self.complaint(text, command=command))

    def complaint(self, text: str, *, command: str = "") -> str:
        """A complaint in this shell's words."""
        line = self.line + self.line_before
        return self.voice.complaint(self.name, text, command=command, line=line, shows_line=not self.is_typed)
