"""Waiting for real engines: they take the time that they take."""

import time
from collections.abc import Callable

POLL_S = 0.1


def wait_until(condition: Callable[[], object], what: str, *, timeout_s: float = 60) -> None:
    """Ask again and again until `condition` holds; fail, saying what was waited for, when it takes too long."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:g} s for {what}"
        time.sleep(POLL_S)
