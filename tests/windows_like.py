"""A Python from which everything is taken that Windows lacks: the absence is played, not what Windows has instead.

Only the lock of `msvcrt` is: a range of bytes from where the file stands.
"""

from __future__ import annotations

import builtins
import importlib
import os
import select
import signal
import sys
import types
from typing import Any

MODULES = frozenset("crypt fcntl grp posix pty pwd readline resource spwd syslog termios tty".split())
NAMES = {
    os: "chown fork forkpty getegid geteuid getgid getuid killpg mkfifo openpty setsid statvfs sysconf uname wait4",
    select: "epoll poll",
    signal: "SIGHUP SIGKILL SIGUSR1 SIGWINCH alarm pause",
}


def take_away() -> None:
    """Take it away: from the package alone where it is a module, from everybody where it is a part of one."""
    # What others take for granted is loaded before.
    for name in (
        "docker",
        "IPython",
        "ipykernel.kernelapp",
        "ipywidgets",
        "jupyterlab.labapp",
        "matplotlib.figure",
        "psutil",
    ):
        importlib.import_module(name)
    real = importlib.import_module("fcntl")
    refuse_imports()
    for module, names in NAMES.items():
        for name in names.split():
            delattr(module, name)
    os.symlink = refuse_links  # type: ignore[assignment]
    sys.modules["msvcrt"] = windows_locks(real)


def refuse_imports() -> None:
    """Have no module of the package import what Windows lacks, in whatever way."""
    found, find = builtins.__import__, importlib.import_module

    def __import__(name: str, globals: Any = None, *rest: Any, **named: Any) -> Any:  # noqa: N807
        importer = str((globals or {}).get("__name__", ""))
        if importer.partition(".")[0] == "swarmlab":
            refuse(name, importer)
        return found(name, globals, *rest, **named)

    def import_module(name: str, package: str | None = None) -> Any:
        importer = str(sys._getframe(1).f_globals["__name__"])
        if importer.partition(".")[0] == "swarmlab":
            refuse(name, importer)
        return find(name, package)

    builtins.__import__ = __import__
    importlib.import_module = import_module


def refuse(name: str, importer: str) -> None:
    """Say who imports it."""
    if name.partition(".")[0] in MODULES:
        raise ModuleNotFoundError(f"{importer} imports {name}, which Windows has not got", name=name)


def refuse_links(*_: Any, **__: Any) -> None:
    """As for most users there."""
    raise OSError(22, "A required privilege is not held by the client")


def windows_locks(real: Any) -> types.ModuleType:
    """Windows' module for locks, made of this platform's."""

    def locking(descriptor: int, kind: int, size: int) -> None:
        try:
            real.lockf(descriptor, kind, size, os.lseek(descriptor, 0, os.SEEK_CUR))
        except BlockingIOError:
            raise PermissionError(13, "Permission denied") from None

    module: Any = types.ModuleType("msvcrt")
    module.locking, module.LK_NBLCK = locking, real.LOCK_EX | real.LOCK_NB
    return module  # type: ignore[no-any-return]
