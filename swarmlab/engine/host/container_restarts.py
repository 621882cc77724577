"""Restart policies of `docker run --restart`: who is started again after its end, and after how long.

Owns each container's back-off and the starts that are planned. Source: moby restartmanager/restartmanager.go.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.host.container import Container
from swarmlab.engine.ids import ContainerId

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 60.0
GOOD_RUN_S = 10.0
"""A process that ran this long begins anew with the shortest delay."""

POLICIES = ("no", "always", "on-failure", "unless-stopped")


def check_policy(name: str, retries: int, *, auto_remove: bool) -> None:
    """Raise InvalidParameter for a policy that cannot be. Source: moby api/types/container, ValidateRestartPolicy."""
    if name not in ("", *POLICIES):
        known = "use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
        raise InvalidParameter(f"invalid restart policy: unknown policy '{name}'; {known}")
    if retries and name != "on-failure" and not (name == "" and retries < 0):
        raise InvalidParameter("invalid restart policy: maximum retry count can only be used with 'on-failure'")
    if retries < 0:
        raise InvalidParameter("invalid restart policy: maximum retry count cannot be negative")
    if auto_remove and name not in ("", "no"):
        raise InvalidParameter("can't create 'AutoRemove' container with restart policy")


def wants_restart(container: Container, code: int, *, stopped: bool) -> bool:
    """Whether a container's policy starts it again; `stopped` says whether somebody stopped it."""
    config = container.config
    match config.restart:
        case "always":
            return True
        case "unless-stopped":
            return not stopped
        case "on-failure":
            retries = config.restart_max_retries
            return code != 0 and (retries == 0 or container.restart_count < retries)
    return False


class Restarts:
    """The starts that are planned on one host.

    Args:
        start: starts a container again.
    """

    def __init__(self, clock: Clock, start: Callable[[Container], object]) -> None:
        self._clock = clock
        self._start = start
        self._delays: dict[ContainerId, float] = {}
        self._planned: dict[ContainerId, Timer] = {}

    def plan(self, container: Container, ran_s: float) -> None:
        """Start a container again, the later the more often it ended soon."""
        before = 0.0 if ran_s >= GOOD_RUN_S else self._delays.get(container.id, 0.0)
        delay_s = min(2 * before, LONGEST_DELAY_S) if before else FIRST_DELAY_S
        self._delays[container.id] = delay_s
        self._planned[container.id] = self._clock.after(delay_s, lambda: self._due(container))

    def _due(self, container: Container) -> None:
        del self._planned[container.id]
        self._start(container)

    def cancel(self, container: Container) -> None:
        """Do not start it again after all."""
        timer = self._planned.pop(container.id, None)
        if timer is not None:
            timer.cancel()

    def begin_anew(self, container: Container) -> None:
        """Somebody started it: what was before counts no more."""
        self._delays.pop(container.id, None)
        container.restart_count = 0

    def forget_all(self) -> None:
        """The engine died."""
        for timer in self._planned.values():
            timer.cancel()
        self._planned, self._delays = {}, {}
