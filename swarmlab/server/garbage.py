"""How often Python looks for garbage in a process that holds a large simulation.

Python's collector goes through all objects again whenever they have grown by a quarter, and through the newest after
every 700: with millions of objects that live as long as their cluster that is half of all time, and it finds next to
nothing, since what the engine drops is seldom part of a cycle. So it looks seldom. This is the process's affair, not
the engine's: a server of a simulation calls it, and so do benchmarks.
"""

from __future__ import annotations

import gc

_YOUNG = 1_000_000
_OLDER, _OLDEST = 10, 10


def collect_seldom() -> None:
    """Let the collector look after a million new objects, and at older ones after ten such looks."""
    gc.set_threshold(_YOUNG, _OLDER, _OLDEST)
