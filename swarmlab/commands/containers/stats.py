"""`docker stats`: what containers use, once or until it is interrupted.

On a screen the table is drawn anew twice a second; of what was drawn over itself the last state is printed.
Source: docker/cli cli/command/container/{stats,stats_helpers,formatter_stats}.go.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from swarmlab.client.tables import short_id
from swarmlab.commands.command import Command
from swarmlab.commands.printing.following import INTERRUPT, STEP_S
from swarmlab.commands.printing.listing import Kind, Listing, columns
from swarmlab.commands.printing.streams import Stream
from swarmlab.commands.printing.templates import FORMAT_TABLE
from swarmlab.commands.printing.units import binary_size, decimal_size
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Many, Switch, Text, arguments, flag

Figures = Mapping[str, Any]
_HEADERS = {
    "ID": "CONTAINER ID",
    "Name": "NAME",
    "CPUPerc": "CPU %",
    "MemUsage": "MEM USAGE / LIMIT",
    "MemPerc": "MEM %",
    "NetIO": "NET I/O",
    "BlockIO": "BLOCK I/O",
    "PIDs": "PIDS",
}
_STATS = Kind(type="*container.statsContext", headers={**_HEADERS, "Container": "CONTAINER"}, table=columns(_HEADERS))
_NEVER = "0001-01-01T00:00:00Z"
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True)
class ContainerStats(Command, path="stats", also=("container stats",)):
    """CPU, memory and traffic of containers."""

    usage = "[OPTIONS] [CONTAINER...]"
    summary = "Display a live stream of container(s) resource usage statistics"

    all: Switch = flag("-a, --all", "Show all containers (default shows just running)")
    format: Text = flag("--format string", FORMAT_TABLE)
    no_stream: Switch = flag("--no-stream", "Disable streaming stats and only pull the first result")
    no_trunc: Switch = flag("--no-trunc", "Do not truncate output")
    containers: Many = arguments(least=0)

    def sdk(self) -> str:
        """See Command."""
        names = self.containers or ("",)
        return "\n".join(f"client.containers.get({name!r}).stats(stream={not self.no_stream})" for name in names)

    def perform(self, session: Session) -> None:
        """See Command."""
        watched: dict[str, _Watched] = {}
        try:
            self._look(session, watched)
            while not all(each.is_ready for each in watched.values()):
                session.wait(STEP_S)
                self._look(session, watched)
            while not self.no_stream and not session.expired():
                session.wait(STEP_S)
                self._look(session, watched)
        except KeyboardInterrupt:
            pass
        finally:
            for each in watched.values():
                each.stream.close()
        self._print(session, list(watched.values()))
        if not self.no_stream:
            session.terminal.write(INTERRUPT)

    def _look(self, session: Session, watched: dict[str, _Watched]) -> None:
        """Read what has come by now of every container that is there."""
        names = self._names(session)
        for name in [name for name in watched if name not in names]:
            watched.pop(name).stream.close()
        for name in names:
            if name not in watched:
                watched[name] = _Watched(name=name, stream=_opened(session, name))
            watched[name].read()

    def _names(self, session: Session) -> Sequence[str]:
        if self.containers:
            return list(dict.fromkeys(self.containers))
        params = {"all": 1} if self.all else None
        return [short_id(container["Id"]) for container in session.get("/containers/json", params)]

    def _print(self, session: Session, watched: Sequence[_Watched]) -> None:
        rows = [_row(each.name, each.figures, trunc=not self.no_trunc) for each in watched]
        listing = Listing(session.terminal, _STATS)
        listing.print(rows, template=self.format or "")


def _opened(session: Session, name: str) -> Stream:
    return Stream(session.request("get", path_to("container", name, "stats"), params={"stream": 1}, stream=True))


@dataclass(slots=True, kw_only=True)
class _Watched:
    """One container's figures as they come."""

    name: str
    stream: Stream
    figures: Figures = field(default_factory=dict)
    _rest: str = ""

    def read(self) -> None:
        """Take in what has come."""
        self._rest += self.stream.read().decode()
        while text := self._rest.lstrip():
            try:
                self.figures, end = _DECODER.raw_decode(text)
            except ValueError:
                break
            self._rest = text[end:]

    @property
    def is_ready(self) -> bool:
        """Whether there are two moments to compare, or none since the container does not run."""
        if not self.figures:
            return self.stream.ended
        return bool(self.figures["read"] == _NEVER or self.figures["preread"] != _NEVER)


def _row(name: str, figures: Figures, *, trunc: bool) -> dict[str, str]:
    used, limit = _memory(figures.get("memory_stats") or {})
    networks = (figures.get("networks") or {}).values()
    blocks = (figures.get("blkio_stats") or {}).get("io_service_bytes_recursive") or []
    identifier = str(figures.get("id", ""))
    return {
        "Container": name,
        "ID": short_id(identifier) if trunc else identifier,
        "Name": str(figures.get("name", "")).removeprefix("/") or "--",
        "CPUPerc": f"{_cpu_percentage(figures):.2f}%",
        "MemUsage": f"{binary_size(used)} / {binary_size(limit)}",
        "MemPerc": f"{used / limit * 100 if limit else 0:.2f}%",
        "NetIO": _both(sum(each["rx_bytes"] for each in networks), sum(each["tx_bytes"] for each in networks)),
        "BlockIO": _both(*(sum(e["value"] for e in blocks if e["op"][:1].lower() == kind) for kind in "rw")),
        "PIDs": str((figures.get("pids_stats") or {}).get("current", 0)),
    }


def _both(received: int, sent: int) -> str:
    return f"{decimal_size(received)} / {decimal_size(sent)}"


def _memory(figures: Figures) -> tuple[int, int]:
    """Used without what could be given back at once, and the limit."""
    used, stats = figures.get("usage", 0), figures.get("stats") or {}
    cached = stats.get("total_inactive_file", stats.get("inactive_file", 0))
    return used - cached if cached < used else used, figures.get("limit", 0)


def _cpu_percentage(figures: Figures) -> float:
    now, before = figures.get("cpu_stats") or {}, figures.get("precpu_stats") or {}
    used = now.get("cpu_usage", {}).get("total_usage", 0) - before.get("cpu_usage", {}).get("total_usage", 0)
    passed = now.get("system_cpu_usage", 0) - before.get("system_cpu_usage", 0)
    return used / passed * now.get("online_cpus", 0) * 100 if passed > 0 and used > 0 else 0.0
