"""Hosts for tests of what runs on them: one with the parts of a local engine, or three as nodes of a swarm."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from swarmlab.engine.clock import Clock
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.host.connectivity import ContainerNetwork
from swarmlab.engine.host.container import Container, ContainerConfig
from swarmlab.engine.host.containers import Containers
from swarmlab.engine.host.events import Events
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.images import Images
from swarmlab.engine.host.logs import LogOptions
from swarmlab.engine.host.networks import Networks
from swarmlab.engine.host.overlay import Overlay
from swarmlab.engine.host.traffic import HostPorts, Traffic
from swarmlab.engine.host.volumes import Volumes
from swarmlab.engine.ids import Chance
from swarmlab.engine.model import (
    ContainerSpec,
    Network,
    NetworkAttachmentConfig,
    NetworkSpec,
    Node,
    Replicated,
    Service,
    ServiceMode,
    ServiceSpec,
    Task,
    TaskSpec,
    TaskState,
)
from swarmlab.engine.pending import Pending
from swarmlab.engine.simulation import Simulation
from swarmlab.engine.store import Store
from swarmlab.engine.swarm.membership import InitRequest, JoinRequest
from swarmlab.engine.world import HostSpec, World

NOW = 1_790_000_000.0
T = TypeVar("T")


class LocalHost:
    """One host without a swarm, with alpine and nginx:alpine on it."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = Clock(NOW)
        self.chance = chance = Chance(seed)
        self.world = World([HostSpec(hostname="host"), HostSpec(hostname="other")])
        self.events = Events(self.clock)
        self.images = Images(self.clock, chance, self.events)
        self.volumes = Volumes(self.clock, chance, self.events)
        self.networks = Networks(self.clock, chance, self.events)
        self.traffic = Traffic(self.world, Overlay(self.clock, self.world))
        self.traffic.add_host("host", HostPorts(published=lambda _: None, ingress=lambda: "", balancer=lambda _: ""))
        parts = HostParts(
            hostname="host",
            clock=self.clock,
            chance=chance,
            events=self.events,
            images=self.images,
            volumes=self.volumes,
            networks=self.networks,
        )
        self.containers = Containers(parts, connect=self.network_of)
        for image in ("alpine:latest", "nginx:alpine", "redis:alpine"):
            self.images.add(image)

    def network_of(self, container: Container) -> ContainerNetwork:
        return ContainerNetwork(container, self.networks, self.traffic, self.world, "host", chance=self.chance)

    def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer."""
        end = self.clock.now + seconds
        self._step()
        while (due := self.clock.next_due()) is not None and due <= end:
            self.clock.move_to(due)
            self._step()
        self.clock.move_to(end)

    def _step(self) -> None:
        while self.clock.run_due() or self.containers.tick():
            pass

    def wait(self, answer: Pending[T], limit_s: float = 60) -> T:
        """Let time pass until the answer stands."""
        end = self.clock.now + limit_s
        self._step()
        while not answer.done:
            due = self.clock.next_due()
            assert due is not None, "nothing is planned any more"
            assert due <= end, "no answer came in time"
            self.clock.move_to(due)
            self._step()
        return answer.result()

    def run(self, *command: str, image: str = "alpine", **config: object) -> Container:
        """Create and start a container."""
        container = self.containers.create(ContainerConfig(image=image, command=command or None, **config))  # type: ignore[arg-type]
        self.wait(self.containers.start(container.id))
        return container

    def output(self, *command: str, **config: object) -> str:
        """Run a container to its end. Returns all that it wrote."""
        container = self.run(*command, **config)
        self.wait(self.containers.wait(container.id))
        return text_of(container)

    def actions(self) -> list[str]:
        """What happened, as `type action`."""
        return [f"{event.type} {event.action}" for event in self.events.past()]


def text_of(container: Container) -> str:
    """All that a container wrote, standard error too."""
    return "".join(f"{line.text}\n" for line in container.log.open(LogOptions()).read())


class SwarmOfThree:
    """`docker-swarm-3` manages, `docker-swarm-1` and `docker-swarm-2` work; alpine lies on all of them."""

    def __init__(self, seed: int = 1) -> None:
        names = ("docker-swarm-1", "docker-swarm-2", "docker-swarm-3")
        self.simulation = Simulation([HostSpec(hostname=name) for name in names], seed=seed, now=NOW)
        self.one, self.two, self.three = (self.simulation.daemons[name] for name in names)
        self.wait(self.three.membership.init(InitRequest(advertise_addr=self.three.host.address)))
        token = self.store.cluster().worker_token
        remote = f"{self.three.host.address}:2377"
        for daemon in (self.one, self.two):
            self.wait(daemon.membership.join(JoinRequest(remote_addrs=(remote,), join_token=token)))
        for daemon in self.daemons:
            daemon.images.add("alpine:latest")
            daemon.images.add("nginx:alpine")
        self.settle()

    @property
    def daemons(self) -> tuple[Daemon, ...]:
        return (self.one, self.two, self.three)

    @property
    def store(self) -> Store:
        swarm = self.three.membership.swarm
        assert swarm is not None
        return swarm.store

    @property
    def now(self) -> float:
        return self.simulation.clock.now

    def wait(self, answer: Pending[T]) -> T:
        return self.simulation.wait_for(answer)

    def advance(self, seconds: float) -> None:
        self.simulation.advance(seconds)

    def settle(self) -> None:
        self.simulation.settle()

    def until(self, condition: Callable[[], bool], limit_s: float = 60) -> float:
        """Let time pass in small steps until the condition holds. Returns how long that took."""
        began = self.now
        self.simulation.step()
        while not condition():
            assert self.now - began <= limit_s, "it did not come to pass in time"
            self.advance(0.05)
        return self.now - began

    # --- services ---

    def create(
        self,
        name: str,
        *args: str,
        image: str = "alpine:latest",
        mode: ServiceMode = Replicated(replicas=1),  # noqa: B008  (a value)
        networks: tuple[str, ...] = (),
        **container: object,
    ) -> Service:
        """Declare a service and let it settle."""
        spec = ServiceSpec(
            name=name,
            task=TaskSpec(
                container=ContainerSpec(image=image, args=args, **container),  # type: ignore[arg-type]
                networks=tuple(NetworkAttachmentConfig(target=network) for network in networks),
            ),
            mode=mode,
        )
        service = self.wait(self.three.ask(lambda control: control.create_service(spec)))
        self.advance(4)
        return service

    def remove(self, name: str) -> None:
        self.wait(self.three.ask(lambda control: control.remove_service(name)))

    def network(self, name: str) -> Network:
        return self.wait(self.three.ask(lambda control: control.create_network(NetworkSpec(name=name))))

    def tasks(self, name: str) -> list[Task]:
        return self.store.tasks_of_service(self.store.find(Service, name).id)

    def running(self, name: str) -> list[Task]:
        return [t for t in self.tasks(name) if t.state is TaskState.RUNNING and t.desired_state is TaskState.RUNNING]

    def node(self, daemon: Daemon) -> Node:
        return self.store.find(Node, daemon.hostname)

    def daemon_of(self, task: Task) -> Daemon:
        node = self.store.get(Node, task.node_id)
        assert node is not None
        return self.simulation.daemons[node.hostname]

    def container_of(self, task: Task) -> Container:
        return self.daemon_of(task).containers.find(task.name)
