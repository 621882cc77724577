"""The same work with several things at once. Knows nothing of labs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def in_parallel(work: Callable[[Item], object], items: Iterable[Item]) -> None:
    """Do `work` with each item, all at the same time; when several fail, the first item's error is raised.

    One after the other while the interpreter ends: it starts no thread any more.
    """
    things = list(items)
    if not things:
        return
    with ThreadPoolExecutor(max_workers=len(things)) as pool:
        try:
            results = [pool.submit(work, thing) for thing in things]
        except RuntimeError:
            for thing in things:
                work(thing)
            return
        for result in results:
            result.result()
