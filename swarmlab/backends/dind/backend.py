"""The lab of real engines: puts its parts together, and takes them apart."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress

from docker import DockerClient
from docker.errors import DockerException
from requests.exceptions import ConnectionError, RequestException

from swarmlab.backends import states
from swarmlab.backends.contexts import write_contexts
from swarmlab.backends.dind import local_docker, node_plan, refusals, registry
from swarmlab.backends.dind.certificates import Authority
from swarmlab.backends.dind.faults import DindFaults, DindPorts
from swarmlab.backends.dind.labels import lab_labels, remove_lab, remove_orphans
from swarmlab.backends.dind.network import LabNetwork, create_network
from swarmlab.backends.dind.node_plan import NodePlan
from swarmlab.backends.dind.nodes import NodeContainer
from swarmlab.backends.dind.refusals import NoLocalDocker
from swarmlab.backends.dind.registry import Registry, RegistryFailed
from swarmlab.backends.dind.walls import Links
from swarmlab.backends.parallel import in_parallel
from swarmlab.backends.progress import Progress, Tell
from swarmlab.backends.real_time import RealClock
from swarmlab.backends.real_web import RealWeb
from swarmlab.client.protocols import Clock, Faults, Host, LabState, Ports, Web
from swarmlab.ownership import LabDirectory

HOST_NAMES = ("docker-swarm-1", "docker-swarm-2", "docker-swarm-3")
CLIENT_TIMEOUT_S = 60
"""Longer than the 20 s after which an engine answers a join, or a question that needs a leader."""

REGISTRY_TIMEOUT_S = 30


class DindBackend:
    """Three real Docker Engines in containers of the local Docker. Implements `Backend`."""

    name = "dind"

    def __init__(
        self,
        local: DockerClient,
        directory: LabDirectory,
        node_containers: Mapping[str, NodeContainer],
        links: Links,
        store: Registry,
    ) -> None:
        self.lab_id = directory.lab_id
        self.docker_config = str(directory.docker_config)
        self.clock: Clock = RealClock()
        self.faults: Faults = DindFaults(node_containers, links, store)
        self.ports: Ports = DindPorts(node_containers, links)
        self.web: Web = RealWeb(links.addresses)
        self.hosts: Sequence[Host] = [_host(node, links) for node in node_containers.values()]
        self._local = local
        self._nodes = node_containers
        self._links = links
        self._registry = store
        self._closed = False

    def client(self, node: str) -> DockerClient:
        """A new docker SDK client for the node's engine; the caller closes it."""
        return self._nodes[node].connect(CLIENT_TIMEOUT_S)

    def observer(self, node: str) -> DockerClient:
        """The same: real time passes by itself."""
        return self.client(node)

    def reset(self, state: LabState) -> None:
        """Heal every fault, put a new engine in each node's place, then build the named state.

        Raises:
            NoLocalDocker: the local Docker does not answer any more.
        """
        self._links.heal()
        done = f"New engines, state {state}, are ready"
        with _docker_must_answer(_START_IT), Progress("New engines for all nodes", done=done) as progress:
            tell = progress.tell
            self._registry.start()
            in_parallel(lambda node: node.recreate(tell, walls=self._links.rules(node.name)), self._nodes.values())
            _build(self._nodes, state, tell)

    def close(self) -> None:
        """Remove the containers, the network and the volumes of this lab.

        Raises:
            NoLocalDocker: the local Docker does not answer any more.
        """
        if self._closed:
            return
        with _docker_must_answer(f"What it keeps of lab {self.lab_id} goes with the next start, or `swarmlab down`."):
            remove_lab(self._local, self.lab_id)
        self._local.close()
        self._closed = True


_START_IT = "Start it, then reset the lab."


@contextmanager
def _docker_must_answer(what_then: str) -> Iterator[None]:
    try:
        yield
    except ConnectionError as error:
        raise NoLocalDocker(f"The local Docker does not answer any more ({error}). {what_then}") from error


def start(directory: LabDirectory, state: LabState) -> DindBackend:
    """Start a lab of real engines; what dead owners left in the local Docker is removed first.

    The image of the nodes is `docker:dind`, or what SWARMLAB_NODE_IMAGE names; that of the registry `registry:2`, or
    what SWARMLAB_REGISTRY_IMAGE names.

    Raises:
        NoLocalDocker: no Docker answers on this machine, it has not the images, or it cannot hold engines; the text
            says why, and what to do.
        NodeFailed: an engine did not start.
        RegistryFailed: the lab's registry did not.
    """
    local = local_docker.connect()
    done = f"Three Docker engines, lab {directory.lab_id}, are ready"
    with Progress("Starting three Docker engines", done=done) as progress:
        try:
            refusals.refuse_open_door(local)
            refusals.refuse_unfit(local)
            progress.tell("Docker", "removes what dead labs left")
            remove_orphans(local)
            progress.tell("Docker", "")
            backend = _assemble(local, directory, progress.tell)
            _build(backend._nodes, state, progress.tell)
        except BaseException:
            progress.tell("Docker", "removes what there is of the lab")
            with closing(local), suppress(DockerException, RequestException):  # what went wrong first is what to tell
                remove_lab(local, directory.lab_id)
            raise
    return backend


def _build(nodes: Mapping[str, NodeContainer], state: LabState, tell: Tell) -> None:
    tell("the swarm", f"gets into its state, {state}")
    states.build(nodes, state)
    tell("the swarm", "")


def _assemble(local: DockerClient, directory: LabDirectory, tell: Tell) -> DindBackend:
    node_image, registry_image = _images(local, tell)
    labels = lab_labels(directory.lab_id, directory.owner)
    prefix = f"swarmlab-{directory.lab_id}"
    authority = Authority(prefix)
    learner = authority.issue_client()
    learner.write(directory.docker_config)
    network = create_network(local, prefix, host_names=HOST_NAMES, labels=labels)
    links = Links(addresses=network.addresses, public_addresses=network.public_addresses)
    plans = _plan_nodes(local, directory, network, authority, node_image)
    node_containers = {plan.name: NodeContainer(local, plan, walls=links.rules(plan.name)) for plan in plans}
    store = Registry(local=local, image=registry_image, network=network, labels=labels)
    in_parallel(lambda create: create(tell), [*(node.create for node in node_containers.values()), store.create])
    _wait_for_registry(node_containers[states.MANAGER], network, tell)
    backend = DindBackend(local, directory, node_containers, links, store)
    write_contexts(directory.docker_config, backend.hosts, current=states.MANAGER, write_tls=learner.write)
    return backend


def _wait_for_registry(node: NodeContainer, network: LabNetwork, tell: Tell) -> None:
    deadline = time.monotonic() + REGISTRY_TIMEOUT_S
    tell("registry", "begins to listen")
    while not node.reaches(network.registry_address, registry.PORT):
        if time.monotonic() > deadline:
            raise RegistryFailed(f"the lab's registry does not listen after {REGISTRY_TIMEOUT_S} s: is its image one?")
        time.sleep(states.POLL_S)
    tell("registry", "")


def _images(local: DockerClient, tell: Tell) -> tuple[str, str]:
    node_image = os.environ.get("SWARMLAB_NODE_IMAGE") or node_plan.DEFAULT_IMAGE
    registry_image = os.environ.get("SWARMLAB_REGISTRY_IMAGE") or registry.DEFAULT_IMAGE
    for image, how_else in (
        (node_image, "Name another image with a Docker Engine in SWARMLAB_NODE_IMAGE."),
        (registry_image, "Name another image of a registry in SWARMLAB_REGISTRY_IMAGE."),
        (states.SERVICE_IMAGE, "The lessons run it: pull or load it first."),
    ):
        local_docker.require_image(local, image, how_else, tell)
    return node_image, registry_image


def _plan_nodes(
    local: DockerClient, directory: LabDirectory, network: LabNetwork, authority: Authority, image: str
) -> Sequence[NodePlan]:
    publish_at, reach_at = local_docker.published_address(local)
    return [
        NodePlan(
            name=name,
            container=f"{network.name}-{name}",
            image=image,
            network=network.name,
            address=address,
            registry=f"{network.registry_address}:{registry.PORT}",
            publish_at=publish_at,
            reach_at=reach_at,
            labels=lab_labels(directory.lab_id, directory.owner),
            server=authority.issue_server([name, "localhost", refusals.LOOPBACK, address, reach_at]),
            learner=directory.docker_config,
        )
        for name, address in network.addresses.items()
    ]


def _host(node: NodeContainer, links: Links) -> Host:
    return Host(
        name=node.name,
        address=links.addresses[node.name],
        public_address=links.public_addresses[node.name],
        docker_host=node.docker_host,
        context=node.name,
    )
