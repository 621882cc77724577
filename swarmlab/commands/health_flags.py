"""The flags that say how health is checked, of a container and of a service's tasks.

What they make of them differs: to a service a zero is something, to a container it is nothing.
Source: docker/cli cli/command/container/opts.go, cli/command/service/opts.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.spelling.options import Number, Switch, Text, flag
from swarmlab.commands.spelling.typed import duration, given

_UNITS = "(ms|s|m|h)"


@dataclass(frozen=True, kw_only=True)
class HealthFlags(Command):
    """How health is checked."""

    health_cmd: Text = flag("--health-cmd string", "Command to run to check health")
    health_interval: Text = flag("--health-interval duration", f"Time between running the check {_UNITS}")
    health_retries: Number = flag("--health-retries int", "Consecutive failures needed to report unhealthy")
    health_start_interval: Text = flag(
        "--health-start-interval duration", f"Time between running the check during the start period {_UNITS}"
    )
    health_start_period: Text = flag(
        "--health-start-period duration",
        f"Start period for the container to initialize before counting retries towards unstable {_UNITS}",
    )
    health_timeout: Text = flag("--health-timeout duration", f"Maximum time to allow one check to run {_UNITS}")
    no_healthcheck: Switch = flag("--no-healthcheck", "Disable any container-specified HEALTHCHECK")

    def typed_health(self) -> dict[str, Any]:
        """What was typed of a check.

        Raises:
            DockerError: in the CLI's words.
        """
        return given(
            {
                "Test": ["CMD-SHELL", self.health_cmd] if self.health_cmd else None,
                "Interval": duration(self.health_interval),
                "Timeout": duration(self.health_timeout),
                "Retries": self.health_retries,
                "StartPeriod": duration(self.health_start_period),
                "StartInterval": duration(self.health_start_interval),
            }
        )

    def disabled_health(self, typed: dict[str, Any]) -> dict[str, Any] | None:
        """The check that is none, where that was asked for.

        Raises:
            DockerError: together with a check.
        """
        if self.no_healthcheck and typed:
            raise DockerError("--no-healthcheck conflicts with --health-* options")
        return {"Test": ["NONE"]} if self.no_healthcheck else None
