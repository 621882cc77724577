"""Flags that `service create` and `service update` share, each group with what it writes into a service's spec.

A flag that was not typed changes nothing; the first flag of a group that is typed fills the group with the CLI's
defaults.
Source: docker/cli cli/command/service/opts.go, update.go; swarmkit api/defaults/service.go.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.health_flags import HealthFlags
from swarmlab.commands.printing import units
from swarmlab.commands.session import Session, filters
from swarmlab.commands.spelling.credentials import read_credentials
from swarmlab.commands.spelling.options import Many, Number, Ratio, Switch, Text, flag
from swarmlab.commands.spelling.typed import duration, given, pairs

Spec = dict[str, Any]

UPDATE_DEFAULTS = {
    "Parallelism": 1,
    "FailureAction": "pause",
    "Monitor": 5 * 10**9,
    "MaxFailureRatio": 0,
    "Order": "stop-first",
}
RESTART_DEFAULTS = {"Condition": "any", "Delay": 5 * 10**9, "MaxAttempts": 0}
_UNITS = "(ns|us|ms|s|m|h)"


@dataclass(frozen=True, kw_only=True)
class UpdateFlags(Command):
    """How an update, and a rollback, walks over the tasks."""

    update_delay: Text = flag("--update-delay duration", f"Delay between updates {_UNITS}", "0s")
    update_failure_action: Text = flag(
        "--update-failure-action string", 'Action on update failure ("pause", "continue", "rollback")', '"pause"'
    )
    update_max_failure_ratio: Ratio = flag(
        "--update-max-failure-ratio float", "Failure rate to tolerate during an update", "0"
    )
    update_monitor: Text = flag(
        "--update-monitor duration", f"Duration after each task update to monitor for failure {_UNITS}", "5s"
    )
    update_order: Text = flag("--update-order string", 'Update order ("start-first", "stop-first")', '"stop-first"')
    update_parallelism: Number = flag(
        "--update-parallelism uint", "Maximum number of tasks updated simultaneously (0 to update all at once)", "1"
    )
    rollback_delay: Text = flag("--rollback-delay duration", f"Delay between task rollbacks {_UNITS}", "0s")
    rollback_failure_action: Text = flag(
        "--rollback-failure-action string", 'Action on rollback failure ("pause", "continue")', '"pause"'
    )
    rollback_max_failure_ratio: Ratio = flag(
        "--rollback-max-failure-ratio float", "Failure rate to tolerate during a rollback", "0"
    )
    rollback_monitor: Text = flag(
        "--rollback-monitor duration", f"Duration after each task rollback to monitor for failure {_UNITS}", "5s"
    )
    rollback_order: Text = flag(
        "--rollback-order string", 'Rollback order ("start-first", "stop-first")', '"stop-first"'
    )
    rollback_parallelism: Number = flag(
        "--rollback-parallelism uint",
        "Maximum number of tasks rolled back simultaneously (0 to roll back all at once)",
        "1",
    )

    def merge_update_configs(self, spec: Spec) -> None:
        """Write both configs into the spec."""
        for name, prefix in (("UpdateConfig", "update"), ("RollbackConfig", "rollback")):
            typed = self.typed_update_config(prefix)
            if typed:
                spec[name] = {**(spec.get(name) or UPDATE_DEFAULTS), **typed}

    def typed_update_config(self, prefix: str) -> Spec:
        """What was typed of one of them: of `update` or of `rollback`."""

        def value(name: str) -> Any:
            return getattr(self, f"{prefix}_{name}")

        return given(
            {
                "Parallelism": value("parallelism"),
                "Delay": duration(value("delay")),
                "Monitor": duration(value("monitor")),
                "FailureAction": value("failure_action"),
                "MaxFailureRatio": value("max_failure_ratio"),
                "Order": value("order"),
            }
        )


@dataclass(frozen=True, kw_only=True)
class RestartFlags(Command):
    """When a task that ended is replaced."""

    restart_condition: Text = flag(
        "--restart-condition string", 'Restart when condition is met ("none", "on-failure", "any")', '"any"'
    )
    restart_delay: Text = flag("--restart-delay duration", f"Delay between restart attempts {_UNITS}", "5s")
    restart_max_attempts: Number = flag("--restart-max-attempts uint", "Maximum number of restarts before giving up")
    restart_window: Text = flag("--restart-window duration", f"Window used to evaluate the restart policy {_UNITS}")

    def merge_restart_policy(self, template: Spec) -> None:
        """Write the restart policy into a task template."""
        typed = self.typed_restart_policy()
        if typed:
            template["RestartPolicy"] = {**(template.get("RestartPolicy") or RESTART_DEFAULTS), **typed}

    def typed_restart_policy(self) -> Spec:
        """What was typed of it."""
        return given(
            {
                "Condition": self.restart_condition,
                "Delay": duration(self.restart_delay),
                "MaxAttempts": self.restart_max_attempts,
                "Window": duration(self.restart_window),
            }
        )


@dataclass(frozen=True, kw_only=True)
class ResourceFlags(Command):
    """What a task may use, and what a node must have left for it."""

    limit_cpu: Text = flag("--limit-cpu decimal", "Limit CPUs")
    limit_memory: Text = flag("--limit-memory bytes", "Limit Memory")
    limit_pids: Number = flag("--limit-pids int", "Limit maximum number of processes (default 0 = unlimited)")
    reserve_cpu: Text = flag("--reserve-cpu decimal", "Reserve CPUs")
    reserve_memory: Text = flag("--reserve-memory bytes", "Reserve Memory")

    def merge_resources(self, template: Spec) -> None:
        """Write limits and reservations into a task template."""
        limits = {**_resources(self.limit_cpu, self.limit_memory), **given({"Pids": self.limit_pids})}
        reservations = _resources(self.reserve_cpu, self.reserve_memory)
        for name, typed in (("Limits", limits), ("Reservations", reservations)):
            if typed:
                resources = template.setdefault("Resources", {})
                resources[name] = {**(resources.get(name) or {}), **typed}


@dataclass(frozen=True, kw_only=True)
class TaskHealthFlags(HealthFlags):
    """How a task's health is checked."""

    def merge_health(self, container: Spec) -> None:
        """Write the health check into a container spec.

        Raises:
            DockerError: `--no-healthcheck` together with a check.
        """
        typed = self.typed_health()
        if disabled := self.disabled_health(typed):
            container["Healthcheck"] = disabled
        elif typed:
            before = container.get("Healthcheck") or {}
            if before.get("Test") == ["NONE"]:
                before = {}
            container["Healthcheck"] = {**before, **typed}


@dataclass(frozen=True, kw_only=True)
class ContainerFlags(Command):
    """What the container of a task is like.

    Nobody is logged in to a registry here, so `--with-registry-auth` has nothing to send.
    """

    credential_spec: Text = flag(
        "--credential-spec credential-spec", "Credential spec for managed service account (Windows only)"
    )
    entrypoint: Text = flag("--entrypoint command", "Overwrite the default ENTRYPOINT of the image")
    hostname: Text = flag("--hostname string", "Container hostname")
    init: Switch = flag("--init", "Use an init inside each service container to forward signals and reap processes")
    isolation: Text = flag("--isolation string", "Service container isolation mode")
    log_driver: Text = flag("--log-driver string", "Logging driver for service")
    log_opt: Many = flag("--log-opt list", "Logging driver options")
    oom_score_adj: Number = flag("--oom-score-adj int", "Tune host's OOM preferences (-1000 to 1000) ")
    read_only: Switch = flag("--read-only", "Mount the container's root filesystem as read only")
    stop_grace_period: Text = flag(
        "--stop-grace-period duration", f"Time to wait before force killing a container {_UNITS}", "10s"
    )
    stop_signal: Text = flag("--stop-signal string", "Signal to stop the container")
    tty: Switch = flag("-t, --tty", "Allocate a pseudo-TTY")
    with_registry_auth: Switch = flag("--with-registry-auth", "Send registry authentication details to swarm agents")
    user: Text = flag("-u, --user string", "Username or UID (format: <name|uid>[:<group|gid>])")
    workdir: Text = flag("-w, --workdir string", "Working directory inside the container")

    def merge_container(self, container: Spec) -> None:
        """Write what was typed into a container spec."""
        container |= given(
            {
                "Command": None if self.entrypoint is None else shlex.split(self.entrypoint),
                "Hostname": self.hostname,
                "Init": self.init,
                "Isolation": self.isolation,
                "OomScoreAdj": self.oom_score_adj,
                "ReadOnly": self.read_only,
                "StopGracePeriod": duration(self.stop_grace_period),
                "StopSignal": self.stop_signal,
                "TTY": self.tty,
                "User": self.user,
                "Dir": self.workdir,
            }
        )

    def merge_credentials(self, session: Session, container: Spec) -> None:
        """Write the credential spec into a container spec; one that is a config, as a config that is no file, too.

        Raises:
            DockerError: there is no such config.
        """
        if not self.credential_spec:
            if self.credential_spec is not None and container.get("Privileges"):
                container["Privileges"]["CredentialSpec"] = None
            return
        sources = read_credentials(self.credential_spec)
        if name := sources["Config"]:
            found = session.get("/configs", filters({"name": [name]}))
            ids = {each["Spec"]["Name"]: each["ID"] for each in found}
            if name not in ids:
                raise DockerError(f"config not found: {name}")
            sources = {**sources, "Config": ids[name]}
            files = [each for each in container.get("Configs") or [] if "Runtime" not in each]
            container["Configs"] = [*files, {"Runtime": {}, "ConfigID": ids[name], "ConfigName": name}]
        container.setdefault("Privileges", {})["CredentialSpec"] = sources

    def merge_log_driver(self, template: Spec) -> None:
        """Write the log driver into a task template."""
        if self.log_driver:
            template["LogDriver"] = {"Name": self.log_driver, "Options": pairs(self.log_opt)}


@dataclass(frozen=True, kw_only=True)
class WaitingFlags(Command):
    """Whether the command waits until the service has converged."""

    detach: Switch = flag("-d, --detach", "Exit immediately instead of waiting for the service to converge")
    quiet: Switch = flag("-q, --quiet", "Suppress progress output")


@dataclass(frozen=True, kw_only=True)
class ServiceFlags(ContainerFlags, TaskHealthFlags, ResourceFlags, RestartFlags, UpdateFlags, WaitingFlags):
    """All that both commands have, spelled alike in both."""

    max_concurrent: Number = flag(
        "--max-concurrent uint", "Number of job tasks to run concurrently (default equal to --replicas)"
    )
    no_resolve_image: Switch = flag(
        "--no-resolve-image", "Do not query the registry to resolve image digest and supported platforms"
    )
    replicas: Number = flag("--replicas uint", "Number of tasks")
    replicas_max_per_node: Number = flag(
        "--replicas-max-per-node uint", "Maximum number of tasks per node (default 0 = unlimited)"
    )


def _resources(cpus: str | None, memory: str | None) -> Spec:
    nano = None if cpus is None else units.read_nano_cpus(cpus)
    return given({"NanoCPUs": nano, "MemoryBytes": None if memory is None else units.read_bytes(memory)})
