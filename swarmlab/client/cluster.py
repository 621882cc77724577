"""The cluster as the learner holds it: nodes by name, a docker SDK client for each, the lab's clock, waiting.

Owns the connections to the nodes. Does not own the engines behind them (a backend does) nor any snapshot of state:
every question is asked anew, through the Docker API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from docker import DockerClient
from docker.errors import DockerException
from requests.exceptions import RequestException

from swarmlab.client.convergence import missing_for_convergence
from swarmlab.client.ports import PortChecks
from swarmlab.client.protocols import PORTS, Backend, Clock, Host, LabState, Port, PortCheck, Wall, WebAnswer
from swarmlab.client.snapshots import Snapshot, take_snapshot
from swarmlab.client.waiting import TIMEOUT_S, wait_until

WEB_TIMEOUT_S = 3.0
"""How long a published port may take to answer."""


class NoManager(Exception):
    """No node of the lab answers as a swarm manager."""


class Node:
    """One host of the lab: its engine's client and the faults that can be done to it."""

    def __init__(self, host: Host, backend: Backend, acted: Callable[[], None] = lambda: None) -> None:
        self.host = host
        self._backend = backend
        self._faults = backend.faults
        self._acted = acted

    def __repr__(self) -> str:
        return f"<Node {self.name} {self.address}>"

    @property
    def name(self) -> str:
        """Hostname, as `docker node ls` shows it."""
        return self.host.name

    @property
    def address(self) -> str:
        """Private address: the one to advertise."""
        return self.host.address

    @property
    def public_address(self) -> str | None:
        """Address under which the host is reached from outside its network."""
        return self.host.public_address

    @property
    def docker_config(self) -> str:
        """The directory in which the docker CLI finds the lab's contexts."""
        return self._backend.docker_config

    @cached_property
    def client(self) -> DockerClient:
        """A docker SDK client for this node's engine."""
        return self._backend.client(self.name)

    def stop(self) -> None:
        """Kill the engine and every container on it, as a power cut would."""
        self._do(self._faults.stop)

    def start(self) -> None:
        """Start the engine again."""
        self._do(self._faults.start)

    def disconnect(self) -> None:
        """Cut the host from the others."""
        self._do(self._faults.disconnect)

    def reconnect(self) -> None:
        """Undo `disconnect`."""
        self._do(self._faults.reconnect)

    def get(self, port: int, path: str = "/", *, timeout_s: float = WEB_TIMEOUT_S) -> WebAnswer:
        """Ask a published port of this host from outside the swarm, as a browser does.

        Raises:
            NoWebAnswer: nothing listens there, or nothing came back in time.
        """
        return self._backend.web.get(self.name, port, path, timeout_s=timeout_s)

    def block(self, port: str, *, at: Wall = "firewall") -> None:
        """Drop what others send to `port` (`8080/tcp`), at the host's firewall or in its security group."""
        self._do(self._faults.block, port, at=at)

    def open(self, port: str, *, at: Wall = "firewall") -> None:
        """Let packets for `port` pass that wall again."""
        self._do(self._faults.open, port, at=at)

    def check(self, port: Port, *, peer: Node) -> PortCheck:
        """Whether `peer` reaches `port` of this node."""
        return self._backend.ports.check(self.name, port, peer=peer.name)

    def kill(self, container_id: str) -> None:
        """SIGKILL one container of this node."""
        self._do(self._faults.kill, container_id)

    def lose_container(self, container_id: str) -> None:
        """Lose a container while the engine is down; the engine runs again afterwards."""
        self._do(self._faults.lose_container, container_id)

    def move_outside(self) -> None:
        """Move the host to a network of its own, where only public addresses are reached."""
        self._do(self._faults.move_outside)

    def move_inside(self) -> None:
        """Undo `move_outside`."""
        self._do(self._faults.move_inside)

    def _do(self, fault: Callable[..., None], *details: str, **more: str) -> None:
        fault(self.name, *details, **more)
        self._acted()

    def is_manager(self) -> bool:
        """Whether the engine answers and says that it is a manager; asks for nothing that needs a leader."""
        try:
            api: Any = self.client.api
            state = api.head(f"{api.base_url}/_ping").headers.get("Swarm")
            # Engines before 23.0 do not say it there.
            return state == "active/manager" if state else bool(self.client.info()["Swarm"].get("ControlAvailable"))
        except (DockerException, RequestException):
            return False

    def close(self) -> None:
        """Close the client's connections."""
        if "client" in self.__dict__:
            self.client.close()
            del self.__dict__["client"]


class Cluster:
    """The nodes of a lab. `cluster["docker-swarm-3"]` is a node; iterating gives them in the order of their names."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.began_as: LabState | None = None  # the state to which it was brought last
        self._shows_secrets = False
        self._followers: list[Callable[[], None]] = []
        self.context: str | None = None  # the one that `docker context use` chose
        self.on_act: Callable[[], None] = lambda: None  # told of every fault: engines report none
        self._nodes = {host.name: Node(host, backend, lambda: self.on_act()) for host in backend.hosts}

    def __getitem__(self, name: str) -> Node:
        try:
            return self._nodes[name]
        except KeyError:
            raise KeyError(f"no node {name!r} in this lab; it has {', '.join(self._nodes)}") from None

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    @property
    def nodes(self) -> Sequence[Node]:
        """All nodes, in the order of their names."""
        return tuple(self._nodes.values())

    @property
    def show_secrets(self) -> bool:
        """Whether what is printed shows join tokens and unlock keys of real engines too.

        Set it to True to copy one; a notebook that is saved then holds it.
        """
        return self._shows_secrets

    @show_secrets.setter
    def show_secrets(self, shows: bool) -> None:
        self._shows_secrets = shows
        for follow in list(self._followers):
            follow()

    def follow_secrets(self, follow: Callable[[], None]) -> Callable[[], None]:
        """Tell of every change of `show_secrets`; returns what ends it."""
        self._followers.append(follow)

        def end() -> None:
            with suppress(ValueError):
                self._followers.remove(follow)

        return end

    @property
    def clock(self) -> Clock:
        """The lab's time."""
        return self.backend.clock

    def manager(self) -> Node:
        """The first node by name that answers as a manager.

        Raises:
            NoManager: none does; the text says what to type.
        """
        for node in self:
            if node.is_manager():
                return node
        raise NoManager("No node of this lab is a swarm manager. Form a swarm first: docker swarm init.")

    def heal(self) -> None:
        """Undo every fault: engines run, hosts are connected and inside, ports are open."""
        self.backend.faults.heal()
        self.on_act()

    def check_ports(self) -> PortChecks:
        """Which of the four ports that a swarm needs are open, from each host to each other one."""
        pairs = ((node, peer) for node in self.nodes for peer in self.nodes if peer is not node)
        return PortChecks(node.check(port, peer=peer) for node, peer in pairs for port in PORTS)

    def snapshot(self) -> Snapshot:
        """The swarm as a manager sees it now."""
        return take_snapshot(self.manager().client)

    def wait_until(self, missing: Callable[[], str], what: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Look again and again, in lab time, until `missing` says nothing any more.

        Raises:
            WaitTimeout: it still said something after `timeout_s` lab seconds; the text repeats it.
        """
        wait_until(self.clock, missing, what, timeout_s=timeout_s)

    def wait_converged(self, service: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Wait until a service runs as many up-to-date tasks as declared and no update is under way."""
        self.wait_until(
            lambda: self._asked(lambda client: missing_for_convergence(client.api, service)),
            f"{service} to converge",
            timeout_s=timeout_s,
        )

    def wait_node(self, name: str, state: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Wait until `docker node ls` shows this host in a state: ready, down, unknown."""

        def missing() -> str:
            states = [node.state for node in self.snapshot().nodes if node.name == name]
            return "" if state in states else f"{name} is {' and '.join(states) or 'no node of the swarm'}"

        self.wait_until(self._managed(missing), f"{name} to be {state}", timeout_s=timeout_s)

    def _asked(self, ask: Callable[[DockerClient], str]) -> str:
        return self._managed(lambda: ask(self.manager().client))()

    @staticmethod
    def _managed(missing: Callable[[], str]) -> Callable[[], str]:
        def look() -> str:
            try:
                return missing()
            except NoManager:
                return "no node answers as a manager"

        return look
