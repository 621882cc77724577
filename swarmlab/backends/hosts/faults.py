"""Faults on the learner's own hosts: the lab has no right to do them, so it says what to type and waits for the effect.

Owns the commands and what is looked at to see that they were typed. Ctrl-C ends the waiting. What the Docker API can do
by itself, a kill of a container, is done.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, Final, cast

from docker import DockerClient
from docker.errors import DockerException, NotFound
from requests.exceptions import RequestException

from swarmlab.backends.hosts.commands import Steps, commands_for
from swarmlab.backends.hosts.ports import HostsPorts
from swarmlab.backends.hosts.settings import HostSettings
from swarmlab.client.protocols import WALLS, Fault, FaultKind, FaultRefused, Wall

WAIT_TIMEOUT_S: Final = 900.0
"""A quarter of an hour to type a command on a host."""

POLL_S: Final = 1.0
_PORT = re.compile(r"[1-9]\d{0,4}/(tcp|udp)")

Connect = Callable[[str], DockerClient]
Tell = Callable[[str], None]


class HandFaults:
    """Faults that a human does. Implements `Faults`.

    Args:
        hosts: by their names.
        connect: makes a client of a host's engine.
        ports: tries ports.
        tell: shows the human what to type.
        poll_s: between two looks whether it was done.
    """

    def __init__(
        self,
        hosts: Mapping[str, HostSettings],
        connect: Connect,
        ports: HostsPorts,
        tell: Tell = print,
        poll_s: float = POLL_S,
    ) -> None:
        self._hosts = hosts
        self._connect = connect
        self._ports = ports
        self._tell = tell
        self._poll_s = poll_s
        self._active: set[Fault] = set()

    def active(self) -> list[Fault]:
        """What the lab has asked for and seen, and not seen undone."""
        return sorted(self._active)

    def stop(self, node: str) -> None:
        """Ask for the engine to be stopped; returns when its API is silent."""
        self._by_hand(node, "stop", lambda: not self._answers(node), "its engine does not answer")
        self._active.add(Fault(node=node, kind="stopped"))

    def start(self, node: str) -> None:
        """Ask for the engine to be started; returns when its API answers."""
        self._by_hand(node, "start", lambda: self._answers(node), "its engine answers")
        self._active.discard(Fault(node=node, kind="stopped"))

    def disconnect(self, node: str) -> None:
        """Ask for the host to be cut from the others; returns when the swarm takes it for down."""
        self._see_nodes(node)
        self._by_hand(node, "disconnect", lambda: self._see_nodes(node) == "down", "the swarm takes it for down")
        self._active.add(Fault(node=node, kind="disconnected"))

    def reconnect(self, node: str) -> None:
        """Undo `disconnect`; returns when the node is ready."""
        self._see_nodes(node)
        self._by_hand(node, "reconnect", lambda: self._see_nodes(node) == "ready", "it is ready")
        self._active.discard(Fault(node=node, kind="disconnected"))

    def block(self, node: str, port: str, *, at: Wall = "firewall") -> None:
        """Ask for a port to be closed; returns when nothing gets through."""
        self._wall(node, "block", port, at, is_open=False)
        self._active.add(Fault(node=node, kind="blocked", port=port, wall=at))

    def open(self, node: str, port: str, *, at: Wall = "firewall") -> None:
        """Ask for a port to be opened; returns when packets get through."""
        self._wall(node, "open", port, at, is_open=True)
        self._active.discard(Fault(node=node, kind="blocked", port=port, wall=at))

    def kill(self, node: str, container_id: str) -> None:
        """SIGKILL one container of the node, through its API."""
        with closing(self._connect(self._host(node).name)) as client:
            _container(client, node, container_id).kill()

    def lose_container(self, node: str, container_id: str) -> None:
        """Ask for a container's files to be deleted while the engine is down; returns when the engine misses it."""
        with closing(self._connect(self._host(node).name)) as client:
            full_id = str(_container(client, node, container_id).id)
        self._by_hand(node, "lose", lambda: self._has_lost(node, full_id), "the container is gone", container=full_id)

    def move_outside(self, node: str) -> None:
        """Cannot be asked of anybody."""
        raise FaultRefused(
            f"{self._host(node).name} cannot be moved into another network just so. To see what a swarm does between"
            " two networks, make a host in another VPC and join it by the public address; or use SWARMLAB_BACKEND=dind."
        )

    def move_inside(self, node: str) -> None:
        """Nothing was moved."""
        self._host(node)

    def heal(self) -> None:
        """Ask for everything to be undone that was asked for."""
        undo: Mapping[FaultKind, Callable[[Fault], None]] = {
            "blocked": lambda fault: self.open(fault.node, fault.port, at=cast(Wall, fault.wall)),
            "disconnected": lambda fault: self.reconnect(fault.node),
            "stopped": lambda fault: self.start(fault.node),
        }
        # Power first: a reconnected node is seen to be ready only if it runs.
        for fault in sorted(self._active, key=lambda fault: fault.kind != "stopped"):
            undo[fault.kind](fault)

    def _wall(self, node: str, verb: str, port: str, at: Wall, *, is_open: bool) -> None:
        if not _PORT.fullmatch(port):
            raise ValueError(f"{port!r} is no port; write 8080/tcp, or one of those of a swarm")
        if at not in WALLS:
            raise ValueError(f"no wall {at!r}; there are {', '.join(WALLS)}")
        self._host(node)
        peer = next((name for name in self._hosts if name != node), None)
        steps = self._steps(node, f"{verb} {at}", port=port)
        if peer is None:
            raise FaultRefused(f"Nobody is there to see whether it was done. By hand: {'; '.join(steps.lines)}")
        try:
            self._ports.arrives(node, port, peer=peer)
        except FaultRefused as refused:
            raise FaultRefused(f"By hand, {steps.where}: {'; '.join(steps.lines)}. {refused}") from None
        words = f"packets of {peer} {'arrive' if is_open else 'do not arrive'} at {port}"

        def is_done() -> bool:
            try:
                return self._ports.arrives(node, port, peer=peer) is is_open
            except FaultRefused:  # an ssh that breaks, or much that arrives: it was seen once, and will be again
                return False

        self._wait(node, steps, is_done, words)

    def _by_hand(self, node: str, verb: str, is_seen: Callable[[], bool], words: str, **more: str) -> None:
        self._wait(node, self._steps(node, verb, **more), is_seen, words)

    def _steps(self, node: str, verb: str, **more: str) -> Steps:
        host = self._host(node)
        peers = [one for name, one in self._hosts.items() if name != node]
        return commands_for(verb, host, peers, **more)

    def _wait(self, node: str, steps: Steps, is_seen: Callable[[], bool], words: str) -> None:
        """Show what to type, and look until it was done."""
        if is_seen():
            return
        if threading.current_thread() is not threading.main_thread():
            # A panel's: it shows an error, but nothing that is printed, and no Ctrl-C gets there.
            raise FaultRefused(f"{steps}\n\nThen ask for this again, and it is seen whether {words}.")
        deadline = time.monotonic() + WAIT_TIMEOUT_S
        try:
            self._tell(f"{steps}\n\nWaiting until {words}. Ctrl-C ends the waiting.")
            while not is_seen():
                if time.monotonic() > deadline:
                    raise FaultRefused(
                        f"{node}: waited {WAIT_TIMEOUT_S / 60:.0f} minutes, and it is not so that {words}."
                    )
                time.sleep(self._poll_s)
        except KeyboardInterrupt:
            raise FaultRefused(f"{node}: waiting was ended, and it is not so yet that {words}.") from None
        self._tell(f"{node}: {words}.")

    def _answers(self, node: str) -> bool:
        try:
            self._connect(node).close()
        except (DockerException, RequestException):
            return False
        return True

    def _has_lost(self, node: str, container_id: str) -> bool:
        try:
            with closing(self._connect(node)) as client:
                client.containers.get(container_id)
        except NotFound:
            return True
        except (DockerException, RequestException):
            return False  # the engine is down, as it should be for a while
        return False

    def _see_nodes(self, node: str) -> str:
        """The state of a node as another manager sees it, else as it sees the others if it is the only one.

        Raises:
            FaultRefused: no manager answers, so nothing can be seen.
        """
        self._host(node)
        for name in [*(one for one in self._hosts if one != node), node]:
            states = self._states(name)
            if states:
                seen = [state for host, state in states if (host == node) == (name != node)]
                return "ready" if "ready" in seen else "down" if seen and set(seen) == {"down"} else ""
        steps = "; ".join(self._steps(node, "disconnect").lines)
        raise FaultRefused(f"No manager answers, so nobody could see that {node} is cut off. By hand: {steps}")

    def _states(self, manager: str) -> Sequence[tuple[str, str]]:
        try:
            with closing(self._connect(manager)) as client:
                nodes: list[Any] = [one.attrs for one in client.nodes.list()]
        except (DockerException, RequestException):
            return ()
        return [(str(one["Description"].get("Hostname")), str(one["Status"]["State"])) for one in nodes]

    def _host(self, name: str) -> HostSettings:
        try:
            return self._hosts[name]
        except KeyError:
            raise ValueError(f"no node {name!r} in this lab; it has {', '.join(self._hosts)}") from None


def _container(client: DockerClient, node: str, container_id: str) -> Any:
    try:
        return client.containers.get(container_id)
    except NotFound as error:
        raise FaultRefused(f"{node} has no container {container_id}; `docker ps` there shows which it has.") from error
