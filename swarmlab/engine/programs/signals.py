"""The signals of Linux: their numbers, what they are called, which end nobody who does not handle them. Owns no state.

Source: signal(7); moby/sys signal/{signal,signal_linux}.go.
Simplification: SIGSTOP and its like do not let a program stand still; `docker pause` does.
"""

from __future__ import annotations

from collections.abc import Mapping

from swarmlab.engine.go_numbers import NotANumber, atoi, parse_uint

_NAMES = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG "
    "XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split()

SIGNALS: Mapping[str, int] = {
    **{f"SIG{name}": number for number, name in enumerate(_NAMES, 1)},
    "SIGRTMIN": 34,
    **{f"SIGRTMIN+{step}": 34 + step for step in range(1, 16)},
    **{f"SIGRTMAX-{step}": 64 - step for step in range(14, 0, -1)},
    "SIGRTMAX": 64,
}
"""Their names and numbers."""

IGNORED_BY_DEFAULT = frozenset(f"SIG{name}" for name in "CHLD CONT STOP TSTP TTIN TTOU URG WINCH".split())
_ALSO = {"SIGIOT": "SIGABRT", "SIGCLD": "SIGCHLD", "SIGPOLL": "SIGIO"}
_BY_NUMBER = {number: name for name, number in SIGNALS.items()}


def signal_name(text: str) -> str | None:
    """`SIGTERM` for `SIGTERM`, `term` and `15`; None when there is no such signal."""
    if text[:1].isdecimal():
        try:
            return _BY_NUMBER.get(parse_uint(text))
        except NotANumber:
            return None
    name = text.upper() if text.upper().startswith("SIG") else f"SIG{text.upper()}"
    name = _ALSO.get(name, name)
    return name if name in SIGNALS else None


def is_signal(text: str) -> bool:
    """Whether the engine takes a text for a signal: of numbers every one but 0."""
    try:
        return atoi(text) != 0
    except NotANumber:
        return signal_name(text) is not None
