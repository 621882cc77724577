"""Waiting in lab time, with errors that say what was waited for and what was seen last.

Owns no state of the cluster: every look asks anew. Time passes only through the lab's clock.
"""

from __future__ import annotations

from collections.abc import Callable

from docker.errors import APIError, DockerException
from requests.exceptions import RequestException

from swarmlab.client.protocols import Clock

POLL_S = 0.2
TIMEOUT_S = 60.0


class WaitTimeout(TimeoutError):
    """What was waited for did not come in time; the text says what was seen last."""


def wait_until(
    clock: Clock,
    missing: Callable[[], str],
    what: str,
    *,
    timeout_s: float = TIMEOUT_S,
    poll_s: float = POLL_S,
) -> None:
    """Look again and again until nothing is missing.

    Args:
        clock: the lab's.
        missing: says what is still missing; an empty text when nothing is. An engine that refuses or does not answer
            counts as missing.
        what: completes "waited 60 s for …".
        timeout_s: lab seconds.
        poll_s: lab seconds between two looks.

    Raises:
        WaitTimeout: something was still missing at the end.
    """
    end = clock.elapsed() + timeout_s
    while seen := _look(missing):
        if clock.elapsed() >= end:
            raise WaitTimeout(f"waited {timeout_s:g} s for {what}; last seen: {seen}")
        clock.sleep(poll_s)


def _look(missing: Callable[[], str]) -> str:
    try:
        return missing()
    except APIError as error:
        return f"the engine answered: {error.explanation}"
    except (DockerException, RequestException) as error:
        return f"no answer from an engine ({type(error).__name__})"
