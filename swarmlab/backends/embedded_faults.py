"""How a lab of simulated engines is broken and repaired, and which of its ports are open: the world model, asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from swarmlab.client.protocols import Fault, Port, PortCheck, Wall
from swarmlab.engine import world
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.simulation import Simulation
from swarmlab.engine.world import Outcome, World
from swarmlab.server import EngineServer

T = TypeVar("T")


class EmbeddedFaults:
    """Faults of simulated hosts; each is idempotent."""

    def __init__(self, server: EngineServer) -> None:
        self._server = server

    def active(self) -> list[Fault]:
        """What is broken just now."""
        return self._server.call(_broken)

    def stop(self, node: str) -> None:
        """Cut the node's power."""
        self._server.call(lambda simulation: _power_off(simulation.daemons[node]))

    def start(self, node: str) -> None:
        """Give it back; the engine's API answers when this returns."""
        self._server.call(lambda simulation: _power_on(simulation.daemons[node]))

    def disconnect(self, node: str) -> None:
        """Cut the node from the other hosts."""
        self._on_world(lambda world: world.disconnect(node))

    def reconnect(self, node: str) -> None:
        """Undo `disconnect`."""
        self._on_world(lambda world: world.reconnect(node))

    def block(self, node: str, port: str, *, at: Wall = "firewall") -> None:
        """Drop what other hosts send to `port` of `node`, at one of the two walls."""
        self._on_world(lambda there: there.block(node, port, world.Wall(at)))

    def open(self, node: str, port: str, *, at: Wall = "firewall") -> None:
        """Let packets for `port` of `node` pass this wall again."""
        self._on_world(lambda there: there.open(node, port, world.Wall(at)))

    def kill(self, node: str, container_id: str) -> None:
        """SIGKILL one container."""
        self._server.call(lambda simulation: simulation.daemons[node].containers.kill(container_id))

    def lose_container(self, node: str, container_id: str) -> None:
        """Lose a container while its engine is down."""

        def lose(simulation: Simulation) -> None:
            daemon = simulation.daemons[node]
            daemon.containers.lose(found)
            _power_on(daemon)

        found = self._server.call(lambda simulation: simulation.daemons[node].containers.find(container_id).id)
        self.stop(node)
        self._server.call(lose)

    def move_outside(self, node: str) -> None:
        """Move the host to a network of its own."""
        self._on_world(lambda world: world.move_outside(node))

    def move_inside(self, node: str) -> None:
        """Undo `move_outside`."""
        self._on_world(lambda world: world.move_inside(node))

    def heal(self) -> None:
        """Undo every fault."""
        self._server.call(_heal)

    def _on_world(self, act: Callable[[World], None]) -> None:
        self._server.call(lambda simulation: act(simulation.world))


def _broken(simulation: Simulation) -> list[Fault]:
    found = [Fault(node=name, kind="stopped") for name, daemon in simulation.daemons.items() if not daemon.running]
    for name, host in simulation.world.hosts.items():
        found += [Fault(node=name, kind="disconnected")] if not host.connected else []
        found += [Fault(node=name, kind="outside")] if host.outside else []
        for wall, ports in host.blocked.items():
            found += [Fault(node=name, kind="blocked", port=port, wall=wall.value) for port in ports]
    return sorted(found)


def _power_off(daemon: Daemon) -> None:
    if daemon.running:
        daemon.power_off()


def _power_on(daemon: Daemon) -> None:
    if not daemon.running:
        daemon.power_on()


def _heal(simulation: Simulation) -> None:
    for name, host in simulation.world.hosts.items():
        simulation.world.reconnect(name)
        simulation.world.move_inside(name)
        for wall, ports in host.blocked.items():
            for port in sorted(ports):
                simulation.world.open(name, port, wall)
    # Power last, so that an engine that starts finds the others at once.
    for daemon in simulation.daemons.values():
        daemon.resume()
        _power_on(daemon)


class EmbeddedPorts:
    """Which of the four ports can be reached between two simulated hosts."""

    def __init__(self, server: EngineServer) -> None:
        self._server = server

    def check(self, node: str, port: Port, *, peer: str) -> PortCheck:
        """Send a packet from `peer` to `port` of `node` and say whether it arrives."""
        return self._server.call(lambda simulation: _check(simulation.world, node, port, peer))


def _check(there: World, node: str, port: Port, peer: str) -> PortCheck:
    reach = there.reaches(peer, there.address_towards(peer, node), port)
    # A port that lets packets pass is open, whether an engine already listens behind it or not.
    arrives = reach.outcome is not Outcome.SILENT
    walls: tuple[Wall, ...] = tuple(wall.value for wall in reach.walls)
    return PortCheck(node=node, peer=peer, port=port, open=arrives, blocked_at=walls)
