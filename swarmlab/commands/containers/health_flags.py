"""Flags of `docker run` and `docker create` about a container's health check.

Source: docker/cli cli/command/container/opts.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.health_flags import HealthFlags
from swarmlab.commands.spelling.options import Text, flag
from swarmlab.commands.spelling.typed import duration

_UNITS = "(ms|s|m|h) (default 0s)"
_NOT_NEGATIVE = ("interval", "timeout", "retries", "start-period", "start-interval")


@dataclass(frozen=True, kw_only=True)
class ContainerHealthFlags(HealthFlags):
    """How a container's health is checked; of a duration, help says here what it is when not typed."""

    health_interval: Text = flag("--health-interval duration", f"Time between running the check {_UNITS}")
    health_start_interval: Text = flag(
        "--health-start-interval duration", f"Time between running the check during the start period {_UNITS}"
    )
    health_start_period: Text = flag(
        "--health-start-period duration",
        f"Start period for the container to initialize before starting health-retries countdown {_UNITS}",
    )
    health_timeout: Text = flag("--health-timeout duration", f"Maximum time to allow one check to run {_UNITS}")

    def health(self) -> dict[str, Any] | None:
        """The check, None where nothing was said.

        Raises:
            DockerError: in the CLI's words.
        """
        said = {key: value for key, value in self.typed_health().items() if value}
        if disabled := self.disabled_health(said):
            return disabled
        self._check_not_negative()
        return said or None

    def _check_not_negative(self) -> None:
        for name in _NOT_NEGATIVE:
            value = getattr(self, f"health_{name.replace('-', '_')}")
            if (value if isinstance(value, int) else duration(value) or 0) < 0:
                raise DockerError(f"--health-{name} cannot be negative")
