"""What the shell does itself, without starting a program: `exit`, `break`, `export`, `cd` and `test`.

Owns what a running shell is made of (`ShellState`), and the two ways in which a command leaves the ordinary course.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from swarmlab.engine.programs.busybox import absolute, not_simulated
from swarmlab.engine.programs.processes import Context


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
    """A running shell: its context, its variables, the code of the last command."""

    context: Context
    variables: dict[str, str]
    arguments: tuple[str, ...] = ()
    code: int = 0
    exported: set[str] = field(default_factory=set)


def _exit(shell: ShellState, _: Context, words: tuple[str, ...]) -> int:
    raise Exit(int(words[1]) % 256 if len(words) > 1 and words[1].isdigit() else shell.code)


def _break(_: ShellState, __: Context, words: tuple[str, ...]) -> int:
    raise LoopControl(again=words[0] == "continue")


def _export(shell: ShellState, _: Context, words: tuple[str, ...]) -> int:
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals:
            shell.variables[name] = value
        if name in shell.variables:
            shell.exported.add(name)
    return 0


def _cd(shell: ShellState, context: Context, words: tuple[str, ...]) -> int:
    path = absolute(context, words[1] if len(words) > 1 else "/root")
    if not context.files.is_directory(path):
        context.complain(f"sh: cd: can't cd to {words[1]}: No such file or directory")
        return 2
    shell.context = replace(shell.context, working_dir=path)
    return 0


def _set(_: ShellState, context: Context, words: tuple[str, ...]) -> int:
    return not_simulated(context, " ".join(words))


def _test(shell: ShellState, context: Context, words: tuple[str, ...]) -> int:
    arguments = words[1:-1] if words[0] == "[" else words[1:]
    if arguments[:1] == ("!",) and len(arguments) > 1:
        code = _test(shell, context, ("test", *arguments[1:]))
        return int(not code) if code < 2 else code
    match arguments:
        case (("-z" | "-n") as operator, text):
            return int(bool(text) == (operator == "-z"))
        case (("-r" | "-w"), path):
            return int(not _exists(context, absolute(context, path), "-e"))
        case ("-s", path):
            whole = absolute(context, path)
            return int(not (context.files.is_file(whole) and context.files.read(whole)))
        case (("-e" | "-f" | "-d") as operator, path):
            return int(not _exists(context, absolute(context, path), operator))
        case (left, ("=" | "==" | "!=") as operator, right):
            return int((left == right) == (operator == "!="))
        case (left, operator, right) if operator in _COMPARISONS:
            try:
                return int(not _COMPARISONS[operator](int(left), int(right)))
            except ValueError:
                context.complain(f"sh: {left}: bad number")
                return 2
        case (text,):
            return int(not text)
    return not_simulated(context, " ".join(words))


_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}


def _exists(context: Context, path: str, operator: str) -> bool:
    directory = context.files.is_directory(path)
    if operator == "-d" or directory:
        return directory and operator != "-f"
    folder, _, name = path.rpartition("/")
    return context.files.is_directory(folder or "/") and name in context.files.list(folder or "/")


BUILTINS: dict[str, Callable[[ShellState, Context, tuple[str, ...]], int]] = {
    "exit": _exit,
    "break": _break,
    "continue": _break,
    "export": _export,
    "cd": _cd,
    "set": _set,
    "trap": _set,
    "wait": _set,
    "test": _test,
    "[": _test,
    ":": lambda _, __, ___: 0,
}
