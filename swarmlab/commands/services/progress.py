"""Waiting for a service to converge, as `service create`, `scale`, `update` and `rollback` do.

Source: docker/cli cli/command/service/progress/progress.go, ServiceProgress: asks every 200 ms; a service counts as
converged once it has stayed so for the monitor period (5 s unless its update config says otherwise).
"""

from __future__ import annotations

from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.display import Display
from swarmlab.commands.printing.following import INTERRUPT
from swarmlab.commands.services.progress_modes import Mode, mode_of
from swarmlab.commands.session import Session, filters, path_to

MONITOR_S = 5.0


def wait_on_service(session: Session, service: str, *, quiet: bool = False) -> None:
    """Wait until the service converges; draw the progress meanwhile, print it as it stands at the end.

    Args:
        session: where the service is.
        service: as typed; the last line names it so.
        quiet: print nothing of the progress.

    Raises:
        DockerError: the update was paused, or the engine refused.
    """
    display = Display()
    try:
        _Convergence(session, service, display, quiet=quiet).wait()
    except KeyboardInterrupt:
        _leave(display, service)
    finally:
        if not quiet and display.text():
            session.terminal.print(display.text())


def _leave(display: Display, service: str) -> None:
    display.message(f"{INTERRUPT}Operation continuing in background.")
    display.message(f"Use `docker service ps {service}` to check progress.")


class _Convergence:
    def __init__(self, session: Session, service: str, display: Display, *, quiet: bool) -> None:
        self._session = session
        self._service = service
        self._display = display
        self._quiet = quiet
        self._mode: Mode | None = None
        self._since: float | None = None
        self._monitor_s = MONITOR_S
        self._rollback = False
        self._converged = False
        self._message = ""

    def wait(self) -> None:
        while not self._step():
            if not self._quiet:
                self._session.terminal.draw(self._display.text())
            if self._session.expired():
                if not self._converged:
                    _leave(self._display, self._service)
                return
            self._session.wait()

    def _step(self) -> bool:
        """One look at the service; True when there is nothing left to wait for."""
        service = self._session.get(path_to("service", self._service))
        self._monitor_s = _monitor_s(service) or self._monitor_s
        self._mode = self._mode or mode_of(service, self._display)
        if self._read_update_status(service.get("UpdateStatus") or {}):
            return True
        if self._converged and self._stable_s() >= self._monitor_s:
            self._display.show("verify", f"Service {self._service} converged")
            if self._message:
                self._display.message(f"rollback: {self._message}")
            return True
        self._converged = self._mode.update(service, self._tasks(service["ID"]), self._active_nodes(), self._rollback)
        return self._verify(is_job=service.get("JobStatus") is not None)

    def _read_update_status(self, status: dict[str, Any]) -> bool:
        message = status.get("Message", "")
        match status.get("State"):
            case "updating":
                self._rollback = False
            case "completed":
                return not self._converged
            case "paused":
                raise DockerError(f"service update paused: {message}")
            case "rollback_started":
                if not self._rollback and message:
                    self._display.show("rollback", message)
                self._rollback = True
            case "rollback_paused":
                raise DockerError(f"service rollback paused: {message}")
            case "rollback_completed":
                if not self._converged:
                    self._message = message
                self._rollback = True
        return False

    def _verify(self, *, is_job: bool) -> bool:
        if self._converged and is_job:
            self._display.message("job complete")
            return True
        if self._converged:
            self._since = self._session.elapsed() if self._since is None else self._since
            if (left := self._monitor_s - self._stable_s()) >= 0:
                self._display.show("verify", f"Waiting {int(left) + 1} seconds to verify that tasks are stable...")
        else:
            if self._since is not None:
                self._display.show("verify", "Detected task failure")
            self._since = None
        return False

    def _stable_s(self) -> float:
        return 0.0 if self._since is None else self._session.elapsed() - self._since

    def _tasks(self, service_id: str) -> list[dict[str, Any]]:
        wanted = filters({"service": [service_id], "_up-to-date": ["true"]})
        return list(self._session.get("/tasks", wanted))

    def _active_nodes(self) -> set[str]:
        return {node["ID"] for node in self._session.get("/nodes") if node["Status"].get("State") != "down"}


def _monitor_s(service: dict[str, Any]) -> float:
    return float(((service["Spec"].get("UpdateConfig") or {}).get("Monitor") or 0) / 10**9)
