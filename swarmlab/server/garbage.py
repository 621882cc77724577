"""How often Python looks for garbage in a process that holds a large simulation.

Python's collector goes through the newest objects after every 700, and through all of them whenever they have grown by
a quarter: with millions of objects that live as long as their cluster that is a third of all time, and it finds
nothing, since what the engine drops is not part of cycles and goes at once. So in such a process it looks seldom.
This is the process's affair, not the engine's: a server of a large simulation calls it, and so do benchmarks. Small
labs, whose process may be a notebook's, keep what Python does by itself.
"""

from __future__ import annotations

import gc

LARGE = 50
"""Hosts from which on a simulation is large."""

_YOUNG = 10_000_000


def collect_seldom() -> None:
    """Let the collector look only after so many new objects as a cluster of a hundred thousand tasks has."""
    gc.set_threshold(_YOUNG, 10, 10)
