"""A lab of simulated engines in this process: no Docker needed. The same API and faults as real ones.

Owns the server of the engines and the files of the lab's directory: sockets and contexts. What the engines do is
swarmlab.engine's business; the learner's side reaches them through the docker SDK only.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

from docker import DockerClient

from swarmlab.backends.contexts import write_contexts
from swarmlab.backends.embedded_faults import EmbeddedFaults, EmbeddedPorts
from swarmlab.backends.embedded_web import EmbeddedWeb
from swarmlab.backends.tls_client import HeadersClient
from swarmlab.client.protocols import Host, LabState, TimeRefused
from swarmlab.engine import states
from swarmlab.engine.simulation import Simulation
from swarmlab.ownership import LabDirectory
from swarmlab.server import (
    ONLY_LOOKS,
    SECRET_HEADER,
    EngineServer,
    Place,
    PortPlace,
    SocketKind,
    UnixPlace,
    new_secret,
    socket_kind,
)

SEED = 1
"""Of a lab that is not told otherwise."""

_BEFORE_S = 60.0
"""Engine time before now at which a live lab is built, so that what it holds at its start lies in the past."""

TimeMode = Literal["live", "manual"]


def start(directory: LabDirectory, state: LabState) -> EmbeddedBackend:
    """Start a lab of three simulated engines. Time is live, or what SWARMLAB_TIME says (`live` or `manual`).

    Raises:
        ValueError: SWARMLAB_TIME or SWARMLAB_SOCKETS says something else, or the directory's path is too long for
            a socket.
    """
    return EmbeddedBackend(
        lab_id=directory.lab_id,
        directory=directory.path,
        docker_config=directory.docker_config,
        time=_time_mode(os.environ.get("SWARMLAB_TIME") or "live"),
        state=state,
    )


def _time_mode(text: str) -> TimeMode:
    if text in ("live", "manual"):
        return cast(TimeMode, text)
    raise ValueError(f"SWARMLAB_TIME may be live or manual, not {text!r}")


class EmbeddedClock:
    """The lab's time: engine time."""

    def __init__(self, server: EngineServer) -> None:
        self._server = server

    def now(self) -> datetime:
        """The present as the engines' answers show it, in UTC."""
        return datetime.fromtimestamp(self._server.on_time(lambda runner: runner.reader_now()), tz=UTC)

    def elapsed(self) -> float:
        """Seconds of engine time."""
        return self._server.call(lambda simulation: simulation.clock.now)

    def sleep(self, seconds: float) -> None:
        """Let `seconds` of lab time pass; in manual time and in a pause they pass at once."""
        rate = self._server.on_time(lambda runner: None if runner.paused else runner.rate)
        if rate is None:
            self._server.advance(seconds)
        else:
            time.sleep(seconds / rate)

    @property
    def rate(self) -> float | None:
        """Engine seconds a wall second; None in manual time."""
        return self._server.on_time(lambda runner: runner.rate)

    def set_rate(self, rate: float) -> None:
        """Let time pass faster or slower from now on; after a reset of the lab too.

        Raises:
            TimeRefused: in manual time.
            ValueError: time cannot pass at that rate.
        """
        _check_rate(rate)
        self._live("has no rate")
        self._server.on_time(lambda runner: runner.set_rate(rate))

    def pause(self) -> None:
        """Let time stand still.

        Raises:
            TimeRefused: in manual time.
        """
        self._live("stands still by itself")
        self._server.on_time(lambda runner: runner.pause())

    def resume(self) -> None:
        """Let time pass again.

        Raises:
            TimeRefused: in manual time.
        """
        self._live("does not pass by itself")
        self._server.on_time(lambda runner: runner.resume())

    def step(self) -> float:
        """Jump to when something happens next; returns the seconds jumped.

        Raises:
            TimeRefused: time passes by itself.
        """
        if self._server.on_time(lambda runner: runner.rate is not None and not runner.paused):
            raise TimeRefused("live time is stepped in a pause: clock.pause() first")
        return self._server.on_time(lambda runner: runner.step())

    def _live(self, why: str) -> None:
        if self.rate is None:
            raise TimeRefused(f"manual time {why}: it passes while somebody waits for it")


class EmbeddedBackend:
    """Simulated engines behind sockets of this machine.

    Args:
        nodes: how many hosts.
        managers: how many of them manage where the state says that a swarm is formed.
        seed: of all chance; two labs of one seed that are told the same things in manual time are equal.
        time: `live` (wall time) or `manual` (moved by whoever waits for it).
        rate: engine seconds a wall second, in live time.
        directory: where unix sockets are to lie; must be there and private.
        docker_config: where the contexts are to lie; by default `docker` in the directory.
        state: the named state to begin with.
        lab_id: names the lab.
        sockets: `unix`, or `tcp` for ports of this machine; by default what the platform has.

    Raises:
        ValueError: the directory's path is too long for a socket, or a number makes no sense.
    """

    name = "embedded"

    def __init__(  # noqa: PLR0913  (each is a choice of whoever starts a lab)
        self,
        *,
        nodes: int = 3,
        managers: int = 1,
        seed: int = SEED,
        time: TimeMode = "live",
        rate: float = 1.0,
        directory: Path,
        docker_config: Path | None = None,
        state: LabState = "separate",
        lab_id: str = "embedded",
        sockets: SocketKind | None = None,
    ) -> None:
        _check(nodes, managers, rate)
        self.lab_id = lab_id
        self._build = _builder(nodes=nodes, managers=managers, seed=seed, live=time == "live")
        self._rate = rate if time == "live" else None
        simulation = self._build(state)
        self.docker_config = str(docker_config or directory / "docker")
        self._headers: dict[str, str] = {}
        names = sorted(simulation.daemons, key=_number)
        places = self._places(sockets or socket_kind(), names, directory)
        self._server = EngineServer(simulation, places, rate=self._rate)
        self.hosts: Sequence[Host] = [_host(simulation, name, places[name]) for name in names]
        self._write_contexts(Path(self.docker_config))
        self.clock = EmbeddedClock(self._server)
        self.faults = EmbeddedFaults(self._server)
        self.ports = EmbeddedPorts(self._server)
        self.web = EmbeddedWeb(self._server, self.clock)

    def _places(self, kind: SocketKind, names: Sequence[str], directory: Path) -> Mapping[str, Place]:
        if kind == "unix":
            return {name: UnixPlace(directory / f"{name}.sock") for name in names}
        secret = new_secret()
        self._headers[SECRET_HEADER] = secret
        return {name: PortPlace(secret, Path(self.docker_config)) for name in names}

    def _write_contexts(self, directory: Path) -> None:
        self._made_docker_config = not directory.exists()
        directory.mkdir(mode=0o700, exist_ok=True)
        names = [host.name for host in self.hosts]
        write_contexts(directory, self.hosts, current=states.first_manager(names), headers=self._headers)

    def client(self, node: str) -> DockerClient:
        """A new docker SDK client for the node's engine; the caller closes it."""
        (host,) = (host for host in self.hosts if host.name == node)
        return HeadersClient(host.docker_host, self._headers)

    def observer(self, node: str) -> DockerClient:
        """A new client whose requests move no manual time; the caller closes it."""
        client = self.client(node)
        client.api.headers[ONLY_LOOKS] = "1"
        return client

    def reset(self, state: LabState) -> None:
        """Put fresh engines in a named state in the place of the present ones; the sockets stay."""
        self._server.replace(lambda: self._build(state))

    def close(self) -> None:
        """End the lab: engines, sockets, thread. Idempotent.

        Raises:
            SimulationFailed: a simulated engine went wrong and nobody has been told yet.
        """
        try:
            self._server.close()
        finally:
            if self._made_docker_config:
                shutil.rmtree(self.docker_config, ignore_errors=True)


def _check(nodes: int, managers: int, rate: float) -> None:
    if nodes < 1:
        raise ValueError(f"a lab needs at least one node, not {nodes}")
    if not 1 <= managers <= nodes:
        raise ValueError(f"of {nodes} nodes between 1 and {nodes} can be managers, not {managers}")
    _check_rate(rate)


def _check_rate(rate: float) -> None:
    if not 0 < rate < math.inf:
        raise ValueError(f"time cannot pass at a rate of {rate}")


def _builder(*, nodes: int, managers: int, seed: int, live: bool) -> Callable[[LabState], Simulation]:
    """What makes a lab's simulation; in live time it has reached wall time when it is handed over."""

    def build(state: LabState) -> Simulation:
        if not live:
            return states.build(state, nodes=nodes, managers=managers, seed=seed)
        simulation = states.build(state, nodes=nodes, managers=managers, seed=seed, now=time.time() - _BEFORE_S)
        simulation.advance_to(max(simulation.clock.now, time.time()))
        return simulation

    return build


def _host(simulation: Simulation, name: str, place: Place) -> Host:
    host = simulation.daemons[name].host
    return Host(
        name=name,
        address=host.address,
        public_address=host.public_address,
        docker_host=place.docker_host,
        context=name,
    )


def _number(name: str) -> int:
    """By number, so that docker-swarm-10 comes after docker-swarm-9."""
    return int(name.rpartition("-")[2])
