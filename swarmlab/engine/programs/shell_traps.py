"""What a shell does about signals: `trap` and `kill`. Owns no state: a shell's traps are in its ShellState.

A signal with a trap waits until the command in the foreground has ended. Source: POSIX.1 XCU trap, kill; words recorded
from busybox 1.35 and dash 0.5.12.
"""

from __future__ import annotations

from functools import partial

from swarmlab.engine.programs.busybox import not_simulated
from swarmlab.engine.programs.kill import LIST, NOBODY, read_kill
from swarmlab.engine.programs.processes import Context
from swarmlab.engine.programs.shell_state import Exit, ShellState
from swarmlab.engine.programs.signals import SIGNALS, signal_name

EXIT = "EXIT"
_USAGE = "Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]"  # as dash says it


def trap(shell: ShellState, context: Context, words: tuple[str, ...]) -> int:
    """The builtin: list traps, set them, take them back."""
    operands = words[1:]
    if operands[:1] == ("--",):
        operands = operands[1:]
    elif operands and operands[0].startswith("-") and operands[0] != "-":
        shell.complain(context, shell.voice.either("illegal", "Illegal") + f" option {operands[0][:2]}", command="trap")
        raise Exit(2)
    if not operands:
        return _list(shell, context)
    action: str | None = None
    if len(operands) > 1 and not operands[0].isdigit():
        action, operands = (None if operands[0] == "-" else operands[0]), operands[1:]
    code = 0
    for word in operands:
        name = _condition(shell, word)
        if name is None:
            code = 1
            if word == "ERR" and not shell.voice.is_dash:
                return not_simulated(context, "trap on ERR")
            _complain_of_condition(shell, context, word)
            if shell.voice.is_dash:
                break
        else:
            _set(shell, name, action)
    return code


def _list(shell: ShellState, context: Context) -> int:
    for name in sorted(shell.traps, key=lambda name: SIGNALS.get(f"SIG{name}", 0)):
        context.print(f"trap -- {_quoted(shell.traps[name])} {name}")
    return 0


def _condition(shell: ShellState, word: str) -> str | None:
    """`EXIT` or a signal without its SIG, which only ash takes."""
    if word.upper() in (EXIT, "0"):
        return EXIT
    if shell.voice.is_dash and word.upper().startswith("SIG"):
        return None
    name = signal_name(word)
    return name and name.removeprefix("SIG")


def _complain_of_condition(shell: ShellState, context: Context, word: str) -> None:
    if shell.voice.is_dash:
        context.complain(f"trap: {word}: bad trap")
    else:
        shell.complain(context, f"{word}: invalid signal specification", command="trap")


def _set(shell: ShellState, name: str, action: str | None) -> None:
    if action is None:
        shell.traps.pop(name, None)
    else:
        shell.traps[name] = action
    heeds = shell.context.heeds
    if name == EXIT or not shell.is_main or heeds is None:
        return
    if action is None:
        heeds.pop(f"SIG{name}", None)
    else:
        heeds[f"SIG{name}"] = partial(shell.pending.append, name)


def _quoted(text: str) -> str:
    """As a shell reads it back."""
    shown, rest = "", text
    while rest or not shown:
        plain = rest.partition("'")[0]
        rest = rest[len(plain) :]
        quotes = rest[: len(rest) - len(rest.lstrip("'"))]
        rest = rest[len(quotes) :]
        shown += f"'{plain}'" + (f'"{quotes}"' if quotes else "")
    return shown


def kill(shell: ShellState, context: Context, words: tuple[str, ...]) -> int:
    """The builtin: send a signal to processes of the container."""
    signal, pids, refusal = read_kill(words[1:])
    if signal == LIST:
        return not_simulated(context, "kill -l")
    if refusal:
        return _kill_refused(shell, context, refusal, _dash_refusal(words, refusal))
    if not pids:
        return _kill_refused(shell, context, NOBODY, _USAGE)
    code = 0
    for pid in pids:
        if pid.startswith("%"):
            shell.complain(context, shell.voice.either(f"{pid}: no such job", f"No such job: {pid}"), command="kill")
            return 2
        if not pid.isdecimal():
            return _kill_refused(shell, context, f"invalid number '{pid}'", f"Illegal number: {pid}")
        if not context.kill(int(pid), signal):
            _kill_refused(shell, context, f"can't kill pid {pid}: No such process", "No such process\n")
            code = 1
    return code


def _kill_refused(shell: ShellState, context: Context, ash: str, dash: str) -> int:
    """Say why not, in the name of the shell as ash does or of `kill`. Returns the code."""
    shell.complain(context, shell.voice.either(ash, dash), command=shell.voice.either("", "kill"))
    return shell.voice.either(1, 2)


def _dash_refusal(words: tuple[str, ...], refusal: str) -> str:
    name = refusal.partition("'")[2].rstrip("'")
    return f"invalid signal number or name: {name}" if words[1] == "-s" else f"Illegal option -{name[:1]}"
