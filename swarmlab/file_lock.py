"""Exclusive locks on files: two kernels, or two labs, that write one file do so one after the other.

A lock ends with its file, and with the process that has it.
"""

from __future__ import annotations

import importlib
import os
import time
from typing import IO, Any

unix: Any
try:
    unix = importlib.import_module("fcntl")
except ImportError:  # Windows
    unix = None

_FAR_BEYOND = 1 << 30
"""The byte that is locked on Windows, where nobody else can read what is: no file of ours is as long."""

_AGAIN_S = 0.05
"""Windows can wait for a lock, but gives up after ten seconds: asked again instead."""


def lock(file: IO[Any], *, wait: bool = True) -> None:
    """Lock a file until it is closed.

    Args:
        file: open for writing.
        wait: for whoever has it.

    Raises:
        BlockingIOError: somebody has it, and is not waited for.
    """
    if unix is not None:
        unix.flock(file, unix.LOCK_EX | (0 if wait else unix.LOCK_NB))
        return
    while not _is_locked_on_windows(file.fileno()):
        if not wait:
            raise BlockingIOError(f"{file.name} is locked")
        time.sleep(_AGAIN_S)


def _is_locked_on_windows(descriptor: int) -> bool:
    """Try to lock it. Not measured: no Windows was at hand."""
    windows: Any = importlib.import_module("msvcrt")
    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    os.lseek(descriptor, _FAR_BEYOND, os.SEEK_SET)
    try:
        windows.locking(descriptor, windows.LK_NBLCK, 1)
    except PermissionError:
        return False
    finally:
        os.lseek(descriptor, position, os.SEEK_SET)
    return True
