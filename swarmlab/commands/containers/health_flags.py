"""Flags of `docker run` and `docker create` about a container's health check.

Those of a service differ: there a zero is something, here it is nothing.
Source: docker/cli cli/command/container/opts.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.flags import duration
from swarmlab.commands.spelling.options import Number, Switch, Text, flag

_UNITS = "(ms|s|m|h) (default 0s)"
_NOT_NEGATIVE = ("interval", "timeout", "retries", "start-period", "start-interval")


@dataclass(frozen=True, kw_only=True)
class ContainerHealthFlags(Command):
    """How a container's health is checked."""

    health_cmd: Text = flag("--health-cmd string", "Command to run to check health")
    health_interval: Text = flag("--health-interval duration", f"Time between running the check {_UNITS}")
    health_retries: Number = flag("--health-retries int", "Consecutive failures needed to report unhealthy")
    health_start_interval: Text = flag(
        "--health-start-interval duration", f"Time between running the check during the start period {_UNITS}"
    )
    health_start_period: Text = flag(
        "--health-start-period duration",
        f"Start period for the container to initialize before starting health-retries countdown {_UNITS}",
    )
    health_timeout: Text = flag("--health-timeout duration", f"Maximum time to allow one check to run {_UNITS}")
    no_healthcheck: Switch = flag("--no-healthcheck", "Disable any container-specified HEALTHCHECK")

    def health(self) -> dict[str, Any] | None:
        """The check, None where nothing was said.

        Raises:
            DockerError: in the CLI's words.
        """
        said = {
            "Test": ["CMD-SHELL", self.health_cmd] if self.health_cmd else None,
            "Interval": duration(self.health_interval),
            "Timeout": duration(self.health_timeout),
            "Retries": self.health_retries,
            "StartPeriod": duration(self.health_start_period),
            "StartInterval": duration(self.health_start_interval),
        }
        said = {key: value for key, value in said.items() if value}
        if self.no_healthcheck:
            if said:
                raise DockerError("--no-healthcheck conflicts with --health-* options")
            return {"Test": ["NONE"]}
        self._check_not_negative()
        return said or None

    def _check_not_negative(self) -> None:
        for name in _NOT_NEGATIVE:
            value = getattr(self, f"health_{name.replace('-', '_')}")
            if (value if isinstance(value, int) else duration(value) or 0) < 0:
                raise DockerError(f"--health-{name} cannot be negative")
