"""What one `dockerd` owns: the local engine of one host and its part in a swarm. All that the API talks to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from swarmlab.engine.host.agent import Agent
from swarmlab.engine.host.attaching import Attaching
from swarmlab.engine.host.connecting import Connecting
from swarmlab.engine.host.connectivity import ContainerNetwork
from swarmlab.engine.host.containers import Containers
from swarmlab.engine.host.events import Events
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.images import Images
from swarmlab.engine.host.logs import LogOptions
from swarmlab.engine.host.networks import Networks
from swarmlab.engine.host.traffic import HostPorts, Place, Traffic
from swarmlab.engine.host.volumes import Volumes
from swarmlab.engine.ids import Chance, TaskId
from swarmlab.engine.manager import generic_resources
from swarmlab.engine.manager.control import Control
from swarmlab.engine.manager.logbroker import TaskLogs
from swarmlab.engine.model import EngineDescription, Network, Node, NodeDescription, Resources, Task
from swarmlab.engine.pending import Pending, resolved
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.membership import Membership, SwarmInfo
from swarmlab.engine.swarm.requests import Requests
from swarmlab.engine.swarm_events import SwarmEvents
from swarmlab.engine.turns import ENGINES, Turns
from swarmlab.engine.world import World

T = TypeVar("T")

VERSION = "28.5.2"
_PLUGINS = (
    *(("Log", name) for name in ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk")),
    ("Log", "syslog"),
    *(("Network", name) for name in ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")),
    ("Volume", "local"),
)


class Daemon:
    """The engine of one host.

    Args:
        neighbours: the membership of another host's engine.

    Attributes:
        hostname: the host's name.
        host: its place in the world: addresses, CPUs, memory, walls.
        id: the engine's own id (`docker info`: ID), not the node id.
        clock: engine time; `wake` gives this engine a turn.
        version: the version it says it has.
        containers, images, volumes, networks, events: the local engine.
        membership: this node's part in a swarm.
    """

    version = VERSION

    def __init__(
        self,
        hostname: str,
        turns: Turns,
        chance: Chance,
        world: World,
        traffic: Traffic,
        *,
        neighbours: Callable[[str], Membership],
    ) -> None:
        self.hostname = hostname
        self.host = world.hosts[hostname]
        self.clock = clock = turns.take_part(self.tick, rank=ENGINES)
        self.id = _engine_id(chance)
        self._world = world
        self._overlay = traffic.overlay
        self.events = Events(clock)
        self.volumes = Volumes(clock, chance, self.events)
        self.networks = Networks(clock, chance, self.events, swarm=self._swarm_networks)
        self.images = Images(clock, chance, self.events, online=lambda: self.host.connected)
        parts = HostParts(
            hostname=hostname,
            clock=clock,
            chance=chance,
            events=self.events,
            images=self.images,
            volumes=self.volumes,
            networks=self.networks,
        )
        resolver = chance.stream(f"resolver of {hostname}")
        self.containers = Containers(
            parts,
            connect=lambda container: ContainerNetwork(
                container, self.networks, traffic, world, hostname, chance=resolver
            ),
        )
        self.agent = Agent(
            parts,
            self.containers,
            traffic.overlay,
            describe=self._describe,
            address=lambda: self.membership.addresses.advertised,
        )
        self.membership = Membership(
            hostname,
            clock,
            chance,
            world,
            agent=self.agent,
            neighbours=neighbours,
            make_swarm=lambda furnish: Swarm(turns, chance, furnish),
        )
        self._requests = Requests(clock, self.membership)
        attaching = Attaching(
            hostname, clock, self.networks, traffic.overlay, self, in_swarm=lambda: bool(self.membership.node_id)
        )
        self.containers.prepare_with(attaching.prepare)
        self.connecting = Connecting(
            networks=self.networks, attach=attaching.attach, in_swarm=lambda: bool(self.membership.node_id)
        )
        ports = HostPorts(published=self._published, ingress=self.networks.ingress_id, balancer=self.balancer_address)
        traffic.add_host(hostname, ports)
        self._swarm_events = SwarmEvents(self.events, self.membership)

    @property
    def running(self) -> bool:
        """Whether the host has power."""
        return self.host.powered

    def ask(self, function: Callable[[Control], T]) -> Pending[T]:
        """Run `function` with the control of this swarm's leader, as soon as there is one.

        `function` takes effect once, at once when a leader is reachable. What it raises fails the answer, and so do:
        this node is no manager or in no swarm (Unavailable), no leader within 20 s (RpcDeadlineExceeded), no leader
        for longer already (RpcUnknown, the "does not have a leader" text).
        """
        return self._requests.ask(lambda swarm: function(swarm.control))

    def check_manages(self) -> None:
        """See that this node manages a swarm, before what is asked of it is looked at.

        Raises:
            Unavailable: it does not.
        """
        if (refusal := self.membership.refusal()) is not None:
            raise refusal

    def swarm_info(self) -> Pending[SwarmInfo]:
        """What `docker info` says of this node's swarm: a manager asks its leader, as for any request.

        Source: moby daemon/cluster/swarm.go (Info); recorded from 28.5.2.
        """
        if not self.membership.info().control_available:
            return resolved(self.membership.info())
        answer: Pending[SwarmInfo] = Pending()
        asked = self.ask(lambda _: None)
        asked.on_done(lambda: answer.resolve(self.membership.info(asked.error)))
        return answer

    # --- what this node asks for its containers ---

    def attach(self, reference: str, address: str = "") -> Pending[Task]:
        """Ask the leader for a place on a network of the swarm, for a container of this host that is no task."""
        node_id = self.membership.node_id
        return self._requests.ask_as_node(lambda swarm: swarm.control.attachments.attach(reference, node_id, address))

    def detach(self, task_id: TaskId) -> None:
        """Give such a place back, if a leader can be told."""
        if self.membership.node_id:
            self._requests.ask_as_node(lambda swarm: swarm.control.attachments.detach(task_id))

    # --- logs ---

    def service_logs(self, reference: str, options: LogOptions) -> Pending[TaskLogs]:
        """The lines of a service's tasks, by the leader's log broker; fails as `ask` does, and with NotFound."""
        return self._requests.ask(lambda swarm: swarm.logs.open_service(reference, options))

    def task_logs(self, reference: str, options: LogOptions) -> Pending[TaskLogs]:
        """The lines of one task, in the same way."""
        return self._requests.ask(lambda swarm: swarm.logs.open_task(reference, options))

    # --- power ---

    def power_off(self) -> None:
        """The engine dies at once, and every container with it."""
        if not self.running:
            return
        self.resume()
        self.membership.power_off()
        self._requests.power_off()
        self.agent.power_off()
        self.images.power_off()
        self.containers.power_off()
        self._world.power_off(self.hostname)

    def power_on(self) -> None:
        """The engine starts again from what it had on disk: containers exited, membership as it was."""
        if self.running:
            return
        self._world.power_on(self.hostname)
        self.containers.power_on()
        self.membership.power_on()

    def pause(self) -> None:
        """The machine stands still, the engine and every container with it: it answers nothing and sends nothing.

        No lab does this to its hosts; the histories of tests/invariants do.
        """
        if self.running and not self.host.paused:
            self.clock.pause()
            self._world.pause(self.hostname)

    def resume(self) -> None:
        """It goes on where it was, and does at once what was due meanwhile."""
        if self.host.paused:
            self._world.resume(self.hostname)
            self.clock.resume()

    # --- time ---

    def set_clock_forward(self, seconds: float) -> None:
        """The host's clock jumps: what this engine stamps is that much ahead of the others from now on.

        No lab does this to its hosts; the histories of tests/invariants do.
        """
        self.clock.set_forward(seconds)

    def tick(self) -> bool:
        """Do what is due now. Returns whether anything happened. Nobody calls it but turns.py, after `clock.wake()`."""
        self._swarm_events.follow()
        return any([self._requests.tick(), self.agent.tick(), self.containers.tick()])

    # --- what the swarm sees of it ---

    def _describe(self) -> NodeDescription:
        return NodeDescription(
            hostname=self.hostname,
            resources=Resources(
                nano_cpus=self.host.cpus * 10**9,
                memory_bytes=self.host.memory_bytes,
                generic_resources=generic_resources.read(self.host.generic_resources),
            ),
            engine=EngineDescription(
                version=self.version,
                labels={key: value for key, _, value in (label.partition("=") for label in self.host.labels)},
                plugins=_PLUGINS,
            ),
            tls_info=self.membership.identity.tls_info,
        )

    def balancer_address(self, network_id: str) -> str:
        """This node's own address on a network of the swarm, from which it balances load; empty where it has none."""
        swarm = self.membership.swarm
        node = swarm.store.get(Node, self.membership.node_id) if swarm is not None else None
        own = (each for each in node.attachments if each.network_id == network_id) if node else iter(())
        return next((address.partition("/")[0] for each in own for address in each.addresses), "")

    def peers(self, network_id: str, *, everywhere: bool) -> list[str]:
        """The hosts that are on a network of the swarm, as this one has heard; `everywhere`: all nodes are."""
        return (
            self._overlay.acquaintances(self.hostname) if everywhere else self._overlay.peers(self.hostname, network_id)
        )

    def _published(self, port: int) -> Place | None:
        """The running container, and its port, that a TCP port of this host leads to."""
        for container in self.containers.list():
            for binding in container.ports:
                if (binding.host_port, binding.protocol) == (port, "tcp"):
                    return (container.id, binding.container_port)
        return None

    def _swarm_networks(self) -> Iterable[Network]:
        """The swarm's networks that this node may read."""
        swarm = self.membership.swarm
        return swarm.store.all(Network) if swarm is not None and self.membership.hears_leader() else ()


def _engine_id(chance: Chance) -> str:
    """An engine's own id, in the form of a UUID. Source: moby daemon/id.go."""
    digits = chance.hex_id(32)
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}", digits[20:]))
