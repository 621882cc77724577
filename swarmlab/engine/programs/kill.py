"""The program `kill`, and how its words are read, which the shell's own `kill` shares. Owns no state.

Source: busybox 1.35, procps/kill.c and libbb; texts recorded from it.
"""

from __future__ import annotations

from swarmlab.engine.programs.busybox import at_once, not_simulated
from swarmlab.engine.programs.processes import Context
from swarmlab.engine.programs.signals import signal_name

NOBODY = "you need to specify whom to kill"
LIST = "-l"


def read_kill(words: tuple[str, ...]) -> tuple[str, tuple[str, ...], str]:
    """The signal, the processes, and busybox's words for a signal that is none; signal 0 is empty."""
    name, pids = "TERM", words
    if words[:1] == (LIST,):
        return LIST, (), ""
    if words[:1] == ("-s",):
        name, pids = (words[1] if len(words) > 1 else ""), words[2:]
    elif words and words[0].startswith("-") and len(words[0]) > 1 and words[0] != "--":
        name, pids = words[0][1:], words[1:]
    pids = pids[1:] if pids[:1] == ("--",) else pids
    if name == "0":
        return "", pids, ""
    signal = signal_name(name)
    return signal or "", pids, "" if signal else f"bad signal name '{name}'"


def _kill(context: Context) -> int:
    signal, pids, refusal = read_kill(context.arguments[1:])
    if signal == LIST:
        return not_simulated(context, LIST)
    if refusal or not pids:
        context.complain(f"kill: {refusal or NOBODY}")
        return 1
    code = 0
    for pid in pids:
        if not pid.isdecimal():
            context.complain(f"kill: invalid number '{pid}'")
            return 1
        if not context.kill(int(pid), signal):
            context.complain(f"kill: can't kill pid {pid}: No such process")
            code = 1
    return code


KILL = at_once("kill", _kill)
