"""`/containers/{id}/stats` and `/top`: what a container uses, and what runs in it.

Source: moby daemon/stats_unix.go, daemon/top_unix.go; keys compared with an engine 28.5.2.
Simplification: figures are made up, the same for the same container at the same age: a process that waits uses next to
nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.api.messages import Answer, Request, Stream, json_bytes, json_response
from swarmlab.api.times import timestamp
from swarmlab.api.wire import Json
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.host.container import Container
from swarmlab.engine.programs.processes import Running

_MB = 1_048_576
_EVERY_S = 1.0
_CPU_NS_A_SECOND = 120_000
_TITLES = "UID PID PPID C STIME TTY TIME CMD".split()
_AUX_TITLES = "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND".split()


def stats(daemon: Daemon, request: Request) -> Answer:
    """What a container uses: now, or with `stream` each second."""
    container = daemon.containers.find(request.parameters["id"])
    if request.query.get("stream", "1").lower() in ("0", "false"):
        before = None if request.flag("one-shot") else daemon.clock.now - _EVERY_S
        return json_response(_stats(daemon, container, before))
    return Stream(flow=_EverySecond(daemon, lambda before: _stats(daemon, container, before)))


class _EverySecond:
    """A flow of figures, one each second."""

    def __init__(self, daemon: Daemon, figures: Callable[[float | None], Json]) -> None:
        self._clock = daemon.clock
        self._figures = figures
        self._before: float | None = None
        self._ready = True
        self._closed = False

    def read(self) -> bytes:
        """The figures, when they are due."""
        if not self._ready or self._closed:
            return b""
        self._ready = False
        self._clock.after(_EVERY_S, self._come_due)
        figures = self._figures(self._before)
        self._before = self._clock.now
        return json_bytes(figures)

    def _come_due(self) -> None:
        self._ready = True

    @property
    def ended(self) -> bool:
        """Whether nobody listens any more, or the container is gone."""
        return self._closed

    def close(self) -> None:
        """Nobody listens any more."""
        self._closed = True


def _stats(daemon: Daemon, container: Container, before: float | None) -> Json:
    """What is used now, and what was used the time before, if there was one. Source: moby daemon/stats.go."""
    now, state = daemon.clock.now, container.state
    running = bool(state.pid)
    age_s = now - (state.started_at or now) if running else 0.0
    return {
        "read": timestamp(now) if running else timestamp(None),
        "preread": timestamp(before) if running else timestamp(None),
        "pids_stats": {"current": 1, "limit": 4194304} if running else {},
        "blkio_stats": {
            "io_service_bytes_recursive": [] if running else None,
            **dict.fromkeys(
                "io_serviced_recursive io_queue_recursive io_service_time_recursive io_wait_time_recursive "
                "io_merged_recursive io_time_recursive sectors_recursive".split()
            ),
        },
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _cpu(daemon, age_s, now) if running else _NO_CPU,
        "precpu_stats": _cpu_before(daemon, age_s, now, before) if running else _NO_CPU,
        "memory_stats": _memory(daemon, container) if running else {},
        "name": f"/{container.name}",
        "id": container.id,
        **({"networks": _networks(container, age_s)} if running and container.endpoints else {}),
    }


_NO_CPU: Json = {
    "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
    "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
}


def _cpu_before(daemon: Daemon, age_s: float, now: float, before: float | None) -> Json:
    return _NO_CPU if before is None else _cpu(daemon, max(0.0, age_s - (now - before)), before)


def _cpu(daemon: Daemon, age_s: float, now: float) -> Json:
    used = 20_000_000 + int(age_s * _CPU_NS_A_SECOND)
    return {
        "cpu_usage": {"total_usage": used, "usage_in_kernelmode": used // 3, "usage_in_usermode": used - used // 3},
        "system_cpu_usage": int(now * 10**9) * daemon.host.cpus,
        "online_cpus": daemon.host.cpus,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _memory(daemon: Daemon, container: Container) -> Json:
    """A megabyte and something of its own for each container, whatever runs in it."""
    used = _MB + int(container.id[:5], 16)
    limit = container.config.host_extra.get("Memory") or daemon.host.memory_bytes
    return {"usage": used, "stats": {"inactive_file": 0, "pgfault": 1500}, "limit": limit}


def _networks(container: Container, age_s: float) -> Json:
    received = 900 + int(age_s / 10) * 42
    figures = {
        "rx_bytes": received,
        "rx_packets": received // 80,
        "rx_errors": 0,
        "rx_dropped": 0,
        "tx_bytes": 126,
        "tx_packets": 3,
        "tx_errors": 0,
        "tx_dropped": 0,
    }
    return {f"eth{number}": figures for number in range(len(container.endpoints))}


# --- top ---


def top(daemon: Daemon, request: Request) -> Answer:
    """What runs in a container, as the host's `ps` shows it."""
    container = daemon.containers.find(request.parameters["id"])
    container.check_running()
    wanted = request.query.get("ps_args") or "-ef"
    running = daemon.containers.running(container)
    match wanted.lstrip("-"):
        case "ef":
            rows = [_row(container, each, daemon.clock.now) for each in running]
            return json_response({"Titles": _TITLES, "Processes": rows})
        case "aux":
            rows = [_aux_row(container, each, daemon.clock.now) for each in running]
            return json_response({"Titles": _AUX_TITLES, "Processes": rows})
    raise NotImplementedHere(f"the parameter ps_args {wanted} of GET /containers/{{id}}/top is not implemented here")


def _pid(container: Container, process: Running) -> str:
    return str(container.state.pid + process.pid - 1)


def _row(container: Container, process: Running, now: float) -> list[str]:
    """UID PID PPID C STIME TTY TIME CMD."""
    began = timestamp(container.state.started_at or now)[11:16]
    tty = "pts/0" if container.config.tty else "?"
    parent = str(container.state.pid - 1)
    return [process.user, _pid(container, process), parent, "0", began, tty, "00:00:00", " ".join(process.command)]


def _aux_row(container: Container, process: Running, now: float) -> list[str]:
    user, pid, _, _, began, tty, _, command = _row(container, process, now)
    return [user, pid, "0.0", "0.0", "1620", "980", tty, "Ss", began, "0:00", command]
