"""How a lab of real engines is broken and repaired (power, links, walls, containers), and what still gets through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from docker.errors import NotFound

from swarmlab.backends.dind.nodes import NodeContainer
from swarmlab.backends.dind.registry import Registry
from swarmlab.backends.dind.walls import Links, counter
from swarmlab.backends.parallel import in_parallel
from swarmlab.client.protocols import PORTS, WALLS, Fault, FaultRefused, Port, PortCheck, Wall

CLIENT_TIMEOUT_S: Final = 30

_ATTEMPTS = 10


class DindFaults:
    """Faults done to the node containers. Implements `Faults`."""

    def __init__(self, nodes: Mapping[str, NodeContainer], links: Links, registry: Registry) -> None:
        self._nodes = nodes
        self._links = links
        self._registry = registry

    def active(self) -> list[Fault]:
        """What is broken just now."""
        stopped = [Fault(node=name, kind="stopped") for name, node in self._nodes.items() if not node.is_running()]
        disconnected = [Fault(node=name, kind="disconnected") for name in self._links.disconnected]
        outside = [Fault(node=name, kind="outside") for name in self._links.outside]
        blocked = [Fault(node=node, kind="blocked", port=port, wall=at) for node, port, at in self._links.blocked]
        return sorted([*stopped, *disconnected, *outside, *blocked])

    def stop(self, node: str) -> None:
        """Kill the node's container: its engine and all containers on it end at once."""
        self._node(node).kill()

    def start(self, node: str) -> None:
        """Start the node's container again, and the registry if the local Docker was restarted."""
        self._node(node)
        self._registry.start()
        self._node(node).start()

    def disconnect(self, node: str) -> None:
        """Drop every packet between this node and the others; the API's port and the registry stay reachable."""
        self._node(node)
        self._links.disconnected.add(node)
        self._raise_all_walls()

    def reconnect(self, node: str) -> None:
        """Undo `disconnect`."""
        self._node(node)
        self._links.disconnected.discard(node)
        self._raise_all_walls()

    def block(self, node: str, port: str, *, at: Wall = "firewall") -> None:
        """Drop what others send to the port; what is connected already is stopped too."""
        _check(port, at)
        self._links.blocked.add((self._node(node).name, port, at))
        self._raise_walls(node)

    def open(self, node: str, port: str, *, at: Wall = "firewall") -> None:
        """Undo `block` at this wall."""
        _check(port, at)
        self._links.blocked.discard((self._node(node).name, port, at))
        self._raise_walls(node)

    def kill(self, node: str, container_id: str) -> None:
        """SIGKILL one container of the node."""
        client = self._node(node).connect(CLIENT_TIMEOUT_S)
        try:
            client.containers.get(container_id).kill()
        except NotFound as error:
            raise _no_container(node, container_id) from error
        finally:
            client.close()

    def lose_container(self, node: str, container_id: str) -> None:
        """Kill the engine, delete the container's directory, start the engine."""
        container = self._node(node)
        container.write_file("lost", f"{_full_id(container, container_id)}\n".encode())
        container.kill()
        container.start()

    def move_outside(self, node: str) -> None:
        """Let packets between this node and the others pass only where they were sent to a public address.

        Simplification: the receiver sees the sender's private address, since only the target is translated.
        """
        self._node(node)
        self._links.outside.add(node)
        self._raise_all_walls()

    def move_inside(self, node: str) -> None:
        """Undo `move_outside`."""
        self._node(node)
        self._links.outside.discard(node)
        self._raise_all_walls()

    def heal(self) -> None:
        """Undo every fault; what a restart of the local Docker stopped is started, too."""
        self._links.heal()
        self._raise_all_walls()
        self._registry.start()
        in_parallel(NodeContainer.start, self._nodes.values())

    def _node(self, name: str) -> NodeContainer:
        try:
            return self._nodes[name]
        except KeyError:
            raise ValueError(f"no node {name!r} in this lab; it has {', '.join(self._nodes)}") from None

    def _raise_walls(self, node: str) -> None:
        self._node(node).raise_walls(self._links.rules(node))

    def _raise_all_walls(self) -> None:
        in_parallel(self._raise_walls, self._nodes)


class DindPorts:
    """Sends packets from node to node and looks whether they arrive. Implements `Ports`."""

    def __init__(self, nodes: Mapping[str, NodeContainer], links: Links) -> None:
        self._nodes = nodes
        self._links = links

    def check(self, node: str, port: Port, *, peer: str) -> PortCheck:
        """Send one packet to the node's private address and ask its packet filter whether it came through.

        A port that nobody listens on is open, too: nothing on the way has dropped the packet.
        """
        if port not in PORTS:
            raise ValueError(f"no port {port!r} to check; a swarm uses {', '.join(PORTS)}")
        if node == peer:
            raise ValueError(f"a check needs two hosts; {node} reaches its own ports always")
        target, sender = self._nodes[node], self._nodes[peer]
        arrives = target.is_running() and sender.is_running() and self._arrives(target, port, sender)
        blocked_at = () if arrives else self._links.blocked_at(node, port)
        return PortCheck(node=node, peer=peer, port=port, open=arrives, blocked_at=blocked_at)

    def _arrives(self, target: NodeContainer, port: Port, sender: NodeContainer) -> bool:
        number, protocol = port.split("/")
        before = _arrived(target, counter(sender.name, port))
        sender.run("send", protocol, target.plan.address, number)
        return _arrived(target, counter(sender.name, port)) > before


def _arrived(node: NodeContainer, mark: str) -> int:
    """How many packets have come through; while the engine rewrites its rules the list may be empty: asked again."""
    for _ in range(_ATTEMPTS):
        if count := node.run("arrived", mark).strip():
            return int(count)
    raise RuntimeError(f"the packet filter of {node.name} does not count {mark}; reset the lab")


def _full_id(node: NodeContainer, container_id: str) -> str:
    client = node.connect(CLIENT_TIMEOUT_S)
    try:
        return str(client.containers.get(container_id).id)
    except NotFound as error:
        raise _no_container(node.name, container_id) from error
    finally:
        client.close()


def _no_container(node: str, container_id: str) -> FaultRefused:
    return FaultRefused(f"{node} has no container {container_id}; `docker ps` there shows which it has.")


def _check(port: str, wall: str) -> None:
    if not re.fullmatch(r"[1-9]\d{0,4}/(tcp|udp)", port):
        raise ValueError(f"{port!r} is no port; write 8080/tcp, or one of {', '.join(PORTS)}")
    if wall not in WALLS:
        raise ValueError(f"no wall {wall!r}; there are {', '.join(WALLS)}")
